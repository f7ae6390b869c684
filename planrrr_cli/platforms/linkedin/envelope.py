"""What a reply of LinkedIn's says about an error: its envelope as plain values; what they mean is told elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from planrrr_cli.platforms.wire import NotJson, Reply

_QUOTED = 200
_REQUEST_IDS = ("x-li-uuid", "x-li-request-id")


@dataclass(frozen=True, slots=True)
class Envelope:
    """``codes`` are all words that name the error, ``service`` the number (0: none), ``message`` one short line.

    ``status`` is the one that the body repeats; None when it does not. Every part may be missing:
    https://learn.microsoft.com/en-us/linkedin/shared/api-guide/concepts/error-handling (read 2026-11-23)
    """

    status: int | None
    service: int
    codes: tuple[str, ...]
    message: str

    @property
    def name(self) -> str | None:
        """What to call it: the most exact code there is."""
        return self.codes[-1] if self.codes else (str(self.service) if self.service else None)


def envelope_of(reply: Reply) -> Envelope | None:
    """The error object of a reply; None when the body is none, as behind a gateway."""
    try:
        body = reply.json()
    except NotJson:
        return None
    if not isinstance(body, dict):
        return None
    inner = _inputs(body.get("errorDetails"))
    codes = [_word(body.get("code")), *(_word(one.get("code")) for one in inner)]
    told = [body.get("message"), *(one.get("description") for one in inner), body.get("error_description")]
    return Envelope(
        status=_integer(body.get("status")) or None,
        service=_integer(body.get("serviceErrorCode")),
        codes=tuple(code for code in codes if code),
        message=one_line(next((text for text in told if isinstance(text, str) and text.strip()), "")),
    )


def request_id(reply: Reply) -> str | None:
    """What LinkedIn's support asks for."""
    found = next((value for name in _REQUEST_IDS if (value := reply.header(name))), None)
    return one_line(found, 100) if found else None


def one_line(text: str, most: int = _QUOTED) -> str:
    """Somebody else's words as one short, printable line."""
    line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return line if len(line) <= most else line[: most - 1] + "…"


def _inputs(details: Any) -> list[Mapping[str, Any]]:
    errors = details.get("inputErrors") if isinstance(details, dict) else None
    return [one for one in errors if isinstance(one, dict)] if isinstance(errors, list) else []


def _word(value: Any) -> str:
    return one_line(value, 100).upper() if isinstance(value, str) else ""


def _integer(value: Any) -> int:
    if isinstance(value, bool):
        return 0
    try:
        return int(value)
    except (TypeError, ValueError, OverflowError):
        return 0
