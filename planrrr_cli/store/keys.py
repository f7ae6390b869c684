"""Which keys the stored secrets were written with, told without opening one; writing them anew is ``resealing``."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import ColumnElement, Text, cast, func, or_, select

from planrrr_cli.store import rows
from planrrr_cli.store.cipher import HEAD, fingerprint_in
from planrrr_cli.store.schema import connections, publications
from planrrr_cli.store.session import Tx

SEALED_COLUMNS = (
    connections.c.access_token,
    connections.c.refresh_token,
    connections.c.token_secret,
    connections.c.app_secret,
    connections.c.previous_access_token,
    connections.c.previous_refresh_token,
)
_PIECE = 500  # rows at a time, so that memory does not grow with the table


def fingerprints(tx: Tx) -> frozenset[str]:
    """Of the keys that the stored tokens were written with, all teams' alike; ``""`` for what no key of ours wrote."""
    token = connections.c.access_token
    heads = tx.conn.execute(select(func.substr(token, 1, HEAD)).where(token != "").distinct()).scalars()
    return frozenset(fingerprint_in(head) for head in heads)


def in_use(tx: Tx) -> Mapping[str, Counter[str]]:
    """How many values each key wrote, by table; all teams'. ``""`` stands for what no key of ours wrote."""
    found: dict[str, Counter[str]] = {connections.name: Counter(), publications.name: Counter()}
    for column in SEALED_COLUMNS:
        head = func.substr(column, 1, HEAD)
        query = select(head, func.count()).where(column != "").group_by(head)
        for text, count in tx.conn.execute(query):
            found[connections.name][fingerprint_in(text)] += count
    query = select(publications.c.checkpoint).where(with_secrets())
    for notes in tx.conn.execute(query, execution_options={"yield_per": _PIECE}).scalars():
        found[publications.name].update(fingerprint_in(each) for _, each in envelopes(notes))
    return found


def with_secrets() -> ColumnElement[bool]:
    """For ``publications``: some note of the checkpoint looks sealed."""
    return cast(publications.c.checkpoint, Text).like(f'%"{rows.SEALED_NOTE}"%')


def written_with_others(fingerprint: str) -> ColumnElement[bool]:
    """For ``connections``: some column was not written with this key."""
    ours = f"v1:{fingerprint}:%"
    return or_(*((column != "") & column.not_like(ours) for column in SEALED_COLUMNS))


def envelopes(notes: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The secrets among the notes of a stored checkpoint: their names, and how they are stored."""
    for name, value in notes.items():
        if isinstance(value, dict) and value.keys() == {rows.SEALED_NOTE}:
            yield name, str(value[rows.SEALED_NOTE])
