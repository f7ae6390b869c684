"""Complete publications by id, in a fixed number of statements; which ones, others decide."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import bindparam, select

from planrrr_cli.domain.posts import Media
from planrrr_cli.domain.publications import Publication, State
from planrrr_cli.store import post_rows, rows
from planrrr_cli.store.guards import given
from planrrr_cli.store.schema import connections, media, posts, publications
from planrrr_cli.store.session import Tx

BOUND_RECENTLY = timedelta(days=7)  # the longest that a look back into an account's own posts goes


_FULL = (
    select(publications, connections, posts)
    .join(connections, connections.c.id == publications.c.connection_id)
    .join(posts, posts.c.id == publications.c.post_id)
    .where(publications.c.id.in_(bindparam("p_ids", expanding=True)))
)
_MEDIA = (
    select(media)
    .where(media.c.post_id.in_(bindparam("p_ids", expanding=True)))
    .order_by(media.c.post_id, media.c.position)
)
_BOUND = select(publications.c.connection_id, publications.c.remote_id).where(
    publications.c.connection_id.in_(bindparam("p_ids", expanding=True)),
    publications.c.remote_id.is_not(None),
    publications.c.published_at >= given(publications.c.published_at, "since"),
)


def load(
    tx: Tx, ids: Iterable[str], *, tokens: bool = False, bound_since: datetime | None = None
) -> dict[str, Publication]:
    """Publications of this team by id, in no order.

    ``tokens``: decrypt those of their connections, or say in them why not. ``bound_since``: fill
    ``other_remote_ids`` with what was bound on the connection from that moment on, for publications that may have
    been sent.
    """
    p, wanted = publications.c, list(ids)
    if not wanted:
        return {}
    found = list(tx.conn.execute(_FULL, {"p_ids": wanted}).mappings())
    # The team is compared here: in the statement it would lure SQLite's planner away from the ids.
    found = [row for row in found if row[p.team_id] == tx.team]
    pictures = media_of(tx, {row[p.post_id] for row in found})
    sent = {row[p.connection_id] for row in found if row[p.first_sent_at] or row[p.state] == State.IN_DOUBT}
    bound = _bound(tx, sent, bound_since) if bound_since and sent else {}
    lanes = {row[p.connection_id]: row for row in found}
    opened = {
        lane: rows.connection_for_work(tx, row) if tokens else rows.connection(tx, row, tokens=False)
        for lane, row in lanes.items()
    }
    return {
        row[p.id]: rows.publication(
            tx,
            row,
            post_rows.post(row, pictures.get(row[p.post_id], ())),
            opened[row[p.connection_id]],
            bound.get(row[p.connection_id], frozenset()) - {row[p.remote_id]},
            tokens=tokens,
        )
        for row in found
    }


def media_of(tx: Tx, post_ids: Iterable[str]) -> dict[str, list[Media]]:
    """The media of posts, in order; posts without media are missing."""
    found: dict[str, list[Media]] = defaultdict(list)
    wanted = list(post_ids)
    if wanted:
        for row in tx.conn.execute(_MEDIA, {"p_ids": wanted}).mappings():
            found[row[media.c.post_id]].append(post_rows.medium(row))
    return found


def _bound(tx: Tx, connection_ids: Iterable[str], since: datetime) -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for connection_id, remote_id in tx.conn.execute(
        _BOUND, {"p_ids": list(connection_ids), "p_since": since}
    ):
        found[connection_id].add(remote_id)
    return {connection_id: frozenset(ids) for connection_id, ids in found.items()}
