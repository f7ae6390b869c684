"""Limits of the platforms in whole runs: nobody is refused by the platform because of us, and nobody asks in vain."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from planrrr_cli.context import SystemClock, open_context
from planrrr_cli.domain.connections import Platform
from planrrr_cli.domain.posts import Post
from planrrr_cli.domain.publications import ErrorNote, Publication, State
from planrrr_cli.publishing.options import RunOptions
from planrrr_cli.publishing.report import RunReport
from planrrr_cli.publishing.run import publish
from planrrr_cli.store import connections, posts
from planrrr_cli.store.posts import NewPost
from tests.world import World, call

QUARTER = timedelta(minutes=15)


def run(world: World, **options: Any) -> RunReport:
    clock = SystemClock(timedelta(seconds=world.offset))
    with open_context(world.environ, cwd=world.folder, clock=clock) as ctx:
        return publish(ctx, RunOptions(**{"linger": timedelta(0), **options}))


def choose(world: World, **limits: str | int) -> None:
    lines = [f"{json.dumps(name.replace('__', '.'))} = {json.dumps(value)}" for name, value in limits.items()]
    (world.folder / "planrrr.toml").write_text("\n".join(["[limits]", *lines]), encoding="utf-8")


def schedule(
    world: World, platform: Platform, count: int, *, comment: str | None = None, first: int = 0
) -> None:
    clock = SystemClock(timedelta(seconds=world.offset))
    with open_context(world.environ, cwd=world.folder, clock=clock) as ctx, ctx.store.transaction() as tx:
        for lane in connections.listing(tx, platform=platform):
            for number in range(first, first + count):
                post = Post(f"Number {number:03}", scheduled_at=ctx.clock.now(), first_comment=comment)
                new = NewPost(post, f"{lane.id}/{number}", None, [lane.id], draft=False, ordinal=number)
                posts.add(tx, new, now=ctx.clock.now())


def of(world: World, platform: Platform) -> list[Publication]:
    """In the order in which they were added."""
    found = [one for one in world.publications() if one.platform is platform]
    return sorted(found, key=lambda one: one.post.text)


def enforce(world: World, **limits: int) -> None:
    """What X allows the account from now on."""
    [account] = [one for one in world.sandbox.accounts()["connections"] if one["platform"] == "x"]
    told = {name.replace("__", "."): value for name, value in limits.items()}
    call(f"{world.sandbox.url}/_sandbox/accounts", {"account_id": account["accountId"], "limits": told})


def answers(world: World, name: str) -> list[int]:
    return [one["status"] for one in world.sandbox.requests() if one["call"] == name]


def limits_of(world: World, *more: str) -> dict[str, dict[str, Any]]:
    ran = world.planrrr("limits", "--json", *more)
    assert ran.returncode == 0, ran.stderr
    return {one["bucket"]: one for one in json.loads(ran.stdout)["limits"]}


def test_what_finds_no_room_is_spread_over_the_coming_windows_and_asks_only_once_more(world: World) -> None:
    choose(world, x__posts="3/15m")
    enforce(world, x__post__create=3)
    schedule(world, Platform.X, 8)
    report = run(world)
    assert (report.counts["published"], report.counts["deferred"]) == (3, 5)
    found = of(world, Platform.X)
    assert [one.state for one in found] == [State.PUBLISHED] * 3 + [State.SCHEDULED] * 5
    wakes = [one.wake_at for one in found[3:]]
    assert wakes == sorted(wakes)  # type: ignore[type-var]
    first = found[0].published_at
    for place, wake in enumerate(wakes):
        assert wake is not None and first is not None
        assert abs(wake - first - (place // 3 + 1) * (QUARTER + timedelta(seconds=2))) < timedelta(seconds=8)
    assert all(
        one.attempts == 0 and one.spent == 0 and one.connection.held_until is None for one in found[3:]
    )
    note = found[3].error
    assert isinstance(note, ErrorNote) and "X's posts of this account are used up (3 in 15m)" in note.message
    assert "it goes on by itself at" in note.next
    assert run(world).counts["published"] == 0
    for published in (3, 2):
        world.later(15 * 60 + 12)
        assert run(world).counts["published"] == published
    assert answers(world, "x.post.create") == [201] * 8
    assert [one.attempts for one in of(world, Platform.X)] == [2] * 8, "published, and followed up"
    texts = [post["text"] for post in world.sandbox.posts()]
    assert texts == sorted(texts)


def test_what_comes_minutes_late_to_its_place_keeps_its_turn(world: World) -> None:
    choose(world, x__posts="2/15m")
    schedule(world, Platform.X, 7)
    run(world)
    for _ in range(3):  # the host was away at each of the promised moments
        world.later(15 * 60 + 7 * 60)
        run(world)
    texts = [post["text"] for post in world.sandbox.posts()]
    assert texts == sorted(texts) and len(texts) == 7


def test_the_number_that_x_tells_is_believed_before_its_first_refusal(world: World) -> None:
    enforce(world, x__post__create=4)
    schedule(world, Platform.X, 6)
    run(world)
    assert answers(world, "x.post.create") == [201] * 4
    told = limits_of(world)["x.posts"]
    assert (told["used"], told["limit"], told["waiting"]) == (4, 4, 2)
    assert told["learned"]["from"] == "x-rate-limit-*"
    assert (told["learned"]["left"], told["learned"]["limit"]) == (0, 4)
    assert told["free_again_at"] is not None
    world.later(15 * 60 + 10)
    run(world)
    assert answers(world, "x.post.create") == [201] * 6


def test_what_another_program_has_used_up_is_waited_for_until_the_moment_that_x_names(world: World) -> None:
    world.sandbox.fault("x.post.create", "rate:7")
    schedule(world, Platform.X, 3)
    run(world)
    run(world)
    assert answers(world, "x.post.create") == [429]
    assert limits_of(world)["x.posts"]["learned"]["until"] is not None
    assert "refusal 429" in world.planrrr("limits", "--platform", "x").stdout
    world.later(7 * 60 + 5)
    assert run(world).counts["published"] == 3


def test_a_reservation_that_was_not_needed_is_given_back(world: World) -> None:
    choose(world, x__posts=1)
    world.sandbox.fault("x.me.read", "status:500")
    schedule(world, Platform.X, 1)
    world.more["X_API_URL"] = "http://127.0.0.1:9"  # nobody listens there: surely never sent
    assert run(world).counts["retried"] == 1
    assert limits_of(world)["x.posts"]["used"] == 0
    del world.more["X_API_URL"]
    world.later(10)
    assert run(world).counts["published"] == 1
    assert limits_of(world)["x.posts"]["used"] == 1


def test_above_ninety_percent_what_comes_after_publishing_waits_and_the_post_does_not(world: World) -> None:
    world.sandbox.fault("facebook.feed.create", "usage:95", times=5)
    schedule(world, Platform.FACEBOOK, 2)
    run(world)
    first, second = of(world, Platform.FACEBOOK)
    assert first.state is second.state is State.PUBLISHED
    assert first.permalink is None and first.error is None and first.wake_at is not None
    assert answers(world, "facebook.node.read") == []
    shown = limits_of(world, "--platform", "facebook")
    assert list(shown) == ["facebook.calls"]
    assert shown["facebook.calls"]["learned"]["percent"] == 95
    assert "(95 %)" in world.planrrr("limits").stdout
    world.sandbox.forget_faults()
    world.later(3700)
    run(world)
    assert all(one.permalink for one in of(world, Platform.FACEBOOK))


def test_a_page_that_has_to_regain_access_waits_as_long_as_meta_says(world: World) -> None:
    world.sandbox.fault("facebook.feed.create", "rate:40")
    schedule(world, Platform.FACEBOOK, 2)
    run(world)
    world.later(30 * 60)
    run(world)
    assert len(answers(world, "facebook.feed.create")) == 1
    world.later(11 * 60)
    assert run(world).counts["published"] == 2


def test_whose_an_apps_limit_is_shows_no_key(many: Callable[[int], World]) -> None:
    """With OAuth 1.0a an app's id is one of the two keys that sign its calls."""
    world = many(4)
    schedule(world, Platform.X, 1)
    run(world)
    with open_context(world.environ, cwd=world.folder) as ctx, ctx.store.reading() as tx:
        accounts = connections.listing(tx, platform=Platform.X, tokens=False)
        owners = set(
            tx.conn.exec_driver_sql("SELECT owner FROM spends WHERE bucket = 'x.app_posts'").scalars()
        )
    assert len(owners) == len({one.app_id for one in accounts}) > 1
    assert not owners & {one.app_id for one in accounts}
    shown = world.planrrr("limits", "--all", "--json").stdout
    assert not any(one.app_id and one.app_id in shown for one in accounts)


