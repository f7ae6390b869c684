"""`refresh-tokens`: what is renewed and what is left alone, and the words for it; the work is in publishing/."""

from __future__ import annotations

import signal
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from planrrr_cli import render
from planrrr_cli.commands.shapes import Shape, connection_shape, short
from planrrr_cli.commands.showing import zone
from planrrr_cli.context import Context
from planrrr_cli.documents.times import parse_duration
from planrrr_cli.domain.connections import Connection, ConnectionStatus
from planrrr_cli.domain.errors import InvalidDocument, UsageError
from planrrr_cli.domain.renewal import ends, renew_from, sign_in_by
from planrrr_cli.publishing import sign_ins
from planrrr_cli.publishing.refresh_report import Line, RefreshReport
from planrrr_cli.publishing.refreshing import Refreshing
from planrrr_cli.publishing.sign_ins import Warned, command
from planrrr_cli.store import connections

SCHEMA = "planrrr.refresh-tokens/1"
COUNTED = ("refreshed", "failed", "needs_reauth")
WORDS = {
    "due": "would be renewed",
    "needs_reauth": "needs a sign-in",
    "not_renewable": "not renewable",
    "busy": "in other hands",
}


def refresh_tokens(
    ctx: Context, *, within: str | None, name: str | None, dry_run: bool, as_json: bool
) -> int:
    """Renews what is due; with ``dry_run`` only says what that is."""
    lead = span(within, "--within") if within is not None else None
    now = ctx.clock.now()
    found = chosen(ctx, name)
    if not found:
        render.say("no connections; add one: planrrr connect facebook")
    due = [one for one in found if _is_due(one, lead, now)]
    rest = [_untouched(one, lead) for one in found if one not in due]
    if dry_run:
        report = RefreshReport(tuple(Line(one, "due") for one in due))
        warned: list[Warned] = []
    else:
        told = _telling(len(due), as_json=as_json)
        report = Refreshing(ctx, due, lead, told).work() if due else RefreshReport(())
        warned = _warn(ctx)
    lines = sorted([*rest, *report.lines], key=lambda one: found_at(found, one.connection))
    return _show(ctx, lines, report, warned, lead, as_json=as_json)


def span(typed: str, option: str) -> timedelta:
    """A duration as typed after ``option``."""
    try:
        return parse_duration(typed)
    except InvalidDocument as error:
        raise UsageError(f"{option}: {error}") from None


def chosen(ctx: Context, name: str | None) -> list[Connection]:
    """All connections of the team, or the one that is meant; no key is needed."""
    with ctx.store.reading() as tx:
        if name is not None:
            return [connections.find(tx, name, tokens=False)]
        return connections.listing(tx, tokens=False)


def found_at(found: Sequence[Connection], one: Connection) -> int:
    """Its place in the list, which every output keeps."""
    return next((at for at, each in enumerate(found) if each.id == one.id), len(found))


def _is_due(one: Connection, lead: timedelta | None, now: datetime) -> bool:
    begins = renew_from(one, within=lead)
    return begins is not None and begins <= now


def _untouched(one: Connection, lead: timedelta | None) -> Line:
    """Why nothing is done there now."""
    if one.status is ConnectionStatus.NEEDS_REAUTH:
        return Line(one, "needs_reauth", one.status_reason or "", command(one))
    begins = renew_from(one, within=lead)
    if begins is None:
        why = "nothing renews it, somebody signs in before its end" if ends(one) else "it has no known end"
        return Line(one, "not_renewable", why)
    return Line(one, "fresh", f"from {begins:%Y-%m-%d %H:%M} UTC on")


def _telling(count: int, *, as_json: bool) -> Callable[[Line], None]:
    """One line for each end while it works, on a terminal; what became of it is in the table."""
    done = 0

    def told(line: Line) -> None:
        nonlocal done
        done += 1
        if not as_json and count > 1 and render.is_terminal(sys.stderr):
            called = render.preview(line.connection.account_name, 32)
            render.say(f"{done} of {count}: {line.connection.platform} {called}: {_word(line)}")

    return told


def _warn(ctx: Context) -> list[Warned]:
    with ctx.store.transaction() as tx:
        warned = sign_ins.tell(tx, now=ctx.clock.now())
    sign_ins.record(warned)
    return warned


def _word(line: Line) -> str:
    return WORDS.get(line.outcome, line.outcome)


def _show(
    ctx: Context,
    lines: Sequence[Line],
    report: RefreshReport,
    warned: Sequence[Warned],
    lead: timedelta | None,
    *,
    as_json: bool,
) -> int:
    counts = Counter(line.outcome for line in lines)
    if as_json:
        now = ctx.clock.now()
        render.document(
            {"schema": SCHEMA}
            | {name: counts[name] for name in COUNTED}
            | {
                "due": counts["due"],
                "stopped_by": signal.Signals(report.stopped_by).name if report.stopped_by else None,
                "sign_ins": [one.sentence for one in warned],
                "connections": [line_shape(line, lead, now) for line in lines],
            }
        )
    elif lines:
        rows = [_row(line, ctx) for line in lines]
        render.table(["id", "platform", "account", "token", "until", "sign in by", "note"], rows)
        parts = [f"{count} {WORDS.get(name, name)}" for name, count in sorted(counts.items()) if count]
        render.line(f"tokens: {', '.join(parts)}")
    for one in warned:
        render.say(one.sentence)
    for line in lines:
        if line.outcome == "needs_reauth":
            who = f"{line.connection.platform} {line.connection.account_name}"
            render.say(f"somebody must sign in: {who}: {command(line.connection)}")
    if report.stopped_by:
        render.say(f"stopped by {signal.Signals(report.stopped_by).name}; the next run goes on")
    if report.stopped_by == signal.SIGINT:
        return 130
    if report.bugs:
        return 3
    return int(bool(counts["failed"] or counts["needs_reauth"]))


def line_shape(line: Line, lead: timedelta | None, now: datetime) -> Shape:
    """A connection with what became of its tokens; no secret."""
    one = line.connection
    shape = connection_shape(one) | {
        "outcome": line.outcome,
        "renews_from": render.iso(renew_from(one, within=lead)),
        "sign_in_by": render.iso(sign_in_by(one, now=now)),
        "renewing_since": render.iso(one.renewing_since),
    }
    more = {"reason": line.reason, "next": line.next_step}
    return shape | {name: value for name, value in more.items() if value}


def _row(line: Line, ctx: Context) -> list[str]:
    one, where = line.connection, zone(ctx)
    until, by = one.tokens.expires_at, sign_in_by(one, now=ctx.clock.now())
    note = line.reason + (f"; {line.next_step}" if line.next_step else "")
    return [
        short(one.id),
        one.platform.value,
        render.preview(one.account_name, 32),
        _word(line),
        render.when(until.replace(second=0, microsecond=0), where) if until else "no known end",
        f"{by.astimezone(where):%Y-%m-%d}" if by else "–",
        render.preview(note, 500),
    ]
