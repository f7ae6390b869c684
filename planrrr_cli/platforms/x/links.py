"""Where X sees links in a text: the rules of twitter-text, in a time that grows with the text and no faster.

https://github.com/twitter/twitter-text, js/src/extractUrlsWithIndices.js and js/src/regexp (version 3.1.0, Apache
License 2.0, read 2026-11-24). Their one regular expression takes hours for some long texts; here a run of characters
that can be a host is cut at its dots once, and what its end allows is known before any beginning is tried.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from planrrr_cli.platforms.x.tlds import tld_end

MOST_CHARACTERS = 4096
MOST_LABEL = 63
MOST_SLUG = 40
_SCHEME = "https://"

_NEVER_IN_HOST = (
    r"!'#%&'()*+,\\/:;<=>?@\[\]^{|}~$"
    r"\x09-\x0D\x20\x85\xA0\u1680\u180E\u2000-\u200A\u2028\u2029\u202F\u205F\u3000"
    r"\uFFFE\uFEFF\uFFFF\u202A-\u202E\u061C\u200E\u200F\u2066-\u2069"
)
_RUN = re.compile(f"[^{_NEVER_IN_HOST}]+")  # with the dots, hyphens and underscores inside
_BEFORE = "A-Za-z0-9@＠$#＃\ufffe\ufeff\uffff"  # characters that keep a link from beginning after them
_START = re.compile(f"(?<![{_BEFORE}])[^-_.]")
_MAY_PRECEDE = re.compile(f"[^{_BEFORE}]")
_ACCENTS = (
    "\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u00ff\u0100-\u024f\u0253\u0254\u0256\u0257\u0259\u025b\u0263\u0268\u026f\u0272\u0289"
    "\u028b\u02bb\u0300-\u036f\u1e00-\u1eff"
)
_NOT_PLAIN = re.compile(f"[^-A-Za-z0-9{_ACCENTS}]")
_IN_PATH = f"[a-zA-Z\u0400-\u04ff0-9!*';:=+,.$/%#\\[\\]\\-\u2013_~@|&{_ACCENTS}]"
_BRACKETS = rf"\((?:{_IN_PATH}+|{_IN_PATH}*\({_IN_PATH}+\){_IN_PATH}*)\)"
_PATH_END = f"(?:[+\\-a-zA-Z\u0400-\u04ff0-9=_#/{_ACCENTS}]|{_BRACKETS})"
_PATH = f"(?:{_IN_PATH}*(?:{_BRACKETS}{_IN_PATH}*)*{_PATH_END}|@{_IN_PATH}+/)"
_QUERY = r"\?[a-zA-Z0-9!?*'@();:&=+$/%#\[\]\-_.,~|]*[a-zA-Z0-9\-_&=#/]"
_REST = re.compile(f"(?::[0-9]+)?(?P<path>/{_PATH}*)?(?:{_QUERY})?")
_SHORT = re.compile(f"https?://t\\.co/([a-z0-9]+)(?:{_QUERY})?", re.IGNORECASE | re.ASCII)
_IDEOGRAPHIC_DOTS = re.compile("[\u3002\uff0e\uff61]")


@dataclass(frozen=True, slots=True)
class _Run:
    """A stretch of characters that can be a host, cut at its dots. ``pieces``: (start, end) of each."""

    text: str
    pieces: tuple[tuple[int, int], ...]
    tlds: tuple[int, ...]
    reaches: tuple[int, ...]

    @classmethod
    def of(cls, text: str, start: int, end: int, *, seen: int) -> _Run:
        """``seen``: how much of ``text`` decides whether something ends."""
        pieces: list[tuple[int, int]] = []
        while (dot := text.find(".", start, end)) >= 0:
            pieces.append((start, dot))
            start = dot + 1
        pieces.append((start, end))
        tlds = tuple(tld_end(text, begin, seen) for begin, _ in pieces)
        reaches = [-1] * len(pieces)
        for index in range(len(pieces) - 2, -1, -1):
            begin, stop = pieces[index]
            if begin < stop and text[begin] not in "-_" and text[stop - 1] not in "-_":
                reaches[index] = reaches[index + 1]
                if reaches[index] < 0 and tlds[index + 1] and "_" not in text[begin:stop]:
                    reaches[index] = index
        return cls(text, tuple(pieces), tlds, tuple(reaches))

    def host_end(self, index: int, start: int) -> int:
        """Where the host ends that begins at ``start`` in piece ``index``; 0 when none does."""
        stop = self.pieces[index][1]
        if index + 1 >= len(self.pieces) or start >= stop or self.text[start] in "-_":
            return 0
        if self.text[stop - 1] in "-_":
            return 0
        last = self.reaches[index + 1]
        if last < 0 and "_" not in self.text[start:stop]:
            last = index
        return self.tlds[last + 1] if last >= 0 else 0

    def first_host(self, lowest: int) -> tuple[int, int] | None:
        """Start and end of the first host that may begin at ``lowest`` or later without a scheme before it."""
        for index in range(self._piece_at(lowest), len(self.pieces) - 1):
            begin, stop = self.pieces[index]
            begin = max(begin, lowest)
            if self.reaches[index + 1] < 0:
                if not self.tlds[index + 1]:
                    continue
                begin = max(begin, self.text.rfind("_", begin, stop) + 1)
            found = _START.search(self.text, begin, stop)
            if found is not None and (end := self.host_end(index, found.start())):
                return found.start(), end
        return None

    def _piece_at(self, position: int) -> int:
        low, high = 0, len(self.pieces) - 1
        while low < high:
            middle = (low + high) // 2
            if self.pieces[middle][1] < position:
                low = middle + 1
            else:
                high = middle
        return low


def links(text: str) -> list[tuple[int, int]]:
    """Start and end of each link in ``text`` (which is NFC), in order, as code points."""
    return list(_found(text)) if "." in text else []


def _found(text: str) -> Iterator[tuple[int, int]]:
    last = 0  # what a link before has used up; the character before the next one must come after it
    for stretch in _RUN.finditer(text):
        if "." not in stretch.group():
            continue
        run = _Run.of(text, stretch.start(), stretch.end(), seen=len(text))
        scheme = _scheme_before(text, stretch.start(), last)
        if scheme is not None and (end := run.host_end(0, stretch.start())):
            rest = _REST.match(text, end)
            assert rest is not None
            last = rest.end()
            yield from _with_scheme(text, scheme, stretch.start(), end, last)
        while True:
            host = run.first_host(last + 1) if last else _first_of_all(run)
            if host is None:
                break
            rest = _REST.match(text, host[1])
            assert rest is not None
            last = rest.end()
            yield from _without_scheme(text, host, last, has_path=rest["path"] is not None)


def _first_of_all(run: _Run) -> tuple[int, int] | None:
    """At the very beginning twitter-text takes a letter that is not ASCII for what precedes, before it takes it for a
    part of the host."""
    start, text = run.pieces[0][0], run.text
    if start or not _MAY_PRECEDE.match(text):
        return run.first_host(start)
    found = run.first_host(1)
    if (found is None or found[0] > 1) and (end := run.host_end(0, 0)):
        return 0, end
    return found


def _scheme_before(text: str, start: int, last: int) -> int | None:
    """Where ``http://`` or ``https://`` begins that ends at ``start``, if a link may begin there."""
    for scheme in (_SCHEME, "http://"):
        begin = start - len(scheme)
        if begin < 0 or text[begin:start].lower() != scheme:
            continue
        if begin == 0 or (begin > last and _MAY_PRECEDE.match(text, begin - 1)):
            return begin
    return None


