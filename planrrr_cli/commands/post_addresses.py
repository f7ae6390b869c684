"""The address of a post as a person copies it from the browser: whose it is, which post, and what of it is kept."""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import SplitResult, parse_qsl, urlencode, urlsplit, urlunsplit

from planrrr_cli.domain.connections import Platform
from planrrr_cli.domain.errors import Refused, UsageError
from planrrr_cli.domain.publications import Publication
from planrrr_cli.platforms import publisher_class
from planrrr_cli.render import clean

LONGEST = 2000
LONGEST_ID = 200
SITES: Mapping[Platform, tuple[str, ...]] = {
    Platform.FACEBOOK: ("facebook.com", "fb.com", "fb.watch", "fb.me"),
    Platform.INSTAGRAM: ("instagram.com",),
    Platform.X: ("x.com", "twitter.com"),
    Platform.YOUTUBE: ("youtube.com", "youtu.be"),
    Platform.LINKEDIN: ("linkedin.com", "lnkd.in"),
}
# What names a post on some site; the rest of a query follows the reader around, or is a secret.
_NAMING = frozenset({"story_fbid", "id", "fbid", "v"})
_COPY = "copy it from the browser"


def read_address(typed: str, platform: Platform, *, api_url: str | None = None) -> str:
    """The address as it may be stored: on the platform's own site, without user, tracking parameters and fragment.

    ``api_url``: where the operator has the platform; a page of the same server counts too. Raises UsageError.
    """
    try:
        parts = urlsplit(typed.strip())
        port = parts.port
    except ValueError:
        raise UsageError(f"{_shown(typed)} is not the address of a post; {_COPY}") from None
    if "@" in parts.netloc:
        raise UsageError(f"the address of a post holds no user name and no password; {_COPY}")
    plain = typed.strip().isprintable() and " " not in typed.strip() and len(typed) <= LONGEST
    if parts.scheme not in {"http", "https"} or not parts.hostname or not plain:
        raise UsageError(f"{_shown(typed)} is not the address of a post; {_COPY}")
    api = urlsplit(api_url or "")
    if not _belongs(parts.hostname, platform) and (parts.hostname, port) != (api.hostname, api.port):
        raise UsageError(f"{_shown(typed)} is not an address of {platform} ({SITES[platform][0]}); {_COPY}")
    naming = [(name, value) for name, value in parse_qsl(parts.query) if name in _NAMING]
    return urlunsplit((parts.scheme, parts.netloc, parts.path, urlencode(naming), ""))


def _shown(typed: str) -> str:
    """Without its query, which may hold a token."""
    return repr(clean(re.split(r"[?#]", typed.strip(), maxsplit=1)[0][:200]))


def _belongs(host: str, platform: Platform) -> bool:
    name = host.lower().removesuffix(".")
    return any(name == site or name.endswith(f".{site}") for site in SITES[platform])


def read_remote_id(typed: str, one: Publication) -> str:
    """A platform's id of a post as a person types it; Refused for one that names another account."""
    plain = typed.isascii() and typed.isprintable() and " " not in typed
    if not typed or not plain or len(typed) > LONGEST_ID:
        raise UsageError(f"{clean(typed[:60])!r} is not a platform's id of a post; copy it from the address")
    account, joined, _ = typed.partition("_")
    if one.platform is Platform.FACEBOOK and joined and account != page_of(one):
        raise Refused(f"{typed} is a post of {account}, not of the Page {page_of(one)} that this was sent to")
    return typed


def remote_id_in(url: str, one: Publication) -> str | None:
    """The platform's id of the post at ``url``; None where the address does not hold it.

    Raises Refused when the address names another account.
    """
    if one.platform is not Platform.FACEBOOK:
        return publisher_class(one.platform).remote_id_in(url, one.connection)
    parts = urlsplit(url)
    query = dict(parse_qsl(parts.query))
    if found := re.search(r"/(\d+)_(\d+)(?:/|$)", parts.path):
        _refuse_stranger(found[1], f"{page_of(one)}_{found[2]}", one)
        return f"{found[1]}_{found[2]}"
    number, is_video = _number(parts, query)
    if number is None:
        return None
    owner = re.search(r"/(\d+)/(?:posts|videos|photos|reels?)/", parts.path)
    named, remote_id = (
        owner[1] if owner else query.get("id", ""),
        number if is_video else f"{page_of(one)}_{number}",
    )
    if named.isdigit():
        _refuse_stranger(named, remote_id, one)
    return remote_id


def _number(parts: SplitResult, query: Mapping[str, str]) -> tuple[str | None, bool]:
    """The number of the post or video, and whether it is a video's, which has no Page in front."""
    if found := re.search(r"/(?:videos|reel)/(?:[^/]+/)?(\d+)(?:/|$)", parts.path):
        return found[1], True
    if parts.path.rstrip("/").endswith("watch") and query.get("v", "").isdigit():
        return query["v"], True
    story = re.search(r"/posts/(?:[^/]+/)?(\d+)(?:/|$)", parts.path)
    number = story[1] if story else query.get("story_fbid", "")
    return (number, False) if number.isdigit() else (None, False)


def _refuse_stranger(account: str, remote_id: str, one: Publication) -> None:
    page = page_of(one)
    if account != page and page.isdigit():
        raise Refused(
            f"this is the address of a post of {account}, not of the Page {page} that this was sent to; if Facebook "
            f"shows the Page under that number, too, add --remote-id {remote_id}"
        )


def page_of(one: Publication) -> str:
    return str(one.connection.options.get("page_id") or one.connection.account_id)


def same_post(one: str, other: str) -> bool:
    """Facebook's ids come with and without the Page's in front; underscores in other ids mean nothing."""
    if one == other:
        return True
    numbers = [known[1] for id_ in (one, other) if (known := re.fullmatch(r"(?:\d+_)?(\d+)", id_))]
    return len(numbers) == 2 and numbers[0] == numbers[1]
