"""A platform that is sick is left alone by everybody, nothing fails because of it, and all goes out afterwards."""

from __future__ import annotations

import json
import signal
import time
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy
import sqlalchemy.event

from planrrr_cli.context import SystemClock, open_context
from planrrr_cli.domain.breaker import Key, kept_open
from planrrr_cli.domain.connections import Platform
from planrrr_cli.domain.errors import Scope
from planrrr_cli.domain.publications import Publication, State
from planrrr_cli.store import breakers
from tests.publishing.processes import Process, end_all, until
from tests.publishing.test_run import run
from tests.world import World

MOST_PER_TURN = 9  # two lock, two look, two write, three keep the history
PHOTO = "media: [{file: bread-calendar.png, alt: A calendar}]\n"


def status(world: World) -> dict[str, Any]:
    """Each platform's breaker, as the command shows it."""
    said = world.planrrr("breaker-status", "--json")
    assert said.returncode == 0, said.stderr
    document = json.loads(said.stdout)
    assert document["schema"] == "planrrr.breaker-status/1"
    return {one["platform"]: one for one in document["breakers"] if one["scope"] == "platform"}


def asked(world: World, name: str) -> int:
    return sum((one["call"] or "").startswith(name) for one in world.sandbox.requests())


def schedule(world: World, platform: str, *, each: int = 1, front: str = "") -> int:
    """Posts on every account of the platform; how many."""
    accounts = [one for one in world.sandbox.accounts()["connections"] if one["platform"] == platform]
    for number, account in enumerate(accounts):
        for post in range(each):
            to = json.dumps([f"{platform}:{account['accountId']}"])
            text = f"---\nto: {to}\n{front}---\nBread {number}, {post}.\n"
            world.add(text, name=f"{platform}{number}-{post}.md")
    return each * len(accounts)


def notices(err: str, message: str) -> list[dict[str, Any]]:
    records = [json.loads(line) for line in err.splitlines() if line.startswith("{")]
    return [one for one in records if one["message"] == message]


def test_five_failures_open_it_and_two_probes_close_it(
    many: Callable[[int], World], capfd: pytest.CaptureFixture[str]
) -> None:
    world = many(8)
    total = schedule(world, "facebook", front=PHOTO)
    others = schedule(world, "x")
    world.sandbox.fault("facebook.*", "status:503", times=-1)
    report = run(world, concurrency=1)
    assert asked(world, "facebook.") == 5
    assert [one.state.value for one in report.breakers] == ["open"]
    assert report.counts["failed"] == report.counts["in_doubt"] == 0
    assert report.counts["published"] == others, "another platform was affected"
    shown = status(world)
    assert (shown["facebook"]["state"], shown["x"]["state"]) == ("open", "closed")
    assert shown["facebook"]["failures"] == 5 and "internal trouble" in shown["facebook"]["reason"]
    world.later(2)
    run(world)  # what had failed before it opened is due again, and refused
    assert status(world)["facebook"]["held"] == total and asked(world, "facebook.") == 5
    waiting = [one for one in world.publications() if one.platform == "facebook"]
    assert {one.state for one in waiting} == {State.SCHEDULED} and {one.spent for one in waiting} <= {0, 1}
    assert all(one.held_by is Scope.PLATFORM and one.error and "left alone" in one.error.next + one.error.message
               for one in waiting)  # fmt: skip
    assert run(world).counts["deferred"] == 0 and asked(world, "facebook.") == 5
    world.later(70)
    run(world, concurrency=1)  # a probe, which fails
    assert asked(world, "facebook.") == 6
    world.sandbox.forget_faults()
    world.later(100)
    run(world)
    assert asked(world, "facebook.") == 6, "it is left alone for longer after a failed probe"
    world.later(60)
    report = run(world, linger=timedelta(seconds=12))
    assert [one.state.value for one in report.breakers] == ["closed"]
    world.later(130)  # what had failed as a probe has let others go first
    run(world)
    assert {one.state for one in world.publications()} == {State.PUBLISHED}
    assert len(world.sandbox.posts()) == total + others
    err = capfd.readouterr().err
    assert len(notices(err, "breaker opened")) == len(notices(err, "breaker closed")) == 1