def _with_scheme(text: str, begin: int, host: int, host_end: int, end: int) -> Iterator[tuple[int, int]]:
    if not _is_host(text[host:host_end], end - begin):
        return
    short = _SHORT.match(text, begin, end)
    if short is None:
        yield begin, end
    elif len(short[1]) <= MOST_SLUG:
        yield begin, short.end()


def _without_scheme(
    text: str, host: tuple[int, int], end: int, *, has_path: bool
) -> Iterator[tuple[int, int]]:
    """Only the plain parts of the host are links; port, path and query belong to the last one if there is a path."""
    start, host_end = host
    if not _is_host(text[start:host_end], end - start + len(_SCHEME)):
        return
    if start and text[start - 1] in "-_./":
        return
    found = _plain_hosts(text, start, host_end)
    if found and has_path:
        found[-1] = (found[-1][0], end)
    yield from found


def _is_host(host: str, length: int) -> bool:
    """``length``: of the whole link with its scheme, as written."""
    if host.startswith("xn--") and not host.isascii() and not _plain_hosts(host, 0, len(host)):
        return False
    for label in host.split("."):
        if label.isascii():
            if len(label) > MOST_LABEL:
                return False
            continue
        for part in _IDEOGRAPHIC_DOTS.split(label):
            encoded = _encoded_length(part)
            if encoded > MOST_LABEL:
                return False
            length += encoded - len(part)
    return length <= MOST_CHARACTERS


def _encoded_length(label: str) -> int:
    """In Punycode, which never has fewer characters than the label."""
    if label.isascii() or len(label) > MOST_LABEL:
        return len(label)
    return len("xn--") + len(label.encode("punycode"))


def _plain_hosts(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """The parts of a host that are ASCII or accented Latin and end in a top-level domain."""
    run = _Run.of(text, start, end, seen=end)
    pieces, count = run.pieces, len(run.pieces)
    reaches = [-1] * count  # the last piece that a chain of plain pieces from this one ends in
    for index in range(count - 1, 0, -1):
        begin, stop = pieces[index]
        if index + 1 < count and begin < stop and not _NOT_PLAIN.search(text, begin, stop):
            reaches[index] = reaches[index + 1]
        if reaches[index] < 0 and run.tlds[index]:
            reaches[index] = index
    found: list[tuple[int, int]] = []
    index, lowest = 0, start
    while index < count - 1:
        begin, stop = max(pieces[index][0], lowest), pieces[index][1]
        for other in _NOT_PLAIN.finditer(text, begin, stop):
            begin = other.end()
        target = reaches[index + 1]
        if begin < stop and target >= 0:
            found.append((begin, run.tlds[target]))
            index, lowest = target, run.tlds[target]
        else:
            index += 1
    return found
