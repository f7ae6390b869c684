"""`breaker-status` and `breaker trip|hold|reset`: what keeps platforms from being called, and a person's word on it."""

from __future__ import annotations

import logging
import threading
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from planrrr_cli import render
from planrrr_cli.commands.shapes import Shape
from planrrr_cli.commands.showing import zone
from planrrr_cli.commands.targets import resolve
from planrrr_cli.commands.who import read_reason, who
from planrrr_cli.context import Context
from planrrr_cli.documents.fields import Target, parse_target
from planrrr_cli.documents.times import parse_duration
from planrrr_cli.domain.breaker import Breaker, BreakerState, Key, Rules, kept_open, window_failures
from planrrr_cli.domain.connections import Platform
from planrrr_cli.domain.errors import InvalidDocument, Scope, UsageError
from planrrr_cli.platforms import PLATFORMS
from planrrr_cli.store import Tx, breakers, connections
from planrrr_cli.store.breakers import Event

log = logging.getLogger("planrrr")

LOOK_EVERY = 2.0  # seconds, with --watch
HELD_FOR = timedelta(hours=24)
TOLD = 20  # changes of state of each platform, in the JSON document


def breaker_status(ctx: Context, *, check: bool, watch: bool, as_json: bool) -> int:
    """Shows every breaker; with ``check`` 1 unless all are closed. ``watch`` goes on until it is interrupted."""
    if watch and (as_json or check):
        raise UsageError("--watch is for people; leave out --json and --check")
    while watch:
        _show(ctx, _all(ctx), ctx.clock.now())
        threading.Event().wait(LOOK_EVERY)
        render.new_page()
    found, now = _all(ctx), ctx.clock.now()
    if as_json:
        _document(ctx, "breaker-status", found, now)
    else:
        _show(ctx, found, now)
    return int(check and not all(one.is_closed for one in found))


def trip(ctx: Context, name: str, *, lasting: str | None, reason: str | None, as_json: bool) -> int:
    """Opens a platform's breaker as its failures would; it is probed afterwards."""
    span = _span(lasting) if lasting is not None else ctx.settings.breaker_reset
    return _open(ctx, name, span, "tripped", reason, as_json=as_json)


def hold(ctx: Context, name: str, *, lasting: str | None, reason: str | None, as_json: bool) -> int:
    """Keeps a platform's breaker open for long."""
    span = _span(lasting) if lasting is not None else HELD_FOR
    return _open(ctx, name, span, "held open", reason, as_json=as_json)


def reset(ctx: Context, name: str, *, reason: str | None, as_json: bool) -> int:
    """Closes all breakers of a platform, or that of one account, and lets go at once what they held."""
    target, by, said = _target(name), who(), read_reason(reason)
    with ctx.store.transaction() as tx:
        now = _now(ctx, tx)
        key = _key(tx, target)
        account = key.owner if key.scope is Scope.CONNECTION else None
        changed = breakers.reset(tx, key.platform, account=account, now=now)
        why = f"reset by {by}" + (f": {said}" if said else "")
        events = [
            _event(ctx, before, after, now, why, by) for before, after in changed if not before.is_closed
        ]
        breakers.record(tx, events)
    return _told(ctx, key, why, as_json=as_json)


def _open(ctx: Context, name: str, span: timedelta, how: str, reason: str | None, *, as_json: bool) -> int:
    target, by, said = _target(name), who(), read_reason(reason)
    why = f"{how} by {by}" + (f": {said}" if said else "")
    with ctx.store.transaction() as tx:
        now, key = _now(ctx, tx), _key(tx, target)
        before = breakers.lock(tx, [key], now=now)[key]
        after = kept_open(before, now + span, why, now=now)
        breakers.save(tx, [after], now=now)
        breakers.record(tx, [_event(ctx, before, after, now, why, by)])
    return _told(ctx, key, why, as_json=as_json)


def _target(typed: str) -> Target:
    try:
        return parse_target(typed)
    except ValueError as error:
        raise UsageError(str(error)) from None


def _key(tx: Tx, target: Target) -> Key:
    if target.account is None:
        return Key(Scope.PLATFORM, target.platform)
    [account] = resolve(tx, [target])
    return Key.of_account(target.platform, account.id)


def _now(ctx: Context, tx: Tx) -> datetime:
    """The database's time, where it has one: that is what the runs go by."""
    from planrrr_cli.store import lanes

    ctx.follow(lanes.database_now(tx))
    return ctx.clock.now()


def _span(typed: str) -> timedelta:
    try:
        return parse_duration(typed)
    except InvalidDocument as error:
        raise UsageError(f"--for: {error}") from None


def _event(ctx: Context, before: Breaker, after: Breaker, now: datetime, why: str, by: str) -> Event:
    return Event(
        ctx.new_id(), after.key, now, before.state, after.state, why, open_until=after.open_until, by=by
    )


def _told(ctx: Context, key: Key, why: str, *, as_json: bool) -> int:
    found, now = [one for one in _all(ctx, key) if one.key.platform is key.platform], ctx.clock.now()
    fields = {"scope": key.scope.value, "platform": key.platform.value, "reason": why}
    log.info("breaker set by hand", extra=fields)
    if as_json:
        _document(ctx, "breaker", found, now)
    else:
        _show(ctx, found, now)
    return 0


