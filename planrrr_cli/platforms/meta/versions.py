"""When the versions of the Graph API end, and what to say about the configured one."""

from __future__ import annotations

import re
from datetime import date, timedelta

# https://developers.facebook.com/docs/graph-api/changelog/versions (read 2026-11-23); None: not announced
ENDS: dict[str, date | None] = {
    "v27.0": None,
    "v26.0": None,
    "v25.0": date(2028, 7, 29),
    "v24.0": date(2028, 2, 18),
    "v23.0": date(2027, 10, 8),
    "v22.0": date(2027, 5, 20),
    "v21.0": date(2027, 1, 21),
    "v20.0": date(2026, 9, 24),
    "v19.0": date(2026, 5, 21),
    "v18.0": date(2026, 1, 26),
}
_OLDEST = min(int(version[1:-2]) for version in ENDS)
_SOON = timedelta(days=90)


def version_warnings(version: str, *, today: date) -> tuple[str, ...]:
    """Sentences for whoever runs this. A stale version is not refused but served as a newer one: behaviour changes
    silently (https://developers.facebook.com/docs/graph-api/guides/versioning, read 2026-11-23)."""
    advice = "set FACEBOOK_API_VERSION to a newer one"
    if not re.fullmatch(r"v[1-9][0-9]*\.[0-9]", version):
        return (f"“{version}” is not a version of Facebook's API (they look like v25.0); {advice}",)
    end = ENDS.get(version)
    if version not in ENDS and int(version[1:-2]) < _OLDEST:
        return (f"version {version} of Facebook's API ended long ago; {advice}",)
    if end is None:
        return ()
    if end < today:
        return (
            f"version {version} of Facebook's API ended on {end}: Facebook answers as a newer one; {advice}",
        )
    if end - today <= _SOON:
        return (f"version {version} of Facebook's API ends on {end}, in {(end - today).days} days; {advice}",)
    return ()
