"""Top-level domains as X knows them, and whether a text goes on with one at a position. The list is in ``tlds.txt``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

_WORD = re.compile(r"[0-9A-Za-z]+")
_ENCODED = re.compile(r"xn--[-0-9a-z]+", re.IGNORECASE | re.ASCII)
_NO_END = frozenset("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz@+-")
_LONGEST = 18


@dataclass(frozen=True, slots=True)
class _Domains:
    """``lengths``: by first character the lengths of the names, generic ones first, longest first."""

    generic: frozenset[str]
    country: frozenset[str]
    lengths: Mapping[str, tuple[tuple[int, bool], ...]]


@cache
def _domains() -> _Domains:
    written = files(__package__).joinpath("tlds.txt").read_text(encoding="utf-8")
    lines = "\n".join(line for line in written.splitlines() if not line.startswith("#"))
    generic, country = (part.split() for part in lines.split("\n\n"))
    lengths: dict[str, dict[tuple[int, bool], None]] = {}
    for names, is_generic in ((generic, True), (country, False)):
        for name in sorted(names, key=len, reverse=True):
            lengths.setdefault(name[0], {})[len(name), is_generic] = None
    return _Domains(
        frozenset(generic), frozenset(country), {first: tuple(found) for first, found in lengths.items()}
    )


def tld_end(text: str, start: int, end: int) -> int:
    """Where the top-level domain ends that begins at ``start``; 0 when none does. Nothing at ``end`` or later counts.

    It must not be followed by a letter or digit of ASCII, ``@``, ``+`` or ``-``; an encoded one (``xn--``) may.
    """
    known = _domains()
    word = _WORD.match(text, start, end)
    if word is not None and (word.end() == end or text[word.end()].isascii()):
        return _plain(known, text, word, end)
    if start >= end:
        return 0
    for length, is_generic in known.lengths.get(text[start].lower(), ()):
        stop = start + length
        if stop <= end and (stop == end or text[stop] not in _NO_END):
            names = known.generic if is_generic else known.country
            if text[start:stop].lower() in names:
                return stop
    return 0


def _plain(known: _Domains, text: str, word: re.Match[str], end: int) -> int:
    """The usual case, told by one look at the whole word."""
    stop = word.end()
    ended = stop == end or text[stop] not in _NO_END
    if ended and stop - word.start() <= _LONGEST:
        name = word.group().lower()
        if name in known.generic or name in known.country:
            return stop
    encoded = _ENCODED.match(text, word.start(), end)
    return encoded.end() if encoded else 0
