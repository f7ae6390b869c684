"""How Instagram words its replies; what they mean to us is read in ``platforms/meta/replies.py``."""

from __future__ import annotations

from planrrr_cli.domain.errors import ConnectionRevoked, PlatformError, UnexpectedReply
from planrrr_cli.platforms.instagram.allowances import CALLS
from planrrr_cli.platforms.instagram.codes import AGAIN, is_definite, meaning_of
from planrrr_cli.platforms.meta.codes import Dialect, Kind, Meaning
from planrrr_cli.platforms.meta.replies import GraphError, lacks_permission

NAME = "instagram"


def _meaning(error: GraphError) -> Meaning | None:
    """The table, and one case that has no code of its own."""
    text = error.message.lower()
    if "not an instagram business" in text or "not a business account" in text:
        # https://github.com/gitroomhq/postiz-app, instagram.provider.ts @74b01ad (read 2026-11-23)
        return Meaning(
            Kind.SIGN_IN,
            "the account is no professional account any more",
            "switch it to a business or creator account in the Instagram app, then sign in again",
        )
    if error.code == 190 and not error.subcode and "impersonating a user's page" in text:
        return Meaning(Kind.SIGN_IN, "the permission for the account's Page is missing", AGAIN)
    return meaning_of(error.code, error.subcode)


INSTAGRAM = Dialect(NAME, "Instagram", "instagram", _meaning, is_definite, CALLS)


def is_inconclusive(error: PlatformError) -> bool:
    """Whether a read that failed like this says nothing about the object: in May 2026 good Page tokens got 100/33 and
    10 for days. https://github.com/gitroomhq/postiz-app/issues/1562 (read 2026-11-23)"""
    if isinstance(error, ConnectionRevoked):
        return lacks_permission(error)
    return isinstance(error, UnexpectedReply)
