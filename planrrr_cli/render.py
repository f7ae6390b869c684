"""What people and machines read: data on stdout, words on stderr, and nothing that steers a terminal."""

from __future__ import annotations

import json
import os
import sys
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, tzinfo
from typing import Any, TextIO

STYLES: Mapping[str, str] = {
    "published": "green",
    "active": "green",
    "closed": "green",
    "open": "red",
    "half_open": "yellow",
    "failed": "red",
    "missed": "red",
    "needs_reauth": "red",
    "in_doubt": "yellow",
    "retried": "yellow",
    "deferred": "yellow",
    "processing": "cyan",
    "publishing": "cyan",
}
WHOLE = frozenset(
    {
        "id",
        "due",
        "state",
        "status",
        "platform",
        "outcome",
        "would",
        "opens",
        "breaker",
        "limit",
        "used",
        "of",
        "per",
    }
)  # never cut
NARROWEST = 8
_DIRECTIONS = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff")
_UNSAFE = frozenset({"Cc", "Cs", "Zl", "Zp"})


def clean(text: str, *, lines: bool = False) -> str:
    """``text`` with everything that can move a cursor or turn a line around written as an escape.

    ``lines`` keeps line feeds and tabs, for texts that are shown whole.
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(_shown(character, lines) for character in text)


def _shown(character: str, lines: bool) -> str:
    if lines and character in "\n\t":
        return character
    if character not in _DIRECTIONS and unicodedata.category(character) not in _UNSAFE:
        return character
    return character.encode("unicode_escape").decode("ascii")


def preview(text: str, width: int = 48) -> str:
    """One short line of a text: white space joined, control characters escaped."""
    flat = clean(" ".join(text.split()))
    return flat if len(flat) <= width else flat[: width - 1].rstrip() + "…"


def iso(moment: datetime | None) -> str | None:
    """The instant as ISO 8601 in UTC, as every JSON document of ours writes it."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z") if moment else None


def when(moment: datetime | None, zone: tzinfo = UTC) -> str:
    """The instant for people, with its zone; seconds where there are any, ``–`` for none."""
    if moment is None:
        return "–"
    shown = exact(moment, zone)
    return shown.replace(":00 ", " ", 1) if moment.second == 0 else shown


def exact(moment: datetime | None, zone: tzinfo = UTC) -> str:
    """Always to the second, for what happened rather than for what was planned."""
    if moment is None:
        return "–"
    there = moment.astimezone(zone)
    return f"{there:%Y-%m-%d %H:%M:%S} {there.tzname() or there.strftime('%z')}"


def is_terminal(stream: TextIO) -> bool:
    return stream.isatty() and os.environ.get("TERM") != "dumb"


def is_plain() -> bool:
    """Whether nobody wants to see colours and bars: https://no-color.org (read 2026-11-24)."""
    return bool(os.environ.get("NO_COLOR"))


def document(shape: Mapping[str, Any]) -> None:
    """Writes the one JSON document of a command."""
    text = json.dumps(shape, ensure_ascii=False, indent=2, default=_plain)
    try:
        text.encode(sys.stdout.encoding or "ascii")
    except UnicodeEncodeError:  # half a surrogate pair, or a terminal that is not UTF-8
        text = json.dumps(shape, indent=2, default=_plain)
    _write(sys.stdout, text)


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return iso(value)
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, (set, frozenset)):
        return sorted(value)
    raise TypeError(f"{type(value).__name__} has no place in a JSON document")


def line(text: str = "") -> None:
    """One line (or several) of data for people."""
    _write(sys.stdout, clean(text, lines=True))


def say(text: str) -> None:
    """Words: what is being done, what was noticed, what to do next."""
    _write(sys.stderr, clean(text, lines=True))


def new_page() -> None:
    """For what is shown again and again: a terminal is cleared, elsewhere an empty line comes between."""
    if is_terminal(sys.stdout):
        from rich.console import Console

        Console().clear()
    else:
        line()


def _write(stream: TextIO, text: str) -> None:
    encoding = stream.encoding or "utf-8"
    stream.write(text.encode(encoding, "backslashreplace").decode(encoding) + "\n")
    stream.flush()


def table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Rows for people; a drawn table on a terminal, aligned columns in a pipe. Cells are cleaned here."""
    cleaned = [[clean(cell) for cell in row] for row in rows]
    if is_terminal(sys.stdout):
        _drawn(columns, cleaned)
    else:
        _aligned(columns, cleaned)


def _drawn(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Coloured, and never wider than the terminal: the last column (an address, a reason) goes below if it must."""
    from rich.console import Console
    from rich.text import Text

    console = Console(highlight=False)
    widths = [max(map(cells, column)) for column in zip(columns, *rows, strict=True)]
    fits = sum(widths) + 2 * (len(widths) - 1) <= console.width
    shown = len(columns) if fits or len(columns) < 3 else len(columns) - 1
    widths = _fitted(columns[:shown], widths[:shown], console.width)
    for number, row in enumerate([columns, *rows]):
        line = Text()
        for cell, width in zip(row, widths, strict=False):
            style = STYLES.get(cell, "") if number else "bold"
            part = Text(cell, style="" if is_plain() else style)
            part.truncate(width, overflow="ellipsis", pad=True)
            line.append_text(part).append("  ")
        line.rstrip()
        console.print(line, soft_wrap=True)
        if number and shown < len(row) and row[shown]:
            console.print(Text(f"    {row[shown]}"), soft_wrap=True)


def _fitted(columns: Sequence[str], widths: Sequence[int], most: int) -> list[int]:
    """Narrower columns, where they may be cut, until a line fits."""
    fitted = list(widths)
    while sum(fitted) + 2 * (len(fitted) - 1) > most:
        able = [i for i, column in enumerate(columns) if column not in WHOLE and fitted[i] > NARROWEST]
        if not able:
            break
        fitted[max(able, key=lambda i: fitted[i])] -= 1
    return fitted


def _aligned(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    everything = [list(columns), *rows]
    widths = [max(map(cells, column)) for column in zip(*everything, strict=True)]
    for row in everything:
        padded = (cell + " " * (width - cells(cell)) for cell, width in zip(row, widths, strict=True))
        _write(sys.stdout, "  ".join(padded).rstrip())


def cells(text: str) -> int:
    """How many columns of a terminal ``text`` takes."""
    return sum(_width(character) for character in text)


def _width(character: str) -> int:
    if character.isascii():
        return 1
    if unicodedata.category(character) in {"Mn", "Me", "Cf"}:
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def counted(number: int, one: str, many: str | None = None) -> str:
    """``1 post``, ``3 posts``."""
    return f"{number} {one if number == 1 else many or one + 's'}"
