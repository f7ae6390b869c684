"""Every call of every flow meets every kind of trouble, before and after its effect: never two posts, never a lie.

An outsider sees, for each case: at most one post in the platform's public ledger at any time, a publication that ends
`published` with that post's id (one trouble that passes is never the end of a post), no call made again that has had
its effect, and until then a state whose sentence is true. `make test` takes a sample in which every call and every kind
of trouble occurs; `make crash` takes all of them, on both databases.
"""

from __future__ import annotations

import os
import re
import socket
import urllib.error
from collections import Counter
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import closing
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

from planrrr_cli.context import SystemClock, open_context
from planrrr_cli.domain.connections import ConnectionStatus, Platform
from planrrr_cli.domain.publications import Publication, State
from planrrr_cli.platforms.http import Transport
from planrrr_cli.platforms.wire import Reply
from planrrr_cli.publishing.options import RunOptions
from planrrr_cli.publishing.run import publish
from planrrr_cli.sandbox import SandboxServer
from planrrr_cli.store import posts
from tests.crash.conftest import Copies, copies_of
from tests.flows import ALL, FLOWS, MEDIA
from tests.platforms.rig import Answer, Server
from tests.publishing.lies import (
    ALL_KINDS,
    CODES,
    EVERY_FLOW,
    LONG,
    LONGER,
    Case,
    Made,
    Matrix,
    document,
    kinds_on,
    share,
    spread,
)
from tests.publishing.outside import Shown, shown
from tests.world import SandboxControl, World, call

MOST_RUNS = 40
PATIENT = "1"  # seconds that a client waits where an answer is held
HELD = "hold:1.3"
# Who lists a post later than our patience lasts is caught by a refusal as duplicate when it is sent again. LinkedIn's
# lasts ten minutes: a post of an organization that its list does not show for half an hour does go out again.
FORGETS_DUPLICATES = {Platform.LINKEDIN}
# Tokens of Instagram Login that have run out cannot be renewed; where a person has to sign in, the story goes on then.
SIGN_IN_AGAIN = "instagram."
Prepare = Callable[..., Copies]
Verdict = Callable[[World, Publication, tuple[Shown, ...]], None]


@pytest.fixture(scope="module")
def sandbox() -> Iterator[SandboxControl]:
    with SandboxServer(port=0, media_folder=MEDIA) as server:
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
def prepare(
    request: pytest.FixtureRequest, tmp_path: Path, sandbox: SandboxControl, host: str
) -> Iterator[Prepare]:
    """A world with one post that is due; on SQLite unless the test is told otherwise."""
    server = (
        request.getfixturevalue("postgres_server") if getattr(request, "param", "") == "postgresql" else None
    )
    made: list[Copies] = []

    def prepared(platform: Platform, flow: str, front: str = "") -> Copies:
        long = (MEDIA / "bread-rises.mp4").read_bytes().ljust(LONG, b"\0")
        (tmp_path / "long.mp4").write_bytes(long)
        with (tmp_path / "longer.mp4").open("wb") as longer:
            longer.write(long)
            longer.truncate(LONGER)
        written = document(platform, flow, host).replace("---\n", f"---\n{front}", 1)
        told = {"MEDIA_ALLOW_PRIVATE": "1", "LOG_LEVEL": "error"}
        made.append(copies_of(written, tmp_path, sandbox, server, more=told))
        return made[-1]

    yield prepared
    for copies in made if server is not None else ():
        server.drop(copies.world.database_url)


# -- one story --


class Clock(SystemClock):
    """Ours and the platforms' go on together."""

    def __init__(self, world: World) -> None:
        super().__init__()
        self._world = world

    def wait_until(self, moment: datetime) -> None:
        seconds = max(0.0, (moment - self.now()).total_seconds()) + 0.1
        self._offset += timedelta(seconds=seconds)
        self._world.sandbox.advance(seconds)


class Elsewhere(Transport):
    """Knocks where nobody listens with the requests that ``refused`` counts, from 1; 0 means with all."""

    def __init__(self, sandbox: str, refused: frozenset[int], **more: Any) -> None:
        super().__init__(**more)
        self._sandbox, self._refused, self._count = sandbox, refused, 0
        self._deaf = socket.socket()
        self._deaf.bind(("127.0.0.1", 0))

    def send(self, method: str, url: str, *arguments: Any, **named: Any) -> Reply:
        if url.startswith(self._sandbox):
            self._count += 1
            if self._refused & {0, self._count}:
                url = url.replace(self._sandbox, f"http://127.0.0.1:{self._deaf.getsockname()[1]}")
        return super().send(method, url, *arguments, **named)

    def close(self) -> None:
        super().close()
        self._deaf.close()


