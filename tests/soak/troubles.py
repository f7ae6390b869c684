"""What may go wrong in a soak: the platforms' faults and refusals, their limits, and what is hidden for a while.

The codes are the platforms' own: what they mean is their affair, that they may come is ours.
"""

from __future__ import annotations

import re
from random import Random
from typing import Any

from planrrr_cli.platforms import PLATFORMS, publisher_class

# A run that is stopped after its last look at the lease and before its first byte cannot be helped: what it sends when
# it is resumed, and what is hidden on top of that, has to show before looking can have proved its absence.
LONGEST_STOP = 480
SLACK = 120  # clocks that disagree, and what a step takes
HIDINGS = (20, 120, 1200)  # seconds, where the platform's patience bears them
# There what was prepared becomes one post at most, however often it is sent: anything may be hidden.
NEVER_TWICE = frozenset({"instagram", "youtube"})

# After the effect, an answer may be anything but a documented refusal, which is all that a client has to go by.
AFTER = [
    *("status:500", "status:502", "status:503", "html", "html:502", "truncated", "truncated:exact"),
    *("lost", "reset", "error_200", "success_false", "empty", "hold:0.2", "expire_token"),
]
BEFORE = [*AFTER, "status:429", "rate:5", "rate:40", "usage:90"]
ORDERS = ["processing:1", "processing:4", "break:1000", "break:9000"]
# Refusals behind which posts have been live.
LIARS = {
    "instagram.media.publish": ["error:4:2207051"],
    "youtube.upload.final": ["error:308", "error:308:1", "error:404", "error:410"],
}


def _errors(codes: str) -> list[str]:
    return [f"error:{code}" for code in codes.split()]


CODES = {
    "facebook": _errors("1 2 4 10 32 100 190 190:460 190:463 200 368 368:1390008 613 1609005 80001"),
    "instagram": _errors(
        "1 2 4 4:2207051 9:2207042 10 10:1 24:2207006 25:2207050 100 100:33 102 190 190:460 190:463 200 368 613 80002 "
        "-1:2207001 -1:2207032 -1:2207053 -2:2207003 -2:2207020 9004:2207052 9007:2207027 36000:2207004 36001:2207005 "
        "36003:2207009 36004:2207010 100:2207023 100:2207028 100:2207040 1:2207057 352:2207026 100:2207077 100:2207081 "
        "352:2207082 352:2207085 100:2207089"
    ),
    "linkedin": _errors(
        "65600 65601 65602 65604 100 403:1 101 101:1 101:2 101:3 426 429 404 400:1 400:2 400:3 400:4 400:5 400:6 400:7 "
        "400:8 400:9 400:10 400:11 422 401 403 409 500 503"
    ),
    "x": _errors(
        "400 400:1 400:2 401 402 402:1 403 403:2 403:3 403:4 403:5 403:6 403:7 403:8 403:9 403:10 403:11 404 413 415 "
        "429 429:1 500:1 88 89 130 131 32 64 185 186 324 326"
    ),
    "youtube": _errors(
        "308 308:1 404 410 400 400:1 400:2 400:3 400:4 400:5 400:6 400:7 400:8 400:9 400:10 400:15 400:16 400:17 "
        "400:18 400:19 401 401:1 403 403:1 403:2 403:3 403:4 403:5 403:6 403:7 403:8 403:9 403:10 403:11 403:12 403:13 "
        "403:14 403:15 403:16 409 409:1 429 429:1 429:2 500 503"
    ),
}
# Calls that publishing does not make: lies there would be wasted.
STRANGE_CALLS = {
    "facebook": re.compile(
        r"login|token\.debug|upload\.|unknown|update|delete|cancel|list|accounts|me\.read"
    ),
    "instagram": re.compile(r"login|token\.(redeem|exchange)|unknown|update|delete|comment\.read"),
    "linkedin": re.compile(
        r"login|token\.(exchange|introspect|revoke)|unknown|update|delete|batch|organizations|userinfo|me\.read"
    ),
    "x": re.compile(r"login|token\.(exchange|revoke)|unknown|delete|lookup|post\.read|me\.read|subtitles"),
    "youtube": re.compile(
        r"login|token\.(exchange|revoke)|unknown|update|delete|videos\.upload|playlists|playlistItems\.insert|"
        r"videoCategories|search"
    ),
}
# How containers and videos may end once all went well with the calls.
CONTAINER_ENDINGS = (2207001, 2207003, 2207026, 2207032, 2207053, 2207077, 2207082)
UPLOADS = (20, 90)  # videos a day of YouTube's project, while the soak goes on
# What the sandbox allows, and what we are told of it. A window of ours outlasts theirs by what clocks disagree, and by
# how late a stopped run may send what was counted long ago.
OF_X, OF_LINKEDIN = 6, 25
LIMITS = f'[limits]\n"x.posts" = "{OF_X}/25m"\n"linkedin.app_posts" = "{OF_LINKEDIN}/day"\n'
VIDEO_ENDINGS = ("failed:codec", "failed:conversion", "rejected:copyright", "rejected:length", "processed")


