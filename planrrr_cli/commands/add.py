"""`add`: post documents into the queue, checked first; all of them, or none when one is invalid."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from planrrr_cli import render
from planrrr_cli.commands.checking import UNREADABLE, Checked, check, problems_on, shown
from planrrr_cli.commands.repeating import repeated
from planrrr_cli.commands.shapes import Shape, post_shape, problem_shape, short
from planrrr_cli.commands.showing import queue_table, zone
from planrrr_cli.commands.targets import outlasting, read_targets, resolve, waits
from planrrr_cli.commands.validate import said
from planrrr_cli.context import Context
from planrrr_cli.documents import Target, fingerprint
from planrrr_cli.documents.times import Moment, resolve_time
from planrrr_cli.domain.connections import Connection
from planrrr_cli.domain.errors import InvalidDocument, NotFound, UsageError
from planrrr_cli.domain.posts import Severity
from planrrr_cli.domain.publications import State
from planrrr_cli.store import Tx, posts
from planrrr_cli.store.posts import NewPost, PostView

LONG_AGO = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the command line says for every document."""

    targets: tuple[Target, ...]
    at: str | None
    zone: str | None
    draft: bool
    may_repeat: bool = False


@dataclass(frozen=True, slots=True)
class Added:
    """What became of one document: its post, and whether it is new."""

    name: str
    view: PostView
    is_new: bool
    warnings: tuple[Shape, ...]


class _Rejected(Exception):
    """Ends the transaction without a trace."""


def add(
    ctx: Context,
    names: Sequence[str],
    *,
    to: Sequence[str],
    at: str | None,
    zone_name: str | None,
    media: Sequence[str],
    draft: bool,
    as_json: bool,
    allow_duplicate: bool = False,
) -> int:
    """Schedules every document, or none; the same document again changes nothing."""
    if twice := [name for name, times in Counter(names).items() if times > 1]:
        raise UsageError(f"{shown(twice[0])} is named twice; name each file once")
    wishes = Wishes(read_targets(to), at, zone_name, draft, allow_duplicate)
    checked = [check(ctx, name, extra_media=media, targets=wishes.targets) for name in names]
    now, errors, done = ctx.clock.now(), [], []
    try:
        with ctx.store.transaction() as tx:
            for ordinal, one in enumerate(checked):
                try:
                    done.append(_add(ctx, tx, one, wishes, ordinal, now))
                except _Invalid as invalid:
                    errors += [{"file": one.name} | shape for shape in invalid.errors]
            if errors:
                raise _Rejected
    except _Rejected:
        return _report_errors(errors, len(names), as_json=as_json)
    _report(ctx, done, now, as_json=as_json)
    return 0


class _Invalid(Exception):
    """One document that cannot be added."""

    def __init__(self, *errors: Shape) -> None:
        super().__init__()
        self.errors = errors


def _invalid(rule: str, message: object) -> _Invalid:
    return _Invalid({"rule": rule, "message": str(message)})


def _add(ctx: Context, tx: Tx, checked: Checked, wishes: Wishes, ordinal: int, now: datetime) -> Added:
    if checked.document is None or checked.post is None:
        raise _invalid(UNREADABLE, checked.unreadable)
    at, zone_name = wishes.at or checked.document.at, wishes.zone or checked.document.zone
    found, warnings = _connections(tx, checked)
    moment, late = _moment(ctx, at, zone_name, now)
    post = checked.post
    if moment is not None:
        post = replace(post, scheduled_at=moment.at, wall_time=moment.wall_time, zone=moment.zone)
    new = NewPost(
        post=post,
        fingerprint=fingerprint(
            replace(checked.document, at=at, zone=zone_name),
            [medium.sha256 for medium in post.media],
            [connection.id for connection in found],
            [medium.sha256 for files in post.attached.values() for medium in files.values()],
        ),
        document=checked.name,
        connections=[connection.id for connection in found],
        draft=wishes.draft or moment is None,
        ordinal=ordinal,
    )
    if moment is not None:
        warnings += outlasting(found, moment.at, now=now)
    identifier, is_new = posts.add(tx, new, now=now)
    if is_new and late:  # a document whose time has passed is no news only when it is in the queue already
        raise _invalid("time_passed", late)
    speaks = is_new and not new.draft and not wishes.may_repeat
    if speaks and moment is not None and (errors := repeated(tx, post, found, moment.at, identifier)):
        raise _Invalid(*errors)
    return Added(checked.name, posts.find(tx, identifier), is_new, tuple(warnings))


