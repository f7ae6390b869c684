"""Every call of every flow meets every kind of trouble, before and after its effect: never two posts, never a lie.

An outsider sees, for each case: at most one post in the platform's public ledger at any time, a publication that ends
`published` with that post's id (one trouble that passes is never the end of a post), and until then a state whose
sentence is true. The calls are those that a run without trouble made, so a new call is covered by being made.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path

import pytest

from planrrr_cli.context import SystemClock, open_context
from planrrr_cli.domain.connections import ConnectionStatus, Platform
from planrrr_cli.domain.publications import Publication, State
from planrrr_cli.publishing.options import RunOptions
from planrrr_cli.publishing.run import publish
from planrrr_cli.sandbox import SandboxServer
from planrrr_cli.store import posts
from tests.conftest import PostgresServer
from tests.crash.conftest import Copies
from tests.flows import FLOWS, MEDIA
from tests.platforms.rig import Answer, Server
from tests.world import SandboxControl, World

BEFORE = ("status:500", "html:502", "status:429", "rate:7", "reset", "expire_token")
AFTER = ("lost", "status:500", "html", "truncated", "error_200", "empty", "success_false", "expire_token")
AFTER_A_READ = ("html", "truncated", "expire_token")  # the rest looks like trouble before it
HIDDEN = (20, 1200)  # seconds; within the patience of a doubt, and beyond it
MOST_RUNS = 25
BYTES = ("facebook.reel.upload", "facebook.video.transfer")
READ_BACK = ("facebook.feed.read", "facebook.node.read", "facebook.comments.read")
LONG = 2_500_000  # bytes: three chunks of a long video


@dataclass(frozen=True)
class Fault:
    call: str
    kind: str
    strike: str = "before"
    skip: int = 0
    times: int = 1


Case = tuple[Fault, ...]
Prepare = Callable[[str], Copies]


@pytest.fixture(scope="module")
def sandbox() -> Iterator[SandboxControl]:
    with SandboxServer(port=0) as server:
        yield SandboxControl(server.url)


@pytest.fixture(scope="module")
def host() -> Iterator[str]:
    """Where the media with a URL are."""
    server = Server()
    for path in MEDIA.iterdir():
        server.on(f"GET /{path.name}", Answer(200, path.read_bytes()))
    yield server.url
    server.close()


@pytest.fixture
def on_sqlite(tmp_path: Path, sandbox: SandboxControl) -> Prepare:
    return lambda document: prepared(document, tmp_path, sandbox, None)


@pytest.fixture
def on_postgresql(
    tmp_path: Path, sandbox: SandboxControl, postgres_server: PostgresServer
) -> Iterator[Prepare]:
    made: list[Copies] = []

    def prepare(document: str) -> Copies:
        made.append(prepared(document, tmp_path, sandbox, postgres_server))
        return made[-1]

    yield prepare
    for copies in made:
        postgres_server.drop(copies.world.database_url)


def prepared(document: str, folder: Path, sandbox: SandboxControl, server: PostgresServer | None) -> Copies:
    sandbox.reset()
    url = server.create() if server is not None else f"sqlite:///{folder}/planrrr.db"
    world = World(folder, url, sandbox, more={"MEDIA_ALLOW_PRIVATE": "1"})
    if server is None:
        with open_context(world.environ, cwd=folder) as ctx:
            ctx.store.migrate()
    long = (MEDIA / "bread-rises.mp4").read_bytes().ljust(LONG, b"\0")
    (folder / "long.mp4").write_bytes(long)
    world.connect()
    world.add(document)
    return Copies(world, server, folder)


def fresh(copies: Copies) -> World:
    world = copies.fresh()
    world.more |= copies.world.more
    return world


def documents(host: str) -> dict[str, str]:
    """The flows of every test, and those that differ in number or source of their media."""
    photos = [path.name for path in sorted(MEDIA.glob("*.jpg"))]

    def media(*lines: str, more: str = "") -> str:
        listed = "".join(f"  - {line}\n" for line in lines)
        return f"---\nto: [facebook]\nmedia:\n{listed}{more}---\nWith media.\n"

    return FLOWS[Platform.FACEBOOK] | {
        "one photo": media(f"file: {photos[0]}"),
        "three photos": media(*(f"file: {name}" for name in photos[:3])),
        "photos by address": media(*(f"url: {host}/{name}" for name in photos[:2])),
        "chunks": media("file: long.mp4", more="facebook: {as: video}\n"),
    }


NAMES = tuple(documents(""))


class Clock(SystemClock):
    """Ours and the platforms' go on together."""

    def __init__(self, world: World) -> None:
        super().__init__()
        self._world = world

    def wait_until(self, moment: datetime) -> None:
        seconds = max(0.0, (moment - self.now()).total_seconds()) + 0.1
        self._offset += timedelta(seconds=seconds)
        self._world.sandbox.advance(seconds)


