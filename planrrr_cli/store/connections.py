"""Connections as people see them: add, find, pause, remove; claiming is ``lanes``, new tokens are ``renewals``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, RowMapping, case, func, select, update

from planrrr_cli.domain.connections import NOTHING, Connection, ConnectionStatus, Platform, Tokens
from planrrr_cli.domain.errors import NotFound, Refused, TokenUnreadable
from planrrr_cli.domain.publications import State
from planrrr_cli.domain.secrets import Secret
from planrrr_cli.store import rows
from planrrr_cli.store.guards import NOBODY, inserted
from planrrr_cli.store.schema import connections, publications
from planrrr_cli.store.session import Tx

_THERE = connections.c.removed_at.is_(None)
_OF_REFRESH = frozenset({"refresh_token", "refresh_expires_at"})


@dataclass(frozen=True, slots=True)
class NewConnection:
    """An authorisation that a person brings.

    ``app_is_known``: without an ``app_id`` the tokens are of the settings' app, and of no other that may be stored.
    """

    platform: Platform
    account_id: str
    account_name: str
    tokens: Tokens
    scopes: tuple[str, ...] = ()
    options: Mapping[str, Any] = field(default_factory=lambda: NOTHING)
    max_lateness: timedelta | None = None
    app_id: str | None = None
    app_secret: Secret | None = None
    app_is_known: bool = False


def add(tx: Tx, new: NewConnection, *, now: datetime) -> tuple[Connection, bool]:
    """The connection, and whether it is new. A known account gets the new tokens and is active again.

    That is how a person signs in again; what waited there goes on, unless a person paused it. What is not said anew
    stays: options, and the connection's own developer app unless the tokens are of another kind. Raises
    :class:`Refused` for an empty token.
    """
    if not new.tokens.access or not new.account_id:
        missing = "access token" if not new.tokens.access else "account id"
        msg = f"the {new.platform.value} connection has an empty {missing}"
        raise Refused(msg)
    fresh = tx.new_id()
    values: dict[str, Any] = {
        "account_name": new.account_name,
        "scopes": new.scopes,
        "options": new.options,
        "status": ConnectionStatus.ACTIVE,
        "updated_at": now,
        "granted_at": now,
        **rows.RENEWED_NEVER,
    }
    first = {
        "id": fresh,
        "team_id": tx.team,
        "platform": new.platform,
        "account_id": new.account_id,
        "created_at": now,
    }
    first |= {"max_lateness": new.max_lateness, **_secrets(tx, new, fresh)}
    if inserted(tx, connections, values | first, ("team_id", "platform", "account_id"), _THERE):
        return _one(tx, fresh), True
    c = connections.c
    account = (
        (c.team_id == tx.team) & (c.platform == new.platform) & (c.account_id == new.account_id) & _THERE
    )
    row = tx.conn.execute(select(connections).where(account).with_for_update(key_share=True)).mappings().one()
    known = str(row[c.id])
    values |= {"status_reason": None, "held_until": None, "held_reason": None}
    if row[c.status] == ConnectionStatus.PAUSED:
        del values["status"]
    values |= {"options": {**row[c.options], **new.options}} | _secrets(tx, new, known)
    same_kind = bool(row[c.token_secret]) == bool(new.tokens.secret)
    same_app = not new.app_is_known or new.app_id == row[c.app_id]
    if same_kind and same_app and not new.tokens.refresh:  # not given anew: no reason to forget what works
        values = {name: value for name, value in values.items() if name not in _OF_REFRESH}
    if new.app_id is None and same_kind and not new.app_is_known:
        values = {name: value for name, value in values.items() if name not in {"app_id", "app_secret"}}
    if new.max_lateness is not None:
        values["max_lateness"] = new.max_lateness
    tx.conn.execute(update(connections).where(c.id == known).values(values))
    return _one(tx, known), False


def _secrets(tx: Tx, new: NewConnection, connection_id: str) -> dict[str, Any]:
    tokens = rows.token_values(tx, new.tokens, connection_id)
    return tokens | rows.app_values(tx, new.app_id, new.app_secret, connection_id)


def find(tx: Tx, text: str, platform: Platform | None = None, *, tokens: bool = True) -> Connection:
    """By id or its prefix, account id, account name (with or without @), or ``platform:`` and one of those.

    ``tokens`` False leaves them sealed, so that showing needs no key. Raises :class:`NotFound`.
    """
    wanted, only = text, platform
    named, colon, rest = text.partition(":")
    if colon and platform is None and named.lower() in {*Platform, "twitter"}:
        wanted, only = rest, Platform(named.lower())
    found = _fitting(tx, wanted.strip(), only)
    if len(found) == 1:
        return _one(tx, found[0][connections.c.id], tokens=tokens)
    if not found:
        raise NotFound(_nothing(tx, wanted, only))
    c = connections.c
    several = ", ".join(f"{row[c.id][:8]} ({row[c.platform]}:{row[c.account_name]})" for row in found[:5])
    msg = f"{text!r} fits {len(found)}: {several}; write platform:account or the id"
    raise NotFound(msg)


def _fitting(tx: Tx, wanted: str, platform: Platform | None) -> list[RowMapping]:
    """What people call by that name; an id's prefix counts only where no account is called so."""
    c = connections.c
    query = select(c.id, c.platform, c.account_id, c.account_name).where(c.team_id == tx.team, _THERE)
    if platform is not None:
        query = query.where(c.platform == platform)
    every = (
        list(tx.conn.execute(query.order_by(c.platform, c.account_name, c.id)).mappings()) if wanted else []
    )
    bare = wanted.removeprefix("@").casefold()
    called = [
        row
        for row in every
        if row[c.account_id] in {wanted, wanted.removeprefix("@")}
        or row[c.account_name].removeprefix("@").casefold() == bare
    ]
    return called or [row for row in every if row[c.id].startswith(wanted.lower())]


