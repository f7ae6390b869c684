"""A new key in the place of the one in its file, and the end of the previous one; what they wrote is the store's."""

from __future__ import annotations

import os
from pathlib import Path

from planrrr_cli.domain.errors import ConfigError
from planrrr_cli.settings.keyfile import previous_of, sync_folder, write_key


def replace_key(path: Path) -> bool:
    """Makes a new key in ``path`` and keeps the one before as ``path.previous``, each a whole 0600 file at any moment.

    False when a previous key is there already: then the change has begun, and goes on. Safe to repeat after a crash at
    any point; two at once have to be kept apart by the caller. Raises ConfigError where the file cannot be replaced.
    """
    real, previous = Path(os.path.realpath(path)), previous_of(path)
    try:
        if previous.exists():
            if previous.read_bytes() != real.read_bytes():
                return False
        else:
            os.link(real, previous)
            sync_folder(real.parent)
        aside = real.with_name(f".{real.name}.next")
        aside.unlink(missing_ok=True)  # of a process that was killed here; nothing was ever written with it
        write_key(aside, like=real.stat())
        aside.replace(real)
        sync_folder(real.parent)
    except OSError as error:
        raise ConfigError(
            f"the key file {path} cannot be replaced here ({error.strerror}); put a new key in its place yourself, and "
            "name the one before as ENCRYPTION_KEY_PREVIOUS_FILE, then run planrrr keys rotate again"
        ) from None
    return True


def forget_previous(path: Path, *, keep_as: str | None) -> Path | None:
    """Removes the previous key, or keeps it as ``path.<keep_as>``, where nobody reads it; then that is returned."""
    previous = previous_of(path)
    kept = previous.with_suffix(f".{keep_as}") if keep_as else None
    try:
        if kept is not None:
            previous.replace(kept)
        else:
            previous.unlink(missing_ok=True)
        sync_folder(previous.parent)
    except OSError as error:
        raise ConfigError(f"{previous} cannot be removed: {error.strerror}; remove it by hand") from None
    return kept
