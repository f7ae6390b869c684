"""Builds connections, posts and publications with defaults, through the store's own operations."""

from __future__ import annotations

import itertools
import uuid
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from planrrr_cli.domain.connections import Connection, Platform, Tokens
from planrrr_cli.domain.errors import ErrorKind
from planrrr_cli.domain.posts import Media, Post
from planrrr_cli.domain.publications import Attempt, AttemptKind, ErrorNote, Outcome, Publication, State
from planrrr_cli.domain.secrets import Secret
from planrrr_cli.domain.settlement import Settlement
from planrrr_cli.store import Cipher, Store, connections, lanes, posts, publications, runs

NOW = datetime(2026, 12, 1, 9, 0, tzinfo=UTC)
LEASE = timedelta(seconds=60)
KEY = Secret("0f" * 32)


def cipher(_tx: object = None) -> Cipher:
    return Cipher(KEY)


def new_id() -> str:
    return str(uuid.uuid4())


class Factory:
    """``now`` is the moment at which everything happens unless a call says otherwise."""

    def __init__(self, store: Store, *, now: datetime = NOW) -> None:
        self.store = store
        self.now = now
        self._numbers = itertools.count(1)

    # what exists

    def connection(
        self,
        platform: Platform = Platform.X,
        *,
        account_id: str | None = None,
        account_name: str | None = None,
        access: str = "access-token",
        refresh: str | None = "refresh-token",
        expires_at: datetime | None = None,
        **more: Any,
    ) -> Connection:
        number = next(self._numbers)
        tokens = Tokens(Secret(access), Secret(refresh) if refresh else None, expires_at)
        new = connections.NewConnection(
            platform, account_id or f"{1000 + number}", account_name or f"@account{number}", tokens, **more
        )
        with self.store.transaction() as tx:
            return connections.add(tx, new, now=self.now)[0]

    def post(
        self,
        *to: Connection,
        text: str = "We have moved.",
        at: datetime | None = None,
        draft: bool = False,
        media: Iterable[Media] = (),
        ordinal: int = 0,
        created_at: datetime | None = None,
        **more: Any,
    ) -> str:
        """A post on the connections (a new one by default), due now; returns its id."""
        to = to or (self.connection(),)
        scheduled_at = None if draft else at or self.now
        post = Post(text, tuple(media), scheduled_at=scheduled_at, **more)
        new = posts.NewPost(post, new_id(), "post.md", [one.id for one in to], draft, ordinal)
        with self.store.transaction() as tx:
            return posts.add(tx, new, now=created_at or self.now)[0]

    def publication(self, connection: Connection | None = None, **more: Any) -> Publication:
        """A post with one publication, as ``posts.find`` shows it."""
        post_id = self.post(*([connection] if connection else []), **more)
        return self.shown(post_id).publications[0]

    def publication_in(self, state: State, connection: Connection | None = None, **more: Any) -> Publication:
        """A publication brought into ``state`` the way a run or a person brings it there; its lane is free again,
        except in state publishing.
        """
        made = self.publication(connection, draft=state is State.DRAFT, **more)
        if state in {State.DRAFT, State.SCHEDULED}:
            return made
        if state is State.CANCELLED:
            with self.store.transaction() as tx:
                publications.cancel(tx, made.id, now=self.now)
            return self.reload(made)
        claims = self.claim(publications=frozenset({made.id}))
        if state is State.MISSED:
            with self.store.transaction() as tx:
                publications.miss(
                    tx,
                    publication_id=made.id,
                    claim_id=claims[made.connection.id],
                    error=ErrorNote(ErrorKind.VALIDATION_ERROR, "too late"),
                    now=self.now,
                )
            self.release(claims)
            return self.reload(made)
        attempt = self.begin(made, claims)
        if state is State.PUBLISHING:
            return self.reload(made)
        if state in {State.IN_DOUBT, State.PUBLISHED}:
            self.note(attempt, sending_since=self.now)
        self.settle(attempt, ENDS[state](self))
        self.release(claims)
        return self.reload(made)

    def run(self, run_id: str | None = None, **more: Any) -> str:
        row = {
            "host": "here",
            "pid": 4711,
            "process_started": "17",
            "boot": "boot-1",
            "started_at": self.now,
        } | more
        run_id = run_id or new_id()
        with self.store.transaction() as tx:
            runs.start(tx, runs.RunRow(id=run_id, **row))
        return run_id

    # what a run does

    def claim(
        self, *, limit: int = 100, now: datetime | None = None, run_id: str | None = None, **more: Any
    ) -> dict[str, str]:
        """Claims (connection id to claim id)."""
        claim_id, when = new_id(), now or self.now
        run_id = run_id or self.run(started_at=when)
        with self.store.transaction() as tx:
            taken = lanes.claim(
                tx, run_id=run_id, claim_id=claim_id, now=when, lease=LEASE, limit=limit, **more
            )
        return {one.id: claim_id for one in taken}

    def release(self, claims: Mapping[str, str]) -> None:
        with self.store.transaction() as tx:
            lanes.release(tx, claims=claims)

    def next(
        self, claims: Mapping[str, str], *, now: datetime | None = None, **more: Any
    ) -> dict[str, Publication]:
        with self.store.transaction() as tx:
            return lanes.next_publications(tx, claims=claims, now=now or self.now, **more)

    def begin(
        self, publication: Publication, claims: Mapping[str, str], kind: AttemptKind = AttemptKind.PUBLISH
    ) -> Attempt:
        """An attempt that must begin."""
        begun = self.try_begin(publication, claims, kind)
        assert begun is not None
        return begun

    def try_begin(
        self, publication: Publication, claims: Mapping[str, str], kind: AttemptKind = AttemptKind.PUBLISH
    ) -> Attempt | None:
        with self.store.transaction() as tx:
            return publications.begin(
                tx,
                publication,
                kind=kind,
                attempt_id=new_id(),
                run_id="run",
                claim_id=claims[publication.connection.id],
                now=self.now,
            )

    def note(
        self,
        attempt: Attempt,
        *,
        checkpoint: Mapping[str, Any] | None = None,
        sending_since: datetime | None = None,
        step: Mapping[str, Any] | None = None,
    ) -> bool:
        with self.store.transaction() as tx:
            return publications.note(
                tx,
                publication_id=attempt.publication_id,
                attempt=attempt,
                checkpoint=checkpoint or {},
                sending_since=sending_since,
                step=step or {"step": "checkpoint"},
                now=self.now,
            )

    def settle(
        self, attempt: Attempt, settlement: Settlement, *, calls: Iterable[Mapping[str, Any]] = ()
    ) -> bool:
        with self.store.transaction() as tx:
            return publications.settle(
                tx,
                publication_id=attempt.publication_id,
                attempt=attempt,
                settlement=settlement,
                calls=list(calls),
                now=self.now,
            )

    # what is there now

    def shown(self, post_id: str) -> posts.PostView:
        with self.store.reading() as tx:
            return posts.find(tx, post_id)

    def reload(self, publication: Publication) -> Publication:
        with self.store.reading() as tx:
            return publications.find(tx, publication.id)

    def attempts(self, publication: Publication) -> list[Attempt]:
        with self.store.reading() as tx:
            return publications.attempts_of(tx, publication.id)


def error(
    kind: ErrorKind = ErrorKind.NETWORK_ERROR, message: str = "no answer", next_step: str = ""
) -> ErrorNote:
    return ErrorNote(kind, message, next_step)


ENDS = {
    State.PUBLISHED: lambda f: Settlement(
        Outcome.PUBLISHED,
        State.PUBLISHED,
        spent=1,
        clear_sending=True,
        remote_id=new_id(),
        permalink="https://x.example/1",
    ),
    State.PROCESSING: lambda f: Settlement(
        Outcome.PROCESSING, State.PROCESSING, wake_at=f.now + timedelta(seconds=30), clear_sending=True
    ),
    State.FAILED: lambda f: Settlement(
        Outcome.FAILED,
        State.FAILED,
        spent=1,
        clear_sending=True,
        error=error(ErrorKind.VALIDATION_ERROR, "refused"),
    ),
    State.IN_DOUBT: lambda f: Settlement(
        Outcome.IN_DOUBT,
        State.IN_DOUBT,
        wake_at=f.now + timedelta(seconds=30),
        spent=1,
        error=error(ErrorKind.OUTCOME_UNKNOWN, "the answer was lost"),
    ),
}
