"""A calendar as RFC 5545 wants it, for the days on which somebody has to sign in; it knows no connection."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from planrrr_cli import __version__
from planrrr_cli.domain.renewal import MARKS

WIDEST = 75  # octets of a line, without its end (RFC 5545, 3.1)
HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Event:
    """An hour that ends at ``at``. ``key`` stays the same when the event moves."""

    key: str
    summary: str
    description: str
    at: datetime


def calendar(events: Iterable[Event], *, now: datetime) -> str:
    """The whole file, its lines ended by CRLF and folded; at least one event has to be in it (3.6)."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", f"PRODID:-//planrrr//planrrr {__version__}//EN"]
    for event in events:
        lines += _event(event, now)
    lines.append("END:VCALENDAR")
    return "".join(f"{folded}\r\n" for line in lines for folded in fold(line))


def _event(event: Event, now: datetime) -> list[str]:
    alarms = [line for days in MARKS if event.at - now > timedelta(days=days) for line in _alarm(event, days)]
    return [
        "BEGIN:VEVENT",
        f"UID:{event.key}@planrrr",
        f"DTSTAMP:{_moment(now)}",
        f"DTSTART:{_moment(event.at - HOUR)}",
        f"DTEND:{_moment(event.at)}",
        f"SUMMARY:{_text(event.summary)}",
        f"DESCRIPTION:{_text(event.description)}",
        "TRANSP:TRANSPARENT",
        *alarms,
        "END:VEVENT",
    ]


def _alarm(event: Event, days: int) -> list[str]:
    return [
        "BEGIN:VALARM",
        "ACTION:DISPLAY",
        f"DESCRIPTION:{_text(event.summary)}",
        f"TRIGGER:-P{days}D",
        "END:VALARM",
    ]


def _moment(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _text(value: str) -> str:
    """RFC 5545, 3.3.11: four characters are escaped, and control characters are not allowed."""
    for plain, escaped in (("\\", "\\\\"), (";", "\\;"), (",", "\\,"), ("\n", "\\n")):
        value = value.replace(plain, escaped)
    return "".join(one for one in value if unicodedata.category(one) not in {"Cc", "Cs"})


def fold(line: str) -> list[str]:
    """Pieces of at most 75 octets, all but the first beginning with a space; no character is cut in two."""
    pieces, piece, size = [], "", 0
    for character in line:
        width = len(character.encode())
        if size + width > WIDEST:
            pieces.append(piece)
            piece, size = " ", 1
        piece, size = piece + character, size + width
    return [*pieces, piece]
