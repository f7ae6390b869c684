"""What an Instagram account may use up in 24 hours, and what Instagram itself says of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from planrrr_cli.domain.errors import PlatformError
from planrrr_cli.domain.quota import Bucket, Rolling
from planrrr_cli.platforms.instagram.calls import Calls

DAY = timedelta(hours=24)

# https://developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/ig-user/media (captured
# 2026-03-01, read 2026-11-23): 400 containers within a rolling 24-hour period; a carousel of ten costs eleven.
CONTAINERS = Bucket(
    "instagram.containers", 400, Rolling(DAY), called="Instagram's containers of this account"
)
# The guide says 100 and 50; what applies is asked for (…/reference/ig-user/content_publishing_limit, read 2026-11-23).
PUBLISHES = Bucket("instagram.publishes", 50, Rolling(DAY), called="Instagram's publications of this account")


@dataclass(frozen=True, slots=True)
class Allowance:
    """``total`` in 24 hours, ``used`` of it by all apps; None where Instagram does not say."""

    total: int | None = None
    used: int | None = None

    @property
    def is_used_up(self) -> bool:
        most = PUBLISHES.limit if self.total is None else self.total
        return self.used is not None and self.used >= most


def read_allowance(calls: Calls, account: str) -> Allowance:
    """What Instagram says now. A read that fails must not keep back what is due, so it says nothing then."""
    try:
        body = calls.read(
            account,
            "content_publishing_limit",
            call="instagram.limit.read",
            fields="config,quota_usage",
        )
    except PlatformError:
        return Allowance()
    data = body.get("data")
    told = data[0] if isinstance(data, list) and data and isinstance(data[0], dict) else {}
    config = told.get("config")
    total = _count(config, "quota_total") if isinstance(config, dict) else None
    return Allowance(total or None, _count(told, "quota_usage"))


def _count(found: Mapping[str, Any], name: str) -> int | None:
    value = found.get(name)
    if isinstance(value, bool) or not isinstance(value, int | str):
        return None
    try:
        return max(0, int(value))
    except ValueError:
        return None
