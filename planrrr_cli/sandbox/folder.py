"""The folder whose files the sandbox serves, as a web host would that holds somebody's media; read only."""

import mimetypes
import os
from pathlib import Path
from stat import S_ISREG
from typing import BinaryIO, cast
from urllib.parse import unquote

from planrrr_cli.sandbox.media import sniff
from planrrr_cli.sandbox.wire import Reply

SAFE = (("X-Content-Type-Options", "nosniff"), ("Content-Security-Policy", "default-src 'none'"))
UNKNOWN = "application/octet-stream"


class MediaFolder:
    """Raises ValueError with a sentence when there is no such folder."""

    def __init__(self, root: Path) -> None:
        if not root.is_dir():
            raise ValueError(f"{root} is not a folder")
        self._root = root.resolve()

    def answer(self, quoted: str) -> Reply | None:
        """A file by its percent-encoded path below the folder; None for whatever lies elsewhere, by links too."""
        stream = self._open(unquote(quoted))
        if stream is None:
            return None
        kind = sniff(stream.read(16))
        if kind == UNKNOWN:
            kind = mimetypes.guess_type(quoted)[0] or UNKNOWN
        stream.seek(0)
        return Reply(200, headers=(("Content-Type", kind), *SAFE), file=stream)

    def _open(self, name: str) -> BinaryIO | None:
        if "\0" in name or Path(name).is_absolute():
            return None
        try:
            path = (self._root / name).resolve(strict=True)
            if not path.is_relative_to(self._root) or not path.is_file():
                return None
            stream = cast("BinaryIO", path.open("rb"))
        except (OSError, ValueError):
            return None
        if not S_ISREG(os.fstat(stream.fileno()).st_mode):
            stream.close()
            return None
        return stream
