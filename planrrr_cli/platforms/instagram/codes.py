"""What Instagram's error codes mean: one literal table, and nothing that acts on it.

https://developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/error-codes (updated 2026-06-02,
read 2026-11-23). The subcode alone tells the case: in the status of a container it comes without a code.
"""

from __future__ import annotations

from datetime import timedelta

from planrrr_cli.domain.errors import PlatformError
from planrrr_cli.platforms.meta.codes import ANY, HOUR, Kind, Meaning, common_codes, look_up

AGAIN = "sign in again: planrrr connect instagram"
VISIT = "open the Instagram app, do what it asks for there, then sign in here again"

SUSPECTED = "4/2207051"
SILENT_VIDEO = 2207082

_URL = "see that its address opens for everybody, without sign-in and redirects, and as the type that it is"
_HOST = Meaning(Kind.FETCH, "Instagram could not fetch the medium from its address", _URL)
_UNREADY = Meaning(Kind.FETCH, "Instagram is not through with the medium")
_LOST = Meaning(Kind.FETCH, "Instagram does not find the container: it is gone, or has expired")
_QUOTA = Meaning(Kind.LIMITED, "this account has published as much as Instagram allows in a day", wait=HOUR)
_RESTRICTED = Meaning(
    Kind.SIGN_IN, "Instagram holds the account to be restricted, inactive or at a checkpoint", VISIT
)
_VIDEO = Meaning(Kind.MEDIA, "Instagram cannot use this video", "use an MP4 with H.264 video and AAC sound")
_TOO_LARGE = Meaning(Kind.MEDIA, "the image is larger than Instagram takes", "use a JPEG below 8 MB")
_FORMAT = Meaning(Kind.MEDIA, "Instagram does not take this as an image", "use a JPEG")
_ASPECT = Meaning(
    Kind.MEDIA, "Instagram does not take the image's proportions", "crop it between 4:5 and 1.91:1"
)
_CAPTION = Meaning(Kind.CONTENT, "the text is longer than Instagram takes", "shorten it to 2,200 characters")
_PRODUCTS = Meaning(Kind.CONTENT, "Instagram refused the product tags", "remove them")
_PROGRAM = Meaning(
    Kind.CONTENT, "Instagram does not take what was sent", "please report this with the request id"
)
_FAILED = Meaning(Kind.FETCH, "Instagram could not process the medium", "try another encoding of it")

#: (code, subcode) → meaning; ANY fits everything.
TABLE: dict[tuple[int, int], Meaning] = {
    **common_codes(title="Instagram", again=AGAIN, visit=VISIT, account="account"),
    (-2, ANY): _HOST,
    (-1, ANY): Meaning(Kind.SERVER, "Instagram has internal trouble"),
    (9, ANY): _QUOTA,
    (24, ANY): _LOST,
    (25, ANY): _RESTRICTED,
    (352, ANY): _VIDEO,
    (368, ANY): Meaning(
        Kind.BLOCKED, "Instagram holds this account back", "look into the Instagram app", 3 * HOUR, grows=True
    ),
    (9004, ANY): _HOST,
    (9007, ANY): _UNREADY,
    (36000, ANY): _TOO_LARGE,
    (36001, ANY): _FORMAT,
    (36003, ANY): _ASPECT,
    (36004, ANY): _CAPTION,
    (ANY, 2207001): Meaning(Kind.SERVER, "Instagram has internal trouble"),
    (ANY, 2207003): Meaning(Kind.FETCH, "Instagram could not download the medium in time", _URL),
    (ANY, 2207004): _TOO_LARGE,
    (ANY, 2207005): _FORMAT,
    (ANY, 2207006): _LOST,
    (ANY, 2207008): _LOST,
    (ANY, 2207009): _ASPECT,
    (ANY, 2207010): _CAPTION,
    (ANY, 2207020): Meaning(Kind.FETCH, "the medium has expired at Instagram"),
    (ANY, 2207023): _PROGRAM,
    (ANY, 2207026): _VIDEO,
    (ANY, 2207027): _UNREADY,
    (ANY, 2207028): Meaning(Kind.CONTENT, "a carousel on Instagram has 2 to 10 media"),
    (ANY, 2207032): Meaning(Kind.FETCH, "Instagram failed to make something of the medium"),
    (ANY, 2207035): _PRODUCTS,
    (ANY, 2207036): _PRODUCTS,
    (ANY, 2207037): _PRODUCTS,
    (ANY, 2207040): Meaning(
        Kind.CONTENT, "the text mentions more accounts than Instagram takes", "keep 20 at most"
    ),
    (ANY, 2207042): _QUOTA,
    (ANY, 2207050): _RESTRICTED,
    # Posts have been live behind it: https://github.com/gitroomhq/postiz-app/pull/1681 (read 2026-11-23)
    (ANY, 2207051): Meaning(
        Kind.BLOCKED,
        "Instagram restricted this action, which it suspects to be spam",
        "look into the Instagram app, and publish less for some hours",
        HOUR,
        grows=True,
    ),
    (ANY, 2207052): _HOST,
    (ANY, 2207053): Meaning(Kind.FETCH, "Instagram met an error in the upload which it does not explain"),
    (ANY, 2207057): Meaning(Kind.CONTENT, "“thumb_offset” lies outside of the video"),
    # The rest was seen by others only: https://github.com/gitroomhq/postiz-app, instagram.provider.ts @74b01ad, and its
    # pull requests 1992 and 2033 (read 2026-11-23)
    (ANY, 2207077): Meaning(Kind.FETCH, "Instagram could not download the video", _URL),
    (ANY, 2207081): Meaning(Kind.CONTENT, "this account cannot publish trial reels", "remove “trial”"),
    (ANY, SILENT_VIDEO): _FAILED,
    (ANY, 2207085): _FAILED,
    (ANY, 2207089): _PROGRAM,
}

#: On the call that publishes, these prove that nothing was published; of the rest the container's status tells more.
DEFINITE = frozenset(
    {3, 5, 9, 10, 17, 25, 32, 102, 190, 352, 368, 613, 2500, 9007, 36000, 36001, 36003, 36004}
    | set(range(200, 300))
    | set(range(80000, 80015))
)
DEFINITE_SUBCODES = frozenset(
    {2207004, 2207005, 2207009, 2207010, 2207023, 2207026, 2207027, 2207028, 2207035, 2207036, 2207037}
    | {2207040, 2207042, 2207050, 2207057, 2207081, 2207089}
)
SUBCODES = range(2207000, 2208000)


def meaning_of(code: int, subcode: int) -> Meaning | None:
    """None when nobody documented the pair."""
    return look_up(TABLE, code, subcode)


def is_definite(code: int, subcode: int) -> bool:
    """Whether the refusal proves that the refused call published nothing."""
    return subcode in DEFINITE_SUBCODES if subcode in SUBCODES else code in DEFINITE


def is_unready(error: PlatformError) -> bool:
    """Whether it was asked too early for something that is still being processed, which is no failure."""
    return (error.code or "").partition("/")[0] == "9007"


def is_lost(error: PlatformError) -> bool:
    """Whether Instagram does not find a container that it was named."""
    return (error.code or "").partition("/")[0] == "24"


def is_used_up(error: PlatformError) -> bool:
    """Whether Instagram says that the day's allowance is used up."""
    return (error.code or "").partition("/")[0] == "9"


def patience_with(wait: timedelta, times: int) -> timedelta:
    """How long an account rests that meets the same restriction again: twice as long each time, up to a day."""
    return min(wait * float(2 ** min(times, 10)), timedelta(hours=24))