def is_strange(call: str) -> bool:
    strange = STRANGE_CALLS.get(call.partition(".")[0])
    return strange is not None and strange.search(call) is not None


def hidings(call: str) -> list[str]:
    """For how long a post made by ``call`` (``*``: by any) may be hidden and must still not go out twice."""
    named = call.partition(".")[0]
    fallible = [one for one in PLATFORMS if named in ("*", one.value) and one.value not in NEVER_TWICE]
    proofs = [publisher_class(one).patience.proof_after for one in fallible]
    longest = min([proof.total_seconds() for proof in proofs if proof is not None], default=float("inf"))
    return [f"hide:{one}" for one in HIDINGS if one + LONGEST_STOP + SLACK <= longest]


def narrow(random: Random, platform: str, account: str) -> dict[str, Any] | None:
    """What an account is like from the start: with little room, late or silent about what it did; None: as usual."""
    if random.random() < 0.5:
        most = random.randint(*UPLOADS)
        return {"account_id": account, "uploads_per_day": most} if platform == "youtube" else None
    if platform == "instagram":
        kinds: list[dict[str, Any]] = [
            {"quota_total": random.randint(2, 6)},
            {"container_limit": random.randint(6, 12)},
            {"published_elsewhere": random.randint(40, 48)},
            {"status_lag": random.randint(5, 40)},
            {"page_reads_fail": True},
            {"captions_without_at": True},
        ]
    elif platform == "youtube":
        kinds = [{"upload_limit": random.randint(1, 3)}, {"verified": False}]
    else:
        return None
    return {"account_id": account, **random.choice(kinds)}


def limited(platform: str, account: str) -> dict[str, Any] | None:
    """What an account, or its whole app, is held to all the time."""
    if platform == "x":
        return {"account_id": account, "limits": {"x.post.create": OF_X}}
    return {"account_id": account, "app_day_limit": OF_LINKEDIN} if platform == "linkedin" else None


def wide(platform: str, account: str) -> dict[str, Any] | None:
    """As after an audit, or when a person has seen to it: with room for everything that waits."""
    if platform == "instagram":
        return {"account_id": account, "container_limit": 400, "published_elsewhere": 0}
    if platform == "youtube":
        return {"account_id": account, "upload_limit": None, "uploads_per_day": 100, "units_per_day": 10_000}
    return None


def ending(random: Random, platform: str, account: str) -> dict[str, Any] | None:
    """What becomes of the next few things that an account makes; None where the calls alone decide it."""
    count = random.randint(1, 3)
    if platform == "instagram":
        return {"account_id": account, "failing_containers": random.choices(CONTAINER_ENDINGS, k=count)}
    if platform == "youtube":
        return {"account_id": account, "endings": random.choices(VIDEO_ENDINGS, k=count)}
    return None
