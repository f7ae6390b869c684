"""Posts: add, find, list; their publications come along for showing and are worked on in ``publications``."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, insert, select, update

from planrrr_cli.domain.connections import Platform
from planrrr_cli.domain.errors import NotFound, Refused
from planrrr_cli.domain.posts import Post
from planrrr_cli.domain.publications import Publication, State
from planrrr_cli.store import post_rows
from planrrr_cli.store.by_people import nothing_or_several, publication_values
from planrrr_cli.store.guards import ids_with_prefix, inserted
from planrrr_cli.store.loading import load, media_of
from planrrr_cli.store.schema import connections, media, posts, publications
from planrrr_cli.store.session import Tx


@dataclass(frozen=True, slots=True)
class NewPost:
    """A post to add. ``fingerprint`` is unique per team, ``document`` the file's name, ``connections`` ids.

    ``ordinal`` is the position within one command, which orders posts that are due at the same moment.
    """

    post: Post
    fingerprint: str
    document: str | None
    connections: list[str]
    draft: bool
    ordinal: int


@dataclass(frozen=True, slots=True)
class PostView:
    """A post as written, with the latest generation of each of its publications."""

    post: Post
    document: str | None
    created_at: datetime
    publications: list[Publication]


def add(tx: Tx, new: NewPost, *, now: datetime) -> tuple[str, bool]:
    """The post's id, and whether it was added: the same fingerprint again changes nothing.

    Raises :class:`Refused` for a post without connections or, unless a draft, without a time, and
    :class:`NotFound` for a connection that is not (or no longer) this team's.
    """
    if not new.connections or (not new.draft and new.post.scheduled_at is None):
        msg = (
            "a post needs at least one connection"
            if not new.connections
            else "a post needs a time, unless a draft"
        )
        raise Refused(msg)
    _refuse_strangers(tx, new.connections)
    post_id = new.post.id or tx.new_id()
    if not _insert_post(tx, post_id, new, now):
        same = select(posts.c.id).where(posts.c.team_id == tx.team, posts.c.fingerprint == new.fingerprint)
        return str(tx.conn.execute(same).scalar_one()), False
    if new.post.media:
        tx.conn.execute(insert(media), [_medium(post_id, at, one) for at, one in enumerate(new.post.media)])
    at = new.post.scheduled_at
    planned = (State.DRAFT, None) if new.draft else (State.SCHEDULED, at)
    due = {"due_at": at, "ordinal": new.ordinal, "state": planned[0], "wake_at": planned[1]}
    wanted = dict.fromkeys(new.connections)  # each once, in order
    tx.conn.execute(
        insert(publications),
        [publication_values(tx.new_id(), tx.team, post_id, one, now) | due for one in wanted],
    )
    return post_id, True


def _insert_post(tx: Tx, post_id: str, new: NewPost, now: datetime) -> bool:
    post = new.post
    values = {
        "id": post_id,
        "team_id": tx.team,
        "fingerprint": new.fingerprint,
        "document": new.document,
        "text": post.text,
        "link": post.link,
        "title": post.title,
        "first_comment": post.first_comment,
        "options": post.options,
        "overrides": post.overrides,
        "attached": post_rows.attached_values(post.attached),
        "scheduled_at": post.scheduled_at,
        "wall_time": post.wall_time,
        "zone": post.zone,
        "max_lateness": post.max_lateness,
        "created_at": now,
        "updated_at": now,
    }
    return inserted(tx, posts, values, unless=("team_id", "fingerprint"))


def _medium(post_id: str, position: int, one: Any) -> dict[str, Any]:
    fields = ("file", "url", "alt", "kind", "content_type", "size", "sha256", "public_url")
    values = {field: getattr(one, field) for field in fields} | {"shape": one.shape and asdict(one.shape)}
    return {"post_id": post_id, "position": position, **values}


def _refuse_strangers(tx: Tx, wanted: list[str]) -> None:
    c = connections.c
    query = select(c.id).where(c.id.in_(sorted(set(wanted))), c.team_id == tx.team, c.removed_at.is_(None))
    missing = set(wanted) - set(tx.conn.execute(query).scalars())
    if missing:
        raise NotFound(nothing_or_several("connection", min(missing), []))


def find(tx: Tx, prefix: str) -> PostView:
    """By the id, or an unambiguous prefix, of the post or of one of its publications."""
    p, q = posts.c, publications.c
    wanted = prefix.lower()
    by_post = select(p.id, p.id.label("found")).where(p.team_id == tx.team, ids_with_prefix(p.id, wanted))
    by_publication = select(q.post_id, q.id).where(q.team_id == tx.team, ids_with_prefix(q.id, wanted))
    found = list(tx.conn.execute(by_post.union_all(by_publication).limit(20))) if wanted else []
    exact = [row for row in found if row[1] == wanted]
    if len(exact or found) != 1:
        raise NotFound(nothing_or_several("post", prefix, sorted(row[1] for row in found)))
    return _views(tx, [(exact or found)[0][0]])[0]


def listing(
    tx: Tx,
    *,
    states: frozenset[State] | None = None,
    platform: Platform | None = None,
    connection_id: str | None = None,
    limit: int = 100,
    before: datetime | None = None,
    after: datetime | None = None,
) -> list[PostView]:
    """Posts with a matching publication, by the time they are due; drafts without a time come last.

    ``before`` and ``after`` bound ``due_at``, the first exclusive, the second inclusive.
    """
    p = publications.c
    wanted = [p.team_id == tx.team, _is_latest()]
    if states is not None:
        wanted.append(p.state.in_(sorted(states)))
    if platform is not None:
        wanted.append(p.connection_id.in_(select(connections.c.id).where(connections.c.platform == platform)))
    if connection_id is not None:
        wanted.append(p.connection_id == connection_id)
    if before is not None:
        wanted.append(p.due_at < before)
    if after is not None:
        wanted.append(p.due_at >= after)
    due = func.min(p.due_at)
    query = select(p.post_id).where(*wanted).group_by(p.post_id)
    query = query.order_by(due.is_(None), due, func.min(p.created_at), func.min(p.ordinal), p.post_id).limit(
        limit
    )
    return _views(tx, list(tx.conn.execute(query).scalars()))


def _is_latest() -> ColumnElement[bool]:
    p, newer = publications.c, publications.alias("newer")
    return ~(
        select(newer.c.id)
        .where(
            newer.c.post_id == p.post_id,
            newer.c.connection_id == p.connection_id,
            newer.c.generation > p.generation,
        )
        .correlate(publications)
        .exists()
    )


def _views(tx: Tx, ids: list[str]) -> list[PostView]:
    """In the order of ``ids``."""
    if not ids:
        return []
    p, q = posts.c, publications.c
    found = {row[p.id]: row for row in tx.conn.execute(select(posts).where(p.id.in_(ids))).mappings()}
    pictures = media_of(tx, ids)
    latest = (
        select(q.id, q.post_id)
        .where(q.post_id.in_(ids), _is_latest())
        .order_by(q.created_at, q.ordinal, q.id)
    )
    order = list(tx.conn.execute(latest))
    loaded = load(tx, [row[0] for row in order])
    mine: dict[str, list[Publication]] = defaultdict(list)
    for publication_id, post_id in order:
        mine[post_id].append(loaded[publication_id])
    return [
        PostView(
            post_rows.post(found[one], pictures.get(one, ())),
            found[one][p.document],
            found[one][p.created_at],
            sorted(mine[one], key=lambda publication: publication.platform),
        )
        for one in ids
    ]


def set_schedule(
    tx: Tx,
    post_id: str,
    *,
    scheduled_at: datetime | None,
    wall_time: str | None,
    zone: str | None,
    now: datetime,
) -> None:
    """What a person typed as the time of the post; its publications are moved one by one (``reschedule``)."""
    mine = (posts.c.id == post_id) & (posts.c.team_id == tx.team)
    values = {"scheduled_at": scheduled_at, "wall_time": wall_time, "zone": zone, "updated_at": now}
    if tx.conn.execute(update(posts).where(mine).values(values)).rowcount != 1:
        raise NotFound(nothing_or_several("post", post_id, []))
