"""What people do while a run works: their word stands, and the run goes on."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from planrrr_cli.context import Context, SystemClock, open_context
from planrrr_cli.domain.connections import Connection, ConnectionStatus, Platform, Tokens
from planrrr_cli.domain.errors import ConnectionRevoked, ErrorKind, PlatformUnavailable, RateLimited, Refused
from planrrr_cli.domain.publications import Attempt, Outcome, Publication, State
from planrrr_cli.domain.secrets import Secret
from planrrr_cli.publishing.lane import Lane
from planrrr_cli.publishing.options import RunOptions
from planrrr_cli.publishing.report import RunReport, Silent
from planrrr_cli.publishing.run import publish
from planrrr_cli.publishing.tokens import settle_refresh
from planrrr_cli.store import Store, Tx, connections, publications
from tests.factory import NOW, Factory
from tests.publishing.test_run import TEXT, only, run
from tests.world import World


class Meanwhile(Silent):
    """Does something once, when the first attempt has begun and before any of its steps is noted."""

    def __init__(self, act: Callable[[Publication], None]) -> None:
        self._act: Callable[[Publication], None] | None = act

    def begun(self, publication: Publication, attempt: Attempt) -> None:
        act, self._act = self._act, None
        if act is not None:
            act(publication)


def run_while(world: World, act: Callable[[Context, Tx, Publication], Any], **options: Any) -> RunReport:
    with open_context(world.environ, cwd=world.folder, clock=SystemClock()) as ctx:

        def meanwhile(publication: Publication) -> None:
            with ctx.store.transaction() as tx:
                act(ctx, tx, publication)

        chosen = RunOptions(**{"linger": timedelta(0), "concurrency": 1, **options})
        return publish(ctx, chosen, Meanwhile(meanwhile))


def test_a_draft_whose_first_try_fails_is_tried_again_like_any_other(world: World) -> None:
    """It never had a time; the moment somebody asked for it becomes the promised one."""
    world.add(TEXT)
    with open_context(world.environ, cwd=world.folder) as ctx, ctx.store.transaction() as tx:
        tx.conn.exec_driver_sql("UPDATE publications SET state = 'draft', due_at = NULL, wake_at = NULL")
    named = frozenset({only(world).id})
    world.sandbox.fault("facebook.feed.create", "error:190:460")
    run(world, publications=named)
    assert only(world).state is State.SCHEDULED and only(world).due_at is not None
    world.connect()
    assert run(world).counts["published"] == 1


def test_pausing_a_connection_whose_next_post_is_invalid_ends_the_run(world: World) -> None:
    world.add(TEXT)
    world.add("---\nto: [facebook]\n---\nAnother one.\n", name="other.md")
    with open_context(world.environ, cwd=world.folder) as ctx, ctx.store.transaction() as tx:
        tx.conn.exec_driver_sql(
            "UPDATE posts SET text = '', link = 'https://www.facebook.com/x' WHERE text = 'Another one.'"
        )
    world.sandbox.fault("facebook.feed.create", "lost")  # so that no follow-up comes first
    began = time.monotonic()
    report = run_while(
        world,
        lambda ctx, tx, publication: connections.pause(tx, publication.connection.id, now=ctx.clock.now()),
        max_seconds=15,
    )
    assert time.monotonic() - began < 10, "it went round and round"
    assert (report.counts["in_doubt"], report.counts["failed"]) == (1, 0)
    assert sorted(one.state for one in world.publications()) == [State.IN_DOUBT, State.SCHEDULED]


def test_signing_in_while_the_old_token_is_being_refused_is_not_undone(world: World) -> None:
    world.add(TEXT)
    world.sandbox.fault("facebook.feed.create", "error:190:460")

    def sign_in(ctx: Context, tx: Tx, publication: Publication) -> None:
        fresh(tx, publication.connection, now=ctx.clock.now())

    report = run_while(world, sign_in, limit=1)
    publication = only(world)
    assert publication.state is State.SCHEDULED
    assert publication.connection.status is ConnectionStatus.ACTIVE
    assert not report.needs_reauth


def fresh(tx: Tx, connection: Connection, *, now: Any) -> None:
    """A person signs in again."""
    new = connections.NewConnection(
        connection.platform, connection.account_id, connection.account_name, Tokens(Secret("fresh"))
    )
    connections.add(tx, new, now=now)


@pytest.mark.parametrize(
    "ending",
    [ConnectionRevoked("over", platform="facebook"), Tokens(Secret("older"), Secret("older-refresh"))],
    ids=["refused", "renewed"],
)
def test_a_refresh_that_ends_after_a_new_sign_in_changes_nothing(
    store: Store, factory: Factory, ending: Any
) -> None:
    connection = factory.connection(Platform.FACEBOOK)
    factory.post(connection)
    claims = factory.claim()
    with store.transaction() as tx:
        before = connections.find(tx, connection.id)
        fresh(tx, connection, now=NOW)
    lane = Lane(before, claims[connection.id], 60.0, SystemClock())
    with store.transaction() as tx:
        assert settle_refresh(tx, lane, ending, now=NOW).goes_on
        after = connections.find(tx, connection.id)
    assert after.status is ConnectionStatus.ACTIVE and after.tokens.access == Secret("fresh")


def test_a_refresh_that_brings_no_token_waits_instead_of_asking_again_at_once(
    store: Store, factory: Factory
) -> None:
    connection = factory.connection(Platform.FACEBOOK, expires_at=NOW + timedelta(minutes=9))
    factory.post(connection)
    claims = factory.claim()
    lane = Lane(connection, claims[connection.id], 60.0, SystemClock())
    with store.transaction() as tx:
        assert not settle_refresh(tx, lane, Tokens(Secret("")), now=NOW).goes_on
        assert (connections.find(tx, connection.id).held_until or NOW) > NOW


def test_a_refresh_that_is_limited_waits_as_long_as_the_platform_says(store: Store, factory: Factory) -> None:
    connection = factory.connection(Platform.FACEBOOK, expires_at=NOW + timedelta(minutes=9))
    factory.post(connection)
    claims = factory.claim()
    lane = Lane(connection, claims[connection.id], 60.0, SystemClock())
    later = NOW + timedelta(hours=1)
    with store.transaction() as tx:
        limited = RateLimited("too much", platform="facebook", retry_at=later)
        assert not settle_refresh(tx, lane, limited, now=NOW).goes_on
        found = connections.find(tx, connection.id)
    assert (found.held_until, found.held_reason) == (later, "too much")


def without_refresh(world: World) -> None:
    with open_context(world.environ, cwd=world.folder) as ctx, ctx.store.transaction() as tx:
        tx.conn.exec_driver_sql("UPDATE connections SET refresh_token = NULL")


def test_a_token_that_ends_before_the_follow_up_leaves_the_post_published_without_an_error(
    world: World,
) -> None:
    world.add(TEXT)
    without_refresh(world)
    world.add("---\nto: [facebook]\nfacebook: {first_comment: First.}\n---\nWith a comment.\n", name="2.md")
    world.sandbox.fault("facebook.comments.read", "error:190:463")
    report = run(world)
    assert report.counts["published"] == 2 and report.counts["deferred"] == 0
    assert report.needs_reauth
    assert {one.state for one in world.publications()} == {State.PUBLISHED}
    assert all(one.error is None for one in world.publications())


def test_a_doubt_on_an_account_whose_token_has_ended_is_reported_as_a_doubt(world: World) -> None:
    world.add(TEXT)
    without_refresh(world)
    world.sandbox.fault("facebook.feed.create", "status:500", "after")
    run(world)
    world.later(20)
    world.sandbox.fault("facebook.feed.read", "error:190:463")
    report = run(world)
    assert [line.outcome for line in report.publications] == [Outcome.IN_DOUBT]
    publication = only(world)
    assert publication.state is State.IN_DOUBT
    assert publication.error is not None and publication.error.kind is ErrorKind.OUTCOME_UNKNOWN
    world.connect()
    run(world)
    assert only(world).state is State.PUBLISHED and len(world.sandbox.posts()) == 1


def test_what_belongs_to_a_removed_connection_cannot_be_scheduled_into_silence(
    store: Store, factory: Factory
) -> None:
    failed = factory.publication_in(State.FAILED)
    published = factory.publication_in(State.PUBLISHED, failed.connection)
    with store.transaction() as tx:
        connections.remove(tx, failed.connection.id, now=NOW)
    with pytest.raises(Refused, match="removed"), store.transaction() as tx:
        publications.reschedule(tx, failed.id, due_at=NOW, now=NOW)
    with pytest.raises(Refused, match="removed"), store.transaction() as tx:
        publications.new_generation(tx, published.id, now=NOW)


def test_a_look_that_is_under_way_while_a_person_decides_does_not_overrule_the_person(world: World) -> None:
    world.add(TEXT)
    world.sandbox.fault("facebook.feed.create", "status:500", "after")
    run(world)
    world.offset += 20
    moved = SystemClock(timedelta(seconds=world.offset))
    with open_context(world.environ, cwd=world.folder, clock=moved) as ctx:

        def decide(publication: Publication) -> None:
            with ctx.store.transaction() as tx:
                publications.resolve(
                    tx,
                    publication.id,
                    published="1_2",
                    permalink=None,
                    by="a person",
                    now=ctx.clock.now(),
                )

        publish(ctx, RunOptions(linger=timedelta(0), concurrency=1), Meanwhile(decide))
    assert only(world).remote_id == "1_2" and only(world).state is State.PUBLISHED


def test_a_token_that_was_to_be_renewed_early_is_used_as_long_as_it_is_good(
    store: Store, factory: Factory
) -> None:
    connection = factory.connection(Platform.INSTAGRAM, expires_at=NOW + timedelta(days=9))
    factory.post(connection)
    claims = factory.claim()
    lane = Lane(connection, claims[connection.id], 60.0, SystemClock())
    with store.transaction() as tx:
        assert settle_refresh(tx, lane, PlatformUnavailable("away", platform="instagram"), now=NOW).goes_on
        found = connections.find(tx, connection.id)
    assert (found.held_until, found.status, lane.refreshed) == (None, ConnectionStatus.ACTIVE, True)
