"""`refresh-tokens --forecast`: who must sign in by when, and what is scheduled for later than that; nothing changes."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from pathlib import Path

from planrrr_cli import render
from planrrr_cli.commands.calendar import Event, calendar
from planrrr_cli.commands.refresh import COUNTED, SCHEMA, chosen, span
from planrrr_cli.commands.shapes import Shape, connection_shape, short
from planrrr_cli.commands.showing import zone
from planrrr_cli.context import Context
from planrrr_cli.domain.connections import Connection, ConnectionStatus
from planrrr_cli.domain.errors import ConfigError, UsageError
from planrrr_cli.domain.renewal import STOPPED, End, ends, last_moment
from planrrr_cli.publishing.sign_ins import called, command, outlasted

AHEAD = "90d"
STDOUT = "-"


@dataclass(frozen=True, slots=True)
class SignIn:
    """``later``: how many publications are scheduled for after the end."""

    connection: Connection
    end: End
    left: timedelta
    later: int

    @property
    def overdue(self) -> bool:
        return self.left <= timedelta(0)

    @property
    def renews_itself(self) -> bool:
        """It is nobody's business yet; so shortly before its end that it should have long been renewed, it is."""
        return self.end.by_itself and self.left > STOPPED


def forecast_sign_ins(
    ctx: Context,
    *,
    ahead: str | None,
    within: str | None,
    name: str | None,
    calendar: str | None,
    as_json: bool,
) -> int:
    """Lists them by date. 1 when somebody has to sign in already."""
    if within is not None:
        raise UsageError("--forecast renews nothing; leave out --within")
    if calendar == STDOUT and as_json:
        raise UsageError("--ics - and --json both want standard output; name a file after --ics")
    reach, now = span(ahead or AHEAD, "--forecast"), ctx.clock.now()
    found = chosen(ctx, name)
    coming = _sign_ins(ctx, found, now + reach, now)
    unknown = sum(not ends(one) and one.status is not ConnectionStatus.NEEDS_REAUTH for one in found)
    if calendar is not None:
        _write(calendar, _calendar(coming, now + reach, now))
    if as_json:
        _document(coming, now, now + reach, unknown)
    elif calendar != STDOUT:
        _people(ctx, coming, now + reach, unknown)
    if calendar not in {None, STDOUT}:
        render.say(f"wrote {calendar}")
    return int(any(one.overdue for one in coming))


def _sign_ins(ctx: Context, found: Sequence[Connection], until: datetime, now: datetime) -> list[SignIn]:
    with ctx.store.reading() as tx:
        later = {one.connection.id: len(one.publications) for one in outlasted(tx, found, now=now)}
    coming = []
    for one in found:
        end = last_moment(one, now=now) or next(iter(ends(one)), None)
        if one.status is ConnectionStatus.NEEDS_REAUTH:
            end = End(min(end.at, now) if end else now, one.status_reason or "the platform wants it")
        if end is not None and end.at <= until:
            coming.append(SignIn(one, end, end.at - now, later.get(one.id, 0)))
    return sorted(coming, key=lambda one: (one.end.at, one.connection.id))


def _document(coming: Sequence[SignIn], now: datetime, until: datetime, unknown: int) -> None:
    waiting = [one for one in coming if one.connection.status is ConnectionStatus.NEEDS_REAUTH]
    head = {"schema": SCHEMA} | dict.fromkeys(COUNTED, 0) | {"needs_reauth": len(waiting)}
    render.document(
        head
        | {
            "forecast_from": render.iso(now),
            "forecast_until": render.iso(until),
            "no_known_end": unknown,
            "connections": [_shape(one) for one in coming],
        }
    )


def _shape(one: SignIn) -> Shape:
    return connection_shape(one.connection) | {
        "sign_in_by": render.iso(one.end.at),
        "days_left": max(0, one.left.days),
        "overdue": one.overdue,
        "renews_itself": one.renews_itself,
        "reason": one.end.why,
        "scheduled_later": one.later,
        "next": command(one.connection),
    }


def _people(ctx: Context, coming: Sequence[SignIn], until: datetime, unknown: int) -> None:
    where = zone(ctx)
    if coming:
        rows = [_row(one, where) for one in coming]
        render.table(["id", "sign in by", "left", "platform", "account", "posts after", "why"], rows)
    needed = [one for one in coming if not one.renews_itself]
    last = f"{until.astimezone(where):%Y-%m-%d}"
    nobody = f"nobody has to sign in until {last}, as far as is known"
    render.line(f"{render.counted(len(needed), 'sign-in')} needed until {last}" if needed else nobody)
    for one in needed:
        render.say(f"{called(one.connection)}: {command(one.connection)}")
    if unknown:
        render.say(f"{render.counted(unknown, 'connection')} without a known end")


def _row(one: SignIn, where: tzinfo) -> list[str]:
    left = "now" if one.overdue else f"{one.left.days} d" if one.left.days else "today"
    why = f"{one.end.why}; it renews itself" if one.renews_itself else one.end.why
    return [
        short(one.connection.id),
        f"{one.end.at.astimezone(where):%Y-%m-%d}",
        left,
        one.connection.platform.value,
        render.preview(one.connection.account_name, 32),
        str(one.later) if one.later else "–",
        render.preview(why, 300),
    ]


def _calendar(coming: Sequence[SignIn], until: datetime, now: datetime) -> str:
    """Only what a person has to do. A calendar needs an event: without any it says how long it holds."""
    events = [_event(one, now) for one in coming if not one.renews_itself]
    if not events:
        quiet = "planrrr: nobody has to sign in until here"
        events = [Event("quiet", quiet, "Make the forecast anew: planrrr refresh-tokens --forecast", until)]
    return calendar(events, now=now)


def _event(one: SignIn, now: datetime) -> Event:
    account = called(one.connection)
    words = [f"Why: {one.end.why}.", f"How: {command(one.connection)}"]
    if one.later:
        words.append(f"Scheduled for later, and waiting until then: {render.counted(one.later, 'post')}.")
    at = now if one.overdue else one.end.at
    return Event(one.connection.id, f"planrrr: sign in to {account}", "\n".join(words), at)


def _write(name: str, text: str) -> None:
    """Whole or not at all, as calendars are read by others while they are written."""
    if name == STDOUT:
        sys.stdout.write(text)
        return
    path = Path(name)
    temporary = None
    try:
        number, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        with os.fdopen(number, "w", encoding="utf-8", newline="") as file:
            file.write(text)
        Path(temporary).chmod(0o644)
        Path(temporary).replace(path)
    except OSError as error:
        if temporary is not None:
            with suppress(OSError):
                Path(temporary).unlink()
        raise ConfigError(f"--ics {name} cannot be written: {error.strerror}") from None
