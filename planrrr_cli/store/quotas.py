"""What is counted of each bucket, across all processes and hosts; what fits, ``domain.book`` says.

A bucket belongs to an account or to a developer app of the platform, whichever teams share it: these rows have no team.
Every operation takes all that one transaction has to do at once, and is a fixed number of statements.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    bindparam,
    delete,
    func,
    insert,
    or_,
    select,
    tuple_,
    update,
)
from sqlalchemy.dialects import postgresql

from planrrr_cli.domain.book import ABANDONED, BRAKE, Book
from planrrr_cli.domain.line import Standing, Used
from planrrr_cli.domain.quota import Bucket
from planrrr_cli.store import told
from planrrr_cli.store.columns import UtcDateTime
from planrrr_cli.store.schema import attempts, buckets, reservations, spends
from planrrr_cli.store.session import Tx
from planrrr_cli.store.told import Owned, of


@dataclass(frozen=True, slots=True)
class Entry:
    """One row, of ``spends`` or of ``reservations``; ``id`` is the same however often a transaction is repeated."""

    id: str
    owned: Owned
    at: datetime
    amount: int
    attempt_id: str | None = None


_THERE = select(buckets.c.bucket, buckets.c.owner).where(of(buckets))
_LOCK = _THERE.order_by(buckets.c.bucket, buckets.c.owner).with_for_update()
_WAITING = select(reservations).where(of(reservations)).order_by(reservations.c.at, reservations.c.id)
_FREE = delete(reservations).where(reservations.c.id.in_(bindparam("p_ids", expanding=True)))
_HELD = (
    select(reservations)
    .join(attempts, attempts.c.id == reservations.c.attempt_id)
    .where(reservations.c.standing == Standing.RESERVED, attempts.c.ended_at.is_not(None))
    .with_for_update(skip_locked=True, of=reservations)
)


def lock(tx: Tx, wanted: Collection[Owned]) -> None:
    """Nobody else decides about these buckets before this transaction ends. At most once for each kind of bucket in a
    transaction, for all of them: in one order, so that nobody deadlocks. Two statements, three for buckets that nobody
    has used yet; none on SQLite, which has one writer."""
    if not wanted or tx.dialect == "sqlite":
        return
    names = sorted(wanted)
    there = {(row[0], row[1]) for row in tx.conn.execute(_THERE, {"p_owned": names})}
    missing = [each for each in names if each not in there]
    if (
        missing
    ):  # in one order, and before anything is locked: who waits here holds nothing that others wait for
        add = postgresql.insert(buckets).on_conflict_do_nothing(index_elements=["bucket", "owner"])
        tx.conn.execute(add, [{"bucket": name, "owner": owner} for name, owner in missing])
    tx.conn.execute(_LOCK, {"p_owned": names}).all()


def books(tx: Tx, asked: Mapping[Owned, tuple[Bucket, int]], *, now: datetime) -> dict[Owned, Book]:
    """What is counted of each bucket; how much of it will be asked for decides how closely it is looked at.

    Three statements: what the platforms say, who has reserved and waits, and the sums of what was spent; a fourth
    reads the single entries of buckets that may be full.
    """
    found: dict[Owned, Book] = {}
    if not asked:
        return found
    names = {"p_owned": sorted(asked)}
    words = told.known(tx, asked)
    for owned, (bucket, _) in asked.items():
        found[owned] = Book(bucket, told=words.get(owned))
    places: dict[Owned, list[Used]] = {}
    for row in tx.conn.execute(_WAITING, names).mappings():
        owned, used = (row["bucket"], row["owner"]), Used(row["at"], row["amount"], row["id"])
        if row["standing"] == Standing.RESERVED:
            found[owned].reserved.append(used)
        else:
            places.setdefault(owned, []).append(used)
    for owned, line in places.items():
        found[owned].expect(line)
    windows = _by_window({owned: bucket for owned, (bucket, _) in asked.items()}, now)
    sums = {
        (row[0], row[1]): (int(row[2]), row[3])
        for row in tx.conn.execute(_sums(len(windows)), _since(windows))
    }
    tight: dict[Owned, Bucket] = {}
    for owned, (total, last) in sums.items():
        bucket, amount = asked[owned]
        book = found[owned]
        waiting = book.counted(now) + sum(each.amount for each in book.promised)
        if total + waiting + amount > BRAKE * book.most() or book.promised or book.told is not None:
            tight[owned] = bucket
        else:
            book.spent.append(Used(last, total))
    if tight:
        windows = _by_window(tight, now)
        for name, owner, at, amount in tx.conn.execute(_entries(len(windows)), _since(windows)):
            found[name, owner].spent.append(Used(at, amount))
    return found


def write(tx: Tx, *, freed: Iterable[str], reserved: Iterable[Entry], promised: Iterable[Entry]) -> None:
    """Put down what was decided, after :func:`lock`: two statements. ``freed`` are ids of reservations and promises."""
    gone = [*freed, *(entry.id for entry in (*reserved, *promised))]
    if gone:
        tx.conn.execute(_FREE, {"p_ids": sorted(set(gone))})
    rows = [_reservation(entry, Standing.RESERVED) for entry in reserved]
    rows += [_reservation(entry, Standing.PROMISED) for entry in promised]
    if rows:
        tx.conn.execute(insert(reservations), rows)


def spend(tx: Tx, entries: Sequence[Entry], *, freed: Iterable[str]) -> None:
    """Count what is spent, and give back what was reserved for it. Two statements.

    An entry that is there already (after a commit whose answer was lost) counts once.
    """
    gone = sorted(set(freed))
    if gone:
        tx.conn.execute(_FREE, {"p_ids": gone})
    if entries:
        add = told.dialect(tx).insert(spends).on_conflict_do_nothing(index_elements=["id"])
        tx.conn.execute(add, [_spend(entry) for entry in entries])


def counted(tx: Tx, spend_id: str) -> bool:
    """Whether this spend is written down already."""
    return tx.conn.execute(select(spends.c.id).where(spends.c.id == spend_id)).scalar() is not None


def abandon(tx: Tx, *, now: datetime) -> None:
    """What attempts had reserved that others ended counts as spent: nobody knows how much of it was. Three statements,
    one where there is nothing; what somebody is writing at this moment is left for later."""
    held = tx.conn.execute(_HELD).mappings().all()
    if held:
        spend(
            tx,
            [Entry(row["id"], (row["bucket"], row["owner"]), now, row["amount"]) for row in held],
            freed=[row["id"] for row in held],
        )


def forget(tx: Tx, *, now: datetime, longest: timedelta) -> None:
    """What has left the longest window, places that nobody came for in a day, and reservations that not even a rescue
    has found for so long. A place is kept from others for minutes only, but who comes late goes before who came later.

    Two statements, once in a run; what another run forgets at this moment is left to it.
    """
    s, r = spends.c, reservations.c
    late = (r.standing == Standing.PROMISED) & (r.at <= now - ABANDONED)
    for table, old in (
        (spends, s.spent_at <= now - longest),
        (reservations, late | (r.at <= now - longest - ABANDONED)),
    ):
        chosen = select(table.c.id).where(old).with_for_update(skip_locked=True).cte("chosen")
        tx.conn.execute(delete(table).where(table.c.id.in_(select(chosen.c.id))))


def bring_back(tx: Tx, *, now: datetime, late: datetime) -> bool:
    """What a clock had counted that was ahead counts from now on; whether there was any. ``late``: nothing can rightly
    have been written after it."""
    s, r = spends.c, reservations.c
    spent = tx.conn.execute(update(spends).where(s.spent_at > late).values(spent_at=now)).rowcount
    held = (r.standing == Standing.RESERVED) & (r.at > late)
    return bool(spent + tx.conn.execute(update(reservations).where(held).values(at=now)).rowcount)


def forget_promises(tx: Tx, *, now: datetime) -> None:
    """Whoever is in line asks anew; what somebody is writing at this moment is of now."""
    r = reservations.c
    line = select(r.id).where((r.standing == Standing.PROMISED) & (r.at > now))
    chosen = line.with_for_update(skip_locked=True).cte("chosen")
    tx.conn.execute(delete(reservations).where(r.id.in_(select(chosen.c.id))))


# -- rows --


def _spend(entry: Entry) -> dict[str, Any]:
    bucket, owner = entry.owned
    row = {"id": entry.id, "bucket": bucket, "owner": owner}
    return row | {"spent_at": entry.at, "amount": entry.amount}


def _reservation(entry: Entry, standing: Standing) -> dict[str, Any]:
    bucket, owner = entry.owned
    row = {"id": entry.id, "bucket": bucket, "owner": owner, "at": entry.at, "amount": entry.amount}
    return row | {"standing": standing, "attempt_id": entry.attempt_id}


# -- windows: the buckets of one length share a condition, since there are few lengths --


def _by_window(wanted: Mapping[Owned, Bucket], now: datetime) -> list[tuple[datetime, list[Owned]]]:
    grouped: dict[datetime, list[Owned]] = {}
    for owned, bucket in sorted(wanted.items(), key=lambda each: each[0]):
        grouped.setdefault(bucket.window.began(now), []).append(owned)
    return sorted(grouped.items())


def _since(windows: Sequence[tuple[datetime, list[Owned]]]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for number, (since, owned) in enumerate(windows):
        values |= {f"p_since_{number}": since, f"p_owned_{number}": owned}
    return values


def _inside(windows: int) -> ColumnElement[bool]:
    s, parts = spends.c, []
    for number in range(windows):
        since = bindparam(f"p_since_{number}", type_=UtcDateTime())
        mine = tuple_(s.bucket, s.owner).in_(bindparam(f"p_owned_{number}", expanding=True))
        parts.append(mine & (s.spent_at > since))
    return or_(*parts)


@cache
def _sums(windows: int) -> Select[Any]:
    s = spends.c
    query = select(s.bucket, s.owner, func.sum(s.amount), func.max(s.spent_at, type_=UtcDateTime()))
    return query.where(_inside(windows)).group_by(s.bucket, s.owner)


@cache
def _entries(windows: int) -> Select[Any]:
    s = spends.c
    query = select(s.bucket, s.owner, s.spent_at, s.amount).where(_inside(windows))
    return query.order_by(s.bucket, s.owner, s.spent_at)
