"""What Facebook's error codes mean: one literal table, and nothing that acts on it.

Codes and subcodes are compared as integers, texts almost never: they follow the reader's language.
https://developers.facebook.com/docs/graph-api/guides/error-handling and
https://developers.facebook.com/documentation/pages-api/error-codes (read 2026-11-23)
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

ANY = -1


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
    LIMITED = "limited"  # too many calls by this token or Page
    APP_LIMITED = "app_limited"  # too many calls by the whole application
    BLOCKED = "blocked"  # the Page is held back for spam or policy
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


_HOUR = timedelta(hours=1)
_ROLE = "give the person who signed in the task “create content” on the Page, then sign in again"
_AGAIN = "sign in again: planrrr connections add facebook"
_VISIT = "sign in on facebook.com, do what Facebook asks for there, then sign in here again"
_SET_UP = "see the application's settings at developers.facebook.com"

_SERVER = Meaning(Kind.SERVER, "Facebook has internal trouble")
_OUTAGE = Meaning(Kind.SERVER, "Facebook has a temporary outage")
_UPLOAD = Meaning(Kind.SERVER, "Facebook had trouble with the upload")
_PERMISSION = Meaning(
    Kind.SIGN_IN, "a permission is missing or was withdrawn", "sign in again and grant all that is asked"
)
_SECURITY = Meaning(Kind.SIGN_IN, "Facebook wants a security check of this account", _VISIT)
_PARAMETER = Meaning(
    Kind.CONTENT, "Facebook refused a part of the post", "change the post, then schedule it again"
)
_PROGRAM = Meaning(
    Kind.CONTENT, "this Page does not take what was sent", "please report this with the request id"
)
_IMAGE = Meaning(Kind.MEDIA, "Facebook cannot use this image", "use a JPEG or PNG below 4 MB")
_IMAGE_UNREAD = Meaning(Kind.FETCH, "Facebook could not read this image", "use a JPEG or PNG below 4 MB")
_VIDEO = Meaning(
    Kind.MEDIA, "Facebook cannot use this video", "use an MP4 file with H.264 video and AAC sound"
)
_ABUSIVE = Meaning(Kind.CONTENT, "Facebook holds the content to be against its standards", "change the post")
_DUPLICATE = Meaning(
    Kind.DUPLICATE, "Facebook says that this Page posted the same before", "change the text to post it again"
)
_PAGE_LIMIT = Meaning(Kind.LIMITED, "this Page has used up its calls", wait=timedelta(minutes=5), grows=True)
_APP_LIMIT = Meaning(Kind.APP_LIMITED, "the application has used up its calls", wait=_HOUR)

#: (code, subcode) → meaning; ANY fits everything. Looked up as (code, subcode), (ANY, subcode), (code, ANY).
TABLE: dict[tuple[int, int], Meaning] = {
    **{(code, ANY): _PERMISSION for code in range(200, 300)},
    **{(code, ANY): _PAGE_LIMIT for code in range(80000, 80015)},
    (1, ANY): _SERVER,
    (1, 2853006): Meaning(Kind.SIGN_IN, "the task for this is missing on the Page", _ROLE),
    (2, ANY): _SERVER,
    (3, ANY): Meaning(Kind.SET_UP, "the application lacks a capability", _SET_UP),
    (4, ANY): _APP_LIMIT,
    (5, ANY): Meaning(Kind.SET_UP, "Facebook refuses calls from this machine's address", _SET_UP),
    (10, ANY): _PERMISSION,
    (17, ANY): Meaning(Kind.LIMITED, "the person behind the token has used up their calls", wait=_HOUR),
    (32, ANY): Meaning(
        Kind.LIMITED, "calls with a user token are used up; a Page token has more", wait=_HOUR
    ),
    (100, ANY): _PARAMETER,
    (100, 33): Meaning(
        Kind.UNREADABLE, "Facebook does not show the object: it is gone, or not for this token"
    ),
    (102, ANY): Meaning(Kind.SIGN_IN, "the session is not valid any more", _AGAIN),
    (190, ANY): Meaning(Kind.EXPIRED, "the token is not valid any more"),
    (190, 458): Meaning(Kind.SIGN_IN, "the person removed the application", _AGAIN),
    (190, 459): Meaning(Kind.SIGN_IN, "Facebook holds the account at a checkpoint", _VISIT),
    (190, 460): Meaning(Kind.SIGN_IN, "the password was changed", _AGAIN),
    (190, 463): Meaning(Kind.EXPIRED, "the token has expired"),
    (190, 464): Meaning(Kind.SIGN_IN, "the account is not confirmed", _VISIT),
    (190, 467): Meaning(Kind.EXPIRED, "the token was made invalid"),
    (190, 492): Meaning(Kind.SIGN_IN, "the person lost the role on this Page", _ROLE),
    (190, 2069032): Meaning(Kind.SET_UP, "a Page token is needed here", _AGAIN),
    (200, 2069030): _PROGRAM,
    (200, 2069031): _PROGRAM,
    (200, 2069033): _PROGRAM,
    (324, ANY): _IMAGE_UNREAD,
    (341, ANY): _APP_LIMIT,
    (351, ANY): _VIDEO,
    (352, ANY): _VIDEO,
    (368, ANY): Meaning(
        Kind.BLOCKED,
        "Facebook holds this Page back",
        "look at the Page's support inbox",
        3 * _HOUR,
        grows=True,
    ),
    (368, 1390008): Meaning(Kind.BLOCKED, "this Page posts too often for Facebook", wait=_HOUR, grows=True),
    (382, ANY): _VIDEO,
    (389, ANY): Meaning(Kind.FETCH, "Facebook could not fetch this video"),
    (506, ANY): _DUPLICATE,
    (613, ANY): Meaning(Kind.APP_LIMITED, "Facebook limits calls like this", wait=_HOUR),
    (1705, ANY): Meaning(Kind.SET_UP, "posting there needs the Page's own token", _AGAIN),
    (2500, ANY): Meaning(Kind.SET_UP, "the call carried no token that Facebook saw", _AGAIN),
    (6000, ANY): _UPLOAD,
    (6001, ANY): _UPLOAD,
    (1609005, ANY): Meaning(Kind.LINK, "Facebook could not read the linked page"),
    (ANY, 1346003): _ABUSIVE,
    (ANY, 1363037): _UPLOAD,
    (ANY, 1363047): _OUTAGE,
    (ANY, 1366046): _IMAGE,
    (ANY, 1366051): Meaning(Kind.DUPLICATE, "Facebook says that these photos were posted before"),
    (ANY, 1404006): _SECURITY,
    (ANY, 1404078): Meaning(Kind.SIGN_IN, "the Page needs Facebook's publishing authorisation", _VISIT),
    (ANY, 1404102): _ABUSIVE,
    (ANY, 1404112): Meaning(Kind.SIGN_IN, "Facebook has limited this account", _VISIT),
    (ANY, 1609005): Meaning(Kind.LINK, "Facebook could not read the linked page"),
    (ANY, 1609008): Meaning(
        Kind.CONTENT, "Facebook takes no links to itself", "remove the link to facebook.com"
    ),
    (ANY, 1609010): _OUTAGE,
    (ANY, 2069019): _IMAGE,
    (ANY, 4854002): Meaning(Kind.SIGN_IN, "Facebook wants the identity confirmed", _VISIT),
}

#: On the call that publishes, these codes alone prove that nothing was published.
DEFINITE = frozenset(
    {3, 4, 5, 10, 17, 32, 100, 102, 190, 324, 341, 351, 352, 368, 382, 389, 506, 613, 1609005}
    | set(range(200, 300))
    | set(range(80000, 80015))
)
DEFINITE_SUBCODES = frozenset({1366051, 1609005})

#: Code 4 with one of these is Instagram's "unknown", not a limit.
INSTAGRAM_SUBCODES = range(2207000, 2208000)


def meaning_of(code: int, subcode: int) -> Meaning | None:
    """None when nobody documented the pair."""
    for pair in ((code, subcode), (ANY, subcode), (code, ANY)):
        if (found := TABLE.get(pair)) is not None:
            return found
    return None


def is_definite(code: int, subcode: int) -> bool:
    """Whether the refusal proves that the refused call published nothing."""
    if code == 4 and subcode in INSTAGRAM_SUBCODES:
        return False
    return code in DEFINITE or subcode in DEFINITE_SUBCODES
