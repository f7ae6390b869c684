"""Whose a bucket is, what attempts cost and what their answers told, written down for all runs.

Dear calls are counted by the recipe before it makes them (``Spend``); what is reserved when attempts begin is decided
in ``reserving.py``.
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from planrrr_cli.domain.connections import NOTHING, Connection, Platform, fingerprint
from planrrr_cli.domain.errors import ErrorKind, OutcomeUnknown, RateLimited, Scope
from planrrr_cli.domain.publications import Publication
from planrrr_cli.domain.quota import Bucket, Chosen, Rolling, Told, believed, merged
from planrrr_cli.domain.settlement import held_by
from planrrr_cli.domain.steps import Spend
from planrrr_cli.platforms import publisher_class
from planrrr_cli.publishing.attempt import Ended, Message, Noted
from planrrr_cli.store import Tx, quotas
from planrrr_cli.store.told import Owned, learn

if TYPE_CHECKING:
    from planrrr_cli.context import Context

log = logging.getLogger("planrrr.publishing")

A_MOMENT = timedelta(milliseconds=100)  # until an answer is read


@dataclass(frozen=True, slots=True)
class Quotas:
    """``app_id``: the developer app through which a connection is reached. ``chosen``: the operator's numbers, by the
    names of buckets."""

    app_id: Callable[[Connection], str | None]
    chosen: Mapping[str, Chosen] = field(default_factory=lambda: NOTHING)

    def rule(self, bucket: Bucket) -> Bucket:
        """The bucket with the operator's number, where there is one."""
        chosen = self.chosen.get(bucket.name)
        return bucket if chosen is None else chosen.of(bucket)

    def longest(self, platforms: Iterable[Platform]) -> timedelta:
        """What was spent longer ago than that counts nowhere; a day of 25 hours is the least."""
        rules = (self.rule(bucket) for platform in platforms for bucket in publisher_class(platform).buckets)
        lengths = (rule.window.length for rule in rules if isinstance(rule.window, Rolling))
        return max(timedelta(hours=25), *lengths) + timedelta(hours=1)

    def owned(self, bucket: Bucket, connection: Connection) -> Owned:
        match bucket.scope:
            case Scope.CONNECTION:  # teams may share an account, too
                owner = connection.account_id
            case Scope.APP:
                owner = self.app_id(connection) or ""
            case Scope.PLATFORM | Scope.TOKENS:
                owner = ""
        return bucket.name, owner

    def refusal(self, bucket: Bucket, connection: Connection, until: datetime, most: int) -> RateLimited:
        """``until``: when there is room, as far as anybody knows."""
        return RateLimited(
            f"{bucket} are used up ({most:,} in {_spelled(bucket)})",
            platform=connection.platform.value,
            retry_at=until,
            scope=bucket.scope,
            bucket=bucket,
            counted=True,
        )

    # -- a turn of the run: first what has ended, then what asks --

    def before(self, tx: Tx, messages: Iterable[Message], *, now: datetime) -> None:
        """First of all in a transaction: what platforms told, what attempts spent, the locks for what will be asked.

        A constant number of statements, however many attempts have ended.
        """
        ended = [one for one in messages if isinstance(one, Ended) and one.work.attempt is not None]
        self._learn(tx, ended, now)
        self._settle(tx, ended, now)
        asked = (one for one in messages if isinstance(one, Noted) and isinstance(one.step, Spend))
        quotas.lock(tx, {self.owned(_bucket(one), one.work.lane.connection) for one in asked})

    def spend(self, tx: Tx, noted: Noted, step: Spend, *, now: datetime) -> RateLimited | None:
        """Count it; or the refusal, when there is no room: then a place is kept for the publication."""
        work = noted.work
        assert work.attempt is not None and work.publication is not None
        connection, bucket = work.lane.connection, self.rule(step.bucket)
        owned, entry_id = self.owned(bucket, connection), id_of(work.attempt.id, f"step {noted.number}")
        if quotas.counted(tx, entry_id):
            return None
        book = quotas.books(tx, {owned: (bucket, step.amount)}, now=now)[owned]
        mine = place_of(work.publication, bucket)
        later = book.ask(step.amount, now=now, mine=mine, limit=step.limit, used=step.used)
        if later is not None:
            place = quotas.Entry(mine, owned, later, max(1, step.amount))
            quotas.write(tx, freed=(), reserved=(), promised=[place])
            return self.refusal(bucket, connection, later, book.most(step.limit))
        if step.amount:
            spent = quotas.Entry(entry_id, owned, now, step.amount)
            quotas.spend(tx, [spent], freed=[mine])
        return None

    def _settle(self, tx: Tx, ended: Iterable[Ended], now: datetime) -> None:
        entries: list[quotas.Entry] = []
        freed: list[str] = []
        for one in ended:
            assert one.work.attempt is not None
            freed += one.work.reserved
            for bucket, amount, at in _costs(one, now):
                owned = self.owned(bucket, one.work.lane.connection)
                entries.append(quotas.Entry(id_of(one.work.attempt.id, bucket.name), owned, at, amount))
        quotas.spend(tx, entries, freed=freed)

    def _learn(self, tx: Tx, ended: Iterable[Ended], now: datetime) -> None:
        found: dict[Owned, Told] = {}
        for one in ended:
            connection = one.work.lane.connection
            for bucket, raw in (*one.learned, *_refused(one, now)):
                told, doubts = believed(self.rule(bucket), raw, now=now)
                fields = {
                    "platform": connection.platform.value,
                    "bucket": bucket.name,
                    "told_by": told.source,
                }
                for doubt in doubts:
                    log.warning("limit not believed", extra=fields | {"reason": doubt})
                if told.until is not None:
                    log.warning("allowance used up", extra=fields | {"until": told.until.isoformat()})
                owned = self.owned(bucket, connection)
                found[owned] = merged(found.get(owned), told)
        learn(tx, found)


