"""What was used up of each bucket, counted across all processes and hosts; what a bucket is, ``domain.quota`` says.

A bucket belongs to an account or to a developer app of the platform, whichever teams share it: these rows have no team.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlalchemy import delete, insert, select
from sqlalchemy.dialects import postgresql, sqlite

from planrrr_cli.domain.quota import Bucket, Used, room_at
from planrrr_cli.store.schema import rate_limits, spends
from planrrr_cli.store.session import Tx

Owned = tuple[str, str]
"""A bucket's name, and whose it is: the platform's id of the account, or of the app."""


def lock(tx: Tx, wanted: Iterable[Owned], *, now: datetime) -> None:
    """To be called once per transaction for all buckets that it will touch: in one order, so that nobody deadlocks."""
    rows = [{"bucket": name, "owner": owner, "updated_at": now} for name, owner in sorted(set(wanted))]
    if not rows:
        return
    dialect = postgresql if tx.dialect == "postgresql" else sqlite
    touch = dialect.insert(rate_limits)
    touch = touch.on_conflict_do_update(
        index_elements=["bucket", "owner"], set_={"updated_at": touch.excluded.updated_at}
    )
    for row in rows:  # one by one: the order of a multi-row statement is the server's
        tx.conn.execute(touch, row)


def spend(
    tx: Tx,
    bucket: Bucket,
    owner: str,
    *,
    spend_id: str,
    amount: int,
    limit: int | None = None,
    used: int | None = None,
    now: datetime,
) -> datetime | None:
    """Count ``amount``; or, when there is no room, the moment when there will be. :func:`lock` comes first.

    The same ``spend_id`` again (after a commit whose answer was lost) counts once.
    """
    r, s = rate_limits.c, spends.c
    if tx.conn.execute(select(s.id).where(s.id == spend_id)).scalar() is not None:
        return None
    mine = (r.bucket == bucket.name) & (r.owner == owner)
    exhausted: datetime | None = tx.conn.execute(select(r.exhausted_until).where(mine)).scalar_one()
    if exhausted is not None and exhausted > now:
        return exhausted
    ours = (s.bucket == bucket.name) & (s.owner == owner)
    found = tx.conn.execute(select(s.spent_at, s.amount).where(ours).order_by(s.spent_at))
    entries = [Used(at, count) for at, count in found]
    later = room_at(bucket, amount, entries, limit=limit, used=used, now=now)
    if later is None and amount:
        _count(tx, bucket, owner, spend_id, amount, now)
    return later


def charge(tx: Tx, bucket: Bucket, owner: str, *, spend_id: str, amount: int, now: datetime) -> None:
    """Count what was used already, room or not."""
    if tx.conn.execute(select(spends.c.id).where(spends.c.id == spend_id)).scalar() is None:
        _count(tx, bucket, owner, spend_id, amount, now)


def exhaust(tx: Tx, bucket: Bucket, owner: str, *, until: datetime) -> None:
    """The platform says that nothing is left before ``until``. :func:`lock` comes first."""
    r = rate_limits.c
    mine = (r.bucket == bucket.name) & (r.owner == owner)
    tx.conn.execute(rate_limits.update().where(mine).values(exhausted_until=until))


def used(tx: Tx, bucket: Bucket, owner: str, *, now: datetime) -> int:
    """How much of the bucket's window is counted."""
    s = spends.c
    ours = (s.bucket == bucket.name) & (s.owner == owner) & (s.spent_at > bucket.window.began(now))
    return sum(tx.conn.execute(select(s.amount).where(ours)).scalars())


def _count(tx: Tx, bucket: Bucket, owner: str, spend_id: str, amount: int, now: datetime) -> None:
    s = spends.c
    over = (s.bucket == bucket.name) & (s.owner == owner) & (s.spent_at <= bucket.window.began(now))
    tx.conn.execute(delete(spends).where(over))
    row: Mapping[str, object] = {
        "id": spend_id,
        "bucket": bucket.name,
        "owner": owner,
        "spent_at": now,
        "amount": amount,
    }
    tx.conn.execute(insert(spends), row)
