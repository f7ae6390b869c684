"""The row of one publication, written as the store writes it but in memory, so that thousands of lives fit in a second.

:class:`Stored` writes each change into a real database as well and fails where the two differ: the memory cannot drift
away from the store.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from sqlalchemy import update

from planrrr_cli.domain.connections import Connection, ConnectionStatus, Platform, Tokens
from planrrr_cli.domain.errors import ErrorKind
from planrrr_cli.domain.posts import Post
from planrrr_cli.domain.publications import Attempt, AttemptKind, ErrorNote, Publication, State
from planrrr_cli.domain.secrets import Secret
from planrrr_cli.domain.settlement import ACCEPTED, WAITED, Settlement, after_interruption
from planrrr_cli.platforms import publisher_class
from planrrr_cli.store import Store, lanes, publications, schema
from tests.factory import Factory, new_id

START = datetime(2026, 12, 1, 9, 0, tzinfo=UTC)
TOO_LATE = ErrorNote(ErrorKind.VALIDATION_ERROR, "it is too late", "reschedule it")
SENDS = frozenset({AttemptKind.PUBLISH, AttemptKind.CHECK})
WRITTEN = (  # what a life changes
    *("state", "due_at", "wake_at", "checkpoint", "attempts", "spent", "interruptions", "sending_since", "doubts"),
    *("first_sent_at", "follow_ups", "doubt_looks", "absent_looks", "remote_id", "permalink", "error", "notices"),
)  # fmt: skip


class Table:
    """``row`` is what is written; an attempt is open or None."""

    def __init__(self, platform: Platform, *, draft: bool) -> None:
        connection = Connection("c", "default", platform, "1", "Page", Tokens(Secret("token")))
        state, due = (State.DRAFT, None) if draft else (State.SCHEDULED, START)
        self.row = Publication("p" * 8, "default", Post("hello"), connection, state, due_at=due, wake_at=due)
        self.attempt: Attempt | None = None

    def begin(self, kind: AttemptKind, now: datetime) -> Attempt:
        row = replace(self.row, attempts=self.row.attempts + 1)
        if kind in SENDS:
            row = replace(row, state=State.PUBLISHING, wake_at=None, due_at=row.due_at or now)
        elif kind is AttemptKind.FOLLOW_UP:
            row = replace(row, follow_ups=row.follow_ups + 1)
        self.row = row
        self.attempt = Attempt(new_id(), row.id, row.attempts, kind, "run", "claim", began_at=now)
        return self.attempt

    def note(self, view: Publication, now: datetime) -> None:
        first = self.row.first_sent_at or view.sending_since
        noted = {"checkpoint": view.checkpoint, "sending_since": view.sending_since, "first_sent_at": first}
        self.row = replace(self.row, **noted)

    def settle(self, settlement: Settlement, now: datetime) -> None:
        assert self.attempt is not None
        self._write(settlement, interruptions=0)
        proved = settlement.state in {State.SCHEDULED, State.FAILED}
        if self.attempt.kind is AttemptKind.RECONCILE and proved:
            self.row = replace(self.row, doubts=self.row.doubts + 1)
        self.attempt = None

    def rescue(self, now: datetime) -> None:
        """A look has left nothing in the middle."""
        if self.row.state is State.PUBLISHING:
            settlement = after_interruption(self.row, publisher_class(self.row.platform).patience, now=now)
            self._write(settlement, interruptions=self.row.interruptions + 1)
        self.attempt = None

    def _write(self, settlement: Settlement, *, interruptions: int) -> None:
        row, new = self.row, settlement
        self.row = replace(
            row,
            state=new.state,
            wake_at=new.wake_at,
            spent=row.spent + new.spent,
            interruptions=interruptions,
            doubt_looks=new.doubt_looks,
            absent_looks=new.absent_looks,
            remote_id=new.remote_id or row.remote_id,
            permalink=new.permalink or row.permalink,
            error=new.error if new.error or new.clear_error else row.error,
            sending_since=None if new.clear_sending else row.sending_since,
            notices=(*row.notices, *new.notices),
            checkpoint=row.checkpoint if new.checkpoint is None else new.checkpoint,
        )

    def miss(self, now: datetime) -> None:
        self.row = replace(self.row, state=State.MISSED, wake_at=None, error=TOO_LATE)

    def reschedule(self, due_at: datetime, now: datetime) -> None:
        kept = {} if self.row.first_sent_at else dict(self.row.checkpoint)
        kept.pop(WAITED, None)  # for the time that it had before
        self.row = replace(
            self.row, state=State.SCHEDULED, due_at=due_at, wake_at=due_at, spent=0, interruptions=0,
            sending_since=None, error=None, checkpoint=kept,
        )  # fmt: skip

    def cancel(self, now: datetime) -> None:
        self.row = replace(self.row, state=State.CANCELLED, wake_at=None)

    def resolve(self, remote_id: str | None, now: datetime) -> None:
        row = replace(
            self.row, attempts=self.row.attempts + 1, sending_since=None, doubt_looks=0, absent_looks=0, error=None
        )  # fmt: skip
        if remote_id:
            self.row = replace(row, state=State.PUBLISHED, wake_at=None, remote_id=remote_id)
        else:
            kept = {} if row.checkpoint.get(ACCEPTED) else row.checkpoint
            more = {"doubts": row.doubts + 1, "checkpoint": kept}
            self.row = replace(row, state=State.SCHEDULED, wake_at=now, **more)
        self.attempt = None


class Stored(Table):
    """Every write goes into a real database, too, through the store's own operations."""

    def __init__(self, platform: Platform, *, draft: bool, store: Store) -> None:
        super().__init__(platform, draft=draft)
        self._store = store
        factory = Factory(store, now=START)
        connection = factory.connection(platform, account_id=new_id())
        made = factory.publication(connection, draft=draft, text=self.row.post.text)
        self.row = replace(self.row, id=made.id, connection=connection)

    def begin(self, kind: AttemptKind, now: datetime) -> Attempt:
        self._hold(now + timedelta(minutes=1))
        before, attempt = self.row, super().begin(kind, now)
        with self._store.transaction() as tx:
            named = {"attempt_id": attempt.id, "run_id": "run", "claim_id": "claim"}
            assert publications.begin(tx, before, kind=kind, now=now, **named) == attempt
        self._compare()
        return attempt

    def note(self, view: Publication, now: datetime) -> None:
        super().note(view, now)
        noted = {"checkpoint": view.checkpoint, "sending_since": view.sending_since, "step": {}}
        with self._store.transaction() as tx:
            publications.note(tx, publication_id=self.row.id, attempt=self.attempt, now=now, **noted)
        self._compare()

    def settle(self, settlement: Settlement, now: datetime) -> None:
        of = {"publication_id": self.row.id, "attempt": self.attempt, "calls": ()}
        super().settle(settlement, now)
        with self._store.transaction() as tx:
            assert publications.settle(tx, settlement=settlement, now=now, **of)
        self._compare()

    def rescue(self, now: datetime) -> None:
        super().rescue(now)
        self._hold(now)
        with self._store.transaction() as tx:
            for row, attempt in lanes.strand(tx, now=now):
                settlement = after_interruption(row, publisher_class(row.platform).patience, now=now)
                publications.settle_stranded(
                    tx, publication=row, attempt=attempt, settlement=settlement, now=now
                )
        self._compare()

    def miss(self, now: datetime) -> None:
        super().miss(now)
        self._hold(now + timedelta(minutes=1))
        with self._store.transaction() as tx:
            named = {"publication_id": self.row.id, "claim_id": "claim"}
            assert publications.miss(tx, error=TOO_LATE, now=now, **named)
        self._compare()

    def reschedule(self, due_at: datetime, now: datetime) -> None:
        super().reschedule(due_at, now)
        with self._store.transaction() as tx:
            publications.reschedule(tx, self.row.id, due_at=due_at, now=now)
        self._compare()

    def cancel(self, now: datetime) -> None:
        super().cancel(now)
        with self._store.transaction() as tx:
            publications.cancel(tx, self.row.id, now=now)
        self._compare()

    def resolve(self, remote_id: str | None, now: datetime) -> None:
        super().resolve(remote_id, now)
        with self._store.transaction() as tx:
            of = {"published": remote_id, "permalink": None, "by": "somebody"}
            publications.resolve(tx, self.row.id, now=now, **of)
        self._compare()

    def _hold(self, until: datetime) -> None:
        """The lane is active and ours."""
        mine = {"claim_id": "claim", "claimed_by": "run", "leased_until": until}
        mine |= {"status": ConnectionStatus.ACTIVE, "held_until": None}
        with self._store.transaction() as tx:
            lane = schema.connections.c.id == self.row.connection.id
            tx.conn.execute(update(schema.connections).where(lane).values(mine))

    def _compare(self) -> None:
        with self._store.reading() as tx:
            found = publications.find(tx, self.row.id)
        for name in WRITTEN:
            there, here = getattr(found, name), getattr(self.row, name)
            assert there == here, f"{name} is {there!r} in the tables, and should be {here!r}"