def runs(world: World, case: Case = ()) -> Generator[Publication, None, None]:
    """Runs of the main job, each at the moment the one before it named: where they leave the publication."""
    clock, refused = Clock(world), frozenset(fault.nth for fault in case if fault.kind == "refused")
    needed = sum(fault.kind == "expire_token" and fault.call.startswith(SIGN_IN_AGAIN) for fault in case)
    with open_context(world.environ, cwd=world.folder, clock=clock) as ctx:
        seconds = ctx.settings.http_timeout
        ctx._transport = Elsewhere(world.sandbox.url, refused, read_seconds=seconds)
        with closing(ctx._transport):
            while True:
                report = publish(ctx, RunOptions(concurrency=1, linger=timedelta(0)))
                assert not report.bugs
                with ctx.store.reading() as tx:
                    [view] = posts.listing(tx, states=None, limit=10)
                [publication] = view.publications
                yield publication
                if publication.connection.status is not ConnectionStatus.ACTIVE and needed:
                    needed -= 1
                    world.connect()
                elif (
                    publication.wake_at is None
                    or publication.connection.status is not ConnectionStatus.ACTIVE
                ):
                    return
                held = publication.connection.held_until
                clock.wait_until(max(publication.wake_at or clock.now(), held or clock.now()))


def story(copies: Copies, case: Case) -> tuple[World, Publication]:
    """What became of a publication that met ``case``; every step on the way was true."""
    world = copies.fresh()
    for fault in case:
        if fault.kind == "held":
            world.more["PLANRRR_HTTP_TIMEOUT"] = PATIENT
        if fault.kind != "refused":
            kind = HELD if fault.kind == "held" else fault.kind
            world.sandbox.fault(fault.call, kind, fault.strike, skip=fault.skip, times=fault.times)
    hidden = any("hide" in fault.kind for fault in case)
    with closing(runs(world, case)) as going:
        for publication in islice(going, MOST_RUNS):
            is_true(publication, world, copies.expected, hidden=hidden)
    return world, publication


def matrix(copies: Copies, platform: Platform) -> Matrix:
    """Made from a run without trouble."""
    world, publication = story(copies, ())
    assert publication.state is State.PUBLISHED and not publication.notices
    copies.expected = shown(world.sandbox.ledger())
    calls, seen = [], Counter[str]()
    for nth, one in enumerate(world.sandbox.requests(), 1):
        name = one["call"]
        calls.append(Made(nth, name, seen[name], one["method"] == "GET", one["effect"]))
        seen[name] += 1
    copies.done_with(world)

    def asked(case: Case) -> list[str]:
        """The names of the reads that follow the first call of ``case`` and were not part of the run without it."""
        world, _ = story(copies, case)
        made = world.sandbox.requests()
        places = [place for place, one in enumerate(made) if one["call"] == case[0].call]
        copies.done_with(world)
        return [one["call"] for one in made[places[case[0].skip] :] if one["method"] == "GET"]

    return Matrix(platform, calls, lambda call, kind: obeys(copies.world.sandbox, call, kind), asked)


def obeys(sandbox: SandboxControl, name: str, kind: str) -> bool:
    try:
        sandbox.fault(name, kind, "before" if kind.startswith("break") else "after")
    except urllib.error.HTTPError as refused:
        if refused.code != 400:
            raise
        return False
    call(f"{sandbox.url}/_sandbox/faults", method="DELETE")
    return True


# -- verdicts --


def is_true(publication: Publication, world: World, expected: tuple[Shown, ...], *, hidden: bool) -> None:
    """Never two of anything, nothing out of its place, and the state says what is the case.

    ``expected``: the post, the further parts of a thread and the comment, as a run without trouble leaves them.
    """
    ledger, said, state = world.sandbox.ledger(), publication.error, publication.state
    public = shown(ledger)
    assert not expected or public == expected[: len(public)], f"not what was to be published: {public}"
    parts = len(expected) - bool(publication.post.first_comment)
    if state in (State.SCHEDULED, State.FAILED):
        assert hidden or not public or len(public) < parts, f"{state}, and all of it is out"
        assert said is not None and said.message and said.next, "no sentence"
    if state is State.SCHEDULED or state is State.PROCESSING:
        assert publication.wake_at is not None, f"nobody will look at it: {state}"
    if state is State.IN_DOUBT:
        assert said is not None and said.next, "no sentence"
        by_person = "planrrr resolve" in said.next
        assert by_person == (publication.wake_at is None), f"whose turn is it? {said.next}"
    if state is State.PUBLISHED:
        assert len(public) >= parts, f"only {len(public)} of {parts} parts are out"
        ids = {ledger[0]["remote_id"], ledger[0].get("post_id")}
        assert publication.remote_id in ids, f"{publication.remote_id} is not among {ids}"
        if publication.wake_at is None:
            assert publication.permalink and said is None


