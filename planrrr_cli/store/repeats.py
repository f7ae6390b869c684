"""Which posts of a connection are planned or out around a moment, to notice that one says the same again."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select

from planrrr_cli.domain.posts import Post
from planrrr_cli.domain.publications import State
from planrrr_cli.store import post_rows
from planrrr_cli.store.schema import posts, publications
from planrrr_cli.store.session import Tx

SPEAKING = frozenset(State) - {State.DRAFT, State.CANCELLED, State.FAILED, State.MISSED}


def around(tx: Tx, connection_id: str, at: datetime, within: timedelta) -> list[tuple[str, datetime, Post]]:
    """Publication, when it is due, and the post as written, for what is due within ``within`` of ``at``."""
    p = publications.c
    query = (
        select(p.id, p.due_at, posts)
        .join(posts, posts.c.id == p.post_id)
        .where(p.due_at > at - within, p.due_at < at + within, p.team_id == tx.team)
        .where(p.connection_id == connection_id, p.state.in_(sorted(SPEAKING)))
        .order_by(p.due_at, p.id)
    )
    return [(row[p.id], row[p.due_at], post_rows.post(row, ())) for row in tx.conn.execute(query).mappings()]
