"""The dry run: admission and validation for real, on what is due; nothing is written, nothing is sent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, assert_never

from planrrr_cli.domain.breaker import Breaker, Claim, Key, told
from planrrr_cli.domain.connections import ConnectionStatus
from planrrr_cli.domain.errors import RateLimited
from planrrr_cli.domain.posts import Problem, problems
from planrrr_cli.domain.publications import AttemptKind, Publication, State
from planrrr_cli.platforms import publisher_class
from planrrr_cli.publishing.admission import Admitted, Invalid, NeedsPerson, RefreshFirst, TooLate, admit
from planrrr_cli.publishing.concerns import asked_by, goes_on, refusal
from planrrr_cli.publishing.options import RunOptions
from planrrr_cli.publishing.quotas import rules_of
from planrrr_cli.publishing.reserving import Reserving, Wanted
from planrrr_cli.publishing.tokens import GOOD_ENOUGH
from planrrr_cli.store import Tx, breakers, lanes, posts
from planrrr_cli.store.posts import PostView

if TYPE_CHECKING:
    from planrrr_cli.context import Context

NOBODY = Claim("", "")  # holds no lane, so that it may be any
LOOKED_AT = frozenset({State.DRAFT, State.SCHEDULED})
MOST = 10_000


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """What a run would do with one publication now, and why not if it would not."""

    publication: Publication
    admitted: bool
    reason: str | None
    problems: list[Problem]


def rehearse(ctx: Context, options: RunOptions) -> list[Rehearsal]:
    """The publications that a run with these options would begin with, in the order of their promised time."""
    with ctx.store.reading() as tx:
        ctx.follow(lanes.database_now(tx))
        views = posts.listing(tx, states=LOOKED_AT, limit=MOST)
        return _in_order(ctx, tx, options, views, ctx.clock.now())


def _in_order(
    ctx: Context, tx: Tx, options: RunOptions, views: Sequence[PostView], now: datetime
) -> list[Rehearsal]:
    found = [
        publication
        for view in views
        for publication in view.publications
        if publication.state in LOOKED_AT and _chosen(publication, options, now)
    ]
    found.sort(key=lambda publication: (publication.due_at or now, publication.id))
    sick = breakers.sick(tx, now=now)
    rehearsed = [_rehearsal(ctx, publication, options, sick, now) for publication in found[: options.limit]]
    wanted = [Wanted(one.publication, AttemptKind.PUBLISH) for one in rehearsed if one.admitted]
    room = Reserving(tx, rules_of(ctx), wanted, now=now, locked=True).refused
    return [_without_room(one, room.get(one.publication.id)) for one in rehearsed]


def _without_room(one: Rehearsal, refusal: RateLimited | None) -> Rehearsal:
    if refusal is None or refusal.retry_at is None:
        return one
    return replace(one, admitted=False, reason=f"{refusal.message}; {refusal.retry_at:%Y-%m-%d %H:%M:%S} UTC")


def _chosen(publication: Publication, options: RunOptions, now: datetime) -> bool:
    if options.platforms is not None and publication.platform not in options.platforms:
        return False
    if options.publications is not None:
        return publication.id in options.publications
    return publication.wake_at is not None and publication.wake_at <= now


def _rehearsal(
    ctx: Context,
    publication: Publication,
    options: RunOptions,
    sick: Mapping[Key, Breaker],
    now: datetime,
) -> Rehearsal:
    recipe = publisher_class(publication.platform)
    rules = recipe.rules_for(publication.connection)
    found = problems(publication.post, rules)
    waits = _lane_waits(publication, now)
    if waits is not None:
        return Rehearsal(publication, False, waits, found)
    admission = admit(
        publication,
        rules=rules,
        can_refresh=ctx.publisher(publication.connection).can_refresh(publication.connection),
        refresh_before=recipe.refresh_before,
        now=now,
        expedited=options.publications is not None,
    )
    renewing = isinstance(admission, RefreshFirst) and publication.connection.tokens.expires_within(
        GOOD_ENOUGH, now=now
    )
    refused = refusal(sick, asked_by(publication.connection, renewing=renewing), NOBODY, now=now)
    match admission:
        case Admitted() | RefreshFirst() if refused is not None:
            return Rehearsal(publication, False, f"{told(refused.breaker)}; {goes_on(refused.until)}", found)
        case Admitted():
            return Rehearsal(publication, True, None, found)
        case RefreshFirst():
            return Rehearsal(publication, True, "after its token is refreshed", found)
        case NeedsPerson(reason):
            return Rehearsal(publication, False, reason, found)
        case TooLate(error) | Invalid(error):
            return Rehearsal(publication, False, error.message, found)
        case _:
            assert_never(admission)


def _lane_waits(publication: Publication, now: datetime) -> str | None:
    connection = publication.connection
    if connection.status is not ConnectionStatus.ACTIVE:
        return f"the connection is {connection.status}"
    if connection.held_until is not None and connection.held_until > now:
        return f"the account has to wait until {connection.held_until:%Y-%m-%d %H:%M} UTC"
    return None
