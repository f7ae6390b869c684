"""The keys that encrypt tokens, from the settings or their 0600 files; encrypting is the store's business."""

from __future__ import annotations

import contextlib
import os
import secrets
import stat
from pathlib import Path

from planrrr_cli.domain.errors import ConfigError
from planrrr_cli.domain.secrets import Secret
from planrrr_cli.settings import Settings
from planrrr_cli.settings.kinds import checked_key

MOST_BYTES = 4096
PREVIOUS = ".previous"
CREDENTIALS = "/run/credentials"  # where systemd hands in what LoadCredential= names


def load_key(settings: Settings, *, create: bool) -> Secret:
    """The encryption key, 64 hex digits. ``create``: make the key file if there is none.

    Raises ConfigError when there is no key, when others may read its file, or when the file holds no key.
    """
    if settings.encryption_key:
        return settings.encryption_key
    path = settings.encryption_key_file
    if path is None:
        raise ConfigError(
            "PostgreSQL is shared, so its key must be too: set ENCRYPTION_KEY or ENCRYPTION_KEY_FILE to the "
            "same 64 hex digits on every host, as made by: openssl rand -hex 32"
        )
    key = _read(path)
    if key is None and create:
        _create(path)
        key = _read(path)  # another process may have been first; its key is the one that counts
    if key is None:
        raise ConfigError(
            f"the key file {path} does not exist; planrrr init makes it, or restore it from a backup"
        )
    return key


def previous_of(path: Path) -> Path:
    """Where the key before the one in ``path`` is kept while values that it wrote are still there."""
    real = Path(os.path.realpath(path))
    return real.with_name(real.name + PREVIOUS)


def previous_file(settings: Settings) -> Path | None:
    """The file of the other key that may be read, whether it is there or not."""
    if settings.encryption_key_previous_file or not settings.encryption_key_file:
        return settings.encryption_key_previous_file
    return previous_of(settings.encryption_key_file)


class Keyring:
    """The present key and the one before it, read anew when their files change: a process may live longer than they.

    Whoever changes keys puts the previous one beside the present one first, so that together they are always enough.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._seen: tuple[object, ...] = ()

    def load(self, *, create: bool) -> tuple[Secret, ...]:
        """The present key first. Raises ConfigError as :func:`load_key` does."""
        if create:
            load_key(self._settings, create=True)
        self._seen = self._looks()  # before they are read: what changes in between is read again later
        return (load_key(self._settings, create=False), *self._previous())

    def reload(self) -> tuple[Secret, ...] | None:
        """None when nothing has changed. A file that cannot be read just now changes nothing either: what is to be
        written has come from a platform and must not be lost."""
        looks = self._looks()
        if looks == self._seen:
            return None
        try:
            present = load_key(self._settings, create=False)
            found = (present, *self._previous())
        except ConfigError:
            return None
        self._seen = looks
        return found

    def _previous(self) -> tuple[Secret, ...]:
        settings = self._settings
        if settings.encryption_key_previous:
            return (settings.encryption_key_previous,)
        path = previous_file(settings)
        key = _read(path) if path is not None else None
        if key is None and settings.encryption_key_previous_file:
            raise ConfigError(
                f"the key file {path} does not exist; name the one with the previous key, "
                "or remove ENCRYPTION_KEY_PREVIOUS_FILE"
            )
        return (key,) if key is not None else ()

    def _looks(self) -> tuple[object, ...]:
        paths = (self._settings.encryption_key_file, previous_file(self._settings))
        return tuple(_looks(path) for path in paths if path is not None)


def _looks(path: Path) -> object:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns


def _read(path: Path) -> Secret | None:
    """None when there is no such file."""
    try:
        # Not blocking: a pipe in the place of the file must be refused, not waited for.
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise ConfigError(f"the key file {path} cannot be read: {error.strerror}") from None
    try:
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode):
            raise ConfigError(
                f"{path} is no regular file; ENCRYPTION_KEY_FILE must name one that holds 64 hex digits"
            )
        if found.st_mode & 0o077 and not _is_credential(path, found):
            raise ConfigError(f"others than its owner may use the key file {path}; run: chmod 600 '{path}'")
        content = os.read(descriptor, MOST_BYTES)
    finally:
        os.close(descriptor)
    try:
        return Secret(checked_key(content.decode("ascii", "replace").strip()))
    except ValueError as error:
        raise ConfigError(f"the key file {path} holds no key: {error}") from None


def _is_credential(path: Path, found: os.stat_result) -> bool:
    """Whether systemd handed the file in (LoadCredential=).

    For a service with a user of its own it shows 0440 root, because the mask of its access control list reads as
    the group's bits; only that user may read it (github.com/systemd/systemd/issues/29435, read 2026-11-24).
    """
    return path.resolve().is_relative_to(CREDENTIALS) and found.st_uid == 0 and not found.st_mode & 0o037


def _create(path: Path) -> None:
    """Makes the file whole or not at all; leaves one that is already there alone."""
    aside = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            write_key(aside)
            with contextlib.suppress(FileExistsError):
                os.link(aside, path)  # unlike a rename it never replaces a key that tokens are encrypted with
        finally:
            aside.unlink(missing_ok=True)
        sync_folder(path.parent)
    except OSError as error:
        raise ConfigError(f"the key file {path} cannot be made: {error.strerror}") from None


def write_key(path: Path, *, like: os.stat_result | None = None) -> None:
    """A new key in a new file, durable when this returns. ``like``: it gets the same owner."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        if like is not None and (like.st_uid, like.st_gid) != (os.geteuid(), os.getegid()):
            os.fchown(descriptor, like.st_uid, like.st_gid)
        file.write(secrets.token_hex(32) + "\n")
        file.flush()
        os.fsync(descriptor)


def sync_folder(folder: Path) -> None:
    """Names that were made or changed in it survive a power failure from now on."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
