"""How many frames a GIF has, read from its blocks without decoding a pixel; MediaInfo does not tell.

https://www.w3.org/Graphics/GIF/spec-gif89a.txt (read 2026-11-24)
"""

from __future__ import annotations

from typing import Protocol

MOST = 10_000  # frames; more are not counted
_EXTENSION, _IMAGE = 0x21, 0x2C


class Readable(Protocol):
    """An open file that can go anywhere in itself."""

    def read(self, count: int = -1, /) -> bytes: ...

    def seek(self, position: int, /) -> object: ...


def frames_of(file: Readable) -> int:
    """The number of frames as far as the file can be read; its position is at the beginning again afterwards."""
    file.seek(0)
    try:
        return _count(file)
    finally:
        file.seek(0)


def _count(file: Readable) -> int:
    head = file.read(13)
    if len(head) < 13 or head[:3] != b"GIF":
        return 0
    at = 13 + _table(head[10])
    frames = 0
    while frames < MOST:
        file.seek(at)
        kind = file.read(10)
        if len(kind) == 10 and kind[0] == _IMAGE:
            frames += 1
            at = _after_blocks(file, at + 10 + _table(kind[9]) + 1)
        elif len(kind) > 1 and kind[0] == _EXTENSION:
            at = _after_blocks(file, at + 2)
        else:
            break
    return frames


def _table(flags: int) -> int:
    """Bytes of the colour table that ``flags`` announce."""
    return 3 * 2 ** ((flags & 7) + 1) if flags & 0x80 else 0


def _after_blocks(file: Readable, at: int) -> int:
    """Where the chain of data blocks that begins at ``at`` ends."""
    while True:
        file.seek(at)
        size = file.read(1)
        if not size or not size[0]:
            return at + 1
        at += 1 + size[0]