def runs(world: World) -> Generator[Publication, None, None]:
    """Runs of the main job, each at the moment the one before it named: where they leave the publication."""
    clock = Clock(world)
    with open_context(world.environ, cwd=world.folder, clock=clock) as ctx:
        while True:
            report = publish(ctx, RunOptions(concurrency=1, linger=timedelta(0)))
            assert not report.bugs
            with ctx.store.reading() as tx:
                [view] = posts.listing(tx, states=None, limit=10)
            [publication] = view.publications
            yield publication
            if publication.wake_at is None or publication.connection.status is not ConnectionStatus.ACTIVE:
                ctx.transport().close()
                return
            clock.wait_until(publication.wake_at)


def calls_of(copies: Copies) -> list[tuple[str, bool]]:
    """The calls of a run without trouble: name, and whether the public saw something."""
    world = fresh(copies)
    *_, publication = runs(world)
    assert publication.state is State.PUBLISHED and not publication.notices
    made = [(one["call"], one["effect"]) for one in world.sandbox.requests()]
    copies.done_with(world)
    return made


def passing(calls: list[tuple[str, bool]]) -> Iterator[Case]:
    """One trouble at each call, once; and a post that stays hidden, or cannot be read back at first."""
    names = [name for name, _ in calls]
    for position, (call, effect) in enumerate(calls):
        skip = names[:position].count(call)
        for kind in BEFORE:
            yield (Fault(call, kind, "before", skip),)
        for kind in AFTER_A_READ if call.endswith(".read") else AFTER:
            yield (Fault(call, kind, "after", skip),)
        if call in BYTES:
            yield (Fault(call, "break:70000", "before", skip),)
        if not effect:
            continue
        lost = Fault(call, "lost", "after", skip)
        for seconds in HIDDEN:
            yield lost, Fault(call, f"hide:{seconds}", "after", skip)
        for kind in ("status:500", "html:502", "error:100:33", "rate:5"):
            yield lost, *(Fault(read, kind, times=2) for read in READ_BACK)


def lasting(calls: list[tuple[str, bool]]) -> Iterator[Case]:
    """Trouble that stays: nothing can be done about it but to end in a state that says so."""
    for call, effect in dict(calls).items():
        for kind in ("status:500", "error:10", "error:100", "error:190"):
            yield (Fault(call, kind, times=-1),)
        yield (Fault(call, "status:500", "after", times=-1),)
        if effect:
            for kind in ("status:500", "error:10", "error:100"):
                yield Fault(call, "lost", "after"), *(Fault(read, kind, times=-1) for read in READ_BACK)


def story(copies: Copies, case: Case) -> tuple[World, Publication]:
    """What became of a publication that met ``case``; every step on the way was true."""
    world = fresh(copies)
    for fault in case:
        world.sandbox.fault(fault.call, fault.kind, fault.strike, skip=fault.skip, times=fault.times)
    hidden = any("hide" in fault.kind for fault in case)
    with closing(runs(world)) as going:
        for publication in islice(going, MOST_RUNS):
            is_true(publication, world, hidden=hidden)
    return world, publication