def went_out(world: World, publication: Publication, expected: tuple[Shown, ...]) -> None:
    assert publication.state is State.PUBLISHED, f"{publication.state}: {publication.error}"
    public = shown(world.sandbox.ledger())
    if public != expected:
        assert publication.post.first_comment and publication.notices and public == expected[:-1]
        return
    made = world.sandbox.requests()
    for name in {one["call"] for one in made if one["effect"]}:
        last = max(place for place, one in enumerate(made) if one["call"] == name)
        assert made[last]["effect"], f"{name} was made again after it had had its effect"


def ended(world: World, publication: Publication, expected: tuple[Shown, ...]) -> None:
    """A named state with a next step, or a connection that waits for a person."""
    if publication.connection.status is ConnectionStatus.ACTIVE:
        assert publication.wake_at is None, f"{publication.state} for ever: {publication.error}"


def was_told(world: World, publication: Publication, expected: tuple[Shown, ...]) -> None:
    """It was seen all the same, or a person was asked (which ``is_true`` has read)."""
    assert publication.state in {State.PUBLISHED, State.IN_DOUBT}, f"{publication.state}: {publication.error}"
    assert publication.wake_at is None


def judge(copies: Copies, cases: Iterable[Case], verdict: Verdict) -> None:
    """All cases, even when one fails: which of them fail together tells what is wrong."""
    wrong, count = [], 0
    for case in cases:
        count += 1
        try:
            world, publication = story(copies, case)
            verdict(world, publication, copies.expected)
            copies.done_with(world)
        except AssertionError as error:
            shown = re.sub(r"\s+", " ", str(error))[:400]
            wrong.append(f"{' + '.join(map(str, case))}: {shown}")
    print(f"{count} stories, {len(wrong)} wrong")
    assert not wrong, "\n".join(wrong)


# -- tests --


@pytest.mark.slow
@pytest.mark.parametrize(("platform", "flow"), EVERY_FLOW, ids=str)
def test_a_trouble_that_passes_ends_with_exactly_one_post(
    prepare: Prepare, exhaustive: bool, platform: Platform, flow: str
) -> None:
    copies = prepare(platform, flow)
    cases = list(matrix(copies, platform).passing())
    assert len(cases) >= 20
    judge(copies, cases if exhaustive else spread(cases, flow, kinds=share(platform, flow)), went_out)


@pytest.mark.slow
@pytest.mark.parametrize(("platform", "flow"), ALL, ids=str)
def test_a_trouble_that_stays_ends_in_a_state_that_says_so(
    prepare: Prepare, exhaustive: bool, platform: Platform, flow: str
) -> None:
    """What is alone with a platform that stays away is given up when it is too late for it."""
    copies = prepare(platform, flow, "max_lateness: 40m\n")
    cases = list(matrix(copies, platform).lasting())
    kinds = (*ALL_KINDS, *(CODES[platform].stay if flow == "text" else ()))
    judge(copies, cases if exhaustive else spread(cases, flow, kinds=kinds), ended)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("platform", "flow"), [one for one in ALL if one[0] not in FORGETS_DUPLICATES], ids=str
)
def test_a_post_that_stays_hidden_waits_for_a_person_and_does_not_go_out_again(
    prepare: Prepare, platform: Platform, flow: str
) -> None:
    copies = prepare(platform, flow)
    judge(copies, matrix(copies, platform).hidden_for_good(), was_told)


@pytest.mark.slow
@pytest.mark.parametrize("prepare", ["postgresql"], indirect=True)
@pytest.mark.parametrize(("platform", "flow"), ALL if "EVERY_POINT" in os.environ else ALL[::4], ids=str)
def test_the_same_holds_on_postgresql(
    prepare: Prepare, exhaustive: bool, platform: Platform, flow: str
) -> None:
    """A smaller sample: what a call means does not depend on the database."""
    copies = prepare(platform, flow)
    made = matrix(copies, platform)
    cases = list(made.passing())
    judge(copies, cases if exhaustive else spread(cases, f"{flow} on PostgreSQL"), went_out)
    if exhaustive:
        judge(copies, made.lasting(), ended)


def test_a_sample_has_every_call_and_every_kind_that_is_asked_for() -> None:
    calls = [
        Made(number, f"x.{number % 4}", number // 4, number % 2 == 0, number == 5) for number in range(1, 9)
    ]
    cases = list(Matrix(Platform.X, calls, lambda *_: True, lambda _: ["x.2"]).passing())
    few = spread(cases, "any", kinds=ALL_KINDS)
    assert len(few) < len(cases) / 3
    assert {case[-1].kind for case in few} == set(ALL_KINDS)
    assert {(case[0].call, case[0].skip) for case in few} == {(made.call, made.earlier) for made in calls}
    assert len(spread(cases, "any")) == len(calls)


def test_the_flows_of_a_platform_meet_every_kind_of_trouble_between_them() -> None:
    for platform, flows in FLOWS.items():
        assert set().union(*(share(platform, flow) for flow in flows)) == set(kinds_on(platform))
