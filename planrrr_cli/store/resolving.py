"""A person ends a doubt, in either direction: one guarded write, and the evidence of who, why and upon what."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import RowMapping, insert, select, update

from planrrr_cli.domain.errors import Refused
from planrrr_cli.domain.publications import RESOLVED, AttemptKind, Outcome, State
from planrrr_cli.domain.settlement import ACCEPTED, where_it_goes_on
from planrrr_cli.store import rows
from planrrr_cli.store.by_people import anew, locked, refuse_unless, write
from planrrr_cli.store.schema import attempts, publications
from planrrr_cli.store.session import Tx
from planrrr_cli.store.settling import bound_to


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a person's answer rests on: the doubt it is about, what the platform said when it was asked just before,
    and the calls that asked. ``follow_up``: something is still to be added when the post is out.
    """

    doubts: int
    sending_since: datetime | None
    platform_said: str = ""
    calls: Sequence[Mapping[str, Any]] = ()
    follow_up: bool = False


def resolve(
    tx: Tx,
    publication_id: str,
    *,
    published: str | None,
    permalink: str | None,
    by: str,
    now: datetime,
    reason: str | None = None,
    evidence: Evidence | None = None,
    landed: Mapping[str, Any] | None = None,
) -> None:
    """A person ends a doubt: ``published`` is the remote id. With neither id nor permalink it was not published.

    ``landed``: the call in doubt took effect, and these notes let the recipe go on after it.

    ``by`` and ``reason`` (who, and how they know) become part of the story, and so does ``evidence``. Raises
    :class:`Refused` for what is not in doubt, or no longer in the doubt that the person was asked about.
    """
    row, p = locked(tx, publication_id), publications.c
    refuse_unless(row, frozenset({State.IN_DOUBT}), "resolved")
    if evidence and (row[p.doubts], row[p.sending_since]) != (evidence.doubts, evidence.sending_since):
        short = publication_id[:8]
        msg = f"publication {short} was sent once more meanwhile, so this is another doubt; planrrr explain {short}"
        raise Refused(msg)
    out = published is not None or permalink is not None
    if out:
        _refuse_anothers(tx, row, published, permalink)
    values: dict[str, Any] = {
        "attempts": row[p.attempts] + 1,
        "sending_since": None,
        "doubt_looks": 0,
        "absent_looks": 0,
        "held_by": None,
        **rows.error_values(None),
    }
    if out:
        when = row[p.sending_since] or row[p.first_sent_at] or now
        wake_at = now if evidence and evidence.follow_up else None
        values |= {"state": State.PUBLISHED, "wake_at": wake_at, "published_at": row[p.published_at] or when}
        values |= {"remote_id": published or row[p.remote_id], "permalink": permalink or row[p.permalink]}
    elif landed is not None:
        notes = {**row[p.checkpoint], **landed}
        values |= {"state": where_it_goes_on(notes), "wake_at": now, "checkpoint": notes}
    else:
        values |= {"state": State.SCHEDULED, "wake_at": now, "doubts": row[p.doubts] + 1}
        if row[p.checkpoint].get(ACCEPTED):  # what was accepted never came out: only a new beginning can
            values["checkpoint"] = anew(row)
    write(tx, publication_id, values, now)
    # A look that is under way must not overwrite what the person said.
    open_ = (attempts.c.publication_id == publication_id) & attempts.c.ended_at.is_(None)
    tx.conn.execute(update(attempts).where(open_).values(ended_at=now, outcome=Outcome.INTERRUPTED))
    said = {"at": now.isoformat(), "step": RESOLVED, "by": by}
    said |= {"answer": "published" if out or landed is not None else "not_published"}
    said |= {"reason": reason} if reason else {}
    said |= {"platform_said": evidence.platform_said} if evidence and evidence.platform_said else {}
    _record(tx, row, Outcome.PUBLISHED if out else Outcome.RETRIED, published, said, evidence, now)


def _refuse_anothers(tx: Tx, row: RowMapping, remote_id: str | None, permalink: str | None) -> None:
    """One post over there cannot be two publications of ours."""
    p = publications.c
    holder = bound_to(tx, row[p.id], remote_id) if remote_id is not None else None
    if holder is None and permalink is not None:
        there = select(p.id).where(p.connection_id == row[p.connection_id], p.remote_id.is_not(None))
        holder = tx.conn.execute(there.where(p.permalink == permalink, p.id != row[p.id]).limit(1)).scalar()
    if holder is not None:
        msg = (
            f"{remote_id or permalink} is publication {holder[:8]} already (planrrr explain {holder[:8]}); "
            "one post cannot be both"
        )
        raise Refused(msg)


def _record(
    tx: Tx,
    row: RowMapping,
    outcome: Outcome,
    remote_id: str | None,
    said: Mapping[str, Any],
    evidence: Evidence | None,
    now: datetime,
) -> None:
    """An attempt without a run: the evidence that a person decided, and what the platform was asked before."""
    p = publications.c
    tx.conn.execute(
        insert(attempts).values(
            id=tx.new_id(),
            publication_id=row[p.id],
            number=row[p.attempts] + 1,
            kind=AttemptKind.RECONCILE,
            began_at=now,
            ended_at=now,
            outcome=outcome,
            remote_id=remote_id,
            steps=[said],
            calls=list(evidence.calls) if evidence else [],
        )
    )
