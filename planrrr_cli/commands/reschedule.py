"""`reschedule` and `cancel`: the queue as a person changes it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from planrrr_cli import render
from planrrr_cli.commands.asking import confirm
from planrrr_cli.commands.choosing import Chosen, choose
from planrrr_cli.commands.shapes import post_shape, short
from planrrr_cli.commands.showing import queue_table, zone
from planrrr_cli.commands.targets import removed, waits
from planrrr_cli.context import Context
from planrrr_cli.documents.times import resolve_time
from planrrr_cli.domain.errors import Refused
from planrrr_cli.domain.publications import CANCELLABLE, RESCHEDULABLE, Publication, State
from planrrr_cli.domain.settlement import ACCEPTED
from planrrr_cli.store import posts, publications
from planrrr_cli.store.posts import PostView


def reschedule(ctx: Context, name: str, *, at: str, zone_name: str | None, as_json: bool) -> int:
    """Moves a publication, or all of a post that can be moved, to another time."""
    now = ctx.clock.now()
    time = resolve_time(at, zone=zone_name, default_zone=ctx.settings.timezone, now=now)
    with ctx.store.transaction() as tx:
        chosen = choose(tx, name)
        moved, left = _sorted(chosen, lambda publication: publication.state in RESCHEDULABLE)
        gone = {one.id: why for one in moved if (why := removed(tx, one.connection))}
        moved = [one for one in moved if one.id not in gone]
        if not moved:
            because = [f"{short(one)} cannot be rescheduled: {why}" for one, why in gone.items()]
            raise Refused("; ".join([*because, *([_refusal(left, "rescheduled")] if left else [])]))
        for publication in moved:
            publications.reschedule(tx, publication.id, due_at=time.at, now=now)
        if chosen.whole_post or len(moved) == len(chosen.view.publications):
            posts.set_schedule(
                tx,
                chosen.view.post.id,
                scheduled_at=time.at,
                wall_time=time.wall_time,
                zone=time.zone,
                now=now,
            )
        view = posts.find(tx, chosen.view.post.id)
    _report("reschedule", [view], left, "rescheduled", ctx, as_json=as_json)
    for identifier, reason in gone.items():
        render.say(f"not rescheduled: {short(identifier)}, {reason}")
    _say_moved(moved, time.at, now, ctx)
    return 0


def _say_moved(moved: Sequence[Publication], at: datetime, now: datetime, ctx: Context) -> None:
    past = " (that is now or past: it goes out with the next planrrr publish-due)" if at <= now else ""
    render.say(f"{render.counted(len(moved), 'publication')} due {render.when(at, zone(ctx))}{past}")
    for said in {waits(publication.connection) for publication in moved} - {None}:
        render.say(f"warning: {said}")


def cancel(ctx: Context, names: Sequence[str], *, yes: bool, as_json: bool) -> int:
    """Cancels publications, or all of a post that can be cancelled; nothing when one id cannot be."""
    with ctx.store.reading() as tx:
        chosen = [choose(tx, name) for name in names]
    count = sum(publication.state in CANCELLABLE for one in chosen for publication in one.publications)
    _refuse_unless_each(chosen)
    confirm(f"Cancel {render.counted(count, 'publication')}?", yes=yes)
    now, left, done = ctx.clock.now(), [], set()
    with ctx.store.transaction() as tx:
        for name in names:
            again = choose(tx, name)
            able, unable = _sorted(again, lambda publication: publication.state in CANCELLABLE)
            left += [publication for publication in unable if publication.id not in done]
            for publication in able:
                publications.cancel(tx, publication.id, now=now)
                done.add(publication.id)
        views = {one.view.post.id: posts.find(tx, one.view.post.id) for one in chosen}
    _report("cancel", list(views.values()), left, "cancelled", ctx, as_json=as_json)
    render.say(f"{render.counted(len(done), 'publication')} cancelled")
    return 0


def _refuse_unless_each(chosen: Sequence[Chosen]) -> None:
    for one in chosen:
        able, unable = _sorted(one, lambda publication: publication.state in CANCELLABLE)
        if not able:
            raise Refused(
                _refusal(unable, "cancelled") + ("; nothing was cancelled" if len(chosen) > 1 else "")
            )


def _sorted(
    chosen: Chosen, able: Callable[[Publication], bool]
) -> tuple[list[Publication], list[Publication]]:
    yes = [publication for publication in chosen.publications if able(publication)]
    return yes, [publication for publication in chosen.publications if not able(publication)]


def _refusal(left: Sequence[Publication], what: str) -> str:
    return "; ".join(f"{short(one.id)} cannot be {what}: {_because(one)}" for one in left)


def _because(publication: Publication) -> str:
    match publication.state:
        case State.PUBLISHED:
            return f"it is published ({publication.permalink or publication.remote_id or 'see planrrr show'})"
        case State.IN_DOUBT:
            return f"it may be out already; first end the doubt: planrrr resolve {short(publication.id)}"
        case State.PUBLISHING:
            return "it is being published right now"
        case State.PROCESSING:
            if publication.checkpoint.get(ACCEPTED):
                return "the platform has it and is still processing it"
            return "the platform works on its media right now; try again when that is done"
        case State.CANCELLED:
            return "it is cancelled already"
        case _:
            return f"it is {publication.state}"


def _report(
    command: str,
    views: Sequence[PostView],
    left: Sequence[Publication],
    what: str,
    ctx: Context,
    *,
    as_json: bool,
) -> None:
    if as_json:
        render.document({"schema": f"planrrr.{command}/1", "posts": [post_shape(view) for view in views]})
    else:
        queue_table(views, ctx)
    for one in left:
        render.say(f"not {what}: {short(one.id)}, {_because(one)}")
