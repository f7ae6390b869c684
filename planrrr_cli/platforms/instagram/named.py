"""The post that a person says a doubtful publication is, read and held against what was sent; nothing is decided."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from planrrr_cli.domain.errors import PlatformError
from planrrr_cli.domain.publications import Publication
from planrrr_cli.domain.steps import Published, Unknown
from planrrr_cli.platforms.base import Objection
from planrrr_cli.platforms.instagram.calls import Calls
from planrrr_cli.platforms.instagram.find import published, recent, sought_for
from planrrr_cli.platforms.instagram.match import FIELDS, compare, same_words
from planrrr_cli.platforms.instagram.media_rules import Form
from planrrr_cli.platforms.likeness import Likeness
from planrrr_cli.platforms.meta.graph import text_of
from planrrr_cli.platforms.meta.shown import moment

NOT_SHOWN = "100/33"  # it does not exist, or not for this token
_ADDRESS = re.compile(r"/(?:[^/]+/)?(?:p|reel|reels|tv)/([A-Za-z0-9_-]{5,60})/?", re.ASCII)


def shortcode_in(url: str) -> str | None:
    """What an address names a post by: no id, but the list of the account tells which one it belongs to."""
    found = _ADDRESS.fullmatch(urlsplit(url).path)
    return found[1] if found else None


def look_at(publication: Publication, calls: Calls, remote_id: str) -> Published | Objection | Unknown:
    """Reads it by its id, or finds it by the shortcode of its address. What may not be read says nothing."""
    sought = sought_for(publication, calls)
    try:
        if remote_id.isascii() and remote_id.isdigit():
            medium: Mapping[str, Any] = calls.read(remote_id, call="instagram.media.read", fields=FIELDS)
        else:
            media, _ = recent(calls, publication.connection.account_id, sought)
            fitting = [one for one in media if remote_id in (text_of(one, "permalink") or "").split("/")]
            if not fitting:
                return Objection(f"Instagram lists no post {remote_id} of this account since then")
            medium = fitting[0]
    except PlatformError as error:
        if error.code == NOT_SHOWN:
            return Objection(f"Instagram shows no post {remote_id}")
        return Unknown(f"Instagram does not show {remote_id}: {error.message}")
    identity = text_of(medium, "id")
    if identity is None:
        return Unknown(f"Instagram does not say what {remote_id} is")
    if identity in sought.bound:
        return Objection(f"{identity} belongs to another publication", final=True)
    created = moment(medium.get("timestamp"))
    if created is not None and created < sought.surely_since:
        return Objection(f"{identity} is of {created:%Y-%m-%d %H:%M} UTC, before this was sent")
    if sought.form is not Form.STORY and not same_words(medium.get("caption"), sought.text):
        return Objection(f"{identity} has another text than what was sent")
    if compare(medium, sought) is Likeness.OTHER:
        return Objection(f"{identity} is another kind of post than what was sent")
    return published(medium)
