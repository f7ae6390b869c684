"""The values of X's options that have an inside: polls and threads, read from what a document's YAML holds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from difflib import get_close_matches
from typing import Any

from planrrr_cli.documents.times import parse_duration
from planrrr_cli.domain.errors import InvalidDocument

AUTO = "auto"
# The numbers of https://github.com/xdevplatform/docs openapi.json 2.167, CreatePostsPoll (read 2026-08-22)
FEWEST_CHOICES, MOST_CHOICES, MOST_CHOICE = 2, 4, 25
SHORTEST_POLL, LONGEST_POLL, USUAL_POLL = 5, 10_080, 1_440  # minutes


@dataclass(frozen=True, slots=True)
class Poll:
    """``minutes``: how long it is open."""

    choices: tuple[str, ...]
    minutes: int


@dataclass(frozen=True, slots=True)
class Written:
    """One part of a thread as written; ``media`` are positions in the post, counted from 0."""

    text: str
    media: tuple[int, ...] = ()


class Wrong(ValueError):
    """A sentence about one value."""


def read_poll(value: Any) -> Poll:
    if not isinstance(value, dict):
        raise Wrong("write it like  poll: {options: [One, Two], duration: 1d}")
    for name in value:
        if name not in {"options", "duration"}:
            near = get_close_matches(str(name), ["options", "duration"], n=1)
            hint = f"did you mean “{near[0]}”?" if near else "it knows options and duration"
            raise Wrong(f"the key “{name}” is not known; {hint}")
    choices = value.get("options")
    if not isinstance(choices, list) or not FEWEST_CHOICES <= len(choices) <= MOST_CHOICES:
        count = f"has {len(choices)}" if isinstance(choices, list) else "has no list of them"
        raise Wrong(f"X wants {FEWEST_CHOICES} to {MOST_CHOICES} options; it {count}")
    for number, choice in enumerate(choices, 1):
        if not isinstance(choice, str) or not choice.strip():
            raise Wrong(f"option {number}: {shown(choice)} is no text; put it in quotes")
        if len(choice) > MOST_CHOICE:
            over = len(choice) - MOST_CHOICE
            raise Wrong(f"option {number} has {len(choice)} characters, {over} more than {MOST_CHOICE}")
    return Poll(tuple(choices), _minutes(value.get("duration", USUAL_POLL)))


def _minutes(value: Any) -> int:
    """A number of minutes, or a duration like 90m, 12h or 3d."""
    wrong = f"duration: {shown(value)} is neither minutes nor a duration like 90m, 12h or 3d"
    if isinstance(value, str) and value.strip().isascii() and value.strip().isdigit():
        value = int(value.strip()[:9])
    if isinstance(value, str):
        try:
            minutes, rest = divmod(parse_duration(value), timedelta(minutes=1))
        except InvalidDocument:
            raise Wrong(wrong) from None
        if rest:
            raise Wrong(f"duration: {shown(value)} is no whole number of minutes")
        value = minutes
    if isinstance(value, bool) or not isinstance(value, int):
        raise Wrong(wrong)
    if not SHORTEST_POLL <= value <= LONGEST_POLL:
        raise Wrong(f"duration: {value:,} minutes; X takes {SHORTEST_POLL} minutes to 7 days (10,080)")
    return value


def read_thread(value: Any) -> tuple[bool, tuple[Written, ...] | None]:
    if isinstance(value, str) and value.strip().lower() == AUTO:
        return True, None
    if not isinstance(value, list) or not value:
        raise Wrong(f"{shown(value)} is neither “auto” nor a list of texts")
    return False, tuple(_written(item, number) for number, item in enumerate(value, 1))


def _written(item: Any, number: int) -> Written:
    if isinstance(item, str):
        return Written(item.strip("\n"))
    if not isinstance(item, dict):
        raise Wrong(f"item {number}: {shown(item)} is no text; put it in quotes")
    for name in item:
        if name not in {"text", "media"}:
            near = get_close_matches(str(name), ["text", "media"], n=1)
            hint = f"did you mean “{near[0]}”?" if near else "it knows text and media"
            raise Wrong(f"item {number}: the key “{name}” is not known; {hint}")
    text = item.get("text")
    if text is not None and not isinstance(text, str):
        raise Wrong(f"item {number}, text: {shown(text)} is no text; put it in quotes")
    return Written((text or "").strip("\n"), _positions(item.get("media"), number))


def _positions(value: Any, number: int) -> tuple[int, ...]:
    """Written from 1, as people count; kept from 0."""
    if value is None:
        return ()
    items = value if isinstance(value, list) else [value]
    if not all(isinstance(one, int) and not isinstance(one, bool) and one >= 1 for one in items):
        raise Wrong(f"item {number}, media: {shown(value)} is no list of positions; the first medium is 1")
    return tuple(one - 1 for one in items)


def shown(value: Any) -> str:
    """A wrong value, for a sentence: short, quoted, with nothing that steers a terminal."""
    match value:
        case None:
            return "nothing"
        case bool():
            return str(value).lower()
        case int() | float():
            return f"the number {value}"
        case dict():
            return "a mapping"
        case list():
            return "a list" if value else "an empty list"
        case _:
            text = str(value)
            text = text if len(text) <= 60 else text[:60] + "…"
            return f"“{text}”" if text.isprintable() else ascii(text)