def only(world: World, text: str) -> Publication:
    return next(one for one in world.publications() if text in one.post.text)


def photo(world: World, text: str, **more: Any) -> None:
    world.add(f"---\nto: [facebook]\n{PHOTO}---\n{text}\n", name=f"{text}.md", **more)


def test_a_post_that_is_alone_outlives_an_outage_although_it_cannot_open_the_breaker(world: World) -> None:
    photo(world, "alone")
    world.sandbox.fault("facebook.*", "status:503", times=-1)
    report = run(world, linger=timedelta(seconds=3))
    assert asked(world, "facebook.") == 3 and not report.breakers
    assert report.counts["deferred"] == 1
    waiting = only(world, "alone")
    assert (waiting.state, waiting.spent, waiting.held_by) == (State.SCHEDULED, 2, None)
    assert waiting.error is not None and "nobody has got through" in waiting.error.next
    for minutes in (2, 3, 6, 12, 20):
        world.later(minutes * 60)
        run(world)
        assert only(world, "alone").state is State.SCHEDULED
    assert 5 <= asked(world, "facebook.") <= 8, "it is asked less and less often"
    world.sandbox.forget_faults()
    world.later(40 * 60)
    run(world)
    assert only(world, "alone").state is State.PUBLISHED


def test_a_post_that_alone_never_gets_through_fails_as_it_always_did(world: World) -> None:
    photo(world, "poison")
    world.sandbox.fault("facebook.photo.upload", "status:503", times=-1)
    run(world, linger=timedelta(seconds=3))
    assert only(world, "poison").state is State.SCHEDULED
    world.later(30)
    world.add("---\nto: [facebook]\n---\nAnother one.\n", name="other.md")
    assert run(world).counts["published"] == 1
    world.later(90)
    report = run(world)
    assert report.counts["failed"] == 1
    failed = only(world, "poison")
    assert failed.state is State.FAILED and failed.error is not None and "3 attempts" in failed.error.next


def test_one_post_that_never_gets_through_does_not_keep_a_healthy_platform_closed_to_others(
    many: Callable[[int], World],
) -> None:
    """It is the oldest, so it is the first to probe."""
    world = many(3)
    accounts = [one for one in world.sandbox.accounts()["connections"] if one["platform"] == "facebook"]
    schedule(world, "facebook", front=PHOTO)
    world.sandbox.fault("facebook.*", "status:503", times=-1)
    run(world, concurrency=3, linger=timedelta(seconds=3))
    assert status(world)["facebook"]["state"] == "open"
    poisoned = accounts[0]["accountId"]
    world.sandbox.forget_faults()
    world.sandbox.fault("facebook.photo.upload", "status:503", times=-1, account_id=poisoned)
    for _ in range(5):
        world.later(61)
        run(world, linger=timedelta(seconds=3))
    assert status(world)["facebook"]["state"] == "closed"
    found = {one.connection.account_id: one.state for one in world.publications()}
    assert found.pop(poisoned) in {State.FAILED, State.SCHEDULED}
    assert set(found.values()) == {State.PUBLISHED}


def test_nothing_is_asked_of_a_platform_whose_breaker_is_open_not_even_about_doubts(world: World) -> None:
    world.add("---\nto: [facebook]\n---\nDoubtful.\n")
    world.sandbox.fault("facebook.feed.create", "lost", "after")
    run(world)
    doubtful = only(world, "Doubtful")
    assert doubtful.state is State.IN_DOUBT and doubtful.error is not None
    assert (
        world.planrrr("breaker", "trip", "facebook", "--for", "1h", "--reason", "they say so").returncode == 0
    )
    photo(world, "waiting")
    before = asked(world, "facebook.")
    world.later(900)
    report = run(world)
    assert asked(world, "facebook.") == before
    assert (report.counts["in_doubt"], report.counts["deferred"]) == (1, 1)
    [line] = [one for one in report.publications if one.id == doubtful.id]
    assert line.error is not None and line.error.message == doubtful.error.message
    assert line.error.next.count("they say so") == 1
    for text in ("Doubtful", "waiting"):
        one = only(world, text)
        assert one.wake_at is not None and one.error is not None and one.held_by is Scope.PLATFORM
        assert "they say so" in one.error.message + one.error.next
        told = world.planrrr("explain", one.id).stdout
        assert "circuit breaker" in told and "they say so" in told
        explained = json.loads(world.planrrr("explain", one.id, "--json").stdout)["publications"][0]
        assert (explained["rule"], explained["held_by"]) == ("breaker", "platform")
    after = only(world, "Doubtful")
    assert after.error is not None and after.error.message == doubtful.error.message
    assert after.doubt_looks == 0 and only(world, "waiting").attempts == 0
    world.later(3600)
    run(world, linger=timedelta(seconds=12))
    assert {one.state for one in world.publications()} == {State.PUBLISHED}
    assert len(world.sandbox.posts()) == 2


