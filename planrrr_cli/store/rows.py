"""Rows to domain values and back: pure translation, no statements. Those of posts and media are in ``post_rows``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import Table

from planrrr_cli.domain.connections import Connection, ConnectionStatus, Platform, Tokens
from planrrr_cli.domain.errors import ErrorKind, Scope, TokenUnreadable
from planrrr_cli.domain.posts import Post
from planrrr_cli.domain.publications import Attempt, AttemptKind, ErrorNote, Outcome, Publication, State
from planrrr_cli.domain.secrets import Secret
from planrrr_cli.store import schema
from planrrr_cli.store.session import Tx

Row = Mapping[Any, Any]  # keyed by the Column objects of schema.py, so that joins cannot confuse names

SEALED_NOTE = "sealed"
SEALED = Secret("")  # in the place of a token that nobody asked to decrypt


def connection(tx: Tx, row: Row, *, tokens: bool) -> Connection:
    """``tokens`` False: for showing; the tokens stay encrypted and the key is not needed."""
    c = schema.connections.c
    return Connection(
        id=row[c.id],
        team_id=row[c.team_id],
        platform=Platform(row[c.platform]),
        account_id=row[c.account_id],
        account_name=row[c.account_name],
        tokens=_tokens(tx, row) if tokens else _sealed_tokens(row),
        status=ConnectionStatus(row[c.status]),
        status_reason=row[c.status_reason],
        scopes=tuple(row[c.scopes]),
        options=row[c.options],
        held_until=row[c.held_until],
        held_reason=row[c.held_reason],
        max_lateness=row[c.max_lateness],
        app_id=row[c.app_id],
        app_secret=(opened(tx, row[c.app_secret], "app_secret", row[c.id]) if tokens else SEALED)
        if row[c.app_secret]
        else None,
        renewing_since=row[c.renewing_since],
        previous=_previous(tx, row) if tokens else None,
        granted_at=row[c.granted_at],
        warned_days=row[c.warned_days],
    )


def connection_for_work(tx: Tx, row: Row) -> Connection:
    """With its tokens, or with why they cannot be read: one broken row must hold its own lane and no other."""
    try:
        return connection(tx, row, tokens=True)
    except TokenUnreadable as error:
        shown = connection(tx, row, tokens=False)
        return replace(shown, tokens=replace(shown.tokens, unreadable=str(error)))


def _tokens(tx: Tx, row: Row) -> Tokens:
    c = schema.connections.c
    access, refresh, secret = row[c.access_token], row[c.refresh_token], row[c.token_secret]
    return Tokens(
        opened(tx, access, "access_token", row[c.id]) if access else SEALED,
        opened(tx, refresh, "refresh_token", row[c.id]) if refresh else None,
        row[c.token_expires_at],
        opened(tx, secret, "token_secret", row[c.id]) if secret else None,
        refresh_expires_at=row[c.refresh_expires_at],
    )


def _sealed_tokens(row: Row) -> Tokens:
    """For showing: which there are and when they end, and nothing that needs the key."""
    c = schema.connections.c
    return Tokens(
        SEALED,
        SEALED if row[c.refresh_token] else None,
        row[c.token_expires_at],
        SEALED if row[c.token_secret] else None,
        refresh_expires_at=row[c.refresh_expires_at],
    )


def _previous(tx: Tx, row: Row) -> Tokens | None:
    """What was kept for the case that the present tokens do not work; none where it cannot be read any more."""
    c = schema.connections.c
    access, refresh = row[c.previous_access_token], row[c.previous_refresh_token]
    if not access and not refresh:
        return None
    try:
        return Tokens(
            opened(tx, access, "previous_access_token", row[c.id]) if access else SEALED,
            opened(tx, refresh, "previous_refresh_token", row[c.id]) if refresh else None,
        )
    except TokenUnreadable:
        return None


def opened(tx: Tx, envelope: str, column: str, connection_id: str) -> Secret:
    return tx.cipher().decrypt(envelope, table="connections", column=column, row_id=connection_id)


def sealed(tx: Tx, token: Secret, column: str, connection_id: str) -> str:
    return tx.cipher().encrypt(token.reveal(), table="connections", column=column, row_id=connection_id)


def token_values(tx: Tx, tokens: Tokens, connection_id: str) -> dict[str, Any]:
    """The encrypted columns. An empty refresh token is none."""
    refresh, secret = tokens.refresh or None, tokens.secret or None
    return {
        "access_token": sealed(tx, tokens.access, "access_token", connection_id),
        "refresh_token": sealed(tx, refresh, "refresh_token", connection_id) if refresh else None,
        "token_expires_at": tokens.expires_at,
        "token_secret": sealed(tx, secret, "token_secret", connection_id) if secret else None,
        "refresh_expires_at": tokens.refresh_expires_at,
    }


RENEWED_NEVER: Mapping[str, Any] = dict.fromkeys(
    ("previous_access_token", "previous_refresh_token", "renewing_since", "warned_days")
)
"""The columns of a renewal where a person has just signed in: nothing before it counts any more."""


def app_values(tx: Tx, app_id: str | None, secret: Secret | None, connection_id: str) -> dict[str, Any]:
    """The columns of a connection's own developer app."""
    hidden = sealed(tx, secret, "app_secret", connection_id) if secret else None
    return {"app_id": app_id, "app_secret": hidden}


