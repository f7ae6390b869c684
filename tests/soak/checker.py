"""The independent judge of a soak: what must be true after every step, and what more once nothing moves any more.

It sees the public ledger, the tables and the logs (``evidence.py``) and imports nothing of the program. The rules:

* What is public: each publication at most once, each with a row of its own, and only rows that were sent: published,
  or on the way (publishing, processing, in doubt). What is scheduled, failed, missed, cancelled or a draft is not out.
* Of a thread every part at most once, in order, each an answer to the one before, and all of them when the row is
  published; a row that is scheduled, failed or cancelled may have its beginning out, and all of it
  for as long as nobody has run since a person said so. A comment is below the last part.
* No attempt was refused because the platform has the post already: the second try was not made in the first place.
* A published row names a post that is in the ledger, on its account, with its words; no other row names it; and it
  stays as it is for ever. LinkedIn may take its time for that, where it may not be asked how far an image is.
* No row disappears. One that somebody has to look at has a ``wake_at``; one that waits for a person says what to do;
  one that failed or was missed says why. Attempts are numbered 1 to n.
* Order: on one connection the first attempts begin in the order of the queue (``due_at``, then as added) among what
  was in the queue before the first of them began, that nobody moved in this step, and that no limit made to wait. And
  what went out in its first attempt stands in the ledger in that order; what did not (deferred, retried, processing,
  in doubt, interrupted) has stepped aside.
* What the platform itself did not make a post of in the end (YouTube says so of a video) was never out.
* Breakers, outages and limits: see ``sickness.py``.
* No token in a log or in a table, nor the address of an upload, and no traceback in a log.
* When all is quiet: nothing is publishing, no attempt is open, no lane is held, nothing has a ``wake_at``, no limit
  is reserved any more.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

from tests.soak.chains import Chain, Said, chains, digest_of, ids_of, strays
from tests.soak.evidence import LedgerReader, Row, Tables, read_tables
from tests.soak.secrecy import Secrecy
from tests.soak.sickness import Sickness

SENT = frozenset({"published", "publishing", "processing", "in_doubt"})
SHOWN_LATER = frozenset({"linkedin"})
WAITING = frozenset({"scheduled", "processing"})
OVER = frozenset({"failed", "missed"})
HALF_OUT = SENT - {"published"} | {"scheduled", "failed", "cancelled"}  # of a thread
# Each platform's codes or words for "posted before", as the tables name them. Chance never lies with these.
DUPLICATES = {
    "facebook": re.compile(r"506[/ ]|\S*/1366051 "),
    "instagram": re.compile(r"24/2207008 "),
    "linkedin": re.compile(r"DUPLICATE_POST|.*(posted the same|as a duplicate)"),
    "x": re.compile(r".*(duplicate content|post the same again)"),
}


def _is_all_noted(row: Row, chain: Chain) -> bool:
    """Somebody, or the platform, just said that all of it is out: the next run only writes that it is published."""
    noted = len(chain.parts) > 1 and row.parts_known == len(chain.parts)
    return (noted or row.accepted) and row.state == "scheduled" and row.error_kind is None


class Checker:
    """Keeps what it saw last, because some rules are about change."""

    def __init__(self, sandbox_url: str, database_url: str, logs: Path) -> None:
        self._database_url = database_url
        self._ledger = LedgerReader(sandbox_url)
        self._secrecy = Secrecy(sandbox_url, database_url, logs)
        self.sickness = Sickness(sandbox_url, database_url)
        self._before: dict[str, Row] = {}
        self._begun: set[str] = set()
        self._in_order: dict[str, list[str]] = defaultdict(list)
        self.expected: dict[tuple[str, str], Said] = {}

    def expect(self, account_id: str, said: Said) -> None:
        """Somebody added this post, and was told that it is in the queue."""
        self.expected[account_id, said.text] = said

    @property
    def rows(self) -> list[Row]:
        """The publications as they were at the last look, in an order that ids do not decide."""
        return sorted(self._before.values(), key=lambda row: (row.text, row.account_id))

    def public(self) -> dict[tuple[str, str], Chain]:
        """What was out at the last look, by account and text."""
        return {chain.key: chain for chain in chains(self._ledger.entries, self.expected)}

    def counts(self) -> Counter[str]:
        return Counter(row.state for row in self._before.values())

    def is_quiet(self) -> bool:
        """Whether nobody needed to look any more at the last look."""
        return all(row.wake_at is None and row.state != "publishing" for row in self._before.values())

    def check(self, *, quiet: bool = False) -> list[str]:
        """The sentences that say what is wrong; empty when nothing is."""
        tables = read_tables(self._database_url)
        entries = self._ledger.read()
        out = chains(entries, self.expected)
        found = [
            *self._twice(entries),
            *self._public(tables, out),
            *strays(entries),
            *self._published(tables, out, quiet=quiet),
            *self._rows(tables),
            *self._first_attempts(tables),
            *self._sequence(tables, out),
            *self._secrecy.check(thoroughly=quiet),
            *self.sickness.check(),
        ]
        if quiet:
            found += self._quiet(tables)
        self._before = tables.rows
        return found

    def _twice(self, entries: list[dict[str, Any]]) -> Iterator[str]:
        by_text = defaultdict(list)
        for entry in entries:
            words = entry["text"] or digest_of(entry) or entry["remote_id"]
            by_text[entry["account_id"], entry.get("parent"), words].append(entry)
        for (account, parent, text), several in by_text.items():
            if len(several) > 1:
                what = "the comment" if parent else "the post"
                ids = ", ".join(entry["remote_id"] for entry in several)
                yield f"{what} {text!r} is public {len(several)} times on {account}: {ids}"

    def _public(self, tables: Tables, out: list[Chain]) -> Iterator[str]:
        mine = {(row.account_id, row.text): row for row in tables.rows.values()}
        for chain in out:
            yield from chain.wrong
            row, (account, text) = mine.get(chain.key), chain.key
            if row is None:
                yield f"{text!r} is public on {account} and has no row"
            elif chain.complete and row.state not in SENT and not _is_all_noted(row, chain):
                yield f"{row} is public"
            elif not chain.complete and row.state not in HALF_OUT:
                yield f"of {row} {len(chain.parts)} parts are public, and that is not all"

    def _published(self, tables: Tables, out: list[Chain], *, quiet: bool) -> Iterator[str]:
        words = {identity: chain.key for chain in out for identity in ids_of(chain.first)}
        holders: dict[str, Row] = {}
        for row in tables.rows.values():
            if row.remote_id is not None and (other := holders.setdefault(row.remote_id, row)) is not row:
                yield f"{row} and {other} both have the remote id {row.remote_id}"
            if row.state != "published":
                continue
            if row.remote_id not in words:
                if row.platform in SHOWN_LATER and row.with_media and not quiet:
                    continue
                yield f"{row} has the remote id {row.remote_id}, which is not in the ledger"
            elif words[row.remote_id] != (row.account_id, row.text):
                yield f"{row} has the remote id {row.remote_id}, which is {words[row.remote_id]}"

    def _rows(self, tables: Tables) -> Iterator[str]:
        there = {(row.account_id, row.text) for row in tables.rows.values()}
        for account, text in self.expected.keys() - there:
            yield f"{text!r} for {account} was added and has no row"
        for identity, row in self._before.items():
            after = tables.rows.get(identity)
            if after is None:
                yield f"the row of {row} is gone"
            elif row.state == "published" and (after.state, after.remote_id) != ("published", row.remote_id):
                yield f"{row} was published as {row.remote_id}, and is now {after.state} as {after.remote_id}"
        for row in tables.rows.values():
            yield from self._row(row, tables)
        for identity, code in tables.refusals:
            row = tables.rows.get(identity)
            if row is not None and (known := DUPLICATES.get(row.platform)) and known.match(code):
                yield f"{row} was sent although it was out: the platform refused it with {code}"

    def _row(self, row: Row, tables: Tables) -> Iterator[str]:
        says = bool(row.error_message and row.error_next)
        if row.state in WAITING and row.wake_at is None:
            yield f"{row} waits, and nobody will look"
        if row.state == "in_doubt" and not says:
            yield f"{row} does not say what happens next: {row.error_message!r} {row.error_next!r}"
        if row.state == "in_doubt" and row.wake_at is None and "resolve" not in (row.error_next or ""):
            yield f"{row} waits for a person and does not say what to do: {row.error_next!r}"
        if row.state in OVER and not (says and row.error_kind):
            yield f"{row} does not say why: {row.error_kind} {row.error_message!r} {row.error_next!r}"
        tries = tables.tries.get(row.id)
        if tries is None:
            if row.attempts:
                yield f"{row} has no attempt"
        elif (tries.least, tries.most, tries.count) != (1, row.attempts, row.attempts):
            yield f"{row} has {tries.count} attempts, numbered {tries.least} to {tries.most}"

    def _first_attempts(self, tables: Tables) -> Iterator[str]:
        """Whose turn came in this step, against everything that was in line before."""
        turns: dict[str, list[tuple[str, Row]]] = defaultdict(list)
        for identity in tables.firsts.keys() - self._begun:
            row, first = tables.rows.get(identity), tables.firsts[identity]
            self._begun.add(identity)
            if row is not None and first.kind == "publish":
                turns[row.connection_id].append((first.began_at, row))
        waiting = defaultdict(list)
        for row in tables.rows.values():
            if row.id not in self._begun and row.state == "scheduled":
                waiting[row.connection_id].append(row)
        for connection, several in turns.items():
            several.sort(key=lambda turn: turn[0])
            since = several[0][0]
            ordered = [row for _, row in several if self._in_line(row, since)]
            self._in_order[connection] += [row.id for row in ordered]
            for one, other in pairwise(ordered):
                if other.order < one.order:
                    yield f"{one} began before {other}, which was due first ({one.due_at}, {other.due_at})"
            last = max(ordered, key=lambda row: row.order, default=None)
            for row in waiting[connection]:
                if last is not None and row.order < last.order and self._in_line(row, since):
                    yield f"{last} began, and {row}, which was due first, still waits for its first attempt"

    def _in_line(self, row: Row, since: str) -> bool:
        """It stood in the queue, where it stands now, at the last look, or was added before ``since``; and has not
        stepped aside for want of room."""
        before = self._before.get(row.id)
        if row.made_to_wait:
            return False
        if before is None:
            return row.created_at < since
        return before.state == "scheduled" and before.due_at == row.due_at

    def _sequence(self, tables: Tables, chains_out: list[Chain]) -> Iterator[str]:
        """The ledger's own order of what went out in its first attempt; the last few dozen of each line."""
        out = {chain.key: chain.first["sequence"] for chain in chains_out}
        for connection, line in self._in_order.items():
            known = [one for one in line if one in tables.rows and one in tables.firsts]
            done = [tables.rows[one] for one in known if tables.firsts[one].outcome == "published"]
            seen = [(out[row.account_id, row.text], row) for row in done if (row.account_id, row.text) in out]
            for (sequence, one), (after, other) in pairwise(seen):
                if after < sequence:
                    yield f"{other} was public before {one}, which had its turn first ({after}, {sequence})"
            self._in_order[connection] = known[-50:]

    def _quiet(self, tables: Tables) -> Iterator[str]:
        for row in tables.rows.values():
            if row.state in {"publishing", "processing", "scheduled"} or row.wake_at is not None:
                yield f"{row} is not at rest: wake_at {row.wake_at}, {row.error_message!r}"
            tries = tables.tries.get(row.id)
            if tries is not None and tries.open:
                yield f"{row} has {tries.open} open attempts"
        if tables.held_lanes:
            yield f"{tables.held_lanes} lanes are still held"
        if tables.reserved:
            yield f"{tables.reserved} entries of limits are still reserved"
