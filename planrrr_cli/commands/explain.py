"""`explain`: the whole story of a publication, told from rows that were written while it happened."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from planrrr_cli import render
from planrrr_cli.commands.choosing import choose
from planrrr_cli.commands.outlook import rule_of, what_next
from planrrr_cli.commands.shapes import (
    Shape,
    attempt_shape,
    connection_shape,
    post_shape,
    publication_shape,
)
from planrrr_cli.commands.showing import zone
from planrrr_cli.commands.story import as_typed, story
from planrrr_cli.commands.targets import removed
from planrrr_cli.context import Context
from planrrr_cli.domain.publications import Attempt, Publication
from planrrr_cli.store import publications, runs
from planrrr_cli.store.posts import PostView
from planrrr_cli.store.runs import RunRow


def explain(ctx: Context, name: str, *, as_json: bool) -> int:
    """Tells what was asked for, what was tried, what came back and what happens next."""
    now = ctx.clock.now()
    with ctx.store.reading() as tx:
        chosen = choose(tx, name)
        told = [(one, publications.attempts_of(tx, one.id)) for one in chosen.publications]
        gone = {one.id: removed(tx, one.connection) for one in chosen.publications}
        holders = {run.id: run for run in runs.holders(tx, now=now)}
    if as_json:
        stories = [
            _shape(chosen.view, one, attempts, now, gone[one.id])
            | {"worked_on_by": _run_shape(_holder(attempts, holders))}
            for one, attempts in told
        ]
        render.document(
            {"schema": "planrrr.explain/1", "post": post_shape(chosen.view), "publications": stories}
        )
        return 0
    for number, (one, attempts) in enumerate(told):
        if number:
            render.line()
        holder, where = _holder(attempts, holders), zone(ctx)
        for said in story(
            chosen.view, one, attempts, where=where, now=now, gone=gone[one.id], worked_on_by=holder
        ):
            render.line(render.clean(said))
    return 0


def _holder(attempts: Sequence[Attempt], holders: Mapping[str, RunRow]) -> RunRow | None:
    """The run that works on it right now, as far as the database knows."""
    return next((holders.get(attempt.run_id) for attempt in attempts if attempt.ended_at is None), None)


def _run_shape(run: RunRow | None) -> Shape | None:
    return (
        {"run_id": run.id, "host": run.host, "pid": run.pid, "since": render.iso(run.started_at)}
        if run
        else None
    )


def _shape(
    view: PostView, one: Publication, attempts: Sequence[Attempt], now: datetime, gone: str | None
) -> Shape:
    return publication_shape(one) | {
        "as_typed": as_typed(view, one),
        "sending_since": render.iso(one.sending_since),
        "first_sent_at": render.iso(one.first_sent_at),
        "doubts": one.doubts,
        "doubt_looks": one.doubt_looks,
        "absent_looks": one.absent_looks,
        "interruptions": one.interruptions,
        "spent": one.spent,
        "follow_ups": one.follow_ups,
        "checkpoint": sorted(one.checkpoint),
        "connection": connection_shape(one.connection),
        "attempts": one.attempts,
        "history": [attempt_shape(attempt) for attempt in attempts],
        "connection_removed": gone is not None,
        "rule": None if gone else rule_of(one, now),
        "held_by": one.held_by.value if one.held_by else None,
        "next": what_next(one, now, gone),
    }
