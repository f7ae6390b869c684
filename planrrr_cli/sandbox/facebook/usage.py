"""The headers in which Graph tells how much of a limit is used; which limit struck is decided elsewhere."""

import json


def usage_headers(account: str | None, percent: int, minutes: int) -> tuple[tuple[str, str], ...]:
    """A Page's usage is told under its id, an app's or user's in X-App-Usage.

    Source: developers.facebook.com/docs/graph-api/overview/rate-limiting (2026-08-23); minutes, whole percents.
    """
    if account is None:
        return (("X-App-Usage", json.dumps({"call_count": percent, "total_time": 0, "total_cputime": 0})),)
    entry = {
        "type": "pages",
        "call_count": percent,
        "total_cputime": percent // 4,
        "total_time": percent // 4,
        "estimated_time_to_regain_access": minutes,
    }
    return (("X-Business-Use-Case-Usage", json.dumps({account: [entry]})),)
