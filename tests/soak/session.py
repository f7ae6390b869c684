"""One soak: steps of chance, each followed by the checker's verdict, and a healing at the end."""

from __future__ import annotations

import signal
import time
from collections import Counter, deque
from collections.abc import Callable, Collection
from contextlib import ExitStack, redirect_stderr
from datetime import datetime
from pathlib import Path
from types import TracebackType

from planrrr_cli.context import open_context
from tests.flows import MEDIA
from tests.soak.chance import Chance
from tests.soak.checker import Checker
from tests.soak.clock import MovedClock, set_moved
from tests.soak.levers import Levers
from tests.soak.outages import Outages
from tests.soak.people import People
from tests.soak.runs import KILLED, RUNNERS, STORE_UNAVAILABLE, Plan, Runner, Sandbox
from tests.soak.troubles import LIMITS, LONGEST_STOP, limited, wide
from tests.world import World

MOST_ROUNDS = 80
REMEMBERED = 60
FIRST = (0, 20, 90, 330, 720)  # seconds between the first rounds of healing
PROCESSED = 150  # seconds in which the slowest image is


class Violation(Exception):
    """Something that must never be; the text is the evidence."""


class Soak:
    """``say`` is told what happens. ``only``: platforms; all if empty. A context manager: processes end with it, the
    folder stays."""

    def __init__(
        self,
        *,
        seed: int,
        folder: Path,
        database_url: str,
        accounts: int,
        say: Callable[[str], None],
        only: Collection[str] = (),
    ) -> None:
        self.counts: Counter[str] = Counter()
        self.actions: deque[str] = deque(maxlen=REMEMBERED)
        self.step_number = 0
        self._say = say
        self._folder = folder
        self._closing = ExitStack()
        self._began = time.monotonic()
        self._moved = 0.0
        self._disagreement = 0.0
        self._clock_file = folder / "clock"
        set_moved(self._clock_file, 0.0)
        self.sandbox = Sandbox(seed, accounts, folder)
        self._closing.callback(self.sandbox.close)
        self.world = World(folder, database_url, self.sandbox.control, more={"PLANRRR_HTTP_TIMEOUT": "2"})
        clock = MovedClock(self._clock_file)
        with (folder / "people.log").open("a", encoding="utf-8") as log, redirect_stderr(log):
            opened = open_context(self.world.environ, cwd=folder, clock=clock, use_store=False)
            ctx = self._closing.enter_context(opened)
        self.checker = Checker(self.sandbox.control.url, database_url, folder)
        media = {path.name: path.read_bytes() for path in MEDIA.iterdir()}
        known = self.sandbox.control.accounts()["connections"]
        pairs = [(one["platform"], one["accountId"]) for one in known]
        self.accounts = [one for one in pairs if not only or one[0] in only]
        self._levers = Levers(self.sandbox.control.url, self._act)
        self._outages = Outages(self._levers)
        self.chance = Chance(seed, self._levers.calls({name for name, _ in self.accounts}), media)
        self.people = People(ctx, folder, self.sandbox.control, self.checker, self.chance)
        self.runners = [self._runner(number) for number in range(RUNNERS)]
        for name, content in media.items():
            (folder / name).write_bytes(content)
        (folder / "planrrr.toml").write_text(LIMITS, encoding="utf-8")

    def __enter__(self) -> Soak:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closing.close()

    def _runner(self, number: int) -> Runner:
        job = {"environ": self.world.environ, "cwd": str(self._folder), "clock": str(self._clock_file)}
        runner = Runner(number, self._folder, job)
        self._closing.callback(runner.close)
        return runner

    def begin(self) -> None:
        """Migrated, connected, and nothing wrong yet."""
        self.people.ctx.store.migrate()
        self._act(self.people.sign_in(everywhere=True))
        self._levers.change(found for one in self.accounts if (found := limited(*one)))
        self._levers.change(self.chance.narrow(self.accounts))
        self._verdict()

    # -- one step --

    def step(self, publications: int) -> None:
        self.step_number += 1
        self._add(publications)
        if self.chance.often(0.3):
            self._act(self.people.act())
        self._misbehave()
        self._move(self.chance.pause())
        if self.chance.often(0.15):
            self._run_with_one_stopped()
        for _ in range(1 + self.chance.some(1)):
            plans = [self.chance.plan(kill=0.95) for _ in range(2 + self.chance.some(RUNNERS - 2))]
            self._run(plans, meanwhile=self.chance.often(0.15))
        self._verdict()

    def _add(self, publications: int) -> None:
        documents, made = [], 0
        while made < publications:
            documents.append(self.chance.document(self.accounts, self._now()))
            made += len(documents[-1].accounts)
        self.people.add(documents)
        self.counts["publications"] += made
        self._act(f"add {len(documents)} posts, {made} publications")

    def _misbehave(self) -> None:
        if self.chance.often(0.15):
            self._outages.begin(*self.chance.outage(self.accounts), now=self._moved)
            self.counts["outages"] += 1
        if self.chance.often(0.25):
            self._clear_faults()
        if self.chance.often(0.2):
            self._levers.change(self.chance.endings(self.accounts))
        known = [identity for _, identity in self.accounts]
        for fault in [one for _ in range(self.chance.some(12)) for one in self.chance.faults(known)]:
            self._levers.fault(fault)

    def _clear_faults(self) -> None:
        self.counts["faults"] += self._levers.clear()
        self._outages.again()

    def _move(self, seconds: float) -> None:
        """Both clocks, while nothing is under way that could still take effect; and they never agree quite."""
        self.sandbox.settle()
        self._disagreement = self.chance.disagreement()
        self._pass(seconds)

    def _pass(self, seconds: float) -> None:
        self._moved += seconds
        self.sandbox.control.advance(seconds)
        set_moved(self._clock_file, self._moved + self._disagreement)
        if self._outages.over(self._moved):
            self._clear_faults()
        self._act(f"{seconds:.0f} s pass, we are {self._disagreement:+.0f} s off")

    def _now(self) -> datetime:
        return self.people.ctx.clock.now()

    # -- runs --

    def _run(self, plans: list[Plan], *, meanwhile: bool = False, excused: bool = False) -> list[Runner]:
        """Several at once; returns those that have stopped. ``excused``: one that is stopped may hold the database."""
        free = [runner for runner in self.runners if runner.stopped is None]
        started = list(zip(free, plans, strict=False))
        for runner, plan in started:
            runner.start(plan)
        if meanwhile:
            self._act("meanwhile: " + self.people.act())
        codes = [(runner, runner.wait()) for runner, _ in started]
        ends = zip(started, codes, strict=True)
        self._act("runs: " + "; ".join(f"{plan} → {code}" for (_, plan), (_, code) in ends))
        for runner, code in codes:
            if code is not None:
                self._ended(runner, code, excused=excused or any(code is None for _, code in codes))
        return [runner for runner, code in codes if code is None]

    def _ended(self, runner: Runner, code: int, *, excused: bool) -> None:
        self.counts["runs"] += 1
        self.counts["kills"] += code == KILLED
        if code == STORE_UNAVAILABLE and excused:
            self.counts["gave up while the database was held"] += 1
        elif code not in (0, KILLED):
            tail = runner.log.read_text(encoding="utf-8", errors="replace")[-3000:]
            raise Violation(f"a run ended with {code}: {tail}")

    def _run_with_one_stopped(self) -> None:
        """Longer than its lease; others take over; then it goes on, or dies."""
        plans = [self.chance.stopping(), *(self.chance.plan(kill=0.5) for _ in range(self.chance.some(2)))]
        stopped = self._run(plans)
        if not stopped:
            return
        self.counts["stops"] += 1
        self._pass(self.chance.random.uniform(65, LONGEST_STOP))
        self._run([self.chance.plan(kill=0.2)], excused=True)
        number = signal.SIGCONT if self.chance.often(0.8) else signal.SIGKILL
        self._act(f"{number.name} to the stopped run")
        for runner in stopped:
            runner.signal(number)
            self._ended(runner, runner.end(), excused=True)

    # -- the end --

    def heal(self) -> None:
        """No more faults or kills; time passes until nobody needs to look any more."""
        self._outages.end()
        self._clear_faults()
        self._levers.change([found for one in self.accounts if (found := wide(*one))])
        for number in range(MOST_ROUNDS):
            self.step_number += 1
            for deed in (self.people.resume_all, self.people.sign_in, self.people.resolve_doubts):
                self._act(deed())
            self._move(FIRST[number] if number < len(FIRST) else max(1500, self._until_somebody_looks()))
            self._run([Plan(8), Plan(8)])
            self._verdict()
            if self.checker.is_quiet():
                break
        self._move(PROCESSED)
        self._verdict(quiet=True)

    def _until_somebody_looks(self) -> float:
        """Seconds; those of which a limit is the reason may have to wait for a day."""
        waking = [datetime.fromisoformat(row.wake_at) for row in self.checker.rows if row.wake_at is not None]
        return (min(waking) - self._now()).total_seconds() + 60 if waking else 0

    def _verdict(self, *, quiet: bool = False) -> None:
        self.sandbox.settle()
        found = self.checker.check(quiet=quiet)
        if found:
            raise Violation("\n".join(found[:20]))
        if self.step_number % 10 == 0:
            self._say(f"step {self.step_number}: {self.summary()}")

    def summary(self) -> str:
        counted = (self.counts, self.checker.counts(), self.checker.sickness.turns)
        told = [", ".join(f"{count} {name}" for name, count in sorted(one.items())) for one in counted]
        return "; ".join([*told, f"{time.monotonic() - self._began:.0f} s"])

    def reasons(self) -> Counter[str]:
        """What became of everything: state, and why when it is not published."""
        return Counter(
            f"{row.state}: {row.error_kind}, {row.error_message:.150}" if row.error_message else row.state
            for row in self.checker.rows
        )

    def _act(self, what: str) -> None:
        self.actions.append(f"{self.step_number}: {what}")
