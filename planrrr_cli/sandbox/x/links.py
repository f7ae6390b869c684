"""Which parts of a text X takes for links; what a link costs or becomes is decided elsewhere.

Rules: twitter/twitter-text, conformance/extract.yml (read 2026-11-24), restated in code of our own.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

LONGEST: Final = 4096
LONGEST_SLUG: Final = 40

_MARKS = "\u202a-\u202e\u061c\u200e\u200f\u2066-\u2069"
_SPACES = r"\s\x00-\x1f\u0085\u00a0\u1680\u180e\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
_PUNCTUATION = re.escape("!'#%&()*+,\\-./:;<=>?@[]^_{|}~$")
_LETTER = rf"[^{_SPACES}{_PUNCTUATION}{_MARKS}\ufeff\ufffe\uffff]"
_LABEL = rf"{_LETTER}(?:(?:{_LETTER}|[-_]){{0,62}}{_LETTER})?"
_HOST = re.compile(rf"(?P<scheme>https?://)?(?P<host>{_LABEL}(?:\.{_LABEL}){{1,30}})", re.IGNORECASE)
_AFTER_TLD = re.compile(r"[0-9a-z@+-]", re.IGNORECASE)
_ACCENTED = "\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f\u0300-\u036f\u1e00-\u1eff"
_WORLD = rf"a-z0-9\u0400-\u04ff{_ACCENTED}"
_PATH = rf"[{_WORLD}!*';:=+,.$/%#\[\]\-\u2013_~@|&]"
_BRACKETS = rf"\((?:{_PATH}|\({_PATH}+\))+\)"
_PATH_RUN = re.compile(rf"/(?:{_PATH}|{_BRACKETS})*", re.IGNORECASE)
_PATH_END = re.compile(rf"[{_WORLD}=_#/+\-)]", re.IGNORECASE)
_QUERY_RUN = re.compile(r"\?[a-z0-9!?*'@();:&=+$/%#\[\]\-_.,~|]*", re.IGNORECASE)
_QUERY_END = re.compile(r"[a-z0-9\-_&=#/]", re.IGNORECASE)
_SHORTENED = re.compile(r"https?://t\.co/([a-z0-9]+)(?:\?[^\s]*)?", re.IGNORECASE)
_LATIN = re.compile(rf"(?:[a-z0-9{_ACCENTED}-]+\.)+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Link:
    """`text[start:end]` in code points."""

    start: int
    end: int
    text: str

    @property
    def address(self) -> str:
        """With a scheme, as `expanded_url` has it."""
        return self.text if "://" in self.text[:8] else f"http://{self.text}"


def find_links(text: str) -> list[Link]:
    """In order, none inside another."""
    found: list[Link] = []
    position = done = 0
    while text.find(".", position) >= 0 and (match := _HOST.search(text, position)):
        start, end = match.start(), _end_of_host(text, match.start("host"), match["host"])
        # The character before a link is looked at, so it cannot be one that another link ended with.
        if (
            end is None
        ):  # none of its labels is a top-level domain; the last may yet be the first of another host
            position = match.end() - len(match["host"].rpartition(".")[2])
            continue
        if 0 < done == start or not _may_begin(text, start):
            position = start + 1
            continue
        links = _links_of(text, match, end)
        found += links
        position = done = links[-1].end if links else end
    return found


def _may_begin(text: str, start: int) -> bool:
    before = text[start - 1] if start else " "
    return before not in "@＠$#＃" and not (before.isascii() and before.isalnum())


def _links_of(text: str, match: re.Match[str], end: int) -> list[Link]:
    """The links that a host with an end at `end` makes: with a scheme one, without it each Latin part is one."""
    start, scheme = match.start(), match["scheme"]
    host = text[match.start("host") : end]
    if not _encodable(host):
        return []
    if scheme:
        link = _judge(text, start, _end_of_query(text, _end_of_path(text, _end_of_port(text, end))), scheme)
        return [link] if link else []
    if start and text[start - 1] in "-_./":
        return []
    spans = list(_latin_parts(text, match.start("host"), end))
    if spans and spans[-1][1] == end:  # what follows belongs to it; a port or query does so after a path only
        path = _end_of_port(text, end)
        if (path_end := _end_of_path(text, path)) > path:
            spans[-1] = (spans[-1][0], _end_of_query(text, path_end))
    judged = [_judge(text, first, last, "") for first, last in spans]
    return [link for link in judged if link]


def _latin_parts(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Latin labels and the top-level domain after them, which may be in any script."""
    while part := _LATIN.search(text, start, end):
        top = text[part.end() : end].partition(".")[0]
        last = _end_of_host(text, part.start(), part[0] + top)
        if last is not None:
            yield part.start(), last
        start = last or part.end()


def _judge(text: str, start: int, end: int, scheme: str) -> Link | None:
    """One link, unless it is too long; a short link of X's own ends after its slug."""
    if shortened := _SHORTENED.match(text, start):
        if len(shortened[1]) > LONGEST_SLUG:
            return None
        end = shortened.end()
    if end - start + (0 if scheme else len("https://")) > LONGEST:
        return None
    return Link(start, end, text[start:end])


def _end_of_host(text: str, start: int, run: str) -> int | None:
    """The longest host in the run that ends in a known top-level domain; its own name holds no underscore."""
    labels = run.split(".")
    for count in range(len(labels), 1, -1):
        offset = start + sum(len(label) + 1 for label in labels[: count - 1])
        length = _top_level(text, offset, labels[count - 1])
        if length and "_" not in labels[count - 2]:
            return offset + length
    return None


def _top_level(text: str, offset: int, label: str) -> int:
    """How much of the label is a top-level domain; 0 when nothing is."""
    ascii_run = re.match(r"[0-9a-z-]*", label, re.IGNORECASE)
    run = ascii_run[0] if ascii_run else ""
    if run.lower().startswith("xn--") or run.lower() in _known():
        lengths = [len(run)]
    elif run:
        lengths = []
    else:
        lengths = [size for size in range(min(len(label), 24), 1, -1) if label[:size] in _known()]
    for length in lengths:
        if not _AFTER_TLD.match(text, offset + length):
            return length
    return 0


@cache
def _known() -> frozenset[str]:
    lines = Path(__file__).with_name("tlds.txt").read_text(encoding="utf-8").splitlines()
    return frozenset(name for line in lines if not line.startswith("#") for name in line.split())


def _encodable(host: str) -> bool:
    """Every label fits into 63 bytes once it is Punycode, and none pretends to be Punycode already."""
    for label in host.split("."):
        if label.isascii():
            size = len(label)
        elif label.lower().startswith("xn--"):
            return False
        else:
            size = len("xn--") + len(label.encode("punycode"))
        if size > 63:
            return False
    return True


def _end_of_port(text: str, end: int) -> int:
    port = re.compile(r":[0-9]+").match(text, end)
    return port.end() if port else end


def _end_of_path(text: str, end: int) -> int:
    run = _PATH_RUN.match(text, end)
    if run is None:
        return end
    last = run.end()
    while last > end + 1 and not _PATH_END.match(text, last - 1):
        last -= 1
    return last


def _end_of_query(text: str, end: int) -> int:
    run = _QUERY_RUN.match(text, end)
    if run is None:
        return end
    last = run.end()
    while last > end + 1 and not _QUERY_END.match(text, last - 1):
        last -= 1
    return last if last > end + 1 else end
