"""What a refusal by Meta's Graph API can mean, and the codes that mean the same on each of its platforms.

Codes and subcodes are compared as integers, texts almost never: they follow the reader's language.
https://developers.facebook.com/docs/graph-api/guides/error-handling (read 2026-11-23)
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from planrrr_cli.domain.quota import Bucket

if TYPE_CHECKING:
    from planrrr_cli.platforms.meta.replies import GraphError

ANY = -1
HOUR = timedelta(hours=1)

Table = Mapping[tuple[int, int], "Meaning"]
"""(code, subcode) → meaning; ANY fits everything."""


class Kind(StrEnum):
    """What a refusal is about; ``replies.py`` turns it into an error of the domain."""

    SERVER = "server"  # their trouble: no proof that nothing happened
    CONTENT = "content"  # never, as the post is
    MEDIA = "media"  # never, as the medium is
    FETCH = "fetch"  # their fetcher could not get or read the medium; it may succeed later
    LINK = "link"  # their crawler could not read the link; it may succeed later
    DUPLICATE = "duplicate"  # refused because it is there already, they say
    SIGN_IN = "sign_in"  # a person must sign in, or grant a permission
    EXPIRED = "expired"  # a refresh may help
    SET_UP = "set_up"  # the application's configuration; a person, too
    LIMITED = "limited"  # too many calls by this token or account
    APP_LIMITED = "app_limited"  # too many calls by the whole application
    BLOCKED = "blocked"  # the account is held back for spam or policy
    UNREADABLE = "unreadable"  # "does not exist, or you may not see it": proves neither


@dataclass(frozen=True, slots=True)
class Meaning:
    """``says`` is for a person, ``do`` too where only a person can help; ``wait`` is how long to stay away when no
    header says, and ``grows`` that it is longer each time."""

    kind: Kind
    says: str
    do: str = ""
    wait: timedelta | None = None
    grows: bool = False


@dataclass(frozen=True, slots=True)
class Dialect:
    """How one of Meta's platforms speaks. ``platform`` is our name for it, ``title`` what people call it, ``business``
    its type in the header of limits. ``meaning``: None when nobody documented the error. ``is_definite``: whether a
    refusal with this code and subcode proves that the refused call published nothing. ``calls``: what the headers of
    limits tell of."""

    platform: str
    title: str
    business: str
    meaning: Callable[[GraphError], Meaning | None]
    is_definite: Callable[[int, int], bool]
    calls: Bucket


def look_up(table: Table, code: int, subcode: int) -> Meaning | None:
    """As (code, subcode), (ANY, subcode), (code, ANY)."""
    for pair in ((code, subcode), (ANY, subcode), (code, ANY)):
        if (found := table.get(pair)) is not None:
            return found
    return None


def common_codes(*, title: str, again: str, visit: str, account: str) -> dict[tuple[int, int], Meaning]:
    """The codes of the Graph API itself. ``again`` and ``visit`` say what a person can do about a sign-in, ``account``
    what an account is called there."""
    set_up = "see the application's settings at developers.facebook.com"
    server = Meaning(Kind.SERVER, f"{title} has internal trouble")
    permission = Meaning(
        Kind.SIGN_IN, "a permission is missing or was withdrawn", "sign in again and grant all that is asked"
    )
    account_limit = Meaning(
        Kind.LIMITED, f"this {account} has used up its calls", wait=timedelta(minutes=5), grows=True
    )
    app_limit = Meaning(Kind.APP_LIMITED, "the application has used up its calls", wait=HOUR)
    return {
        **{(code, ANY): permission for code in range(200, 300)},
        **{(code, ANY): account_limit for code in range(80000, 80015)},
        (1, ANY): server,
        (2, ANY): server,
        (3, ANY): Meaning(Kind.SET_UP, "the application lacks a capability", set_up),
        (4, ANY): app_limit,
        (5, ANY): Meaning(Kind.SET_UP, f"{title} refuses calls from this machine's address", set_up),
        (10, ANY): permission,
        (17, ANY): Meaning(Kind.LIMITED, "the person behind the token has used up their calls", wait=HOUR),
        (32, ANY): Meaning(
            Kind.LIMITED, "calls with a user token are used up; a Page token has more", wait=HOUR
        ),
        (100, ANY): Meaning(
            Kind.CONTENT, f"{title} refused a part of the post", "change the post, then schedule it again"
        ),
        (100, 33): Meaning(
            Kind.UNREADABLE, f"{title} does not show the object: it is gone, or not for this token"
        ),
        (102, ANY): Meaning(Kind.SIGN_IN, "the session is not valid any more", again),
        (190, ANY): Meaning(Kind.EXPIRED, "the token is not valid any more"),
        (190, 458): Meaning(Kind.SIGN_IN, "the person removed the application", again),
        (190, 459): Meaning(Kind.SIGN_IN, f"{title} holds the account at a checkpoint", visit),
        (190, 460): Meaning(Kind.SIGN_IN, "the password was changed", again),
        (190, 463): Meaning(Kind.EXPIRED, "the token has expired"),
        (190, 464): Meaning(Kind.SIGN_IN, "the account is not confirmed", visit),
        (190, 467): Meaning(Kind.EXPIRED, "the token was made invalid"),
        (341, ANY): app_limit,
        (613, ANY): Meaning(Kind.APP_LIMITED, f"{title} limits calls like this", wait=HOUR),
        (2500, ANY): Meaning(Kind.SET_UP, f"the call carried no token that {title} saw", again),
    }