def test_publish_one_is_refused_too_says_why_and_leaves_a_later_time_alone(world: World) -> None:
    photo(world, "later", at="2030-12-01T09:00:00Z")
    world.planrrr("breaker", "hold", "facebook", "--reason", "moving house")
    one = only(world, "later")
    said = world.planrrr("publish-one", one.id, "--json")
    [line] = json.loads(said.stdout)["publications"]
    assert line["outcome"] == "deferred" and "moving house" in line["error"]["message"]
    assert asked(world, "facebook.") == 0
    assert only(world, "later").wake_at == one.wake_at == one.due_at
    dry = json.loads(world.planrrr("publish-one", one.id, "--dry-run", "--json").stdout)
    assert dry["publications"][0]["admitted"] is False and "moving house" in dry["publications"][0]["reason"]


def test_an_idle_tick_asks_one_question_while_a_breaker_holds_everything(world: World) -> None:
    photo(world, "waiting")
    world.planrrr("breaker", "trip", "facebook", "--for", "1h")
    run(world)
    assert "Nothing is due." in world.planrrr("publish-due").stdout


def statements(world: World, posts: int) -> dict[str, int]:
    """How often a run with as many workers as posts says anything about breakers and refusals, by its first words."""
    said: Counter[str] = Counter()

    def listen(_conn: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        if "breaker" in statement or "held_by=" in statement.replace(" ", ""):
            said[" ".join(statement.split()[:2])] += 1

    sqlalchemy.event.listen(sqlalchemy.Engine, "before_cursor_execute", listen)
    try:
        report = run(world, concurrency=posts)
    finally:
        sqlalchemy.event.remove(sqlalchemy.Engine, "before_cursor_execute", listen)
    assert report.counts["deferred"] == posts
    return dict(said)


def test_refusing_a_hundred_lanes_takes_as_many_statements_as_refusing_two(
    many: Callable[[int], World],
) -> None:
    world = many(100)
    accounts = [one for one in world.sandbox.accounts()["connections"] if one["platform"] == "facebook"]
    assert world.planrrr("breaker", "trip", "facebook", "--for", "1h").returncode == 0
    found = []
    for several in (accounts[:2], accounts):
        to = json.dumps([f"facebook:{one['accountId']}" for one in several])
        world.add(f"---\nto: {to}\n---\nFor {len(several)}.\n", name=f"{len(several)}.md")
        found.append(statements(world, len(several)))
    assert found[0] == found[1], "it depends on the number of lanes"
    assert sum(found[1].values()) <= 3, found[1]


def most_at_once(world: World, lanes: int) -> int:
    """The statements about breakers in that transaction of a run that has most of them."""
    found = [0]

    def listen(_conn: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        if statement.startswith("COMMIT"):
            found.append(0)
        elif "breaker" in statement:
            found[-1] += 1

    sqlalchemy.event.listen(sqlalchemy.Engine, "before_cursor_execute", listen)
    try:
        run(world, concurrency=lanes)
    finally:
        sqlalchemy.event.remove(sqlalchemy.Engine, "before_cursor_execute", listen)
    assert len(found) > 1
    return max(found)


@pytest.mark.parametrize("breaks", ["nothing", "the platform", "every account"])
def test_a_turn_takes_as_many_statements_for_a_hundred_lanes_as_for_three(
    many: Callable[[int], World], breaks: str
) -> None:
    """Closed, open, half-open, and with a breaker to be probed on each of the lanes."""
    world = many(100)
    accounts = [one for one in world.sandbox.accounts()["connections"] if one["platform"] == "facebook"]
    cost: dict[str, set[int]] = {"open": set(), "half-open": set()}
    for count in (3, 100):
        to = json.dumps([f"facebook:{one['accountId']}" for one in accounts[:count]])
        world.add(f"---\nto: {to}\n---\nFor {count}.\n", name=f"{count}.md")
        if breaks == "the platform":
            assert world.planrrr("breaker", "trip", "facebook", "--for", "1h").returncode == 0
        elif breaks == "every account":
            trip_accounts(world, count)
        cost["open"].add(most_at_once(world, count))
        world.later(3600 + 5)
        cost["half-open"].add(most_at_once(world, count))
        world.later(120)
        run(world, concurrency=count, linger=timedelta(seconds=3))
    assert {one.state for one in world.publications()} == {State.PUBLISHED}
    for state, found in cost.items():
        assert max(found) <= MOST_PER_TURN, f"{state}: it depends on the number of lanes: {found}"


def trip_accounts(world: World, count: int) -> None:
    clock = SystemClock(timedelta(seconds=world.offset))
    with open_context(world.environ, cwd=world.folder, clock=clock) as ctx, ctx.store.transaction() as tx:
        now = ctx.clock.now()
        lanes = {one.connection.id for one in world.publications() if one.state is State.SCHEDULED}
        assert len(lanes) == count
        keys = [Key.of_account(Platform.FACEBOOK, one) for one in lanes]
        found = breakers.lock(tx, keys, now=now)
        until = now + timedelta(hours=1)
        opened = [kept_open(one, until, "held back", now=now) for one in found.values()]
        breakers.save(tx, opened, now=now)


def test_a_healthy_platform_costs_one_look_per_turn_and_hardly_a_write(many: Callable[[int], World]) -> None:
    world = many(20)
    schedule(world, "facebook")
    written = []

    def listen(_conn: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        if "breaker" in statement and not statement.startswith("SELECT"):
            written.append(statement)

    sqlalchemy.event.listen(sqlalchemy.Engine, "before_cursor_execute", listen)
    try:
        assert run(world, concurrency=4).counts["published"] == 20
    finally:
        sqlalchemy.event.remove(sqlalchemy.Engine, "before_cursor_execute", listen)
    assert len(written) == 2, "one success every ten seconds is written down, and no more"


@pytest.mark.crash
def test_a_probe_whose_process_is_killed_frees_its_place(world: World) -> None:
    photo(world, "first")
    photo(world, "second")
    world.planrrr("breaker", "trip", "facebook", "--for", "1s")
    world.sandbox.fault("facebook.*", "hold:30")
    time.sleep(1.0)
    probing = Process(world)
    until(lambda: asked(world, "facebook.") == 1)
    assert status(world)["facebook"]["probing"]
    run(world)
    assert asked(world, "facebook.") == 1, "a second probe went by"
    probing.signal(signal.SIGKILL)
    probing.end()
    world.sandbox.forget_faults()
    world.later(10)
    run(world, linger=timedelta(seconds=5))
    assert {one.state for one in world.publications()} == {State.PUBLISHED}
    assert status(world)["facebook"]["state"] == "closed"


@pytest.mark.slow
def test_of_four_processes_that_want_to_probe_at_once_one_does(many: Callable[[int], World]) -> None:
    world = many(12)
    total = schedule(world, "facebook", front=PHOTO)
    assert world.planrrr("breaker", "trip", "facebook", "--for", "1s").returncode == 0
    world.sandbox.fault("facebook.*", "hold:8")
    time.sleep(1.0)
    processes = [Process(world) for _ in range(4)]
    until(lambda: asked(world, "facebook.") > 0)
    until(lambda: status(world)["facebook"]["held"] >= total - 1)
    assert asked(world, "facebook.") == 1
    assert status(world)["facebook"]["probing"]
    assert end_all(processes) == [0] * 4
    closed = [one for process in processes for one in process.report()["breakers"]]
    assert [one["state"] for one in closed] == ["closed"]
    run(world, linger=timedelta(seconds=5))
    assert {one.state for one in world.publications()} == {State.PUBLISHED}
