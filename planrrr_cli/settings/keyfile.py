"""The key that encrypts tokens, from the settings or its 0600 file; encrypting is the store's business."""

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
        if found.st_mode & 0o077:
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
    return (
        path.resolve().is_relative_to("/run/credentials") and found.st_uid == 0 and not found.st_mode & 0o037
    )


def _create(path: Path) -> None:
    """Makes the file whole or not at all; leaves one that is already there alone."""
    aside = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            _write(aside, secrets.token_hex(32))
            with contextlib.suppress(FileExistsError):
                os.link(aside, path)  # unlike a rename it never replaces a key that tokens are encrypted with
        finally:
            aside.unlink(missing_ok=True)
        _sync_folder(path.parent)
    except OSError as error:
        raise ConfigError(f"the key file {path} cannot be made: {error.strerror}") from None


def _write(path: Path, key: str) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(key + "\n")
        file.flush()
        os.fsync(descriptor)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
