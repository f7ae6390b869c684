"""What recipes use up of their allowances, counted for all runs: dear calls before they are made, others afterwards."""

from __future__ import annotations

import logging
import uuid
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from planrrr_cli.domain.connections import Connection
from planrrr_cli.domain.errors import OutcomeUnknown, RateLimited, Scope
from planrrr_cli.domain.quota import Bucket
from planrrr_cli.domain.steps import Spend
from planrrr_cli.platforms import publisher_class
from planrrr_cli.publishing.attempt import Ended, Message, Noted, Work
from planrrr_cli.store import Tx, quotas

log = logging.getLogger("planrrr.publishing")


@dataclass(frozen=True, slots=True)
class Quotas:
    """``app_id``: the developer app through which a connection is reached."""

    app_id: Callable[[Connection], str | None]

    def lock(self, tx: Tx, messages: Iterable[Message], *, now: datetime) -> None:
        """First of all in a transaction, since other runs lock the same rows."""
        quotas.lock(tx, {owned for message in messages for owned in self._touched(message)}, now=now)

    def spend(self, tx: Tx, noted: Noted, step: Spend, *, now: datetime) -> RateLimited | None:
        """Count it; or the refusal, when there is no room."""
        work, bucket = noted.work, step.bucket
        assert work.attempt is not None
        later = quotas.spend(
            tx,
            bucket,
            self._owner(bucket, work.lane.connection),
            spend_id=_id(work.attempt.id, f"step {noted.number}"),
            amount=step.amount,
            limit=step.limit,
            used=step.used,
            now=now,
        )
        if later is None:
            return None
        most = bucket.limit if step.limit is None else step.limit
        return RateLimited(
            f"{bucket} are used up ({most:,} in a window)",
            platform=work.lane.connection.platform.value,
            retry_at=later,
            scope=bucket.scope,
            bucket=bucket,
            counted=True,
        )

    def after(self, tx: Tx, ended: Ended, *, now: datetime) -> None:
        """What the attempt's calls cost, and what the platform says is used up."""
        work = ended.work
        if work.attempt is None:
            return
        for bucket, amount in _charges(ended):
            owner = self._owner(bucket, work.lane.connection)
            spend_id = _id(work.attempt.id, bucket.name)
            quotas.charge(tx, bucket, owner, spend_id=spend_id, amount=amount, now=now)
        refused = _exhausted(ended)
        if refused is not None:
            bucket, until = refused
            quotas.exhaust(tx, bucket, self._owner(bucket, work.lane.connection), until=until)
            said = {"platform": work.lane.connection.platform.value, "bucket": bucket.name}
            log.warning("allowance used up", extra=said | {"until": until.isoformat()})

    def _touched(self, message: Message) -> Iterator[quotas.Owned]:
        if isinstance(message, Noted) and isinstance(message.step, Spend):
            yield self._owned(message.step.bucket, message.work)
        elif isinstance(message, Ended):
            for bucket, _ in _charges(message):
                yield self._owned(bucket, message.work)
            refused = _exhausted(message)
            if refused is not None:
                yield self._owned(refused[0], message.work)

    def _owned(self, bucket: Bucket, work: Work) -> quotas.Owned:
        return bucket.name, self._owner(bucket, work.lane.connection)

    def _owner(self, bucket: Bucket, connection: Connection) -> str:
        match bucket.scope:
            case Scope.CONNECTION:  # teams may share an account, too
                return connection.account_id
            case Scope.APP:
                return self.app_id(connection) or ""
            case Scope.PLATFORM:
                return ""


def _charges(ended: Ended) -> list[tuple[Bucket, int]]:
    """What the calls of an attempt cost together, per bucket; what never left costs nothing."""
    if ended.work.attempt is None:
        return []
    prices = publisher_class(ended.work.lane.connection.platform).charges
    costs: dict[Bucket, int] = defaultdict(int)
    for call in ended.calls:
        price = prices.get(str(call["call"])) if prices else None
        if price is not None and call["code"] != "never_sent":
            costs[price[0]] += price[1]
    return list(costs.items())


def _exhausted(ended: Ended) -> tuple[Bucket, datetime] | None:
    refused = ended.ending
    if not isinstance(refused, RateLimited | OutcomeUnknown) or refused.bucket is None:
        return None
    if refused.retry_at is None or (isinstance(refused, RateLimited) and refused.counted):
        return None
    return refused.bucket, refused.retry_at


def _id(attempt_id: str, what: str) -> str:
    """The same for the same thing, however often a transaction is repeated."""
    return str(uuid.uuid5(uuid.UUID(attempt_id), what))
