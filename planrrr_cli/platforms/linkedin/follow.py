"""What is added once a LinkedIn post is out: the first comment, at most once, and a look whether it stayed.

Checkpoint keys: ``comment_intended`` (set before the comment is sent), ``comment_id``, and ``comment_said`` (what
became of a comment that is not there).
"""

from __future__ import annotations

from collections.abc import Generator
from datetime import timedelta

from planrrr_cli.domain.errors import (
    ConnectionRevoked,
    OutcomeUnknown,
    PlatformError,
    PlatformUnavailable,
    RateLimited,
    TokenExpired,
    UnexpectedReply,
)
from planrrr_cli.domain.publications import Publication
from planrrr_cli.domain.settlement import MOST_FOLLOW_UPS
from planrrr_cli.domain.steps import Checkpoint, FollowedUp, FollowUpSteps
from planrrr_cli.platforms.linkedin.envelope import one_line
from planrrr_cli.platforms.linkedin.little import essence
from planrrr_cli.platforms.linkedin.media import urns_of
from planrrr_cli.platforms.linkedin.refusals import StillSettling
from planrrr_cli.platforms.linkedin.replies import NAME, Role, lacks_permission
from planrrr_cli.platforms.linkedin.rest import Rest, object_of
from planrrr_cli.platforms.linkedin.urns import Author, Kind, permalink, urn_in
from planrrr_cli.platforms.wire import Reply

# LinkedIn goes on with the media after its 201, and what fails then stays invisible. That it takes less than a minute
# is our own guess.
SETTLED_AFTER = timedelta(minutes=1)
COUNT, MOST_PAGES = 100, 3


def follow_up(publication: Publication, rest: Rest, author: Author) -> FollowUpSteps:
    """The comment first; the look needs a minute, and the run comes back for it."""
    notices = tuple(publication.checkpoint.get("comment_said") or ())
    if publication.post.first_comment and not publication.checkpoint.get("comment_id") and not notices:
        notices = yield from _comment(publication, rest, author)
        if notices:
            yield Checkpoint(comment_said=list(notices))
    notices += _fate(publication, rest, author)
    return FollowedUp(publication.permalink or permalink(rest.site, publication.remote_id or ""), notices)


def _fate(publication: Publication, rest: Rest, author: Author) -> tuple[str, ...]:
    """Whether a post with media failed after it was taken."""
    scopes = publication.connection.scopes
    may_read = author.read_scope in scopes or (author.kind is Kind.ORGANIZATION and not scopes)
    if not may_read or not urns_of(publication.checkpoint):
        return ()
    last = publication.follow_ups + 1 >= MOST_FOLLOW_UPS
    out_for = rest.clock.now() - (publication.published_at or rest.clock.now())
    if out_for < SETTLED_AFTER and not last:
        raise StillSettling("LinkedIn may not be through with the post", platform=NAME)
    try:
        body = rest.read(
            "posts",
            publication.remote_id or "",
            call="linkedin.post.read",
            params={"viewContext": "AUTHOR"},
        )
    except (TokenExpired, RateLimited):
        raise
    except PlatformError:
        return ()  # an extra look only: the post was taken
    if body.get("lifecycleState") != "PUBLISH_FAILED":
        return ()
    return ("LinkedIn took the post and then could not publish it; look at the page, and add it again",)


def _comment(
    publication: Publication, rest: Rest, author: Author
) -> Generator[Checkpoint, None, tuple[str, ...]]:
    """A comment is not idempotent. In doubt it is looked for, never repeated."""
    if publication.checkpoint.get("comment_intended"):
        return (yield from _look_for_comment(publication, rest, author))
    urn, text = publication.remote_id or "", publication.post.first_comment or ""
    yield Checkpoint(comment_intended=True)
    try:
        reply = rest.commit(
            "socialActions",
            urn,
            "comments",
            call="linkedin.comment.create",
            body={"actor": author.urn, "object": urn, "message": {"text": text}},
        )
        comment_id = _id_of(reply)
    except OutcomeUnknown as error:
        if not _last(publication, error):
            raise  # the next follow-up looks for it
        return (f"the first comment may or may not be there: {error.message}",)
    except PlatformError as error:
        if _may_pass(error):
            yield Checkpoint(comment_intended=None)  # surely not sent
            if not _last(publication, error):
                raise
            return (f"the first comment was not sent: {error.message}",)
        why = f"; commenting needs {author.comment_scope}" if lacks_permission(error) else ""
        return (f"the first comment was refused: {error.message}{why}",)
    yield Checkpoint(comment_id=comment_id)
    return ()


def _look_for_comment(
    publication: Publication, rest: Rest, author: Author
) -> Generator[Checkpoint, None, tuple[str, ...]]:
    try:
        there = _existing(rest, publication.remote_id or "", author.urn, publication.post.first_comment or "")
    except PlatformError as error:
        if _may_pass(error) and not _last(publication, error):
            raise
        return (
            f"the first comment may or may not be there, since the comments cannot be read: {error.message}",
        )
    if there is None:
        return ("the first comment was sent once and is not to be seen; it is not sent again",)
    yield Checkpoint(comment_id=there)
    return ()


def _existing(rest: Rest, urn: str, author: str, text: str) -> str | None:
    seen = 0
    for _ in range(MOST_PAGES):
        params = {"count": str(COUNT)} | ({"start": str(seen)} if seen else {})
        body = rest.read("socialActions", urn, "comments", call="linkedin.comments.read", params=params)
        some = body.get("elements")
        if not isinstance(some, list):
            raise UnexpectedReply("LinkedIn answered a list without elements", platform=NAME)
        for comment in some:
            message = comment.get("message") if isinstance(comment, dict) else None
            said = message.get("text") if isinstance(message, dict) else None
            if isinstance(said, str) and comment.get("actor") == author and essence(said) == essence(text):
                return str(comment.get("commentUrn") or comment.get("id") or "seen")
        seen += len(some)
        if len(some) < COUNT:
            return None
    return None


def _id_of(reply: Reply) -> str:
    """https://learn.microsoft.com/en-us/linkedin/marketing/community-management/shares/comments-api (read
    2026-11-23): in the header, and in the body."""
    header = reply.header("x-restli-id")
    if header and header.strip():
        return urn_in(header) or one_line(header)
    value = object_of(reply, Role.COMMIT).get("id")
    if isinstance(value, str | int) and not isinstance(value, bool) and str(value):
        return str(value)
    raise OutcomeUnknown(
        "LinkedIn answered without the id of the comment", platform=NAME, status=reply.status
    )


def _may_pass(error: PlatformError) -> bool:
    """Whether the run has something to wait for: a limit, an outage, a new token, a person's sign-in, or a post that
    the comments do not know yet."""
    if isinstance(error, ConnectionRevoked):
        return not lacks_permission(error)  # without this one permission the connection still publishes
    return isinstance(error, RateLimited | PlatformUnavailable | TokenExpired) or error.status == 404


def _last(publication: Publication, error: PlatformError) -> bool:
    """Whether the run will not come back for this trouble, so that the notice is ours to write."""
    waits = isinstance(error, RateLimited | TokenExpired | ConnectionRevoked)
    return not waits and publication.follow_ups + 1 >= MOST_FOLLOW_UPS
