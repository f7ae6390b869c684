"""The story of a publication for people, line by line, from rows that were written while it happened."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any

from planrrr_cli import render
from planrrr_cli.commands.outlook import rule_of, what_next
from planrrr_cli.commands.shapes import short
from planrrr_cli.commands.targets import waits
from planrrr_cli.domain.publications import RESOLVED, Attempt, AttemptKind, Outcome, Publication, State
from planrrr_cli.store.posts import PostView
from planrrr_cli.store.runs import RunRow

_STEPS: Mapping[str, str] = {
    "point_of_no_return": "point of no return noted: from here on it may be out",
    "checkpoint": "noted",
    "spend": "counted against an allowance",
}


_RULES: Mapping[str, str] = {
    "max_lateness": "max_lateness: what is later than that is never sent by itself",
    "doubt": "doubt: it may be out, and nothing is sent again without proof",
    "refused": "refused: neither the platform nor its rules take it as it is",
    "attempts": "attempts: all that it had are made",
    "needs_reauth": "sign-in: the account waits for a person",
    "paused": "paused: a person paused the account",
    "breaker": "circuit breaker: platform, app or account is left alone (planrrr breaker-status); no attempt is spent",
    "account_hold": "hold: the platform lets the account wait",
    "rate_limit": "rate limit: it waits for the platform's own time, and no attempt is spent",
    "retry": "retry: with growing waits, as often as WORKER_RETRY_ATTEMPTS says",
}


def story(
    view: PostView,
    one: Publication,
    attempts: Sequence[Attempt],
    *,
    where: tzinfo,
    now: datetime,
    gone: str | None,
    worked_on_by: RunRow | None,
) -> Iterator[str]:
    """``where``: the zone that people read times in, beside UTC; ``gone``: what to say of a removed account."""
    yield f"publication {one.id} on {one.platform} {render.preview(one.connection.account_name, 60)}"
    yield f"  text        {render.preview(one.post.text or '(no text)', 90)}"
    if view.document:
        yield f"  document    {view.document}"
    yield f"  added       {render.exact(view.created_at)}"
    yield f"  due         {_due(view, one, where)}"
    yield f"  state       {one.state}" + (f", generation {one.generation}" if one.generation > 1 else "")
    yield f"  connection  {'removed' if gone else _connection(one, now)}"
    for attempt in attempts:
        yield from _attempt(attempt)
    if not attempts:
        yield "  no attempt has been made"
    if one.state is State.PUBLISHED:
        address = one.permalink or "address not known"
        yield f"  published   {render.exact(one.published_at)} as {one.remote_id or 'an unknown id'}: {address}"
    for notice in one.notices:
        yield f"  notice      {notice}"
    if one.error is not None:
        yield f"  error       {one.error.kind}: {one.error.message}"
    if rule := rule_of(one, now):
        yield f"  rule        {_RULES[rule]}"
    yield f"  next        {what_next(one, now, gone)}"
    if worked_on_by:
        run = worked_on_by
        yield f"  worked on   by run {short(run.id)} on {run.host}, process {run.pid}"


def as_typed(view: PostView, one: Publication) -> dict[str, str | None]:
    """The time as a person typed it, as long as that is still the time it is due."""
    still = one.due_at == view.post.scheduled_at
    return {
        "wall_time": view.post.wall_time if still else None,
        "zone": view.post.zone if still else None,
    }


def _due(view: PostView, one: Publication, where: tzinfo) -> str:
    typed = as_typed(view, one)
    said = f', typed as "{typed["wall_time"]}"' if typed["wall_time"] else ""
    if said and typed["zone"]:
        said += f" in {typed['zone']}"
    there = f" = {render.when(one.due_at, where)}" if one.due_at and str(where) != "UTC" else ""
    return f"{render.exact(one.due_at)}{there}{said}"


def _connection(one: Publication, now: datetime) -> str:
    connection = one.connection
    said = waits(connection) or f"{connection.status}"
    if connection.held_until and connection.held_until > now:
        why = connection.held_reason or "asked by the platform"
        said += f"; held until {render.exact(connection.held_until)}: {why}"
    if ends := connection.tokens.expires_at:
        said += f"; its token {'ended' if ends <= now else 'ends'} at {render.exact(ends)}"
    return said


def _attempt(attempt: Attempt) -> Iterator[str]:
    yield f"  attempt {attempt.number}   {render.exact(attempt.began_at)} {_heading(attempt)}"
    entries = [(_at(step), f"    step      {_step(step)}") for step in attempt.steps]
    entries += [(_at(call), f"    call      {_call(call)}") for call in attempt.calls]
    for _, said in sorted(entries, key=lambda entry: entry[0]):
        yield said
    if attempt.outcome is Outcome.INTERRUPTED and not attempt.calls and attempt.run_id:
        yield "    call      what it called is not known: it ended before that was written down"
    if attempt.error is not None:
        yield f"    class     {attempt.error.kind}: {attempt.error.message}"
        if attempt.error.next:
            yield f"    then      {attempt.error.next}"


def _heading(attempt: Attempt) -> str:
    whose = f"run {short(attempt.run_id)}" if attempt.run_id else "by a person"
    if attempt.outcome is None:
        return f"{attempt.kind}: not ended ({whose})"
    # What comes after publishing ends "published" even when it failed, since the post is out.
    failed = attempt.kind is AttemptKind.FOLLOW_UP and attempt.error is not None
    ending = "not completed" if failed else attempt.outcome.value
    took = _took(attempt.ended_at - attempt.began_at) if attempt.ended_at and attempt.run_id else ""
    return f"{attempt.kind}: {ending}{took} ({whose})"


def _took(span: timedelta) -> str:
    seconds = max(0.0, span.total_seconds())
    return f" after {seconds * 1000:.0f} ms" if seconds < 1 else f" after {seconds:.1f} s"


def _at(entry: Mapping[str, Any]) -> datetime:
    """Entries without a time come last; sorting keeps their order."""
    try:
        found = datetime.fromisoformat(str(entry.get("at")))
    except ValueError:
        return datetime.max.replace(tzinfo=UTC)
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _moment(entry: Mapping[str, Any]) -> str:
    return f"{_at(entry).astimezone(UTC):%Y-%m-%d %H:%M:%S.%f}"[:-3] + " UTC" if entry.get("at") else ""


def _step(step: Mapping[str, Any]) -> str:
    if step.get("step") == RESOLVED:
        return " ".join(part for part in (_moment(step), _resolved(step)) if part)
    name = str(step.get("step", ""))
    noted = ", ".join(map(str, step["noted"])) if isinstance(step.get("noted"), list) else ""
    more = ", ".join(
        f"{key} {value}"
        for key, value in step.items()
        if key not in {"at", "step", "noted"} and value is not None
    )
    return " ".join(part for part in (_moment(step), _STEPS.get(name, name), noted, more) if part)


def _resolved(step: Mapping[str, Any]) -> str:
    said = f"{step.get('by')} said: {str(step.get('answer', '')).replace('_', ' ')}"
    if step.get("reason"):
        said += f", because: {step['reason']}"
    if step.get("platform_said"):
        said += f"; before that {step['platform_said']}"
    return said


def _call(call: Mapping[str, Any]) -> str:
    code = f" code {call['code']}" if call.get("code") else ""
    lost = str(call.get("code") or "why is not known").replace("_", " ")
    answer = f"{call['status']}{code}" if call.get("status") else f"no answer ({lost})"
    kind = f" {call['error_kind']}" if call.get("error_kind") else ""
    took = f" in {call['duration_ms']} ms" if call.get("duration_ms") is not None else ""
    request = f" (request {call['request_id']})" if call.get("request_id") else ""
    what = f"{call.get('call', '')}: {call.get('method', '')} {call.get('path', '')}"
    return f"{_moment(call)} {what} → {answer}{kind}{took}{request}".strip()
