"""What Facebook's error codes mean: one literal table, and nothing that acts on it.

https://developers.facebook.com/documentation/pages-api/error-codes (read 2026-11-23)
"""

from __future__ import annotations

from planrrr_cli.platforms.meta.codes import ANY, HOUR, Kind, Meaning, common_codes, look_up

_ROLE = "give the person who signed in the task “create content” on the Page, then sign in again"
_AGAIN = "sign in again: planrrr connect facebook"
_VISIT = "sign in on facebook.com, do what Facebook asks for there, then sign in here again"

_OUTAGE = Meaning(Kind.SERVER, "Facebook has a temporary outage")
_UPLOAD = Meaning(Kind.SERVER, "Facebook had trouble with the upload")
_SECURITY = Meaning(Kind.SIGN_IN, "Facebook wants a security check of this account", _VISIT)
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
#: (code, subcode) → meaning; ANY fits everything. Looked up as (code, subcode), (ANY, subcode), (code, ANY).
TABLE: dict[tuple[int, int], Meaning] = {
    **common_codes(title="Facebook", again=_AGAIN, visit=_VISIT, account="Page"),
    (1, 2853006): Meaning(Kind.SIGN_IN, "the task for this is missing on the Page", _ROLE),
    (190, 492): Meaning(Kind.SIGN_IN, "the person lost the role on this Page", _ROLE),
    (190, 2069032): Meaning(Kind.SET_UP, "a Page token is needed here", _AGAIN),
    (200, 2069030): _PROGRAM,
    (200, 2069031): _PROGRAM,
    (200, 2069033): _PROGRAM,
    (324, ANY): _IMAGE_UNREAD,
    (351, ANY): _VIDEO,
    (352, ANY): _VIDEO,
    (368, ANY): Meaning(
        Kind.BLOCKED,
        "Facebook holds this Page back",
        "look at the Page's support inbox",
        3 * HOUR,
        grows=True,
    ),
    (368, 1390008): Meaning(Kind.BLOCKED, "this Page posts too often for Facebook", wait=HOUR, grows=True),
    (382, ANY): _VIDEO,
    (389, ANY): Meaning(Kind.FETCH, "Facebook could not fetch this video"),
    (506, ANY): _DUPLICATE,
    (1705, ANY): Meaning(Kind.SET_UP, "posting there needs the Page's own token", _AGAIN),
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
    return look_up(TABLE, code, subcode)


def is_definite(code: int, subcode: int) -> bool:
    """Whether the refusal proves that the refused call published nothing."""
    if code == 4 and subcode in INSTAGRAM_SUBCODES:
        return False
    return code in DEFINITE or subcode in DEFINITE_SUBCODES