def listing(tx: Tx, *, platform: Platform | None = None, tokens: bool = True) -> list[Connection]:
    """The team's connections by platform and name. ``tokens`` as for :func:`find`."""
    c = connections.c
    query = select(connections).where(c.team_id == tx.team, _THERE).order_by(c.platform, c.account_name, c.id)
    if platform is not None:
        query = query.where(c.platform == platform)
    return [rows.connection(tx, row, tokens=tokens) for row in tx.conn.execute(query).mappings()]


def pause(tx: Tx, connection_id: str, *, now: datetime) -> None:
    """Nothing begins there until it is resumed; what is under way ends as usual."""
    _locked(tx, connection_id)
    _write(tx, connection_id, {"status": ConnectionStatus.PAUSED, "status_reason": None}, now)


def resume(tx: Tx, connection_id: str, *, now: datetime) -> None:
    """Raises :class:`Refused` where only signing in again helps."""
    row = _locked(tx, connection_id)
    if row[connections.c.status] == ConnectionStatus.NEEDS_REAUTH:
        platform = row[connections.c.platform]
        msg = f"{row[connections.c.account_name]} needs somebody to sign in again: planrrr connect {platform}"
        raise Refused(msg)
    _write(tx, connection_id, {"status": ConnectionStatus.ACTIVE, "status_reason": None}, now)