def is_true(publication: Publication, world: World, *, hidden: bool) -> None:
    """Never two, and the state says what is the case."""
    ledger, said, state = world.sandbox.ledger(), publication.error, publication.state
    public = [entry for entry in ledger if not entry.get("parent")]
    assert len(public) <= 1, f"{len(public)} public posts"
    assert len(ledger) - len(public) <= 1, "two comments"
    if state in (State.SCHEDULED, State.FAILED):
        assert hidden or not public, f"{state}, and it is out"
        assert said is not None and said.message and said.next, "no sentence"
    if state is State.SCHEDULED or state is State.PROCESSING:
        assert publication.wake_at is not None, f"nobody will look at it: {state}"
    if state is State.IN_DOUBT:
        assert said is not None and said.next, "no sentence"
        by_person = "planrrr resolve" in said.next
        assert by_person == (publication.wake_at is None), f"whose turn is it? {said.next}"
    if state is State.PUBLISHED:
        ids = {public[0]["remote_id"], public[0].get("post_id")}
        assert publication.remote_id in ids, f"{publication.remote_id} is not among {ids}"
        if publication.wake_at is None:
            assert publication.permalink and said is None


def went_out(world: World, publication: Publication) -> None:
    assert publication.state is State.PUBLISHED, f"{publication.state}: {publication.error}"
    assert len(world.sandbox.posts()) == 1
    if publication.post.first_comment:
        assert world.sandbox.comments() or publication.notices


def ended(world: World, publication: Publication) -> None:
    """A named state with a next step, or a connection that waits for a person."""
    if publication.connection.status is ConnectionStatus.ACTIVE:
        assert publication.wake_at is None, f"{publication.state} for ever: {publication.error}"


def judge(
    copies: Copies, cases: Iterator[Case], verdict: Callable[[World, Publication], None]
) -> tuple[int, list[str]]:
    """All cases, even when one fails: which of them fail together tells what is wrong."""
    wrong, count = [], 0
    for case in cases:
        count += 1
        try:
            world, publication = story(copies, case)
            verdict(world, publication)
            copies.done_with(world)
        except AssertionError as error:
            shown = re.sub(r"\s+", " ", str(error))[:400]
            wrong.append(f"{' + '.join(map(str, case))}: {shown}")
    return count, wrong


@pytest.mark.slow
@pytest.mark.parametrize("flow", NAMES)
def test_a_trouble_that_passes_ends_with_exactly_one_post(on_sqlite: Prepare, host: str, flow: str) -> None:
    copies = on_sqlite(documents(host)[flow])
    usual = flow in FLOWS[Platform.FACEBOOK]
    cases = islice(passing(calls_of(copies)), 0, None, 1 if usual else 2)
    count, wrong = judge(copies, cases, went_out)
    assert count >= 20
    assert not wrong, "\n".join(wrong)


@pytest.mark.slow
@pytest.mark.parametrize("flow", ["text", "photos", "reel", "video", "comment"])
def test_a_trouble_that_stays_ends_in_a_state_that_says_so(on_sqlite: Prepare, host: str, flow: str) -> None:
    copies = on_sqlite(documents(host)[flow])
    _, wrong = judge(copies, lasting(calls_of(copies)), ended)
    assert not wrong, "\n".join(wrong)


@pytest.mark.slow
@pytest.mark.parametrize("flow", ["photos", "reel"])
def test_the_same_holds_on_postgresql(on_postgresql: Prepare, host: str, flow: str) -> None:
    """A sample: what a call means does not depend on the database."""
    copies = on_postgresql(documents(host)[flow])
    _, wrong = judge(copies, islice(passing(calls_of(copies)), 0, None, 7), went_out)
    assert not wrong, "\n".join(wrong)
