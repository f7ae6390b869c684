"""What Instagram itself says of an account's publications in 24 hours."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from planrrr_cli.domain.errors import PlatformError
from planrrr_cli.domain.quota import Told
from planrrr_cli.platforms.instagram.allowances import PUBLISHES
from planrrr_cli.platforms.instagram.calls import Calls
from planrrr_cli.platforms.meta.graph import number_of


@dataclass(frozen=True, slots=True)
class Allowance:
    """``total`` in 24 hours, ``used`` of it by all apps; None where Instagram does not say."""

    total: int | None = None
    used: int | None = None

    @property
    def is_used_up(self) -> bool:
        most = PUBLISHES.limit if self.total is None else self.total
        return self.used is not None and self.used >= most

    def told(self, *, now: datetime) -> Told:
        """For all runs, and for people."""
        percent = None if self.used is None or self.total is None else 100 * self.used // self.total
        return Told(now, "content_publishing_limit", limit=self.total, percent=percent)


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
    told = data[0] if isinstance(data, list) and data and isinstance(data[0], dict) else body
    config = told.get("config")
    total = _count(config, "quota_total") if isinstance(config, dict) else None
    allowance = Allowance(total or None, _count(told, "quota_usage"))
    if allowance != Allowance():
        calls.learn(PUBLISHES, allowance.told(now=calls.clock.now()))
    return allowance


def _count(found: Mapping[str, Any], name: str) -> int | None:
    value = number_of(found, name)
    return None if value is None else max(0, value)
