"""What people do during a soak, through the commands they would use; what they do when is ``chance``'s decision."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from planrrr_cli.commands import breakers
from planrrr_cli.commands import connections as accounts
from planrrr_cli.commands.add import add
from planrrr_cli.commands.connections_import import import_connections
from planrrr_cli.commands.reschedule import cancel, reschedule
from planrrr_cli.commands.resolve import resolve
from planrrr_cli.context import Context
from planrrr_cli.domain.connections import Connection, ConnectionStatus
from planrrr_cli.domain.errors import Refused
from planrrr_cli.store import connections
from tests.soak.chance import Chance, Document
from tests.soak.checker import Checker
from tests.soak.evidence import Row
from tests.world import SandboxControl

CANCELLABLE = frozenset({"draft", "scheduled", "failed", "missed"})
RESCHEDULABLE = frozenset({"draft", "scheduled", "failed", "missed", "cancelled"})
SHOWN_AT_ONCE = frozenset({"instagram", "youtube"})  # or never
PROCESSED = timedelta(minutes=10)  # no picture takes longer before its post is public


class People:
    """``folder``: where the documents and what the commands say are kept."""

    def __init__(
        self, ctx: Context, folder: Path, sandbox: SandboxControl, checker: Checker, chance: Chance
    ) -> None:
        self.ctx = ctx
        self.done: Counter[str] = Counter()
        self._folder = folder
        self._sandbox = sandbox
        self._checker = checker
        self._chance = chance
        self._paused: set[str] = set()
        self._doubted: dict[str, datetime] = {}

    def add(self, documents: Sequence[Document]) -> None:
        """All in one command, as a folder full of documents is added."""
        if not documents:
            return
        names = []
        for document in documents:
            path = self._folder / document.name
            path.write_text(document.body, encoding="utf-8")
            for name, content in document.files.items():
                (self._folder / name).write_bytes(content)
            names.append(str(path))
        with self._quietly():
            code = add(self.ctx, names, to=(), at=None, zone_name=None, media=(), draft=False, as_json=True)
        assert code == 0, f"add ended with {code}; see {self._folder / 'people.log'}"
        for document in documents:
            for account in document.accounts:
                self._checker.expect(account, document.said)

    def sign_in(self, *, everywhere: bool = False) -> str:
        """New tokens for the accounts that need them (or for all)."""
        waiting = {one.account_id for one in self._listing() if one.status is ConnectionStatus.NEEDS_REAUTH}
        document = self._sandbox.accounts()
        document["connections"] = [
            one for one in document["connections"] if everywhere or one["accountId"] in waiting
        ]
        if document["connections"]:
            path = self._folder / "accounts.json"
            path.write_text(json.dumps(document), encoding="utf-8")
            with self._quietly():
                assert import_connections(self.ctx, str(path), as_json=True) == 0
        return f"sign in on {len(document['connections'])} accounts"

    def act(self) -> str:
        """One thing that somebody does; what is refused is fine, as long as nothing breaks."""
        name = self._chance.random.choices(
            ("cancel", "reschedule", "pause", "resume", "sign_in", "resolve", "breaker"),
            (3, 4, 2, 3, 5, 4, 4),
        )[0]
        deeds: dict[str, Callable[[], str]] = {
            "cancel": self._cancel,
            "reschedule": self._reschedule,
            "pause": self._pause,
            "resume": self.resume_all,
            "sign_in": self.sign_in,
            "resolve": self.resolve_doubts,
            "breaker": self._breaker,
        }
        try:
            said = deeds[name]()
        except Refused as refused:
            return f"{name} refused: {refused}"
        self.done[name] += 1
        return said

    def resume_all(self) -> str:
        for account in sorted(self._paused):
            with self._quietly():
                accounts.resume(self.ctx, account, as_json=True)
            self._paused.discard(account)
        return "resume all"

    def resolve_doubts(self) -> str:
        """Those that wait for a person get a true answer; of a thread it is about the first part not known to be out.

        Nobody can tell what became of a video still processed, and a picture may take its time.
        """
        public, now, told = self._checker.public(), self.ctx.clock.now(), 0
        for row in self._checker.rows:
            if row.state != "in_doubt" or row.wake_at is not None:
                continue
            since = self._doubted.setdefault(row.id, now)
            chain = public.get((row.account_id, row.text))
            entries = chain.parts[row.parts_known :] if chain else ()
            entry = entries[0] if entries else None
            slow = row.with_video or (row.with_media and now - since < PROCESSED)
            if entry is None and slow and row.platform not in SHOWN_AT_ONCE:
                continue
            del self._doubted[row.id]
            with self._quietly():
                self._resolve(row, entry)
            told += 1
        return f"resolve {told} doubts"

    def _resolve(self, row: Row, entry: dict[str, Any] | None) -> None:
        resolve(
            self.ctx,
            row.id,
            published=entry["permalink"] if entry else None,
            remote_id=(entry.get("post_id") or entry["remote_id"]) if entry else None,
            not_published=entry is None,
            reason="looked",
            yes=True,
            as_json=True,
        )

    def _cancel(self) -> str:
        row = self._one(CANCELLABLE)
        if row is None:
            return "nothing to cancel"
        with self._quietly():
            cancel(self.ctx, [row.id], yes=True, as_json=True)
        return f"cancel {row}"

    def _reschedule(self) -> str:
        row = self._one(RESCHEDULABLE)
        if row is None:
            return "nothing to reschedule"
        at = self.ctx.clock.now() + timedelta(seconds=self._chance.random.randint(2, 900))
        with self._quietly():
            reschedule(self.ctx, row.id, at=at.isoformat(timespec="seconds"), zone_name=None, as_json=True)
        return f"reschedule {row} to {at:%d %H:%M:%S}"

    def _pause(self) -> str:
        account = self._chance.random.choice(sorted(one.account_id for one in self._listing()))
        with self._quietly():
            accounts.pause(self.ctx, account, as_json=True)
        self._paused.add(account)
        return f"pause {account}"

    def _breaker(self) -> str:
        """Opens or closes that of a platform, for whatever reason."""
        platform = self._chance.random.choice(sorted({one.platform.value for one in self._listing()}))
        deed = self._chance.random.choice((breakers.trip, breakers.hold, breakers.reset))
        lasting = {} if deed is breakers.reset else {"lasting": f"{self._chance.random.randint(1, 40)}m"}
        with self._quietly():
            assert deed(self.ctx, platform, reason="a soak", as_json=True, **lasting) == 0
        return f"breaker {deed.__name__} {platform} {lasting}"

    def _one(self, states: frozenset[str]) -> Row | None:
        able = [row for row in self._checker.rows if row.state in states]
        return self._chance.random.choice(able) if able else None

    def _listing(self) -> list[Connection]:
        with self.ctx.store.reading() as tx:
            return connections.listing(tx, tokens=False)

    @contextmanager
    def _quietly(self) -> Iterator[None]:
        with (
            (self._folder / "people.log").open("a", encoding="utf-8") as log,
            redirect_stdout(log),
            redirect_stderr(log),
        ):
            yield
