"""How Meta shows the text and the time of what was posted, made comparable with what was sent. No I/O."""

from __future__ import annotations

import unicodedata
from datetime import datetime
from typing import Any


def normalised(text: Any) -> str:
    """NFC, LF, no outer white space, no white space at the end of a line: what platforms change on their own."""
    if not isinstance(text, str):
        return ""
    plain = unicodedata.normalize("NFC", text).replace("\r\n", "\n").replace("\r", "\n")
    return "\n".join(line.rstrip() for line in plain.split("\n")).strip()


def moment(text: Any) -> datetime | None:
    """Graph's times look like 2026-11-24T09:00:00+0000; without a zone they are nothing."""
    try:
        found = datetime.fromisoformat(text)
    except (TypeError, ValueError):
        return None
    return found if found.tzinfo is not None else None
