"""Which Graph versions exist and which one really answers; a table and two functions."""

import re
from datetime import UTC, datetime
from typing import Final

# developers.facebook.com/docs/graph-api/changelog/versions, read 2026-11-23: version -> last day (None: not announced).
LIFE: Final = {
    "v27.0": None,
    "v26.0": None,
    "v25.0": "2028-07-29",
    "v24.0": "2028-02-18",
    "v23.0": "2027-10-08",
    "v22.0": "2027-05-20",
    "v21.0": "2027-01-21",
    "v20.0": "2026-09-24",
    "v19.0": "2026-05-21",
    "v18.0": "2026-01-26",
}
NEWEST: Final = "v27.0"
SHAPE: Final = re.compile(r"^v(\d{1,3})\.(\d{1,2})$")
# The versions before v18.0 by their first number; 2 had minor versions up to 12, 3 up to 3.
OLD_MINORS: Final = {1: 0, 2: 12, 3: 3} | dict.fromkeys(range(4, 18), 0)


def served(asked: str | None, now: float) -> str | None:
    """The version that answers: an expired one is served by the oldest that still lives; None when there is none such.

    Source: developers.facebook.com/docs/graph-api/guides/versioning; a call without a version gets the oldest.
    """
    today = datetime.fromtimestamp(now, UTC).date().isoformat()
    alive = [name for name, last in LIFE.items() if last is None or today <= last]
    if asked is None:
        return alive[-1]
    if asked in alive:
        return asked
    if asked in LIFE or _is_old(asked):
        newer = [name for name in alive if _number(name) > _number(asked)]
        return newer[-1] if newer else NEWEST
    return None


def _is_old(name: str) -> bool:
    major, minor = _number(name)
    return minor <= OLD_MINORS.get(major, -1)


def _number(name: str) -> tuple[int, int]:
    found = SHAPE.match(name)
    return (int(found[1]), int(found[2])) if found else (-1, 0)
