"""`--dry-run`: what a run would send and what it would not, and why; the judging is in publishing/."""

from __future__ import annotations

from typing import Any

from planrrr_cli import render
from planrrr_cli.commands.shapes import Shape, problem_shapes, short
from planrrr_cli.commands.showing import zone
from planrrr_cli.context import Context
from planrrr_cli.domain.posts import Severity
from planrrr_cli.publishing.options import RunOptions
from planrrr_cli.publishing.rehearsal import Rehearsal, rehearse
from planrrr_cli.publishing.report import COUNTED


def rehearsed(ctx: Context, options: RunOptions, command: str, *, as_json: bool) -> int:
    """1 when something that is due would be refused."""
    found = rehearse(ctx, options)
    if as_json:
        counts = {outcome.value: 0 for outcome in COUNTED}
        shapes = [_rehearsal_shape(one) for one in found]
        head: dict[str, Any] = {"schema": f"planrrr.{command}/1", "run_id": None, "dry_run": True}
        render.document(head | counts | {"publications": shapes})
    elif found:
        render.table(
            ["id", "due", "platform", "account", "would", "text or why"], [_would(one, ctx) for one in found]
        )
    render.say(f"dry run: {render.counted(len(found), 'publication')} looked at; nothing was written or sent")
    return int(any(one.problems and not one.admitted for one in found))


def _rehearsal_shape(one: Rehearsal) -> Shape:
    publication = one.publication
    return {
        "id": publication.id,
        "post_id": publication.post.id,
        "platform": publication.platform.value,
        "connection_id": publication.connection.id,
        "state": publication.state.value,
        "due_at": render.iso(publication.due_at),
        "admitted": one.admitted,
        "reason": one.reason,
        "text": publication.post.text,
        "media": [medium.name for medium in publication.post.media],
        "errors": problem_shapes(one.problems, Severity.ERROR),
        "warnings": problem_shapes(one.problems, Severity.WARNING),
    }


def _would(one: Rehearsal, ctx: Context) -> list[str]:
    publication = one.publication
    said = publication.post.text if one.admitted else one.reason or ""
    return [
        short(publication.id),
        render.when(publication.due_at, zone(ctx)),
        publication.platform.value,
        render.preview(publication.connection.account_name, 24),
        "send" if one.admitted else "wait",
        render.preview(said, 60),
    ]