def _connections(tx: Tx, checked: Checked) -> tuple[list[Connection], list[Shape]]:
    """Where it goes, checked against the rules there; what only warns comes back beside it."""
    assert checked.document is not None
    if not checked.document.targets:
        raise _invalid("no_target", "it does not say where to; add --to facebook, or a line  to: [facebook]")
    try:
        found = resolve(tx, checked.document.targets)
    except (NotFound, UsageError) as error:
        raise _invalid("no_connection", error) from None
    errors: list[Shape] = []
    warnings: list[Shape] = []
    for connection in found:
        for problem in problems_on(connection.platform, checked, connection):
            shape = {"platform": connection.platform.value} | problem_shape(problem)
            into = errors if problem.severity is Severity.ERROR else warnings
            if shape not in into:  # two accounts of one platform have most problems in common
                into.append(shape)
    if errors:
        raise _Invalid(*errors)
    warnings += [
        {"platform": connection.platform.value, "rule": "connection_waits", "message": waiting}
        for connection in found
        if (waiting := waits(connection))
    ]
    return found, warnings


def _moment(
    ctx: Context, at: str | None, zone_name: str | None, now: datetime
) -> tuple[Moment | None, str | None]:
    """When it goes out, and why that is too late now."""
    if at is None:
        return None, None
    default = ctx.settings.timezone
    try:
        return resolve_time(at, zone=zone_name, default_zone=default, now=now), None
    except InvalidDocument as error:
        try:
            return resolve_time(at, zone=zone_name, default_zone=default, now=now - LONG_AGO), str(error)
        except InvalidDocument:
            raise _invalid("time_unclear", error) from None


def _report_errors(errors: Sequence[Shape], documents: int, *, as_json: bool) -> int:
    if as_json:
        head: dict[str, Any] = {"schema": "planrrr.add/1", "added": 0, "unchanged": 0, "posts": []}
        render.document(head | {"errors": list(errors)})
    for error in errors:
        platform = f"{error['platform']}: " if "platform" in error else ""
        named = "" if error["rule"] == UNREADABLE else f"{shown(error['file'])}: "
        render.say(f"{named}{platform}{said(error)}")
    wrong = len({error["file"] for error in errors})
    of_all = f"{wrong} of {documents} documents" if documents > 1 else "the document"
    render.say(f"nothing was added, since {of_all} {'is' if wrong == 1 else 'are'} invalid")
    return 1


def _report(ctx: Context, done: Sequence[Added], now: datetime, *, as_json: bool) -> None:
    new = sum(one.is_new for one in done)
    if as_json:
        shapes = [
            post_shape(one.view) | {"file": one.name, "added": one.is_new, "warnings": list(one.warnings)}
            for one in done
        ]
        counts = {"added": new, "unchanged": len(done) - new}
        render.document({"schema": "planrrr.add/1"} | counts | {"posts": shapes})
    else:
        queue_table([one.view for one in done], ctx)
    for one in done:
        for warning in one.warnings:
            render.say(f"warning: {shown(one.name)}: {said(warning)}")
        if not one.is_new:
            render.say(f"unchanged: {shown(one.name)} is in the queue already as {_already(one.view)}")
    render.say(f"{render.counted(new, 'post')} added, {len(done) - new} unchanged")
    _hint([one for one in done if one.is_new], now, ctx)


def _already(view: PostView) -> str:
    states = ", ".join(sorted({publication.state.value for publication in view.publications}))
    name = short(view.post.id)
    if states in {State.CANCELLED, State.DRAFT, State.FAILED, State.MISSED}:
        return f"{name}, {states}; planrrr reschedule {name} --at TIME"
    return f"{name}, {states}"


def _hint(new: Sequence[Added], now: datetime, ctx: Context) -> None:
    drafts = [one.view.post for one in new if all(p.state is State.DRAFT for p in one.view.publications)]
    if drafts:
        render.say(
            f"without a time it stays a draft; next: planrrr reschedule {short(drafts[0].id)} --at TIME"
        )
    times = [
        one.view.post.scheduled_at
        for one in new
        if one.view.post not in drafts and one.view.post.scheduled_at
    ]
    if times:
        first = min(times)
        due = "now" if first <= now else render.when(first, zone(ctx))
        render.say(f"due {due}; planrrr publish-due sends what is due")