def test_what_instagram_says_of_its_own_limits_is_shown(world: World) -> None:
    world.sandbox.fault("instagram.media.publish", "usage:60")
    world.add("---\nto: [instagram]\nmedia: [{file: croissants.jpg, alt: Croissants}]\n---\nWarm.\n")
    for _ in range(3):
        run(world)
        world.later(60)
    assert [one.state for one in of(world, Platform.INSTAGRAM)] == [State.PUBLISHED]
    shown = limits_of(world, "--platform", "instagram")
    publishes, calls = shown["instagram.publishes"], shown["instagram.calls"]
    assert (publishes["used"], publishes["learned"]["from"]) == (1, "content_publishing_limit")
    assert publishes["limit"] == publishes["learned"]["limit"]
    assert shown["instagram.containers"]["used"] == 1
    made = [one["call"] for one in world.sandbox.requests() if (one["call"] or "").startswith("instagram.")]
    assert calls["used"] == len(made) and calls["reserved"] == 0
    assert (calls["learned"]["percent"], calls["guessed"]) == (60, True)


def test_a_day_of_linkedin_ends_at_midnight(world: World) -> None:
    choose(world, linkedin__posts="2/day")
    schedule(world, Platform.LINKEDIN, 5)
    run(world)
    waiting = [one.wake_at for one in of(world, Platform.LINKEDIN) if one.state is State.SCHEDULED]
    assert len(waiting) == 3 and answers(world, "linkedin.post.create") == [201] * 2
    days = [wake.date() for wake in waiting if wake and (wake.hour, wake.minute, wake.second) == (0, 0, 0)]
    assert days[0] == days[1] == days[2] - timedelta(days=1)


