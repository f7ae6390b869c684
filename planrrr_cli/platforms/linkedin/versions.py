"""When the versions of LinkedIn's API end, and what to say about the configured one."""

from __future__ import annotations

import re
from datetime import date, timedelta

DEFAULT_VERSION = "202606"

# The last day of each, from LinkedIn's table as api-evangelist/linkedin-ads @5f3746d has it (read 2026-11-23). None:
# named as alive, and its end not seen (n8n-io/n8n pull 39065, 2026-09-18). There is none for a December.
ENDS: dict[str, date | None] = {
    "202509": date(2026, 9, 15),
    "202510": date(2026, 10, 15),
    "202511": date(2026, 11, 16),
    "202601": date(2027, 1, 15),
    "202602": date(2027, 2, 15),
    "202603": date(2027, 3, 16),
    "202604": date(2027, 4, 15),
    "202605": date(2027, 5, 15),
    "202606": date(2027, 6, 15),
    "202607": date(2027, 7, 15),
    "202608": None,
    "202609": None,
}
NEWEST = max(version for version, end in ENDS.items() if end is not None)
_SOON = timedelta(days=60)


def version_warnings(version: str, *, today: date) -> tuple[str, ...]:
    """Sentences for whoever runs this. A version that is over is refused (426), and every post waits."""
    advice = f"set LINKEDIN_API_VERSION to {NEWEST}"
    if not re.fullmatch(r"20[0-9]{2}(0[1-9]|1[0-2])", version):
        return (f"“{version}” is not a version of LinkedIn's API (they look like {NEWEST}); {advice}",)
    if version not in ENDS:
        known = (
            f"no version of LinkedIn's API that planrrr knows: posts wait if LinkedIn refuses it; {advice}"
        )
        over = (
            f"version {version} of LinkedIn's API ended long ago: posts wait until it is replaced; {advice}"
        )
        return (over if version < min(ENDS) else f"{version} is {known}",)
    end = ENDS[version]
    if end is None:
        return ()
    if end < today:
        return (
            f"version {version} of LinkedIn's API ended on {end}: posts wait until it is replaced; {advice}",
        )
    if end - today <= _SOON:
        days = (end - today).days
        return (f"version {version} of LinkedIn's API ends on {end}, in {days} days; {advice}",)
    return ()
