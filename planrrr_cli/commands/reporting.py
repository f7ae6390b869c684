"""What a run did, as a table and one line for people, as a document for machines, and as an exit code."""

from __future__ import annotations

import signal
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from planrrr_cli import render
from planrrr_cli.commands.shapes import Shape, error_shape, short
from planrrr_cli.commands.showing import why, zone
from planrrr_cli.context import Context
from planrrr_cli.domain.breaker import BreakerState
from planrrr_cli.domain.publications import Outcome
from planrrr_cli.idle import held_up
from planrrr_cli.publishing.report import COUNTED, NEEDS_PERSON, BreakerLine, ReportLine, RunReport

MOST_SHOWN = 50  # lines of the table for people; machines get all of them


def _line_shape(line: ReportLine) -> Shape:
    shape: Shape = {
        "id": line.id,
        "post_id": line.post_id,
        "platform": line.platform,
        "connection_id": line.connection_id,
        "outcome": line.outcome.value,
        "due_at": render.iso(line.due_at),
    }
    extra = {
        "remote_id": line.remote_id,
        "permalink": line.permalink,
        "error": error_shape(line.error),
        "waits_for": line.waits_for,
        "next_look": render.iso(line.wake_at) if line.waits_for else None,
    }
    shape |= {name: value for name, value in extra.items() if value is not None}
    return shape | ({"notices": list(line.notices)} if line.notices else {})


def _breaker_shape(one: BreakerLine) -> Shape:
    return {
        "scope": one.scope,
        "platform": one.platform,
        "state": one.state.value,
        "opened_at": render.iso(one.opened_at),
        "open_until": render.iso(one.open_until),
        "reason": one.reason,
    }


def show_report(report: RunReport, ctx: Context, command: str, *, as_json: bool) -> int:
    """Writes what a run did; the exit code it deserves."""
    counts = {outcome.value: report.counts.get(outcome.value, 0) for outcome in COUNTED}
    if as_json:
        more: dict[str, Any] = {
            "doubts_waiting": report.doubts_waiting,
            "doubts_pending": report.doubts_pending,
            "next_look": render.iso(report.next_look),
            "needs_reauth": list(report.needs_reauth),
            "sign_ins": list(report.sign_ins),
            "waiting": dict(report.due),
            "breakers": [_breaker_shape(one) for one in report.breakers],
            "stopped_by": signal.Signals(report.stopped_by).name if report.stopped_by else None,
            "publications": [_line_shape(line) for line in report.publications],
        }
        render.document({"schema": f"planrrr.{command}/1", "run_id": report.run_id} | counts | more)
    else:
        _people(report, counts, ctx, whole_queue=command == "publish-due")
    return exit_code(report)


def exit_code(report: RunReport) -> int:
    """130 interrupted, 3 a bug, 1 when a person is needed, else 0."""
    if report.stopped_by == signal.SIGINT:
        return 130
    if report.bugs:
        return 3
    failed = any(report.counts.get(name.value, 0) for name in NEEDS_PERSON)
    return int(failed or report.doubts_waiting > 0 or bool(report.needs_reauth))


def _people(report: RunReport, counts: dict[str, int], ctx: Context, *, whole_queue: bool) -> None:
    shown = _shown(report.publications)
    if shown:
        render.table(
            ["id", "due", "platform", "outcome", "where or why"], [_row(line, ctx) for line in shown]
        )
    if more := len(report.publications) - len(shown):
        render.line(
            f"and {more} more: planrrr list --limit {len(report.publications)}; --json tells them all"
        )
    for line in shown:
        for notice in line.notices:
            render.say(f"{short(line.id)}: {notice}")
    parts = [f"{count} {name.replace('_', ' ')}" for name, count in counts.items() if count]
    nothing = "nothing could begin" if any(report.due.values()) else "nothing was due"
    render.line(f"run {short(report.run_id)}: {', '.join(parts) or nothing}")
    for said in [
        *_breakers(report, ctx),
        *_needs_somebody(report, ctx),
        *(_waits(report.due) if whole_queue else ()),
    ]:
        render.say(said)
    if report.stopped_by:
        render.say(f"stopped by {signal.Signals(report.stopped_by).name}; the next run goes on")


def _shown(lines: Sequence[ReportLine]) -> Sequence[ReportLine]:
    """The first of them, in their order; where there are too many, those that need a person before all others."""
    if len(lines) <= MOST_SHOWN:
        return lines
    urgent = sorted(range(len(lines)), key=lambda at: (lines[at].outcome not in NEEDS_PERSON, at))
    return [lines[at] for at in sorted(urgent[:MOST_SHOWN])]


def _breakers(report: RunReport, ctx: Context) -> Iterator[str]:
    """What this run has seen open or close, each once."""
    for one in report.breakers:
        if one.state is BreakerState.CLOSED:
            yield f"{one.called} is well again; what waited for it goes on"
        else:
            until = render.when(one.open_until, zone(ctx))
            yield f"{one.called} is left alone until {until} ({one.reason}): planrrr breaker-status"


def _needs_somebody(report: RunReport, ctx: Context) -> Iterator[str]:
    """What nobody may overlook: every doubt, whoever is to end it, and what a person has to do."""
    if report.doubts_waiting:
        doubts = render.counted(report.doubts_waiting, "publication")
        yield f"{doubts} in doubt and waiting for a person: planrrr list --state in_doubt"
    if report.doubts_pending:
        doubts = render.counted(report.doubts_pending, "publication")
        soon = report.next_look is None or report.next_look <= ctx.clock.now()
        when = (
            "as soon as its account can be read" if soon else f"at {render.when(report.next_look, zone(ctx))}"
        )
        yield f"{doubts} in doubt, and the platform is asked {when}: planrrr list --state in_doubt"
    yield from map(render.clean, report.sign_ins)
    if report.needs_reauth:
        yield "somebody must sign in again: planrrr connections list"


def _waits(due: Mapping[str, int]) -> Iterator[str]:
    """What is due and has not begun, and why."""
    yield from held_up(due.get("paused", 0), due.get("held", 0))
    if elsewhere := due.get("other_run", 0):
        yield f"{render.counted(elsewhere, 'due publication')} on accounts that another run is working on"
    if left := due.get("next_run", 0):
        yield f"{render.counted(left, 'due publication')} left for the next run"


def _row(line: ReportLine, ctx: Context) -> list[str]:
    said = line.permalink or line.remote_id or "" if line.outcome is Outcome.PUBLISHED else why(line.error)
    if line.waits_for:
        said = f"{line.waits_for}; looked at again {_then(line.wake_at, ctx)}"
    return [short(line.id), render.when(line.due_at, zone(ctx)), line.platform, line.outcome.value, said]


def _then(moment: datetime | None, ctx: Context) -> str:
    """A look whose moment has come is the next run's."""
    soon = moment is None or moment <= ctx.clock.now()
    return "in the next run" if soon else f"at {render.when(moment, zone(ctx))}"
