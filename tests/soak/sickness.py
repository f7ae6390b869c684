"""Judges what a soak must show of platforms that are sick or have had enough: breakers, outages and limits.

It sees the tables and what the sandbox received, and imports nothing of the program. The rules:

* The changes of state of each breaker since the last look are one path, from the state that it had to the one it has.
  In what order they happened their times do not tell, since clocks are set back in a soak.
* Nothing failed because of an outage: what failed has met something else in one of its attempts.
* No call that is counted was refused because there had been too many, unless the sandbox was told to refuse it.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from datetime import datetime, timedelta
from typing import Any

from tests.soak.evidence import connected, get

OUTAGE = 504  # no other trouble answers so
# What is counted, and for how long the platform remembers it when its clock is set back: it lives through the same
# minutes twice then, and what it refuses the second time is not ours to know.
COUNTED = {"x.post.create": timedelta(minutes=15), "linkedin.post.create": timedelta(days=1)}
# Midnight comes to the platform at another moment than to us, and who sends in between is not to blame.
BY_DAY = frozenset({"linkedin.post.create"})
CLOSED = "closed"
_EVENTS = "SELECT id, platform, scope, owner, from_state, to_state FROM breaker_events"
_STATES = "SELECT platform, scope, owner, state FROM breakers"
_FAILED = """SELECT p.id, a.outcome, a.calls FROM publications p JOIN attempts a ON a.publication_id = p.id
 WHERE p.state = 'failed' ORDER BY p.id, a.number"""

Step = tuple[str, str]


class Sickness:
    """Keeps what it saw last, because the rules are about what has happened since."""

    def __init__(self, sandbox_url: str, database_url: str) -> None:
        self._control = f"{sandbox_url}/_sandbox"
        self._database_url = database_url
        self._events: set[str] = set()
        self._states: dict[str, str] = {}
        self._received = 0
        self._last = self._furthest = self._now()
        self._went_back = False
        self.turns: Counter[str] = Counter()

    def check(self) -> Iterator[str]:
        """The sentences that say what is wrong."""
        postgres = self._database_url.startswith("postgres")
        with closing(connected(self._database_url)) as connection:
            connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY" if postgres else "BEGIN")
            events = connection.execute(_EVENTS).fetchall()
            states = {" ".join(key): state for *key, state in connection.execute(_STATES).fetchall()}
            failed = connection.execute(_FAILED).fetchall()
            connection.execute("ROLLBACK")
        yield from self._paths(events, states)
        yield from because_of_an_outage(failed)
        yield from self._refusals()

    def _paths(self, events: Iterable[tuple[str, ...]], states: Mapping[str, str]) -> Iterator[str]:
        new: dict[str, list[Step]] = defaultdict(list)
        for identity, *key, before, after in events:
            if identity not in self._events:
                self._events.add(identity)
                self.turns[f"{before}→{after}"] += 1
                new[" ".join(key)].append((before, after))
        for breaker in sorted({*new, *states, *self._states}):
            start, end = self._states.get(breaker, CLOSED), states.get(breaker, CLOSED)
            if not is_path(new[breaker], start, end):
                told = ", ".join(f"{before}→{after}" for before, after in new[breaker])
                yield f"the breaker {breaker} was {start} and is {end}, and that is no path: {told or 'nothing'}"
        self._states = dict(states)

    def _refusals(self) -> Iterator[str]:
        received = get(f"{self._control}/requests?after={self._received}")["requests"]
        self._received = max([self._received, *(one["sequence"] for one in received)])
        last, now = self._last, self._now()
        if now < last:
            self._furthest, self._went_back = max(self._furthest, last), True
        self._last = now
        for one in received:
            if one["call"] not in COUNTED or one["status"] != 429 or one["fault"] is not None:
                continue
            twice = min(last, now) < self._furthest + COUNTED[one["call"]] and self._went_back
            if not twice and (last.date() == now.date() or one["call"] not in BY_DAY):
                yield f"{one['call']} of {one['account_id']} was refused as one too many (request {one['sequence']})"

    def _now(self) -> datetime:
        return datetime.fromisoformat(get(f"{self._control}/clock")["now"])


def is_path(steps: Iterable[Step], start: str, end: str) -> bool:
    """Whether all of ``steps``, each once and in some order, lead from ``start`` to ``end``."""
    balance, beside = Counter({start: 1}), defaultdict(set)
    balance[end] -= 1
    for before, after in steps:
        balance[before] -= 1
        balance[after] += 1
        beside[before].add(after)
    reached, ahead = {start}, [start]
    while ahead:
        found = beside[ahead.pop()] - reached
        reached |= found
        ahead += found
    return not any(balance.values()) and set(beside) <= reached


def because_of_an_outage(attempts: Iterable[tuple[str, str | None, Any]]) -> Iterator[str]:
    """``attempts`` of what has failed: whose, how it ended, its calls."""
    by_row: dict[str, list[bool]] = defaultdict(list)
    for identity, outcome, calls in attempts:
        made = json.loads(calls) if isinstance(calls, str) else calls
        if outcome in {"failed", "retried"}:
            by_row[identity].append(bool(made) and made[-1]["status"] == OUTAGE)
    for identity, met in by_row.items():
        if met and all(met):
            yield f"{identity[:8]} failed, and met nothing but an outage in {len(met)} attempts"