def sealed_checkpoint(tx: Tx, notes: Mapping[str, Any], publication_id: str) -> Mapping[str, Any]:
    """As it is stored: a secret among the notes is an envelope there."""
    return {
        name: {SEALED_NOTE: _seal(tx, value, publication_id)} if isinstance(value, Secret) else value
        for name, value in notes.items()
    }


def _seal(tx: Tx, value: Secret, publication_id: str) -> str:
    return tx.cipher().encrypt(
        value.reveal(), table="publications", column="checkpoint", row_id=publication_id
    )


def _opened_checkpoint(tx: Tx, notes: Mapping[str, Any], publication_id: str) -> Mapping[str, Any]:
    """A secret that cannot be read any more is left out, as if it had never been noted."""
    found = dict(notes)
    for name, value in notes.items():
        if isinstance(value, dict) and value.keys() == {SEALED_NOTE}:
            try:
                found[name] = tx.cipher().decrypt(
                    value[SEALED_NOTE], table="publications", column="checkpoint", row_id=publication_id
                )
            except TokenUnreadable:
                del found[name]
    return found


def publication(
    tx: Tx, row: Row, post: Post, connection: Connection, others: frozenset[str], *, tokens: bool
) -> Publication:
    """``post`` as written; it is adapted to the connection's platform here. ``tokens``: open what is sealed, too."""
    p = schema.publications.c
    return Publication(
        id=row[p.id],
        team_id=row[p.team_id],
        post=post.adapted(connection.platform),
        connection=connection,
        state=State(row[p.state]),
        generation=row[p.generation],
        due_at=row[p.due_at],
        wake_at=row[p.wake_at],
        checkpoint=_opened_checkpoint(tx, row[p.checkpoint], row[p.id]) if tokens else row[p.checkpoint],
        attempts=row[p.attempts],
        spent=row[p.spent],
        interruptions=row[p.interruptions],
        sending_since=row[p.sending_since],
        first_sent_at=row[p.first_sent_at],
        doubts=row[p.doubts],
        follow_ups=row[p.follow_ups],
        doubt_looks=row[p.doubt_looks],
        absent_looks=row[p.absent_looks],
        remote_id=row[p.remote_id],
        permalink=row[p.permalink],
        published_at=row[p.published_at],
        error=error(row, schema.publications),
        notices=tuple(row[p.notices]),
        other_remote_ids=others,
        held_by=Scope(row[p.held_by]) if row[p.held_by] else None,
    )


def attempt(row: Row) -> Attempt:
    a = schema.attempts.c
    return Attempt(
        id=row[a.id],
        publication_id=row[a.publication_id],
        number=row[a.number],
        kind=AttemptKind(row[a.kind]),
        run_id=row[a.run_id] or "",
        claim_id=row[a.claim_id] or "",
        began_at=row[a.began_at],
        ended_at=row[a.ended_at],
        outcome=Outcome(row[a.outcome]) if row[a.outcome] else None,
        error=error(row, schema.attempts),
        steps=tuple(row[a.steps]),
        calls=tuple(row[a.calls]),
    )


def error(row: Row, table: Table) -> ErrorNote | None:
    """The error columns of ``table`` (publications or attempts)."""
    c = table.c
    if row[c.error_kind] is None:
        return None
    return ErrorNote(
        kind=ErrorKind(row[c.error_kind]),
        message=row[c.error_message] or "",
        next=row[c.error_next] or "",
        status=row[c.error_status],
        code=row[c.error_code],
        request_id=row[c.error_request_id],
    )


def error_values(note: ErrorNote | None) -> dict[str, Any]:
    """The error columns; all NULL for no error."""
    return {
        "error_kind": note.kind if note else None,
        "error_message": note.message if note else None,
        "error_next": note.next if note else None,
        "error_status": note.status if note else None,
        "error_code": note.code if note else None,
        "error_request_id": note.request_id if note else None,
    }