def rules_of(ctx: Context) -> Quotas:
    """Of this process: its apps, and the operator's numbers."""

    def app_of(connection: Connection) -> str | None:
        app_id = connection.app_id or ctx.app(connection.platform).app_id
        return fingerprint(app_id) if app_id else None

    return Quotas(app_of, ctx.settings.limits)


def id_of(one: str, what: str) -> str:
    """The same for the same thing, however often a transaction is repeated."""
    return str(uuid.uuid5(uuid.UUID(one), what))


def place_of(publication: Publication, bucket: Bucket) -> str:
    """The id of the place that is kept for a publication that found no room."""
    return id_of(publication.id, f"place in {bucket.name}")


def _bucket(noted: Noted) -> Bucket:
    assert isinstance(noted.step, Spend)
    return noted.step.bucket


def _costs(ended: Ended, now: datetime) -> list[tuple[Bucket, int, datetime]]:
    """What the calls of an attempt cost together, per bucket, and when the last of them was over; what never left
    costs nothing."""
    prices = publisher_class(ended.work.lane.connection.platform).charges
    costs: dict[str, tuple[Bucket, int, datetime]] = {}
    heard = {bucket.name: told.at for bucket, told in ended.learned}
    for call in ended.calls:
        if call["code"] == "never_sent":
            continue
        for bucket, price in prices.get(str(call["call"]), ()):
            over = datetime.fromisoformat(str(call["at"])) + timedelta(
                milliseconds=int(str(call["duration_ms"]))
            )
            _, before, last = costs.get(bucket.name, (bucket, 0, over))
            costs[bucket.name] = bucket, before + price, max(last, over)
    found = []
    for bucket, price, last in costs.values():
        # What its own answer told has counted it already; a call after that, whose answer was lost, it has not.
        told_at = heard.get(bucket.name, last)
        found.append((bucket, price, min(now, told_at if last - told_at < A_MOMENT else last)))
    return found


def _refused(ended: Ended, now: datetime) -> list[tuple[Bucket, Told]]:
    """The bucket that a refusal says is used up: the one it names, else the one that the refused call is counted in.
    A doubt may come with such a word, too."""
    refused = ended.ending
    if not isinstance(refused, RateLimited | OutcomeUnknown) or refused.retry_at is None:
        return []
    bucket = refused.bucket
    if isinstance(refused, RateLimited):
        if refused.counted:
            return []
        bucket = bucket or _counted_in(ended, refused)
    if bucket is None:
        return []
    said = " ".join(str(each) for each in ("refusal", refused.status, refused.code) if each is not None)
    return [(bucket, Told(now, said, until=refused.retry_at))]


def _counted_in(ended: Ended, refused: RateLimited) -> Bucket | None:
    """None where it is not about how often, or a breaker has everybody wait, which a person can end."""
    if refused.kind is not ErrorKind.RATE_LIMIT_ERROR or held_by(refused) is not None or not ended.calls:
        return None
    prices = publisher_class(ended.work.lane.connection.platform).charges
    priced = prices.get(str(ended.calls[-1]["call"]), ())
    return next((each for each, _ in priced if each.scope is refused.scope), None)


def _spelled(bucket: Bucket) -> str:
    length = str(bucket.window)
    return "a day" if length == "day" else length
