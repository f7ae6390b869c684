"""Times and durations as people type them, made exact or refused; it knows no clock and no document."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

from planrrr_cli.domain.errors import InvalidDocument

NOW = "now"
MOST_YEARS_AHEAD = 10
FIRST_YEAR = 1900
LONGEST_DURATION = timedelta(days=366)

_TIME = re.compile(
    r"(\d{4}-\d\d-\d\d)(?:T|\s+)(\d\d:\d\d)(:\d\d(?:\.\d{1,6})?)?\s*(Z|[+-]\d\d(?::?\d\d)?)?",
    re.ASCII | re.IGNORECASE,
)
_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_DURATION = re.compile(
    r"(?:(\d{1,5})w)?(?:(\d{1,5})d)?(?:(\d{1,6})h)?(?:(\d{1,8})m)?(?:(\d{1,9})s)?", re.ASCII
)
# Names that zoneinfo finds on some machines: this host's own zone, or zones that count leap seconds.
_NO_ZONES = ("right/", "posix/", "localtime", "posixrules", "Factory")


@dataclass(frozen=True, slots=True)
class Moment:
    """``at`` is UTC. ``wall_time`` is the time as typed, None for "now"; ``zone`` None when it had an offset."""

    at: datetime
    wall_time: str | None
    zone: str | None


def resolve_time(
    typed: str, *, zone: str | None, default_zone: str | None, now: datetime, may_be_past: bool = False
) -> Moment:
    """The instant that ``typed`` means, in ``zone``, else by its own offset, else in ``default_zone``.

    ``now`` is UTC. ``may_be_past``: only the time itself is judged, not whether it is still to come. Raises
    InvalidDocument with one sentence for what is no time, has no zone, is past, or names a local time that does not
    exist or exists twice.
    """
    typed = typed.strip()
    chosen = load_zone(zone) if zone else None
    if typed.lower() == NOW:
        return Moment(now, None, None)
    local = _parsed(typed)
    _check_year(local, typed, now, FIRST_YEAR if may_be_past else now.year - 1)
    if local.tzinfo is not None:
        if chosen is not None:
            _check_agreement(local, chosen, typed)
        name = zone
    else:
        name = zone or default_zone
        if name is None:
            raise InvalidDocument(
                f"{typed} has no time zone; write {local.isoformat()}+01:00 (with your offset), "
                "add a zone like Europe/Berlin, or set PLANRRR_TIMEZONE"
            )
        local = _only_reading(local, chosen or load_zone(name), typed)
    at = local.astimezone(UTC)
    if at < now and not may_be_past:
        raise InvalidDocument(
            f"{typed} has passed ({at:%Y-%m-%d %H:%M} UTC); give a later time, or --at now to publish at once"
        )
    return Moment(at, typed, name)


def spelled_alike(typed: str) -> str:
    """``typed`` as every spelling of it is written (``T`` or a space, with or without seconds, ``Z`` or ``+00:00``)."""
    typed = typed.strip()
    try:
        return NOW if typed.lower() == NOW else _parsed(typed).isoformat()
    except InvalidDocument:
        return typed


def load_zone(name: str) -> ZoneInfo:
    """The IANA zone ``name``; InvalidDocument suggests a near one."""
    try:
        if not name.startswith(_NO_ZONES):
            return ZoneInfo(name)
    except (ValueError, OSError, KeyError):  # ZoneInfoNotFoundError is a KeyError, a folder's name an OSError
        pass
    lowered = {
        known.lower(): known for known in sorted(available_timezones()) if not known.startswith(_NO_ZONES)
    }
    near = difflib.get_close_matches(name.lower().replace(" ", "_"), lowered, n=1)
    hint = f"did you mean {lowered[near[0]]}?" if near else "write a name like Europe/Berlin"
    raise InvalidDocument(f"{_shown(name)} is not a time zone; {hint}")


def parse_duration(typed: str) -> timedelta:
    """``90m``, ``24h``, ``2d``, ``1d12h``: more than nothing, a year at most; else InvalidDocument."""
    found = _DURATION.fullmatch(typed.strip().lower())
    if not found or not any(found.groups()):
        raise InvalidDocument(f"{_shown(typed)} is not a duration; write it like 90m, 24h or 2d")
    weeks, days, hours, minutes, seconds = (int(part or 0) for part in found.groups())
    duration = timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes, seconds=seconds)
    if not timedelta(0) < duration <= LONGEST_DURATION:
        raise InvalidDocument(
            f"{_shown(typed)} is not between a second and a year; write it like 90m, 24h or 2d"
        )
    return duration


def _parsed(typed: str) -> datetime:
    found = _TIME.fullmatch(typed)
    if not found:
        if _DATE.fullmatch(typed):
            raise InvalidDocument(f"{typed} is a date without a time; write {typed} 09:00")
        raise InvalidDocument(
            f"{_shown(typed)} is not a time; write it like 2026-12-01T09:00:00+01:00, or now"
        )
    date, minute, second, offset = found.groups()
    if not _is_offset((offset or "Z").upper()):
        raise InvalidDocument(f"{typed} has an offset that no clock has; write one like +01:00, or Z")
    try:
        return datetime.fromisoformat(f"{date}T{minute}{second or ''}{(offset or '').upper()}")
    except ValueError as error:
        reason = str(error).partition(":")[0]
        raise InvalidDocument(
            f"{typed} is not in the calendar ({reason}); mend the date or the time"
        ) from None


def _is_offset(offset: str) -> bool:
    hours, minutes = int(offset[1:3] or 0), int(offset[3:].lstrip(":") or 0)
    return hours < 24 and minutes < 60  # Python takes +01:99 for +02:39


def _check_year(local: datetime, typed: str, now: datetime, first: int) -> None:
    """Far years are typing errors; the arithmetic of time zones fails at the ends of the calendar."""
    if local.year > now.year + MOST_YEARS_AHEAD:
        raise InvalidDocument(f"{typed} is more than {MOST_YEARS_AHEAD} years away; mend the year")
    if local.year < first:
        raise InvalidDocument(f"{typed} has passed; give a later time, or --at now to publish at once")


def _check_agreement(local: datetime, zone: ZoneInfo, typed: str) -> None:
    there = local.astimezone(zone)
    if there.utcoffset() != local.utcoffset():
        raise InvalidDocument(
            f"{typed} has another offset than {zone.key}, where that moment is {there.isoformat()}; "
            "leave out the offset or the zone"
        )


def _only_reading(wall: datetime, zone: ZoneInfo, typed: str) -> datetime:
    """``wall`` in ``zone``, if clocks there showed it exactly once."""
    first, second = wall.replace(tzinfo=zone, fold=0), wall.replace(tzinfo=zone, fold=1)
    if first.utcoffset() == second.utcoffset():
        return first
    # Through UTC and back: a time that was skipped comes back as another one.
    readings = sorted({reading.astimezone(UTC) for reading in (first, second)})
    shown = [reading.astimezone(zone) for reading in readings]
    earlier, later = (reading.isoformat() for reading in shown)
    if shown[0].replace(tzinfo=None) == wall:
        raise InvalidDocument(
            f"{typed} happens twice in {zone.key}, when clocks are set back; write {earlier} or {later}"
        )
    raise InvalidDocument(
        f"{typed} does not exist in {zone.key}, where clocks are set forward over it; write {earlier} or {later}"
    )


def _shown(text: str) -> str:
    text = text if len(text) <= 60 else text[:60] + "…"
    return f'"{text}"' if text.isprintable() else ascii(text)
