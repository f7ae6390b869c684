"""What a reply of Google's says about an error: its envelope as plain values; what they mean is told elsewhere."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from planrrr_cli.platforms.wire import NotJson, Reply

_QUOTED = 200
_ID_SHOWN = 17
_TAG = re.compile(r"</?[a-zA-Z][^<>]*>")  # messages about quotas hold links


@dataclass(frozen=True, slots=True)
class Envelope:
    """``reason`` is the key, ``domain`` whose it is, ``message`` one short line, ``limit`` the name of a quota.

    https://developers.google.com/youtube/data/reference/rest/v3/errors (read 2026-11-23); every part may be missing.
    """

    reason: str
    domain: str
    message: str
    location: str
    limit: str

    @property
    def name(self) -> str | None:
        return self.reason or None

    @property
    def whole_day(self) -> bool:
        """The allowance of a whole day is used up, which a reason alone does not tell:
        https://github.com/googleapis/google-api-python-client/issues/2753 (read 2026-11-23)."""
        return "per day" in self.message.lower() or "perday" in self.limit.lower()

    @property
    def of_uploads(self) -> bool:
        """It is the allowance of uploads, and not the one of everything else."""
        return "video uploads" in self.message.lower() or "videoinsert" in self.limit.lower()


NOTHING_SAID = Envelope("", "", "", "", "")


def envelope_of(reply: Reply) -> Envelope | None:
    """The error object of a reply; None when the body is none, as behind a front end."""
    try:
        body = reply.json()
    except NotJson:
        return None
    error = body.get("error") if isinstance(body, dict) else None
    if not isinstance(error, dict):
        return None
    first = next(iter(_mappings(error.get("errors"))), {})
    details = list(_mappings(error.get("details")))
    told = [first.get("reason"), *(one.get("reason") for one in details)]
    limits = [one["metadata"].get("quota_limit") for one in details if isinstance(one.get("metadata"), dict)]
    return Envelope(
        reason=next((_word(one) for one in told if isinstance(one, str) and one), ""),
        domain=_word(first.get("domain")),
        message=one_line(str(error.get("message") or first.get("message") or "")),
        location=_word(first.get("location")),
        limit=next((_word(one) for one in limits if one), ""),
    )


def request_id(reply: Reply) -> str | None:
    """The beginning of what Google's support asks for; uploads alone have one. Whole it is the ``upload_id`` of the
    session's address, which nobody may know."""
    found = reply.header("x-guploader-uploadid")
    return one_line(found, _ID_SHOWN) if found else None


def one_line(text: str, most: int = _QUOTED) -> str:
    """Somebody else's words as one short, printable line without markup."""
    plain = _TAG.sub("", text)
    line = " ".join("".join(c if c.isprintable() else " " for c in plain).split())
    return line if len(line) <= most else line[: most - 1] + "…"


def _mappings(value: Any) -> list[Mapping[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _word(value: Any) -> str:
    return one_line(value, 100) if isinstance(value, str) else ""
