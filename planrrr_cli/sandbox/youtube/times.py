"""Times as the API takes and tells them: RFC 3339."""

import re
from datetime import UTC, datetime


def moment(text: str) -> float | None:
    """Seconds since the epoch of an RFC 3339 time; None when it is none, or has no year of four digits in UTC."""
    if not re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)", text, re.ASCII):
        return None
    try:
        return datetime.fromisoformat(re.sub(r"(\.\d{6})\d+", r"\1", text)).astimezone(UTC).timestamp()
    except (ValueError, OverflowError):
        return None


def rfc3339(when: float) -> str:
    """In UTC, to the second."""
    return datetime.fromtimestamp(when, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
