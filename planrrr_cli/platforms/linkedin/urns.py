"""LinkedIn's names for things: who writes, what was written, and when its id says that was. No I/O."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from urllib.parse import unquote

from planrrr_cli.domain.connections import Connection

SITE = "https://www.linkedin.com"

_AUTHOR = re.compile(r"urn:li:(person|organization):([A-Za-z0-9_-]+)")
_BARE = re.compile(r"[A-Za-z0-9_-]+")
_URN = re.compile(r"urn:li:[A-Za-z]+:[^\s\"<>]+")
_POST = re.compile(r"urn:li:(?:share|ugcPost|groupPost):\d+")
_ADDRESSED = re.compile(r"urn:li:(?:share|ugcPost|groupPost|activity):\d+")
_SLUG = re.compile(r"/posts/[^/?#]*-(share|ugcPost|activity)-(\d{15,20})(?:-|/|$)")
_NUMBERED = re.compile(r"urn:li:(?:share|ugcPost|activity):(\d{15,20})")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Kind(StrEnum):
    """Who may write a post; the permissions and what can be read back differ."""

    PERSON = "person"
    ORGANIZATION = "organization"


@dataclass(frozen=True, slots=True)
class Author:
    """``guessed``: the account id was no URN, and was read as one."""

    urn: str
    kind: Kind
    guessed: bool = False

    @property
    def write_scope(self) -> str:
        return "w_member_social" if self.kind is Kind.PERSON else "w_organization_social"

    @property
    def read_scope(self) -> str:
        """For reading back what was posted; LinkedIn gives a person's to no new application."""
        return "r_member_social" if self.kind is Kind.PERSON else "r_organization_social"

    @property
    def comment_scope(self) -> str:
        return f"{self.write_scope}_feed"


def author_of(connection: Connection) -> Author | None:
    """The author that a connection stands for; None when its account id names something else.

    A bare id, as older exports have it, is an organization's when it is a number (or stands in ``page_id``), since
    those are numbers, and else a person's.
    """
    named = author_in(connection.account_id)
    page = str(connection.options.get("page_id") or "")
    if named is not None and not (named.guessed and page):
        return named
    return Author(f"urn:li:organization:{page}", Kind.ORGANIZATION, guessed=True) if page.isdigit() else named


def author_in(account_id: str) -> Author | None:
    """The author named by a URN or by a bare id."""
    if found := _AUTHOR.fullmatch(account_id):
        return Author(account_id, Kind(found[1]))
    if account_id.startswith("urn:") or not _BARE.fullmatch(account_id):
        return None
    kind = Kind.ORGANIZATION if account_id.isdigit() else Kind.PERSON
    return Author(f"urn:li:{kind}:{account_id}", kind, guessed=True)


def urn_in(text: str | None) -> str | None:
    """A URN as a header or field holds it, percent-encoded or not."""
    found = unquote(text or "").strip()
    return found if _URN.fullmatch(found) else None


def post_in(text: str | None) -> str | None:
    """The first URN of a post that stands anywhere in ``text`` (an address, a message)."""
    found = _POST.search(unquote(text or ""))
    return found[0] if found else None


def address_in(url: str) -> str | None:
    """The URN of a post in its address, as the browser shows it: /feed/update/urn:…/, or /posts/…-share-123-ab1c."""
    plain = unquote(url)
    if found := _ADDRESSED.search(plain):
        return found[0]
    slug = _SLUG.search(plain)
    return f"urn:li:{slug[1]}:{slug[2]}" if slug else None


def made_at(urn: str) -> datetime | None:
    """When the id of a post was made. Not documented, so this is for judging whether something is plausible:
    https://github.com/withoneai/cli/issues/32 (read 2026-11-23)."""
    found = _NUMBERED.fullmatch(urn)
    if not found:
        return None
    made = _EPOCH + timedelta(milliseconds=int(found[1]) >> 22)
    return made if made.year >= 2003 else None


def permalink(site: str, urn: str) -> str:
    """gitroomhq/postiz-app, linkedin.provider.ts @74b01ad (read 2026-11-23)."""
    return f"{(site or SITE).rstrip('/')}/feed/update/{urn}/"
