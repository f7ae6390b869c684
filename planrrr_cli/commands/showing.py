"""How publications and connections look to people: short ids, times in the operator's zone, one line of why."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, tzinfo
from zoneinfo import ZoneInfo

from planrrr_cli import render
from planrrr_cli.commands.outlook import what_next
from planrrr_cli.commands.shapes import short
from planrrr_cli.commands.targets import waits
from planrrr_cli.context import Context
from planrrr_cli.domain.publications import ErrorNote, Publication, State
from planrrr_cli.store.posts import PostView

_WAITING = frozenset({State.SCHEDULED, State.PROCESSING, State.IN_DOUBT})


def zone(ctx: Context) -> tzinfo:
    """The zone that people are shown times in: ``PLANRRR_TIMEZONE``, else UTC."""
    return ZoneInfo(ctx.settings.timezone) if ctx.settings.timezone else UTC


def why(error: ErrorNote | None) -> str:
    """The error and what happens next, in one line."""
    if error is None:
        return ""
    return f"{error.message}; {error.next}" if error.next else error.message


def queue_table(views: Sequence[PostView], ctx: Context, *, states: frozenset[State] | None = None) -> None:
    """One line per publication; ``states``: only those in one of them."""
    rows = [
        _row(view, publication, ctx)
        for view in views
        for publication in view.publications
        if states is None or publication.state in states
    ]
    render.table(["id", "due", "state", "platform", "account", "text", "note"], rows)


def _row(view: PostView, publication: Publication, ctx: Context) -> list[str]:
    return [
        short(publication.id),
        render.when(publication.due_at, zone(ctx)),
        publication.state.value,
        publication.platform.value,
        render.preview(publication.connection.account_name, 24),
        render.preview(view.post.text or view.post.title or "(no text)", 36),
        publication.permalink or render.preview(_note(publication, ctx), 500),
    ]


def _note(publication: Publication, ctx: Context) -> str:
    """Why it is where it is, and what a person can do: whole, since the end of it is what helps."""
    waiting = waits(publication.connection) if publication.state in _WAITING else None
    if waiting is None and publication.error is None and publication.state is State.PROCESSING:
        return what_next(publication, ctx.clock.now())
    return waiting or why(publication.error)
