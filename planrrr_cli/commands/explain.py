"""`explain`: the whole story of a publication, told from rows that were written while it happened."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, tzinfo
from typing import Any

from planrrr_cli import render
from planrrr_cli.commands.choosing import choose
from planrrr_cli.commands.shapes import (
    Shape,
    attempt_shape,
    connection_shape,
    post_shape,
    publication_shape,
    short,
)
from planrrr_cli.commands.showing import why, zone
from planrrr_cli.commands.targets import removed, waits
from planrrr_cli.context import Context
from planrrr_cli.domain.publications import Attempt, Publication, State
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
        for said in _story(chosen.view, one, attempts, zone(ctx), now, gone[one.id]):
            render.line(said)
        if run := _holder(attempts, holders):
            render.line(f"  worked on   by run {short(run.id)} on {run.host}, process {run.pid}")
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
    view: PostView, one: Publication, attempts: list[Attempt], now: datetime, gone: str | None
) -> Shape:
    return publication_shape(one) | {
        "as_typed": {"wall_time": view.post.wall_time, "zone": view.post.zone},
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
        "next": what_next(one, now, gone),
    }


def _story(
    view: PostView,
    one: Publication,
    attempts: list[Attempt],
    where: tzinfo,
    now: datetime,
    gone: str | None,
) -> Iterator[str]:
    yield f"publication {one.id} on {one.platform} {render.preview(one.connection.account_name, 60)}"
    yield f"  text        {render.preview(one.post.text or '(no text)', 90)}"
    if view.document:
        yield f"  document    {render.clean(view.document)}"
    yield f"  added       {_utc(view.created_at)}"
    yield f"  due         {_due(view, one, where)}"
    yield f"  state       {one.state}" + (f", generation {one.generation}" if one.generation > 1 else "")
    yield f"  connection  {'removed' if gone else _connection(one, now)}"
    for attempt in attempts:
        yield from _attempt(attempt)
    if not attempts:
        yield "  no attempt has been made"
    if one.state is State.PUBLISHED:
        yield f"  published   {_utc(one.published_at)} as {one.remote_id}: {one.permalink or 'address not known'}"
    for notice in one.notices:
        yield f"  notice      {render.clean(notice)}"
    if one.error is not None:
        yield f"  error       {one.error.kind}: {render.clean(one.error.message)}"
    yield f"  next        {render.clean(what_next(one, now, gone))}"


def _utc(moment: datetime | None) -> str:
    return render.exact(moment)


def _due(view: PostView, one: Publication, where: tzinfo) -> str:
    post = view.post
    typed = (
        f', typed as "{post.wall_time}"' + (f" in {post.zone}" if post.zone else "") if post.wall_time else ""
    )
    there = f" = {render.when(one.due_at, where)}" if one.due_at and str(where) != "UTC" else ""
    return f"{_utc(one.due_at)}{there}{typed}"


def _connection(one: Publication, now: datetime) -> str:
    connection = one.connection
    said = f"{connection.status}"
    if waiting := waits(connection):
        said += f"; {waiting}"
    if connection.held_until and connection.held_until > now:
        said += f"; held until {_utc(connection.held_until)} ({connection.held_reason or 'asked by the platform'})"
    if ends := connection.tokens.expires_at:
        said += f"; its token {'ended' if ends <= now else 'ends'} at {_utc(ends)}"
    return render.clean(said)


def _attempt(attempt: Attempt) -> Iterator[str]:
    took = f" after {(attempt.ended_at - attempt.began_at).total_seconds():.1f} s" if attempt.ended_at else ""
    ending = f"{attempt.outcome}{took}" if attempt.outcome else "not ended"
    run = f"run {short(attempt.run_id)}" if attempt.run_id else "by a person"
    yield f"  attempt {attempt.number}   {_utc(attempt.began_at)} {attempt.kind}: {ending} ({run})"
    for step in attempt.steps:
        yield f"    step      {_step(step)}"
    for call in attempt.calls:
        yield f"    call      {_call(call)}"
    if attempt.error is not None:
        yield f"    {attempt.error.kind}: {render.clean(why(attempt.error))}"


def _step(step: Mapping[str, Any]) -> str:
    words = {
        "point_of_no_return": "point of no return noted: from here on it may be out",
        "checkpoint": "noted",
    }
    name = str(step.get("step", ""))
    noted = ", ".join(map(str, step["noted"])) if isinstance(step.get("noted"), list) else ""
    known = {"at", "step", "noted"}
    more = ", ".join(
        f"{key} {value}" for key, value in step.items() if key not in known and value is not None
    )
    parts = [str(step.get("at", ""))[:23].replace("T", " "), words.get(name, name), noted, more]
    return render.clean(" ".join(part for part in parts if part))


def _call(call: Mapping[str, Any]) -> str:
    code = f" code {call['code']}" if call.get("code") else ""
    answer = f"{call['status']}{code}" if call.get("status") else f"no answer{code}"
    took = f" in {call['duration_ms']} ms" if call.get("duration_ms") is not None else ""
    request = f" (request {call['request_id']})" if call.get("request_id") else ""
    said = (
        f"{call.get('call', '')}: {call.get('method', '')} {call.get('path', '')} → {answer}{took}{request}"
    )
    return render.clean(said)


def what_next(one: Publication, now: datetime, gone: str | None = None) -> str:
    """What happens next, when, and what a person can do; ``gone``: what to say when its account was removed."""
    if gone and one.state is not State.PUBLISHED:
        return f"nothing; {gone}"
    at = f"{_utc(one.wake_at)}" if one.wake_at else ""
    waiting = waits(one.connection)
    held = one.connection.held_until
    match one.state:
        case State.DRAFT:
            return f"nothing until it has a time: planrrr reschedule {short(one.id)} --at TIME"
        case State.SCHEDULED | State.PROCESSING if waiting:
            return waiting
        case State.SCHEDULED | State.PROCESSING if held and held > now:
            return f"it goes on at {_utc(held)}, when the account may be used again"
        case State.SCHEDULED:
            begins = "with the next planrrr publish-due" if one.wake_at and one.wake_at <= now else f"at {at}"
            return f"it is sent {begins}"
        case State.PUBLISHING:
            return "a run is working on it; should that run be dead, the next one takes over"
        case State.PROCESSING:
            return f"the platform is asked at {at} whether it is done"
        case State.IN_DOUBT if one.wake_at:
            return f"the platform is asked at {at}; nothing is sent again without proof"
        case State.IN_DOUBT:
            return (
                one.error.next if one.error else ""
            ) or f"a person ends the doubt: planrrr resolve {short(one.id)}"
        case State.PUBLISHED:
            return f"its address is looked up at {at}" if one.wake_at else "nothing; it is out"
        case State.FAILED | State.MISSED:
            return (one.error.next if one.error else "") or f"planrrr reschedule {short(one.id)} --at now"
        case State.CANCELLED:
            return f"nothing; planrrr reschedule {short(one.id)} --at TIME brings it back"
