"""`list` and `show`: the queue as a person sees it; changing it is in reschedule.py."""

from __future__ import annotations

from collections.abc import Sequence

from planrrr_cli import render
from planrrr_cli.commands.choosing import find_post
from planrrr_cli.commands.shapes import media_shape, post_shape, short
from planrrr_cli.commands.showing import queue_table, why, zone
from planrrr_cli.commands.targets import read_platform, waits
from planrrr_cli.context import Context
from planrrr_cli.domain.errors import UsageError
from planrrr_cli.domain.publications import State, post_status
from planrrr_cli.store import connections, posts
from planrrr_cli.store.posts import PostView


def listing(
    ctx: Context,
    *,
    states: Sequence[str],
    platform_name: str | None,
    connection_name: str | None,
    limit: int,
    as_json: bool,
) -> int:
    """Posts by due time, those that match the filters."""
    wanted = frozenset(_read_state(state) for state in states) or None
    platform = read_platform(platform_name) if platform_name else None
    with ctx.store.reading() as tx:
        connection = (
            connections.find(tx, connection_name, platform, tokens=False) if connection_name else None
        )
        found = posts.listing(
            tx,
            states=wanted,
            platform=platform,
            connection_id=connection.id if connection else None,
            limit=limit,
        )
    if as_json:
        render.document({"schema": "planrrr.list/1", "posts": [post_shape(view) for view in found]})
    elif found:
        queue_table(found, ctx, states=wanted)
    if not found:
        render.say(
            "no posts" + (" match" if wanted or platform or connection else "; add one: planrrr add FILE")
        )
    elif len(found) == limit:
        render.say(f"the first {render.counted(limit, 'post')}; --limit shows more")
    return 0


def _read_state(text: str) -> State:
    try:
        return State(text.strip().lower().replace("-", "_"))
    except ValueError:
        raise UsageError(f"{render.clean(text)!r} is not a state; these are: {', '.join(State)}") from None


def show(ctx: Context, name: str, *, as_json: bool) -> int:
    """One post with its publications."""
    with ctx.store.reading() as tx:
        view = find_post(tx, name)
    if as_json:
        render.document({"schema": "planrrr.show/1", "posts": [post_shape(view)]})
        return 0
    _show_post(view, ctx)
    queue_table([view], ctx)
    for publication in view.publications:
        for said in (why(publication.error), waits(publication.connection) or "", *publication.notices):
            if said:
                render.say(f"{short(publication.id)}: {said}")
    return 0


def _show_post(view: PostView, ctx: Context) -> None:
    post = view.post
    status = post_status(publication.state for publication in view.publications)
    render.line(f"post      {post.id}")
    render.line(f"status    {status}")
    typed = f" (typed {post.wall_time}{' ' + post.zone if post.zone else ''})" if post.wall_time else ""
    render.line(f"time      {render.when(post.scheduled_at, zone(ctx))}{typed}")
    for name, value in (("document", view.document), ("title", post.title), ("link", post.link)):
        if value:
            render.line(f"{name:10}{render.clean(value)}")
    for medium in post.media:
        shape = media_shape(medium)
        alt = f" – {render.clean(medium.alt)}" if medium.alt else ""
        render.line(f"medium    {shape['kind'] or 'not looked at yet'} {render.clean(medium.name)}{alt}")
    render.line()
    for written in (post.text or "(no text)").splitlines():
        render.line(f"    {written}")
    render.line()
