"""Cuts a long text into the parts of a thread: at the end of sentences or words, never inside a link or an emoji."""

from __future__ import annotations

import re
from bisect import bisect_right
from itertools import accumulate
from unicodedata import combining

from planrrr_cli.platforms.x.emoji import pattern
from planrrr_cli.platforms.x.length import LINK, nfc, weight, weighted_length
from planrrr_cli.platforms.x.links import links

# The best cut first; each is only taken where it leaves a part that is not too short.
_PARAGRAPH = re.compile(r"\n\s*\n")
_SENTENCE = re.compile(r"[.!?…]+[\"'”’)\]]*(?=\s)|[。！？]+[」』”’）]*")
_LINE = re.compile(r"\n")
_WORD = re.compile(r"\s+")
_CUTS = ((_PARAGRAPH, 0.5), (_SENTENCE, 0.5), (_LINE, 0.5), (_WORD, 0.0))


def split(text: str, limit: int, *, most: int) -> list[str]:
    """The parts, each at most ``limit`` as X counts; together they are the text but for white space at the cuts.

    Gives up after ``most`` + 1 parts, so that a text of any length costs no more than it has to.
    """
    text = nfc(text).strip()
    parts: list[str] = []
    atoms = _Atoms(text)
    start = 0
    while start < len(text) and len(parts) <= most:
        stop = _stop(text, start, atoms, limit)
        parts.append(text[start:stop].rstrip())
        space = _WORD.match(text, stop)
        start = space.end() if space else stop
    return parts


class _Atoms:
    """What cannot be cut: links, emoji, letters with their marks. ``starts`` and the weight before each."""

    def __init__(self, text: str) -> None:
        self.starts: list[int] = []
        weights: list[int] = []
        at = 0
        for begin, end in [*links(text), (len(text), len(text))]:
            for start, stop in _pieces(text, at, begin):
                self.starts.append(start)
                weights.append(weight(text[start:stop]))
            if begin < end:
                self.starts.append(begin)
                weights.append(LINK)
            at = end
        self.starts.append(len(text))
        self.before = list(accumulate(weights, initial=0))

    def reach(self, start: int, limit: int) -> int:
        """How far the atoms from the one at ``start`` go within ``limit``; at least one of them."""
        first = bisect_right(self.starts, start) - 1
        last = bisect_right(self.before, self.before[first] + limit) - 1
        return self.starts[max(last, first + 1)]

    def is_start(self, position: int) -> bool:
        """Whether nothing is cut in two at ``position``."""
        return self.starts[bisect_right(self.starts, position) - 1] == position


def _pieces(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Emoji as a whole, and letters with the marks that follow them."""
    found: list[tuple[int, int]] = []
    emoji = {one.start(): one.end() for one in pattern().finditer(text, start, end)}
    while start < end:
        stop = emoji.get(start, start + 1)
        while stop < end and (combining(text[stop]) or text[stop] in "\u200d\ufe0e\ufe0f"):
            stop += 1
        found.append((start, stop))
        start = stop
    return found


def _stop(text: str, start: int, atoms: _Atoms, limit: int) -> int:
    """Where the part that begins at ``start`` ends."""
    allowed = limit
    while True:
        reach = atoms.reach(start, allowed)
        stop = reach if reach >= len(text) else _best(text, start, reach, atoms)
        # A cut inside a run of characters can make a link of what was none, or none of what was one.
        if weighted_length(text[start:stop]) <= limit or allowed <= 1:
            return stop
        allowed -= max(1, limit // 20)


def _best(text: str, start: int, reach: int, atoms: _Atoms) -> int:
    """The nicest place to cut at or before ``reach``, which is itself the last possible one."""
    window = text[start : reach + 1]  # with one character more, which tells whether a word ends at ``reach``
    for cut, least in _CUTS:
        ends = (min(start + found.end(), reach) for found in cut.finditer(window))
        stops = [stop for stop in ends if stop > start and atoms.is_start(stop)]
        if stops and stops[-1] - start > least * (reach - start):
            return stops[-1]
    return reach
