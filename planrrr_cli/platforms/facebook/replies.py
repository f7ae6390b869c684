"""How Facebook words its replies; what they mean to us is read in ``platforms/meta/replies.py``."""

from __future__ import annotations

from datetime import datetime

from planrrr_cli.domain.errors import PlatformError
from planrrr_cli.platforms.facebook.allowances import CALLS
from planrrr_cli.platforms.facebook.codes import is_definite, meaning_of
from planrrr_cli.platforms.meta import replies
from planrrr_cli.platforms.meta.codes import Dialect, Kind, Meaning
from planrrr_cli.platforms.meta.replies import GraphError, Role
from planrrr_cli.platforms.wire import Reply

NAME = "facebook"


def _meaning(error: GraphError) -> Meaning | None:
    """The table, and the few cases that share a code with another one and differ in words only."""
    text = error.message.lower()
    if error.code == 190 and not error.subcode and "impersonating a user's page" in text:
        # https://github.com/gitroomhq/postiz-app/pull/1912 (read 2026-11-23)
        return Meaning(
            Kind.SIGN_IN, "the permission for this Page is missing", "sign in again and choose this Page"
        )
    if error.code == 368 and "already posted this" in text:
        return meaning_of(506, 0)
    return meaning_of(error.code, error.subcode)


FACEBOOK = Dialect(NAME, "Facebook", "pages", _meaning, is_definite, CALLS)


def read_reply(reply: Reply, *, role: Role, now: datetime, medium: int | None = None) -> PlatformError | None:
    """Says what a reply of Facebook means; None when it is good news."""
    return replies.read_reply(reply, FACEBOOK, role=role, now=now, medium=medium)
