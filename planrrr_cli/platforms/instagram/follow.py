"""What is added once a post is out on Instagram: its permalink, and the first comment, at most once.

Checkpoint keys: ``comment_intended`` (set before the comment is sent), ``comment_id``, and ``comment_said`` (what
became of a comment that is not there).
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
from planrrr_cli.domain.steps import Checkpoint, FollowedUp, FollowUpSteps, Spend
from planrrr_cli.platforms.instagram.calls import Calls, Login
from planrrr_cli.platforms.instagram.options import AS_STORY
from planrrr_cli.platforms.instagram.replies import INSTAGRAM, NAME
from planrrr_cli.platforms.instagram.rules import COMMENTING
from planrrr_cli.platforms.meta.graph import MOST_PAGES, id_of, text_of
from planrrr_cli.platforms.meta.replies import Role, lacks_permission
from planrrr_cli.platforms.meta.shown import normalised

NEWEST = 3  # pages of fifty comments


class NotShownYet(PlatformUnavailable):
    """The post is out and cannot be read yet: worth another look, and no outage."""

    counts_for_breaker = False


def follow_up(publication: Publication, calls: Calls) -> FollowUpSteps:
    """A post that is hardly out is often not shown to its own publisher, so its address may take another round:
    https://github.com/gitroomhq/postiz-app/pull/1568 (read 2026-11-23)."""
    permalink = publication.permalink or _permalink(publication, calls)
    notices = tuple(publication.checkpoint.get("comment_said") or ())
    wanted = publication.post.first_comment and not _is_story(publication)
    if wanted and not publication.checkpoint.get("comment_id") and not notices:
        notices = yield from _comment(publication, calls)
        if notices:
            yield Checkpoint(comment_said=list(notices))
    if permalink is None:
        if publication.follow_ups + 1 < MOST_FOLLOW_UPS:
            raise NotShownYet("Instagram does not show the post's address yet", platform=NAME)
        notices += ("Instagram did not tell the post's address",)
    return FollowedUp(permalink, notices)


def _is_story(publication: Publication) -> bool:
    return str(publication.post.options.get("as")).lower() == AS_STORY


def _permalink(publication: Publication, calls: Calls) -> str | None:
    """Best effort: the post stays published whatever comes of it. It cannot be made from the id."""
    remote_id, account = publication.remote_id or "", publication.connection.account_id
    try:
        body = calls.read(remote_id, call="instagram.media.read", fields="id,permalink")
        if found := text_of(body, "permalink"):
            return found
    except (TokenExpired, RateLimited):
        raise  # the address is asked for once more when that has passed
    except PlatformError:
        pass  # lists were read well while single posts were not
    edge = "stories" if _is_story(publication) else "media"
    try:
        newest = next(calls.pages(account, edge, call=f"instagram.{edge}.list", fields="id,permalink"), [])
    except (TokenExpired, RateLimited):
        raise
    except PlatformError:
        return None
    mine = (text_of(one, "permalink") for one in newest if text_of(one, "id") == remote_id)
    return next(mine, None)


def _comment(publication: Publication, calls: Calls) -> Generator[Checkpoint | Spend, None, tuple[str, ...]]:
    """A comment is not idempotent. It is looked for first; in doubt it is never repeated."""
    intended = bool(publication.checkpoint.get("comment_intended"))
    remote_id, text = publication.remote_id or "", publication.post.first_comment or ""
    try:
        there = _existing(publication, calls, remote_id, text)
    except PlatformError as error:
        if _may_pass(error) and not _last(publication, error):
            raise
        if intended:
            return (f"the first comment may or may not be there: {error.message}",)
        there = None  # comments that cannot be read yet can be written
    if there is not None:
        yield Checkpoint(comment_id=there)
        return ()
    if intended:
        return ("the first comment was sent once and is not to be seen; it is not sent again",)
    yield Checkpoint(comment_intended=True)
    try:
        body = calls.graph.commit(
            remote_id, "comments", call="instagram.comment.create", fields={"message": text}
        )
        comment_id = id_of(INSTAGRAM, body, "id", Role.COMMIT)
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
        why = f"; commenting needs {COMMENTING[calls.login]}" if lacks_permission(error) else ""
        return (f"the first comment was refused: {error.message}{why}",)
    yield Checkpoint(comment_id=comment_id)
    return ()


def _existing(publication: Publication, calls: Calls, remote_id: str, text: str) -> str | None:
    """Exactly our words, by our own name where names are told; newest first, at most fifty a page."""
    me: str | None = None
    lists = calls.pages(
        remote_id, "comments", call="instagram.comments.read", fields="id,text,username,timestamp"
    )
    for number, some in enumerate(lists, start=1):
        for comment in some:
            if normalised(comment.get("text")) != normalised(text):
                continue
            me = me or _own_name(publication, calls)
            if text_of(comment, "username") in {None, me}:
                return text_of(comment, "id") or "seen"
        if number in {NEWEST, MOST_PAGES}:
            break
    return None


def _own_name(publication: Publication, calls: Calls) -> str | None:
    """https://developers.facebook.com/docs/instagram-platform/instagram-api-with-instagram-login (read 2026-11-23):
    ``/me`` there; with Facebook Login the account is asked for."""
    if calls.login is Login.INSTAGRAM:
        body = calls.read("me", call="instagram.account.read", fields="user_id,username")
    else:
        account = publication.connection.account_id
        body = calls.read(account, call="instagram.account.read", fields="username")
    return text_of(body, "username")


def _may_pass(error: PlatformError) -> bool:
    """Whether the run has something to wait for: a limit, an outage, a new token, a person's sign-in."""
    if isinstance(error, ConnectionRevoked):
        return not lacks_permission(error)  # without this one permission the connection still publishes
    return isinstance(error, RateLimited | PlatformUnavailable | TokenExpired)


def _last(publication: Publication, error: PlatformError) -> bool:
    """Whether the run will not come back for this trouble, so that the notice is ours to write."""
    waits = isinstance(error, RateLimited | TokenExpired | ConnectionRevoked)
    return not waits and publication.follow_ups + 1 >= MOST_FOLLOW_UPS
