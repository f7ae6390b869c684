"""Reads of a JPEG what Instagram judges: its frame's size, whether it is one picture or several; decodes nothing."""

from dataclasses import dataclass
from typing import Final

# ITU-T T.81, table B.1: the markers that begin a frame; those without a length behind them.
FRAMES: Final = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
BARE: Final = frozenset({0x01, *range(0xD0, 0xD9)})
SCAN, END = 0xDA, 0xD9


@dataclass(frozen=True, slots=True)
class Picture:
    """In pixels. `several`: a multi-picture file (MPO, JPS), which is no plain JPEG."""

    width: int
    height: int
    several: bool = False

    @property
    def ratio(self) -> float:
        return self.width / self.height


def read_jpeg(content: bytes) -> Picture | None:
    """None when the bytes have no frame that can be read."""
    position, several = 2, False
    while position + 4 <= len(content):
        if content[position] != 0xFF:
            return None
        marker = content[position + 1]
        if marker == 0xFF or marker in BARE:
            position += 1 if marker == 0xFF else 2
            continue
        if marker in (SCAN, END):
            return None
        length = int.from_bytes(content[position + 2 : position + 4])
        segment = content[position + 4 : position + 2 + length]
        if length < 2:
            return None
        if marker == 0xE2 and segment.startswith(b"MPF\0"):
            several = True
        if marker == 0xE3 and segment.startswith(b"_JPSJPS_"):
            several = True
        if marker in FRAMES:
            height, width = int.from_bytes(segment[1:3]), int.from_bytes(segment[3:5])
            return Picture(width, height, several) if len(segment) >= 6 and width and height else None
        position += 2 + length
    return None
