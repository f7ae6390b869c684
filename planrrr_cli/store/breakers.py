"""Circuit breakers in their table, shared by all processes, hosts and teams; what they do, ``domain.breaker`` says.

Whoever changes one holds its row. The rows are locked before any lane in a transaction (after what platforms told and
what recipes ask for) and in one order; later, with lanes locked, only those that nobody else has, since waiting could
be a deadlock.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    bindparam,
    case,
    delete,
    func,
    literal,
    or_,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

from planrrr_cli.domain.breaker import Breaker, BreakerState, Claim, Failure, Key, Probe, closed
from planrrr_cli.domain.connections import NOTHING, Platform
from planrrr_cli.domain.errors import Scope
from planrrr_cli.store.schema import breaker_events, breakers, connections, publications
from planrrr_cli.store.session import Tx


@dataclass(frozen=True, slots=True)
class Event:
    """One change of state, caused by a run or a person (``by``). ``id`` is the same for the same thing."""

    id: str
    key: Key
    at: datetime
    before: BreakerState
    after: BreakerState
    why: str
    open_until: datetime | None = None
    evidence: Mapping[str, Any] = field(default_factory=lambda: NOTHING)
    run_id: str | None = None
    by: str | None = None


KEPT_FOR = timedelta(days=90)  # that a change of state stays on record
KEPT = 5000  # changes of each platform at most
FORGOTTEN_AT_ONCE = 100

_b = breakers.c
_KEY = (_b.platform, _b.scope, _b.owner)
_there = and_(
    connections.c.id == _b.probe_connection,
    connections.c.claim_id == _b.probe_claim,
    connections.c.leased_until > bindparam("p_now", type_=connections.c.leased_until.type),
)
# One statement, however many there are, with whether the holder of the one place is still there.
_ALL: Select[Any] = (
    select(breakers, connections.c.id.label("holder"))
    .select_from(breakers.outerjoin(connections, _there))
    .order_by(*_KEY)
)
_SICK = _ALL.where(_b.state != BreakerState.CLOSED)
_SAVE = (
    update(breakers)
    .where(
        _b.platform == bindparam("k_platform"),
        _b.scope == bindparam("k_scope"),
        _b.owner == bindparam("k_owner"),
    )
    .values({name: bindparam(f"p_{name}", type_=_b[name].type) for name in _b.keys() if _b[name] not in _KEY})  # noqa: SIM118 - a column collection
)


def sick(tx: Tx, *, now: datetime) -> dict[Key, Breaker]:
    """Those that are not closed; nothing is locked."""
    return _found(tx, _SICK, now)


def every(tx: Tx, *, now: datetime) -> dict[Key, Breaker]:
    """All that were ever touched; what is missing is closed."""
    return _found(tx, _ALL, now)


def lock(tx: Tx, keys: Iterable[Key], *, now: datetime) -> dict[Key, Breaker]:
    """As they are until the commit; those that nobody had touched are made. Once per transaction, before any lane."""
    wanted = sorted(set(keys), key=_order)
    if not wanted:
        return {}
    dialect: Any = postgresql if tx.dialect == "postgresql" else sqlite
    make = dialect.insert(breakers).on_conflict_do_nothing()
    tx.conn.execute(make, [_values(Breaker(key), now) | _named(key) for key in wanted])
    tx.conn.execute(select(*_KEY).where(_among(wanted)).order_by(*_KEY).with_for_update())
    return _as_locked(tx, wanted, now)


def lock_free(tx: Tx, keys: Iterable[Key], *, now: datetime) -> dict[Key, Breaker]:
    """Those of ``keys`` that nobody else is changing at this moment, as they are until the commit."""
    query = select(*_KEY).where(_among(list(keys))).with_for_update(skip_locked=True)
    got = [Key(Scope(scope), Platform(platform), owner) for platform, scope, owner in tx.conn.execute(query)]
    return _as_locked(tx, got, now) if got else {}


def _as_locked(tx: Tx, keys: Sequence[Key], now: datetime) -> dict[Key, Breaker]:
    """A statement of its own, since PostgreSQL looks for the holder of a place as of before it got the lock."""
    return _found(tx, _ALL.where(_among(keys)), now)


def save(tx: Tx, changed: Sequence[Breaker], *, now: datetime) -> None:
    """:func:`lock` or :func:`lock_free` comes first."""
    if changed:
        rows = [
            {f"p_{name}": value for name, value in _values(one, now).items()}
            | {f"k_{name}": value for name, value in _named(one.key).items()}
            for one in changed
        ]
        tx.conn.execute(_SAVE, rows)


def record(tx: Tx, events: Sequence[Event]) -> None:
    """Keeps them; the same one again changes nothing. What is too old, or one too many, makes room."""
    if not events:
        return
    dialect: Any = postgresql if tx.dialect == "postgresql" else sqlite
    rows: list[dict[str, Any]] = [
        _named(one.key)
        | {
            "id": one.id,
            "at": one.at,
            "from_state": one.before,
            "to_state": one.after,
            "open_until": one.open_until,
            "why": one.why,
            "evidence": one.evidence,
            "run_id": one.run_id,
            "by": one.by,
        }
        for one in events
    ]
    tx.conn.execute(dialect.insert(breaker_events).on_conflict_do_nothing(), rows)
    for platform in {one.key.platform for one in events}:
        _forget(tx, platform, max(one.at for one in events))


def _forget(tx: Tx, platform: Platform, now: datetime) -> None:
    """A bounded number at a time, and none that another process is at."""
    e = breaker_events.c
    last_kept = select(e.at).where(e.platform == platform).order_by(e.at.desc()).offset(KEPT).limit(1)
    old = or_(e.at < now - KEPT_FOR, e.at <= last_kept.scalar_subquery())
    some = select(e.id).where(e.platform == platform, old).order_by(e.at).limit(FORGOTTEN_AT_ONCE)
    found = list(tx.conn.execute(some.with_for_update(skip_locked=True)).scalars())
    if found:
        tx.conn.execute(delete(breaker_events).where(e.id.in_(found)))


def history(tx: Tx, platform: Platform, *, limit: int) -> list[Event]:
    """The newest first."""
    e = breaker_events.c
    query = select(breaker_events).where(e.platform == platform).order_by(e.at.desc(), e.id).limit(limit)
    return [
        Event(
            row.id,
            Key(Scope(row.scope), Platform(row.platform), row.owner),
            row.at,
            BreakerState(row.from_state),
            BreakerState(row.to_state),
            row.why,
            row.open_until,
            row.evidence,
            row.run_id,
            row.by,
        )
        for row in tx.conn.execute(query)
    ]


def held(tx: Tx) -> dict[Key, int]:
    """How many publications wait for a breaker, those of all teams."""
    c, by = connections.c, publications.c.held_by
    account = case((by == Scope.CONNECTION, c.id), else_=literal("")).label("account")
    query = select(c.platform, by, c.app_id, account, func.count())
    query = query.select_from(publications).join(connections, c.id == publications.c.connection_id)
    query = query.where(by.is_not(None), publications.c.wake_at.is_not(None))
    found: dict[Key, int] = {}
    for platform, scope, app_id, whose, count in tx.conn.execute(
        query.group_by(c.platform, by, c.app_id, "account")
    ):
        key = _held_by(Scope(scope), Platform(platform), app_id, whose)
        found[key] = found.get(key, 0) + count
    return found


def _held_by(scope: Scope, platform: Platform, app_id: str | None, connection_id: str) -> Key:
    match scope:
        case Scope.PLATFORM:
            return Key(scope, platform)
        case Scope.APP:
            return Key.of_app(platform, app_id)
        case Scope.TOKENS:
            return Key.of_tokens(platform, app_id)
        case Scope.CONNECTION:
            return Key.of_account(platform, connection_id)


def reset(
    tx: Tx, platform: Platform, *, account: str | None = None, now: datetime
) -> list[tuple[Breaker, Breaker]]:
    """Closes all of a platform but those of other teams' accounts, or only that of one ``account``; each as it was and
    as it is. What they held is due at once, the oldest first."""
    if account is not None:
        keys = {Key.of_account(platform, account)}
    else:
        mine = _accounts(tx, platform)
        known = {key for key in every(tx, now=now) if key.platform is platform}
        keys = {key for key in known if key.scope is not Scope.CONNECTION or key.owner in mine}
        keys |= {Key(Scope.PLATFORM, platform)}
    was = lock(tx, keys, now=now)
    changed = [(one, closed(one)) for one in was.values()]
    save(tx, [after for _, after in changed], now=now)
    _wake(tx, platform, account, now)
    return changed


def _accounts(tx: Tx, platform: Platform) -> set[str]:
    c = connections.c
    query = select(c.id).where(c.team_id == tx.team, c.platform == platform)
    return set(tx.conn.execute(query).scalars())


def _wake(tx: Tx, platform: Platform, account: str | None, now: datetime) -> None:
    """Rows that somebody is writing are left out: a run is at them, and has its own opinion about them."""
    p, c = publications.c, connections.c
    query = select(p.id).join(connections, c.id == p.connection_id)
    query = query.where(c.platform == platform, p.held_by.is_not(None), p.wake_at > now, p.due_at <= now)
    if account is not None:
        query = query.where(c.id == account, p.held_by == Scope.CONNECTION)
    else:
        query = query.where(or_(p.held_by != Scope.CONNECTION, c.team_id == tx.team))
    query = query.with_for_update(of=publications, skip_locked=True, key_share=True)
    waiting = list(tx.conn.execute(query).scalars())
    for start in range(0, len(waiting), 500):
        some = p.id.in_(waiting[start : start + 500])
        tx.conn.execute(update(publications).where(some).values(wake_at=now, updated_at=now))


def _found(tx: Tx, query: Select[Any], now: datetime) -> dict[Key, Breaker]:
    rows = tx.conn.execute(query, {"p_now": now}).mappings()
    return {(one := _breaker(row)).key: one for row in rows}


def _breaker(row: Mapping[Any, Any]) -> Breaker:
    key = Key(Scope(row[_b.scope]), Platform(row[_b.platform]), row[_b.owner])
    probe = None
    if row["holder"] is not None:
        probe = Probe(Claim(row[_b.probe_connection], row[_b.probe_claim]), row[_b.probe_since])
    failures = tuple(
        Failure(
            datetime.fromisoformat(one["at"]), one["attempt"], one["publication"], one.get("connection", "")
        )
        for one in row[_b.failures]
    )
    return Breaker(
        key,
        BreakerState(row[_b.state]),
        failures,
        row[_b.opened_at],
        row[_b.open_until],
        row[_b.trips],
        row[_b.successes],
        probe,
        row[_b.reason],
        row[_b.last_success_at],
    )


def _values(one: Breaker, now: datetime) -> dict[str, Any]:
    probe = one.probe
    return {
        "state": one.state,
        "failures": [
            {
                "at": failure.at.isoformat(),
                "attempt": failure.attempt_id,
                "publication": failure.publication_id,
                "connection": failure.connection_id,
            }
            for failure in one.failures
        ],
        "opened_at": one.opened_at,
        "open_until": one.open_until,
        "trips": one.trips,
        "successes": one.successes,
        "probe_connection": probe.claim.connection_id if probe else None,
        "probe_claim": probe.claim.claim_id if probe else None,
        "probe_since": probe.since if probe else None,
        "reason": one.reason,
        "last_success_at": one.last_success_at,
        "updated_at": now,
    }


def _named(key: Key) -> dict[str, str]:
    return {"platform": key.platform, "scope": key.scope, "owner": key.owner}


def _order(key: Key) -> tuple[str, str, str]:
    return key.platform, key.scope, key.owner


def _among(keys: Sequence[Key]) -> ColumnElement[bool]:
    return or_(*(and_(*(_b[name] == value for name, value in _named(key).items())) for key in keys))


def bring_back(tx: Tx, *, late: datetime, now: datetime) -> None:
    """What was opened by a clock that was ahead stays open for as long as it was meant to, from now on."""
    ahead = (_b.state != BreakerState.CLOSED) & (_b.updated_at > late)
    query = select(*_KEY, _b.open_until, _b.updated_at).where(ahead).order_by(*_KEY)
    for platform, scope, owner, until, written in tx.conn.execute(
        query.with_for_update(skip_locked=True)
    ).all():
        mine = (_b.platform == platform) & (_b.scope == scope) & (_b.owner == owner)
        moved = now + max(until - written, timedelta(0))
        tx.conn.execute(update(breakers).where(mine).values(open_until=moved, updated_at=now))
