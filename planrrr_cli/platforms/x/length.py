"""How long a text is as X counts: weighted characters, each link 23, each emoji 2. Pure arithmetic, no limits.

https://github.com/twitter/twitter-text, config/v3.json (version 3, read 2026-11-23) and
https://docs.x.com/fundamentals/counting-characters (read 2026-08-22).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from unicodedata import normalize

from planrrr_cli.platforms.x.emoji import pattern
from planrrr_cli.platforms.x.links import links

LINK = 23
HEAVY = 2

_LIGHT = re.compile("[\u0000-\u10ff\u2000-\u200d\u2010-\u201f\u2032-\u2037]+")
_PILE = re.compile(r"[^\w\x00-\x7f]{200,}")
_INVALID = re.compile("[\ufffe\ufeff\uffff]")


@dataclass(frozen=True, slots=True)
class Measure:
    """``characters``: the weighted length. ``links``: how many links are in it."""

    characters: int
    links: int


def measure(text: str) -> Measure:
    """Counts ``text`` after normalising it to NFC, as X does."""
    text = nfc(text)
    characters, at = 0, 0
    found = links(text)
    for start, end in found:
        characters += weight(text[at:start]) + LINK
        at = end
    return Measure(characters + weight(text[at:]), len(found))


def nfc(text: str) -> str:
    """NFC, but a pile of marks is taken in slices: Python sorts its marks in a time that grows with their square."""
    if text.isascii():
        return text
    sliced, at = [], 0
    for pile in _PILE.finditer(text):
        sliced.append(text[at : pile.start()])
        sliced += (
            text[start : min(start + 200, pile.end())] for start in range(pile.start(), pile.end(), 200)
        )
        at = pile.end()
    return "".join(normalize("NFC", some) for some in [*sliced, text[at:]])


def weighted_length(text: str) -> int:
    """The length that X compares with its limit."""
    return measure(text).characters


def weight(text: str) -> int:
    """Of a text without links: 1 for Latin and its like, 2 for everything else, 2 for an emoji as a whole."""
    if text.isascii():
        return len(text)
    counted = _without_emoji(text)
    for found in pattern().finditer(text):
        if found.end() - found.start() > 1:
            counted += HEAVY - _without_emoji(found.group())
    return counted


def _without_emoji(text: str) -> int:
    return HEAVY * len(text) - (len(text) - len(_LIGHT.sub("", text)))


def invalid_characters(text: str) -> list[str]:
    """The characters that X takes in no text, as ``U+FEFF``, each once."""
    return [f"U+{ord(character):04X}" for character in dict.fromkeys(_INVALID.findall(text))]
