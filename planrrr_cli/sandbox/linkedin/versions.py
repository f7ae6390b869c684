"""Which LinkedIn-Version values are served, by the sandbox's clock; a table and the check against it."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final

from planrrr_cli.sandbox.linkedin import errors

# version -> the day from which it is refused. learn.microsoft.com/en-us/linkedin/marketing/versioning as transcribed in
# August 2026; 202608 and 202609 by third parties, a year later each; there is no December.
CALENDAR: Final[Mapping[str, str]] = {
    "202504": "2026-04-15",
    "202505": "2026-05-15",
    "202506": "2026-06-15",
    "202507": "2026-07-15",
    "202508": "2026-08-17",
    "202509": "2026-09-15",
    "202510": "2026-10-15",
    "202511": "2026-11-16",
    "202601": "2027-01-15",
    "202602": "2027-02-15",
    "202603": "2027-03-16",
    "202604": "2027-04-15",
    "202605": "2027-05-15",
    "202606": "2027-06-15",
    "202607": "2027-07-15",
    "202608": "2027-08-15",
    "202609": "2027-09-15",
}
SHAPE: Final = re.compile(r"^(\d{6})(?:\.\d{2})?$")


def check_version(header: str, now: float, calendar: Mapping[str, str]) -> str:
    """The version as YYYYMM; raises LinkedInError 400 without or with a malformed header, 426 for one not served."""
    if not header.strip():
        raise errors.version_missing()
    found = SHAPE.match(header.strip())
    if found is None:
        raise errors.version_malformed(header)
    today = datetime.fromtimestamp(now, UTC).date().isoformat()
    if today >= calendar.get(found[1], ""):
        raise errors.version_gone(found[1])
    return found[1]
