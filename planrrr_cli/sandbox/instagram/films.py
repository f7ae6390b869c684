"""Reads of an MP4 or QuickTime file, as it arrives, how long it is and its picture's size; knows no codecs."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

# Boxes of ISO/IEC 14496-12, 4.2: four bytes of size, four of kind; a size of 1 is told in the eight bytes behind.
SHORT, LONG = 8, 16
MOVIE: Final = b"moov"
MOVIE_LIMIT: Final = 16 * 1024 * 1024
ENDLESS: Final = 1 << 62


@dataclass(frozen=True, slots=True)
class Film:
    """Seconds; pixels of the largest track, 0 when none tells its size."""

    seconds: float
    width: int = 0
    height: int = 0


class FilmReader:
    """Takes the bytes in any pieces; keeps the movie's header of them and nothing else."""

    def __init__(self) -> None:
        self._head = b""
        self._left = 0
        self._movie: bytearray | None = None
        self._keeping = False

    def add(self, block: bytes) -> None:
        position = 0
        while position < len(block):
            if self._left == 0:
                position = self._begin(block, position)
                continue
            end = position + min(self._left, len(block) - position)
            if self._keeping and self._movie is not None:
                self._movie += block[position:end]
            self._left -= end - position
            position = end

    def _begin(self, block: bytes, position: int) -> int:
        """Complete the header of the box that begins; where its content begins in the block."""
        wanted = LONG if self._head[:4] == b"\0\0\0\1" else SHORT
        end = position + min(wanted - len(self._head), len(block) - position)
        self._head += block[position:end]
        if len(self._head) < wanted or (wanted == SHORT and self._head[:4] == b"\0\0\0\1"):
            return end
        size = int.from_bytes(self._head[8:16] if wanted == LONG else self._head[:4])
        self._left = size - wanted if size else ENDLESS
        self._keeping = self._head[4:8] == MOVIE and 0 < self._left <= MOVIE_LIMIT
        if self._keeping:
            self._movie = bytearray()
        if self._left < 0:  # no box at all: whatever follows is nothing that can be read
            self._left = ENDLESS
        self._head = b""
        return end

    def film(self) -> Film | None:
        """None when there is no whole movie header: nobody could play this."""
        if self._movie is None or (self._keeping and self._left):
            return None
        seconds: float | None = None
        width = height = 0
        for kind, body in _boxes(bytes(self._movie)):
            if kind == b"mvhd":
                seconds = _seconds(body)
            elif kind == b"tkhd" and len(body) >= 84:
                width = max(width, int.from_bytes(body[-8:-4]) >> 16)
                height = max(height, int.from_bytes(body[-4:]) >> 16)
        return None if seconds is None else Film(seconds, width, height)


def _boxes(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Kind and content of those in a movie, and of those in its tracks."""
    position = 0
    while position + SHORT <= len(content):
        size, kind = int.from_bytes(content[position : position + 4]), content[position + 4 : position + 8]
        if not SHORT <= size <= len(content) - position:
            return
        body = content[position + SHORT : position + size]
        if kind == b"trak":
            yield from _boxes(body)
        else:
            yield kind, body
        position += size


def _seconds(body: bytes) -> float | None:
    """Duration over timescale of a movie header, version 0 or 1 (14496-12, 8.2.2)."""
    if len(body) < 32:
        return None
    if body[0] == 1:
        scale, duration = int.from_bytes(body[20:24]), int.from_bytes(body[24:32])
    else:
        scale, duration = int.from_bytes(body[12:16]), int.from_bytes(body[16:20])
    return duration / scale if scale else None
