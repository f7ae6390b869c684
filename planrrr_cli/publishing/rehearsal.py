"""The dry run: admission and validation for real, on what is due; nothing is written, nothing is sent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, assert_never

from planrrr_cli.domain.breaker import Breaker, Claim, Key, told
from planrrr_cli.domain.connections import ConnectionStatus
from planrrr_cli.domain.posts import Problem, problems
from planrrr_cli.domain.publications import Publication, State
from planrrr_cli.platforms import publisher_class
from planrrr_cli.publishing.admission import Admitted, Invalid, NeedsPerson, RefreshFirst, TooLate, admit
from planrrr_cli.publishing.breakers import goes_on, refusal
from planrrr_cli.publishing.options import RunOptions
from planrrr_cli.store import breakers, lanes, posts

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
        sick = breakers.sick(tx, now=ctx.clock.now())
        views = posts.listing(tx, states=LOOKED_AT, limit=MOST)
    now = ctx.clock.now()
    found = [
        publication
        for view in views
        for publication in view.publications
        if publication.state in LOOKED_AT and _chosen(publication, options, now)
    ]
    found.sort(key=lambda publication: (publication.due_at or now, publication.id))
    return [_rehearsal(ctx, publication, options, sick, now) for publication in found[: options.limit]]


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
    refused = refusal(sick, publication.connection, NOBODY, now=now)
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