def remove(tx: Tx, connection_id: str, *, now: datetime) -> int:
    """Wipe the tokens and cancel what was still to come; returns how many. What was published stays on record.

    Raises :class:`Refused` while something is under way there, whose end could no longer be learned.
    """
    row, p = _locked(tx, connection_id), publications.c
    under_way = (State.PUBLISHING, State.PROCESSING, State.IN_DOUBT)
    mine = p.connection_id == connection_id
    count = tx.conn.execute(select(func.count()).where(mine, p.state.in_(under_way))).scalar_one()
    if count:
        short = connection_id[:8]
        msg = (
            f"{row[connections.c.account_name]} has {count} publishing, processing or in doubt; first let them end "
            f"(planrrr publish-due), or end the doubts (planrrr list --connection {short} --state in_doubt, "
            "planrrr resolve ID)"
        )
        raise Refused(msg)
    open_ = mine & p.state.in_((State.DRAFT, State.SCHEDULED, State.MISSED))
    cancelled = {"state": State.CANCELLED, "wake_at": None, "updated_at": now}
    done = tx.conn.execute(update(publications).where(open_).values(cancelled)).rowcount
    tx.conn.execute(update(publications).where(mine, p.wake_at.is_not(None)).values(wake_at=None))
    wiped = {"access_token": "", "token_expires_at": None, "removed_at": now}
    wiped |= dict.fromkeys(("refresh_token", "token_secret", "app_secret", "refresh_expires_at"))
    wiped |= rows.RENEWED_NEVER
    _write(tx, connection_id, {**wiped, **NOBODY}, now)
    return done


def still_has(tx: Tx, connection: Connection) -> bool:
    """Whether the access token of ``connection`` is still the stored one, which it then stays until the commit.

    It is another one when somebody signed in again meanwhile, which nothing that came of the old one may undo.
    """
    c = connections.c
    query = select(c.access_token).where(c.id == connection.id, c.team_id == tx.team, _THERE)
    envelope = tx.conn.execute(query.with_for_update(key_share=True)).scalar()
    if not envelope:
        return False
    try:
        return rows.opened(tx, envelope, "access_token", connection.id) == connection.tokens.access
    except TokenUnreadable:
        return False


def set_needs_reauth(tx: Tx, connection_id: str, reason: str, *, claim_id: str | None, now: datetime) -> bool:
    """Only a person can go on here; what is scheduled waits. False when the lane is no longer mine."""
    status = connections.c.status
    kept = case((status == ConnectionStatus.PAUSED, status), else_=ConnectionStatus.NEEDS_REAUTH)
    values = {"status": kept, "status_reason": reason}
    return _write(tx, connection_id, values, now, claim_id)


def hold(
    tx: Tx, connection_id: str, *, until: datetime, reason: str, claim_id: str | None, now: datetime
) -> bool:
    """Nothing begins there before ``until``; a person need not do anything. False when the lane is no longer mine."""
    return _write(tx, connection_id, {"held_until": until, "held_reason": reason}, now, claim_id)


def _write(
    tx: Tx, connection_id: str, values: Mapping[str, Any], now: datetime, claim_id: str | None = None
) -> bool:
    guard: ColumnElement[bool] = (
        (connections.c.id == connection_id) & (connections.c.team_id == tx.team) & _THERE
    )
    if claim_id is not None:
        guard = guard & (connections.c.claim_id == claim_id)
    return (
        tx.conn.execute(update(connections).where(guard).values({**values, "updated_at": now})).rowcount == 1
    )


def _locked(tx: Tx, connection_id: str) -> RowMapping:
    c = connections.c
    query = select(connections).where(c.id == connection_id, c.team_id == tx.team, _THERE)
    row = tx.conn.execute(query.with_for_update(key_share=True)).mappings().first()
    if row is None:
        raise NotFound(_nothing(tx, connection_id, None))
    return row


def _nothing(tx: Tx, wanted: str, platform: Platform | None) -> str:
    """The sentence for a name that fits no connection, with the way on."""
    there = select(connections.c.id).where(connections.c.team_id == tx.team, _THERE)
    if platform is not None:
        there = there.where(connections.c.platform == platform)
    kind = f"{platform.value} connection" if platform else "connection"
    if tx.conn.execute(there.limit(1)).first():
        return f"there is no {kind} {wanted!r}; these are there: planrrr connections list"
    return f"there is no {kind} {wanted!r}; add one: planrrr connect {platform or Platform.FACEBOOK}"


def _one(tx: Tx, connection_id: str, *, tokens: bool = True) -> Connection:
    query = select(connections).where(connections.c.id == connection_id)
    return rows.connection(tx, tx.conn.execute(query).mappings().one(), tokens=tokens)
