"""What is added once a post is out on X: the first comment, which is an answer to it, at most once.

Checkpoint keys: ``comment_intended`` (set before it is sent) and ``comment_id``.
"""

from __future__ import annotations

from collections.abc import Generator

from planrrr_cli.domain.errors import (
    ConnectionRevoked,
    OutcomeUnknown,
    PlatformError,
    PlatformUnavailable,
    RateLimited,
    TokenExpired,
)
from planrrr_cli.domain.publications import Publication
from planrrr_cli.domain.settlement import MOST_FOLLOW_UPS
from planrrr_cli.domain.steps import PARTS, Checkpoint, FollowedUp, FollowUpSteps
from planrrr_cli.platforms.x.calls import Calls, id_of
from planrrr_cli.platforms.x.find import CLOCK_WRONG
from planrrr_cli.platforms.x.links_to import permalink
from planrrr_cli.platforms.x.match import Sought, sort
from planrrr_cli.platforms.x.parts import parts_of
from planrrr_cli.platforms.x.refusals import Forbidden
from planrrr_cli.platforms.x.replies import Role
from planrrr_cli.platforms.x.timeline import read_timeline


def follow_up(publication: Publication, calls: Calls, account: str) -> FollowUpSteps:
    """The address needs no call; the comment goes below the last part of a thread."""
    notices: tuple[str, ...] = ()
    if publication.post.first_comment and not publication.checkpoint.get("comment_id"):
        notices = yield from _comment(publication, calls, account)
    address = publication.permalink or permalink(
        calls.site, publication.connection, publication.remote_id or ""
    )
    return FollowedUp(address, notices)


def _comment(
    publication: Publication, calls: Calls, account: str
) -> Generator[Checkpoint, None, tuple[str, ...]]:
    """An answer is a post like any other: in doubt it is looked for, and never repeated."""
    text, target = publication.post.first_comment or "", _target(publication)
    if publication.checkpoint.get("comment_intended"):
        return (yield from _sent_before(publication, calls, account, target))
    yield Checkpoint(comment_intended=True)
    body = {"text": text, "reply": {"in_reply_to_tweet_id": target}}
    try:
        comment_id = id_of(calls.commit("tweets", call="x.post.create", json=body), Role.COMMIT)
    except OutcomeUnknown as error:
        if not _last(publication, error):
            raise  # the next follow-up looks for it
        return (f"the first comment may or may not be there: {error.message}",)
    except PlatformError as error:
        if not _may_pass(error):
            return (f"the first comment was refused: {error.message}",)
        yield Checkpoint(comment_intended=None)  # surely not sent
        if not _last(publication, error):
            raise
        return (f"the first comment was not sent: {error.message}",)
    yield Checkpoint(comment_id=comment_id)
    return ()


def _sent_before(
    publication: Publication, calls: Calls, account: str, target: str
) -> Generator[Checkpoint, None, tuple[str, ...]]:
    try:
        timeline = read_timeline(calls, account, after=target)
    except PlatformError as error:
        if _may_pass(error) and not _last(publication, error):
            raise
        unread = f"the account's posts cannot be read: {error.message}"
        return (f"the first comment may or may not be there, since {unread}",)
    found = sort(timeline.posts, _sought(publication, calls, target))
    if found.same:
        yield Checkpoint(comment_id=found.same[0])
        return ()
    return ("the first comment was sent once and is not to be seen; it is not sent again",)


def _sought(publication: Publication, calls: Calls, target: str) -> Sought:
    sent = publication.first_sent_at or calls.clock.now()
    return Sought(
        publication.post.first_comment or "",
        since=sent - CLOCK_WRONG,
        surely_since=sent - CLOCK_WRONG,
        parent=target,
        known=frozenset({target, *(publication.checkpoint.get(PARTS) or [])}),
    )


def _target(publication: Publication) -> str:
    parts = publication.checkpoint.get(PARTS) or []
    all_known = len(parts) == len(parts_of(publication.post))
    return str(parts[-1] if all_known else publication.remote_id or "")


def _may_pass(error: PlatformError) -> bool:
    """Whether the run has something to wait for: a limit, an outage, a new token, a person's sign-in."""
    if isinstance(error, Forbidden):
        return False
    return isinstance(error, RateLimited | PlatformUnavailable | TokenExpired | ConnectionRevoked)


def _last(publication: Publication, error: PlatformError) -> bool:
    """Whether the run will not come back for this trouble, so that the notice is ours to write."""
    waits = isinstance(error, RateLimited | TokenExpired | ConnectionRevoked)
    return not waits and publication.follow_ups + 1 >= MOST_FOLLOW_UPS