def _all(ctx: Context, asked_for: Key | None = None) -> list[Breaker]:
    """Of each platform, and of the apps that ever had trouble; of the team's own accounts those that are not closed.

    One that was never touched is closed. ``asked_for`` is shown whatever it is.
    """
    with ctx.store.reading() as tx:
        now = _now(ctx, tx)
        known, mine = breakers.every(tx, now=now), _names(tx)
    missing = {Key(Scope.PLATFORM, platform) for platform in PLATFORMS} - known.keys()
    found = [*known.values(), *(Breaker(key) for key in missing)]
    shown = [
        one
        for one in found
        if one.key.scope is not Scope.CONNECTION
        or (one.key.owner in mine and (not one.is_closed or one.key == asked_for))
    ]
    order, scopes = list(Platform), (Scope.PLATFORM, Scope.APP, Scope.TOKENS, Scope.CONNECTION)
    return sorted(
        shown,
        key=lambda one: (order.index(one.key.platform), scopes.index(one.key.scope), one.key.owner),
    )


def _names(tx: Tx) -> Mapping[str, str]:
    """What the team's accounts are called, by the id of the connection."""
    return {one.id: one.account_name for one in connections.listing(tx, tokens=False)}


def _called(key: Key, names: Mapping[str, str]) -> str:
    """As a person would name it to these commands, where they take it."""
    account = names.get(key.owner) if key.scope is Scope.CONNECTION else None
    return f"{key.platform}:{account}" if account else str(key)


def _held(ctx: Context, found: Sequence[Breaker]) -> Mapping[Key, int]:
    """A closed one holds nothing; what it has let go is due."""
    with ctx.store.reading() as tx:
        held = breakers.held(tx)
    return {one.key: held.get(one.key, 0) for one in found if not one.is_closed}


def _rules(ctx: Context) -> Rules:
    settings = ctx.settings
    return Rules(settings.breaker_failure_threshold, settings.breaker_window, settings.breaker_reset)


def _failures(ctx: Context, one: Breaker, now: datetime) -> int:
    """In the window; of an open breaker those that opened it."""
    counted = window_failures(one, now=now, rules=_rules(ctx)) if one.is_closed else one.failures
    return len(counted)


def _show(ctx: Context, found: Sequence[Breaker], now: datetime) -> None:
    held, where = _held(ctx, found), zone(ctx)
    with ctx.store.reading() as tx:
        names = _names(tx)
    columns = ["breaker", "state", "failures", "opened", "next probe", "held", "last success", "why"]
    rows = [
        [
            _called(one.key, names),
            one.state.value,
            f"{_failures(ctx, one, now)} of {ctx.settings.breaker_failure_threshold}",
            render.when(one.opened_at, where),
            _next_probe(ctx, one, held.get(one.key, 0), now),
            str(held.get(one.key, 0)),
            render.when(one.last_success_at, where),
            one.reason,
        ]
        for one in found
    ]
    render.table(columns, rows)


def _next_probe(ctx: Context, one: Breaker, held: int, now: datetime) -> str:
    """A probe is a post that wants to go out anyway; nobody calls a platform just to ask."""
    match one.state:
        case BreakerState.CLOSED:
            return "–"
        case BreakerState.HALF_OPEN if one.probe is not None:
            return "under way"
        case BreakerState.OPEN if one.open_until is not None and one.open_until > now:
            return render.when(one.open_until, zone(ctx))
        case _:
            return "with the next run" if held else "with the next post that is due"


def _document(ctx: Context, command: str, found: Sequence[Breaker], now: datetime) -> None:
    held = _held(ctx, found)
    shapes = [_shape(ctx, one, held.get(one.key, 0), now) for one in found]
    history: list[Shape] = []
    with ctx.store.reading() as tx:
        names = _names(tx)
        for platform in dict.fromkeys(one.key.platform for one in found):
            history += [
                _event_shape(event)
                for event in breakers.history(tx, platform, limit=TOLD)
                if event.key.scope is not Scope.CONNECTION or event.key.owner in names
            ]
    render.document({"schema": f"planrrr.{command}/1", "breakers": shapes, "history": history})


def _shape(ctx: Context, one: Breaker, held: int, now: datetime) -> Shape:
    return _key_shape(one.key) | {
        "state": one.state.value,
        "failures": _failures(ctx, one, now),
        "opened_at": render.iso(one.opened_at),
        "open_until": render.iso(one.open_until),
        "reason": one.reason or None,
        "probing": one.probe is not None,
        "trips": one.trips,
        "successes": one.successes,
        "held": held,
        "last_success_at": render.iso(one.last_success_at),
    }


def _key_shape(key: Key) -> Shape:
    return {"scope": key.scope.value, "platform": key.platform.value, "owner": key.owner or None}


def _event_shape(event: Event) -> Shape:
    return _key_shape(event.key) | {
        "at": render.iso(event.at),
        "from": event.before.value,
        "to": event.after.value,
        "open_until": render.iso(event.open_until),
        "why": event.why,
        "evidence": dict(event.evidence),
        "run_id": event.run_id,
        "by": event.by,
    }