def test_a_dry_run_tells_what_would_find_no_room_and_keeps_no_place(world: World) -> None:
    choose(world, x__posts="2/15m")
    schedule(world, Platform.X, 3)
    for _ in range(2):
        shown = world.planrrr("publish-due", "--dry-run", "--json")
        assert shown.returncode == 0, shown.stderr
        found = json.loads(shown.stdout)["publications"]
        assert ["are used up (2 in 15m)" in str(one) for one in found] == [False, False, True]
    assert run(world).counts["published"] == 2


def test_a_thread_that_is_longer_than_the_limit_begins_all_the_same(world: World) -> None:
    choose(world, x__posts="2/15m")
    parts = "\n".join(f"  - Part {number}" for number in range(2, 5))
    world.add(f"---\nto: [x]\nx:\n  thread:\n{parts.replace('  -', '    -')}\n---\nPart 1\n")
    for _ in range(4):
        run(world)
        world.later(15 * 60 + 10)
    [one] = of(world, Platform.X)
    assert one.state is State.PUBLISHED


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ('"x.posts" = "0/15m"', "0 would let nothing out"),
        ('"x.posts" = -5', "-5 would let nothing out"),
        ('"x.psts" = 5', '"x.psts" is no limit that is known; did you mean x.posts?'),
        ('"mastodon.posts" = 5', "names begin with facebook., instagram., linkedin., x., youtube."),
        ('"linkedin.zzzzzzzzzzzzzzzz" = 5', "those of linkedin are linkedin.app_posts, linkedin.comments"),
        ("x.posts = 5\n'x.posts' = 6", '"x.posts" is there twice; keep one of them'),
        ('"x.posts" = [5]', "it is neither a text nor a whole number"),
        ('"x.posts" = "2_000_000_000/1h"', "2000000000 is more than 1,000,000,000"),
        (f"x.posts = '{'9' * 5000}'", '9…" cannot be read'),
        (f"x.posts = 0x{'f' * 5000}", "is more than 1,000,000,000"),
        ("x = 5", '"x" is no limit that is known; those of x are'),
        ('"x.posts" = "many"', '"many" cannot be read; write it like "300/15m"'),
        ('"x.posts" = "5/0m"', "a window is between a second and 31 days"),
        ("x.posts = 1.5", "it is neither a text nor a whole number"),
    ],
)
def test_a_limit_that_makes_no_sense_is_refused_in_one_sentence(world: World, table: str, said: str) -> None:
    (world.folder / "planrrr.toml").write_text(f"[limits]\n{table}\n", encoding="utf-8")
    ran = world.planrrr("publish-due")
    assert ran.returncode == 78
    assert said in ran.stderr and "limits (in planrrr.toml)" in ran.stderr and "Traceback" not in ran.stderr


def test_a_number_without_an_end_is_no_toml(world: World) -> None:
    (world.folder / "planrrr.toml").write_text(f"[limits]\nx.posts = {'9' * 5000}\n", encoding="utf-8")
    ran = world.planrrr("publish-due")
    assert ran.returncode == 78 and "planrrr.toml is not valid TOML" in ran.stderr
