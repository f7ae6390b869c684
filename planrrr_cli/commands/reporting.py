"""What a run did, as a table and one line for people, as a document for machines, and as an exit code."""

from __future__ import annotations

import signal
from typing import Any

from planrrr_cli import render
from planrrr_cli.commands.shapes import Shape, error_shape, short
from planrrr_cli.commands.showing import why, zone
from planrrr_cli.context import Context
from planrrr_cli.domain.publications import Outcome
from planrrr_cli.publishing.report import COUNTED, ReportLine, RunReport


def _line_shape(line: ReportLine) -> Shape:
    shape: Shape = {
        "id": line.id,
        "post_id": line.post_id,
        "platform": line.platform,
        "connection_id": line.connection_id,
        "outcome": line.outcome.value,
        "due_at": render.iso(line.due_at),
    }
    extra = {"remote_id": line.remote_id, "permalink": line.permalink, "error": error_shape(line.error)}
    shape |= {name: value for name, value in extra.items() if value is not None}
    return shape | ({"notices": list(line.notices)} if line.notices else {})


def show_report(report: RunReport, ctx: Context, command: str, *, as_json: bool) -> int:
    """Writes what a run did; the exit code it deserves."""
    counts = {outcome.value: report.counts.get(outcome.value, 0) for outcome in COUNTED}
    if as_json:
        more: dict[str, Any] = {
            "doubts_waiting": report.doubts_waiting,
            "needs_reauth": list(report.needs_reauth),
            "stopped_by": signal.Signals(report.stopped_by).name if report.stopped_by else None,
            "publications": [_line_shape(line) for line in report.publications],
        }
        render.document({"schema": f"planrrr.{command}/1", "run_id": report.run_id} | counts | more)
    else:
        _people(report, counts, ctx)
    return exit_code(report)


def exit_code(report: RunReport) -> int:
    """130 interrupted, 3 a bug, 1 when a person is needed, else 0."""
    if report.stopped_by == signal.SIGINT:
        return 130
    if report.bugs:
        return 3
    failed = any(
        report.counts.get(name.value, 0) for name in (Outcome.FAILED, Outcome.IN_DOUBT, Outcome.MISSED)
    )
    return int(failed or report.doubts_waiting > 0 or bool(report.needs_reauth))


def _people(report: RunReport, counts: dict[str, int], ctx: Context) -> None:
    if report.publications:
        rows = [_row(line, ctx) for line in report.publications]
        render.table(["id", "due", "platform", "outcome", "where or why"], rows)
    for line in report.publications:
        for notice in line.notices:
            render.say(f"{short(line.id)}: {notice}")
    parts = [f"{count} {name.replace('_', ' ')}" for name, count in counts.items() if count]
    render.line(f"run {short(report.run_id)}: {', '.join(parts) or 'nothing was due'}")
    if report.doubts_waiting:
        doubts = render.counted(report.doubts_waiting, "publication")
        render.say(f"{doubts} in doubt and waiting for a person: planrrr list --state in_doubt")
    if report.needs_reauth:
        render.say("somebody must sign in again: planrrr connections list")
    if report.stopped_by:
        render.say(f"stopped by {signal.Signals(report.stopped_by).name}; the next run goes on")


def _row(line: ReportLine, ctx: Context) -> list[str]:
    said = line.permalink or line.remote_id or "" if line.outcome is Outcome.PUBLISHED else why(line.error)
    return [short(line.id), render.when(line.due_at, zone(ctx)), line.platform, line.outcome.value, said]
