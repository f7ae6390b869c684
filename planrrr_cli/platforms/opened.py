"""An open medium on its way out: read in pieces and watched for changes; what opens it is elsewhere."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from types import TracebackType
from typing import BinaryIO

from planrrr_cli.domain.errors import PlanrrrError
from planrrr_cli.domain.posts import Media
from planrrr_cli.platforms.wire import PIECE


class BadMedia(PlanrrrError):
    """A medium that cannot be used, as one sentence for a person."""


Told = Callable[[int, int], None]
"""Called often while bytes leave: how many of how many have."""


def unheard(_done: int, _total: int) -> None:
    """Nobody watches."""


class OpenMedia:
    """An open medium: ``media`` has all its facts. Use it as a context manager."""

    def __init__(self, file: BinaryIO, media: Media, size: int, written: int, progress: Told) -> None:
        self.media = media
        self._written = written
        self._progress = progress
        self.size = size
        self._file = file

    def read(self, count: int = -1) -> bytes:
        return self._file.read(count)

    def seek(self, position: int) -> int:
        return self._file.seek(position)

    def pieces(self, start: int, length: int) -> Iterator[bytes]:
        """Exactly ``length`` bytes from ``start``; raises BadMedia when the file was written to since it was opened."""
        left = length
        while left:
            try:
                self._file.seek(start + length - left)
                piece = self._file.read(min(PIECE, left))
            except OSError as error:
                raise BadMedia(f"{self.media.name} cannot be read: {error.strerror}") from None
            if not piece:
                raise BadMedia(f"{self.media.name} became shorter while it was being sent")
            left -= len(piece)
            yield piece
            self._progress(start + length - left, self.size)
        if written(self._file) != self._written:
            raise BadMedia(f"{self.media.name} was changed while it was being sent")

    def close(self) -> None:
        self._file.close()

    def __enter__(self) -> OpenMedia:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


Opener = Callable[[int, int], OpenMedia]
"""Opens the medium at a position of the post, fetching at most so many bytes."""


def written(file: BinaryIO) -> int:
    """When the content changed last, in nanoseconds."""
    return os.fstat(file.fileno()).st_mtime_ns
