"""`publish-due` and `publish-one`: what they decide before and after a run; the work itself is in publishing/."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from planrrr_cli import render
from planrrr_cli.commands.asking import confirm
from planrrr_cli.commands.choosing import Chosen, choose
from planrrr_cli.commands.progress import RunProgress
from planrrr_cli.commands.rehearsing import rehearsed
from planrrr_cli.commands.reporting import show_report
from planrrr_cli.commands.shapes import short
from planrrr_cli.commands.showing import why
from planrrr_cli.commands.targets import read_platform, removed, waits
from planrrr_cli.context import Context
from planrrr_cli.domain.errors import ErrorKind, NotFound, Refused
from planrrr_cli.domain.publications import ErrorNote, Outcome, Publication, State
from planrrr_cli.publishing.options import RunOptions
from planrrr_cli.publishing.report import ReportLine, RunReport
from planrrr_cli.publishing.run import publish
from planrrr_cli.store import Tx, publications

AGAIN = frozenset({State.FAILED, State.MISSED})
TO_DO = frozenset({State.DRAFT, State.SCHEDULED, State.PROCESSING}) | AGAIN


def publish_due(
    ctx: Context,
    *,
    limit: int | None,
    concurrency: int | None,
    max_seconds: float | None,
    platform_names: Sequence[str],
    grace: float,
    dry_run: bool,
    as_json: bool,
) -> int:
    """Publishes what is due; with ``dry_run`` only says what it would do."""
    platforms = frozenset(read_platform(name) for name in platform_names) or None
    options = RunOptions(
        limit=limit, concurrency=concurrency, max_seconds=max_seconds, platforms=platforms, grace=grace
    )
    if dry_run:
        return rehearsed(ctx, options, "publish-due", as_json=as_json)
    with RunProgress(as_json=as_json) as progress:
        report = publish(ctx, options, progress)
    return show_report(report, ctx, "publish-due", as_json=as_json)


def publish_one(
    ctx: Context,
    name: str,
    *,
    platform_name: str | None,
    force: bool,
    yes: bool,
    dry_run: bool,
    as_json: bool,
) -> int:
    """Publishes one post or publication now, whatever its time; never what is out or may be out."""
    with ctx.store.reading() as tx:
        chosen = _narrowed(choose(tx, name), platform_name)
        gone = {one.id: why for one in chosen.publications if (why := removed(tx, one.connection))}
    there = [one for one in chosen.publications if one.id not in gone]
    ready = [one for one in there if one.state in TO_DO]
    again = [one for one in there if one.state is State.PUBLISHED] if force else []
    left = [one for one in chosen.publications if one not in ready and one not in again]
    if not ready and not again:
        raise Refused("; ".join(f"{short(one.id)} is not published: {_because(one, gone)}" for one in left))
    if again and not dry_run:
        _ask_again(again, yes=yes)
    if dry_run:
        for one in again:
            where = f"{one.platform} {render.clean(one.connection.account_name)}"
            render.say(f"{short(one.id)} would appear a second time on {where}")
        options = RunOptions(publications=frozenset(one.id for one in ready))
        return rehearsed(ctx, options, "publish-one", as_json=as_json)
    wanted = _made_ready(ctx, ready, again)
    with RunProgress(as_json=as_json) as progress:
        report = publish(ctx, RunOptions(publications=frozenset(wanted)), progress)
    report, waiting = _with_untouched(ctx, report, wanted)
    code = show_report(report, ctx, "publish-one", as_json=as_json)
    for one in left:
        render.say(f"{short(one.id)} was left alone: {_because(one, gone)}")
    doubtful = any(one.state is not State.PUBLISHED for one in left)
    return code or int(waiting or doubtful)


def _narrowed(chosen: Chosen, platform_name: str | None) -> Chosen:
    if platform_name is None:
        return chosen
    platform = read_platform(platform_name)
    found = tuple(one for one in chosen.publications if one.platform is platform)
    if not found:
        raise NotFound(f"{short(chosen.view.post.id)} has no publication on {platform}")
    return replace(chosen, publications=found)


def _because(one: Publication, gone: Mapping[str, str]) -> str:
    """``gone``: what is to be said of publications whose account was removed."""
    match one.state:
        case _ if one.id in gone and one.state in TO_DO | {State.CANCELLED}:
            return gone[one.id]
        case State.PUBLISHED:
            where = one.permalink or one.remote_id or "its address is not known"
            return f"it is published ({where}); --force would publish it a second time"
        case State.IN_DOUBT:
            said = why(one.error) or "no clear answer came"
            return f"it may be out already ({said}); planrrr explain {short(one.id)}"
        case State.PUBLISHING:
            return "another run is publishing it right now"
        case State.CANCELLED:
            return f"it is cancelled; first planrrr reschedule {short(one.id)} --at now"
        case _:
            return f"it is {one.state}"


def _ask_again(again: Sequence[Publication], *, yes: bool) -> None:
    where = ", ".join(f"{one.platform} {render.clean(one.connection.account_name)}" for one in again)
    confirm(f"This is out already and would appear a second time on {where}. Publish it again?", yes=yes)


def _made_ready(ctx: Context, ready: Sequence[Publication], again: Sequence[Publication]) -> list[str]:
    """The ids to publish: failed and missed ones rescheduled to now, published ones as new generations."""
    now, wanted = ctx.clock.now(), []
    with ctx.store.transaction() as tx:
        for one in ready:
            if one.state in AGAIN:
                publications.reschedule(tx, one.id, due_at=now, now=now)
            wanted.append(one.id)
        wanted += [publications.new_generation(tx, one.id, now=now) for one in again]
    return wanted


def _with_untouched(ctx: Context, report: RunReport, wanted: Sequence[str]) -> tuple[RunReport, bool]:
    """Adds a line for what the run could not begin (paused lane, lane held by another run), and says so."""
    seen = {line.id for line in report.publications}
    missing = [identifier for identifier in wanted if identifier not in seen]
    if not missing:
        return report, False
    now = ctx.clock.now()
    with ctx.store.reading() as tx:
        lines = [_untouched(tx, publications.find(tx, identifier), now) for identifier in missing]
    counts = dict(report.counts)
    counts[Outcome.DEFERRED.value] = counts.get(Outcome.DEFERRED.value, 0) + len(lines)
    return replace(report, publications=(*report.publications, *lines), counts=counts), True


def _untouched(tx: Tx, one: Publication, now: datetime) -> ReportLine:
    kind, reason = _why_not_begun(tx, one, now)
    error = ErrorNote(kind, f"it was not begun: {reason}", "nothing was sent")
    return ReportLine(
        one.id,
        one.post.id,
        one.platform.value,
        one.connection.id,
        Outcome.DEFERRED,
        due_at=one.due_at,
        error=error,
    )


def _why_not_begun(tx: Tx, one: Publication, now: datetime) -> tuple[ErrorKind, str]:
    held = one.connection.held_until
    if gone := removed(tx, one.connection):
        return ErrorKind.AUTH_FAILED_ERROR, gone
    if waiting := waits(one.connection):
        return ErrorKind.AUTH_FAILED_ERROR, waiting
    if held and held > now:
        return ErrorKind.RATE_LIMIT_ERROR, f"the account has to wait until {render.when(held)}"
    return ErrorKind.INTERRUPTED, "another run holds its account; try again"
