"""Whole runs against the sandbox: what goes out, what waits, what fails, and what each of them says."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from planrrr_cli.context import SystemClock, open_context
from planrrr_cli.domain.connections import ConnectionStatus, Platform
from planrrr_cli.domain.errors import ErrorKind
from planrrr_cli.domain.publications import Publication, State
from planrrr_cli.publishing.options import RunOptions
from planrrr_cli.publishing.report import RunReport
from planrrr_cli.publishing.run import publish
from planrrr_cli.store import connections
from tests.flows import FLOWS
from tests.world import World

TEXT = "---\nto: [facebook]\n---\nWe have moved.\n"


def run(world: World, **options: Any) -> RunReport:
    clock = SystemClock(timedelta(seconds=world.offset))
    with open_context(world.environ, cwd=world.folder, clock=clock) as ctx:
        return publish(ctx, RunOptions(**{"linger": timedelta(0), **options}))


def only(world: World) -> Publication:
    [publication] = world.publications()
    return publication


def test_a_second_run_finds_nothing_to_do(world: World) -> None:
    world.add(TEXT)
    assert run(world).counts["published"] == 1
    assert run(world).counts["published"] == 0
    assert len(world.sandbox.posts()) == 1


@pytest.mark.parametrize("kind", ["status:500", "html", "reset", "lost", "error:1", "error:2"])
def test_trouble_before_the_effect_of_the_posting_call_is_settled_by_looking(world: World, kind: str) -> None:
    """The client cannot know that nothing happened, so it looks, and sends again only after proof."""
    world.add(TEXT)
    world.sandbox.fault("facebook.feed.create", kind)
    run(world)
    assert only(world).state is State.IN_DOUBT
    assert not world.sandbox.posts()
    for seconds in (20, 90, 330, 720, 900, 60):
        world.later(seconds)
        run(world)
    assert only(world).state is State.PUBLISHED
    assert len(world.sandbox.posts()) == 1


@pytest.mark.parametrize(
    "kind", ["status:500", "html:502", "lost", "truncated", "error_200", "empty", "success_false"]
)
def test_a_post_that_went_out_behind_a_lie_is_found_and_never_sent_again(world: World, kind: str) -> None:
    world.add(TEXT)
    world.sandbox.fault("facebook.feed.create", kind, "after")
    run(world)
    assert only(world).state is State.IN_DOUBT
    world.later(20)
    run(world)
    publication = only(world)
    assert publication.state is State.PUBLISHED
    assert [post["remote_id"] for post in world.sandbox.posts()] == [publication.remote_id]
    assert publication.permalink


def test_a_post_hidden_from_reading_for_twenty_minutes_is_never_doubled(world: World) -> None:
    world.add(TEXT)
    world.sandbox.fault("facebook.feed.create", "hide:1200", "after")
    world.sandbox.fault("facebook.feed.create", "status:500", "after")
    for seconds in (0, 20, 90, 330, 720, 60, 600, 900, 900):
        world.later(seconds)
        run(world)
        assert len(world.sandbox.posts()) == 1
    assert only(world).state is State.PUBLISHED


def test_a_host_whose_clock_is_fast_does_not_take_its_own_post_for_an_older_one(world: World) -> None:
    """The answer is lost, another post goes out in between, and by our clock the live post looks too old to be ours."""
    world.offset += 300
    world.add(TEXT)
    world.sandbox.fault("facebook.feed.create", "status:500", "after")
    run(world)
    world.add("---\nto: [facebook]\n---\nAnother one.\n", name="other.md")
    run(world)
    for seconds in (20, 90, 330, 720, 60, 900, 900):
        world.later(seconds)
        run(world)
    assert [post["text"] for post in world.sandbox.posts()] == ["We have moved.", "Another one."]
    doubtful = next(one for one in world.publications() if one.post.text == "We have moved.")
    assert doubtful.state is State.IN_DOUBT and doubtful.error is not None


def test_harmless_calls_are_retried_and_the_photos_are_not_uploaded_twice(world: World) -> None:
    world.add(FLOWS[Platform.FACEBOOK]["photos"])
    world.sandbox.fault("facebook.photo.upload", "status:500", skip=1)
    report = run(world, linger=timedelta(seconds=5))
    assert report.counts["published"] == 1
    uploads = [one for one in world.sandbox.requests() if one["call"] == "facebook.photo.upload"]
    assert len(uploads) == 3
    assert len(world.sandbox.posts()[0]["media"]) == 2


def test_a_rate_limit_holds_the_account_for_as_long_as_the_platform_says(world: World) -> None:
    world.add(TEXT)
    world.add("---\nto: [facebook]\n---\nAnother one.\n", name="other.md")
    world.sandbox.fault("facebook.feed.create", "rate:30")
    report = run(world)
    assert report.counts["deferred"] == 1
    calls = [one for one in world.sandbox.requests() if one["call"] == "facebook.feed.create"]
    assert len(calls) == 1, "the account was asked again although it had to wait"
    world.later(20 * 60)
    run(world)
    assert not world.sandbox.posts()
    world.later(11 * 60)
    assert run(world).counts["published"] == 2


def test_a_revoked_token_parks_the_connection_and_signing_in_again_lets_the_post_go_out(world: World) -> None:
    world.add(TEXT)
    world.sandbox.fault("facebook.feed.create", "error:190:460")
    report = run(world)
    assert report.counts["deferred"] == 1 and report.needs_reauth
    publication = only(world)
    assert publication.state is State.SCHEDULED
    assert publication.connection.status is ConnectionStatus.NEEDS_REAUTH
    assert publication.error is not None and publication.error.kind is ErrorKind.AUTH_FAILED_ERROR
    again = run(world)
    assert again.counts["deferred"] == 0
    assert again.needs_reauth == report.needs_reauth, "a waiting account must be told by every run"
    assert world.planrrr("publish-due").returncode == 1
    world.connect()
    assert run(world).counts["published"] == 1


def test_an_expired_page_token_is_derived_anew_from_the_users_token(world: World) -> None:
    world.more |= facebook_app(world)
    world.add(TEXT)
    world.sandbox.fault("facebook.feed.create", "error:190:463")
    assert run(world).counts["published"] == 1
    assert "facebook.token.exchange" in {one["call"] for one in world.sandbox.requests()}


def test_an_invalid_post_fails_without_one_call_and_says_why(world: World) -> None:
    world.add(TEXT)
    with open_context(world.environ, cwd=world.folder) as ctx, ctx.store.transaction() as tx:
        tx.conn.exec_driver_sql("UPDATE posts SET text = '', link = 'https://www.facebook.com/x'")
    report = run(world)
    assert report.counts["failed"] == 1
    assert only(world).error is not None
    assert not world.sandbox.requests()


def test_a_post_a_day_late_is_missed_and_never_sent_by_itself(world: World) -> None:
    world.add(TEXT)
    world.later(25 * 3600)
    assert run(world).counts["missed"] == 1
    assert only(world).state is State.MISSED
    assert not world.sandbox.requests()


def test_a_post_may_say_itself_how_late_it_can_be(world: World) -> None:
    world.add("---\nto: [facebook]\nmax_lateness: 30m\n---\nLunch is served.\n")
    world.later(31 * 60)
    assert run(world).counts["missed"] == 1


def test_posts_of_one_account_go_out_in_the_order_of_their_times(world: World) -> None:
    for number in (3, 1, 2):
        world.add(f"---\nto: [facebook]\n---\nNumber {number}.\n", name=f"{number}.md")
    with open_context(world.environ, cwd=world.folder) as ctx, ctx.store.transaction() as tx:
        for row in tx.conn.exec_driver_sql("SELECT id, text FROM posts").all():
            minutes = int(row[1].split()[1].rstrip("."))
            at = ctx.clock.now() - timedelta(hours=1) + timedelta(minutes=minutes)
            from sqlalchemy import text

            value = at.strftime("%Y-%m-%dT%H:%M:%S.%fZ") if tx.dialect == "sqlite" else at
            statement = text("UPDATE publications SET due_at = :at, wake_at = :at WHERE post_id = :id")
            tx.conn.execute(statement, {"at": value, "id": row[0]})
    run(world, concurrency=4)
    assert [post["text"] for post in world.sandbox.posts()] == ["Number 1.", "Number 2.", "Number 3."]


def test_a_comment_that_fails_leaves_the_post_published_with_a_notice(world: World) -> None:
    world.add(FLOWS[Platform.FACEBOOK]["comment"])
    world.sandbox.fault("facebook.comment.create", "error:200", times=-1)
    for seconds in (0, 60, 120, 600):
        world.later(seconds)
        run(world)
    publication = only(world)
    assert publication.state is State.PUBLISHED and publication.permalink
    assert publication.notices
    assert not world.sandbox.comments()


def test_a_comment_whose_answer_was_lost_is_not_written_twice(world: World) -> None:
    world.add(FLOWS[Platform.FACEBOOK]["comment"])
    world.sandbox.fault("facebook.comment.create", "status:500", "after")
    for seconds in (0, 60, 600):
        world.later(seconds)
        run(world)
    assert len(world.sandbox.comments()) == 1
    assert only(world).state is State.PUBLISHED


def test_a_reel_that_meta_refuses_while_processing_fails_with_its_reason(world: World) -> None:
    world.add(FLOWS[Platform.FACEBOOK]["reel"])
    world.sandbox.fault("facebook.reel.finish", "processing:3")
    for seconds in (0, 30, 30, 30, 30):
        world.later(seconds)
        run(world)
    assert only(world).state is State.PUBLISHED
    assert len(world.sandbox.posts()) == 1


def test_the_json_of_publish_due_says_what_became_of_each_publication(world: World) -> None:
    world.add(TEXT)
    said = world.planrrr("publish-due", "--json")
    document = json.loads(said.stdout)
    assert said.returncode == 0
    assert document["schema"] == "planrrr.publish-due/1"
    assert document["published"] == 1
    [line] = document["publications"]
    assert line["outcome"] == "published" and line["remote_id"] and line["permalink"]
    for record in said.stderr.splitlines():
        assert {"time", "level", "logger", "message"} <= set(json.loads(record))


def test_a_dry_run_writes_and_sends_nothing(world: World) -> None:
    world.add(TEXT)
    said = world.planrrr("publish-due", "--dry-run", "--json")
    assert said.returncode == 0, said.stderr
    assert json.loads(said.stdout)["publications"][0]["admitted"] is True
    assert only(world).attempts == 0
    assert not world.sandbox.requests()


def test_a_paused_connection_keeps_its_posts_until_it_is_resumed(world: World) -> None:
    world.add(TEXT)
    with open_context(world.environ, cwd=world.folder) as ctx, ctx.store.transaction() as tx:
        [connection] = [one for one in connections.listing(tx) if one.platform is Platform.FACEBOOK]
        connections.pause(tx, connection.id, now=ctx.clock.now())
    run(world)
    assert not world.sandbox.requests()
    with open_context(world.environ, cwd=world.folder) as ctx, ctx.store.transaction() as tx:
        connections.resume(tx, connection.id, now=ctx.clock.now())
    assert run(world).counts["published"] == 1


def facebook_app(world: World) -> dict[str, str]:
    app = world.sandbox.accounts()["apps"]["facebook"]
    return {"FACEBOOK_APP_ID": app["app_id"], "FACEBOOK_APP_SECRET": app["app_secret"]}
