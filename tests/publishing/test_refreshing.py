"""Renewing tokens against the sandbox: what is kept, what is a doubt, what needs a person, and what never does."""

from __future__ import annotations

from datetime import timedelta

import pytest

from planrrr_cli.context import open_context
from planrrr_cli.domain.connections import ConnectionStatus, Platform
from planrrr_cli.domain.publications import State
from planrrr_cli.domain.secrets import Secret
from planrrr_cli.store import breakers, connections, rows
from tests.publishing.renewing import (
    RENEW_X,
    asked,
    change,
    connection,
    context,
    ending_soon,
    reading,
    refresh,
    sign_in_again,
)
from tests.publishing.test_run import run
from tests.world import World

X = Platform.X
OTHERS = {
    Platform.INSTAGRAM: "instagram.token.refresh",
    Platform.LINKEDIN: "linkedin.token.refresh",
    Platform.YOUTUBE: "youtube.token.refresh",
}
RENEWALS = {X: RENEW_X, **OTHERS}
DAY = 86_400


def test_a_new_pair_is_kept_beside_the_old_one_until_it_has_worked(world: World) -> None:
    ending_soon(world)
    before = connection(world, X).tokens
    told = refresh(world)
    assert (told.code, told.of(X)["outcome"], told.document["refreshed"]) == (0, "refreshed", 1)
    after = connection(world, X)
    assert after.tokens.access != before.access and after.tokens.refresh != before.refresh
    assert after.previous is not None and after.renewing_since is None
    assert (after.previous.access, after.previous.refresh) == (before.access, before.refresh)
    world.add("---\nto: [x]\n---\nFresh rye.\n")
    assert run(world).counts["published"] == 1
    assert connection(world, X).previous is None
    assert len(asked(world)) == 1


def test_tokens_that_never_worked_give_way_to_those_before_them(world: World) -> None:
    """A new pair may come damaged: the one before is tried, where it still works."""
    ending_soon(world, Platform.YOUTUBE)
    refresh(world)
    whole = connection(world, Platform.YOUTUBE)
    with_damage = {"refresh_token": sealed(world, "damaged", whole.id)}
    change(world, Platform.YOUTUBE, **with_damage)
    ending_soon(world, Platform.YOUTUBE)
    told = refresh(world)
    assert told.of(Platform.YOUTUBE)["outcome"] == "refreshed"
    assert connection(world, Platform.YOUTUBE).status is ConnectionStatus.ACTIVE


def sealed(world: World, token: str, connection_id: str) -> str:
    return str(reading(world, lambda tx: rows.sealed(tx, Secret(token), "refresh_token", connection_id)))


BEFORE = ("status:503", "status:500", "reset", "lost", "html:502", "status:429", "error:401")
AFTER = ("lost", "reset", "status:503", "truncated", "html:502", "empty")


def well_again(world: World, platform: Platform) -> None:
    """So many troubles in a row open the breaker of the token service, which is shown elsewhere."""
    with open_context(world.environ, cwd=world.folder) as ctx, ctx.store.transaction() as tx:
        breakers.reset(tx, platform, now=ctx.clock.now())


@pytest.mark.parametrize("platform", RENEWALS)
def test_trouble_before_the_effect_disconnects_nobody(world: World, platform: Platform) -> None:
    change_end(world, platform)
    for kind in BEFORE:
        world.sandbox.fault(RENEWALS[platform], kind)
        told = refresh(world)
        well_again(world, platform)
        assert (told.code, told.of(platform)["outcome"]) == (1, "failed"), kind
        assert told.of(platform)["reason"] and told.of(platform)["status"] == "active"
        world.later(20 * 60)
    assert refresh(world).of(platform)["outcome"] == "refreshed"
    found = connection(world, platform)
    assert (found.status, found.renewing_since) == (ConnectionStatus.ACTIVE, None)


def change_end(world: World, platform: Platform) -> None:
    """Near enough to its end to be renewed, and old enough: Instagram renews no token of the first day."""
    world.later(2 * DAY if platform in {Platform.INSTAGRAM, Platform.LINKEDIN} else 60)
    ending_soon(world, platform, DAY if platform in {Platform.INSTAGRAM, Platform.LINKEDIN} else 300)


@pytest.mark.parametrize("platform", OTHERS)
def test_a_lost_answer_costs_nothing_where_the_old_token_lives_on(world: World, platform: Platform) -> None:
    change_end(world, platform)
    for kind in AFTER:
        world.sandbox.fault(RENEWALS[platform], kind, "after")
        assert refresh(world).of(platform)["outcome"] == "failed", kind
        world.later(120)
    assert refresh(world).of(platform)["outcome"] == "refreshed"
    assert connection(world, platform).status is ConnectionStatus.ACTIVE


@pytest.mark.parametrize("kind", AFTER)
def test_a_lost_answer_on_x_is_a_doubt_that_ends_with_its_own_reason(world: World, kind: str) -> None:
    ending_soon(world)
    world.add("---\nto: [x]\n---\nRye.\n")
    world.sandbox.fault(RENEW_X, kind, "after")
    told = refresh(world)
    assert (told.of(X)["outcome"], told.of(X)["status"]) == ("failed", "active")
    doubt = connection(world, X).renewing_since
    assert doubt is not None
    world.later(120)
    told = refresh(world)
    assert (told.code, told.of(X)["outcome"], told.document["needs_reauth"]) == (1, "needs_reauth", 1)
    assert f"the answer to a renewal of {doubt:%Y-%m-%d %H:%M} UTC was lost" in told.of(X)["reason"]
    assert "planrrr connect x" in told.of(X)["next"]
    assert len(asked(world)) == 2, "the token before was tried once"
    [waiting] = world.publications()
    assert waiting.state is State.SCHEDULED
    sign_in_again(world)
    run(world)
    assert world.publications()[0].state is State.PUBLISHED
    assert connection(world, X).renewing_since is None


def test_a_lost_request_on_x_was_no_renewal_and_the_old_token_does_it(world: World) -> None:
    ending_soon(world)
    world.sandbox.fault(RENEW_X, "lost")
    refresh(world)
    assert connection(world, X).renewing_since is not None
    world.later(120)
    assert refresh(world).of(X)["outcome"] == "refreshed"
    assert connection(world, X).renewing_since is None


@pytest.mark.parametrize("kind", ["status:429", "error:401"])
def test_a_refusal_for_another_reason_leaves_no_doubt(world: World, kind: str) -> None:
    """Neither a limit nor a wrong client has used up the refresh token."""
    ending_soon(world)
    world.sandbox.fault(RENEW_X, kind)
    refresh(world)
    found = connection(world, X)
    assert (found.renewing_since, found.status) == (None, ConnectionStatus.ACTIVE)


@pytest.mark.parametrize("platform", RENEWALS)
def test_a_death_that_the_platform_confirms_needs_a_person_and_what_is_due_waits(
    world: World, platform: Platform
) -> None:
    change_end(world, platform)
    if platform is Platform.INSTAGRAM:
        world.sandbox.fault("instagram.token.refresh", "error:190")
        world.sandbox.fault("instagram.account.read", "error:190")
    else:
        world.sandbox.fault(RENEWALS[platform], "error:400")
    told = refresh(world)
    assert (told.code, told.of(platform)["outcome"]) == (1, "needs_reauth")
    assert f"planrrr connect {platform}" in told.of(platform)["next"]
    assert "was lost" not in told.of(platform)["reason"]
    assert refresh(world).document["needs_reauth"] == 1, "it is said every time"
    assert len([one for one in asked(world, RENEWALS[platform]) if one["status"] == 400]) == 1
    sign_in_again(world)
    assert connection(world, platform).status is ConnectionStatus.ACTIVE


def test_what_waited_for_a_sign_in_goes_out_in_order_afterwards(world: World) -> None:
    for number in range(3):
        world.add(f"---\nto: [x]\n---\nBread number {number}.\n", name=f"{number}.md")
    ending_soon(world)
    world.sandbox.fault(RENEW_X, "error:400")
    run(world)
    assert connection(world, X).status is ConnectionStatus.NEEDS_REAUTH
    world.add("---\nto: [x]\nmax_lateness: 1h\n---\nToo late by then.\n", name="late.md")
    world.later(3 * 3600)
    run(world)
    assert {one.state for one in world.publications()} == {State.SCHEDULED}
    assert not world.sandbox.posts()
    sign_in_again(world)
    run(world)
    assert [post["text"] for post in world.sandbox.posts()] == [f"Bread number {n}." for n in range(3)]
    states = {one.post.text: one.state for one in world.publications()}
    assert states.pop("Too late by then.") is State.MISSED
    assert set(states.values()) == {State.PUBLISHED}


def test_publishing_renews_on_the_way_and_looks_into_a_doubt_first(world: World) -> None:
    world.add("---\nto: [x]\n---\nRye.\n")
    change(world, X, renewing_since=connection(world, X).tokens.expires_at - timedelta(hours=3))
    run(world)
    assert len(asked(world)) == 1
    assert connection(world, X).renewing_since is None
    assert [post["text"] for post in world.sandbox.posts()] == ["Rye."]


def test_a_paused_account_keeps_its_sign_in(world: World) -> None:
    ending_soon(world)
    paused = connection(world, X).id
    with context(world) as ctx, ctx.store.transaction() as tx:
        connections.pause(tx, paused, now=ctx.clock.now())
    assert refresh(world).of(X)["outcome"] == "refreshed"
    assert connection(world, X).status is ConnectionStatus.PAUSED


def test_a_rehearsal_writes_and_sends_nothing(world: World) -> None:
    ending_soon(world)
    before = len(world.sandbox.requests())
    told = refresh(world, dry_run=True)
    assert (told.code, told.of(X)["outcome"], told.document["due"]) == (0, "due", 1)
    assert len(world.sandbox.requests()) == before
    found = connection(world, X)
    assert (found.renewing_since, found.previous) == (None, None)


def test_within_says_how_early(world: World) -> None:
    assert refresh(world).document["refreshed"] == 0
    told = refresh(world, within="24h")
    assert {one["platform"] for one in told.document["connections"] if one["outcome"] == "refreshed"} == {
        "x",
        "youtube",
    }


def test_a_held_account_is_left_alone_and_the_reason_is_told(world: World) -> None:
    ending_soon(world)
    world.sandbox.fault(RENEW_X, "status:503", times=-1)
    refresh(world)
    told = refresh(world)
    assert told.of(X)["outcome"] == "waits" and "503" in told.of(X)["reason"]
    assert len(asked(world)) == 1
    world.sandbox.forget_faults()


def test_the_user_token_behind_a_page_is_prolonged_and_its_death_stops_nothing(world: World) -> None:
    """A Page's token has no end: that the user's can no longer be prolonged is told."""
    page, app = Platform.FACEBOOK, world.sandbox.accounts()["apps"]["facebook"]
    world.more |= {"FACEBOOK_APP_ID": app["app_id"], "FACEBOOK_APP_SECRET": app["app_secret"]}
    soon = {"refresh_expires_at": connection(world, page).granted_at + timedelta(days=5)}
    change(world, page, **soon)
    assert refresh(world).of(page)["outcome"] == "refreshed"
    ends = connection(world, page).tokens.refresh_expires_at
    assert ends is not None and ends > soon["refresh_expires_at"] + timedelta(days=50)
    for kind in BEFORE[:5]:
        change(world, page, **soon)
        world.sandbox.fault("facebook.token.exchange", kind)
        assert refresh(world).of(page)["outcome"] == "failed", kind
        well_again(world, page)
    world.sandbox.fault("facebook.token.exchange", "error:190:463")
    told = refresh(world)
    assert (told.code, told.of(page)["outcome"], told.of(page)["status"]) == (0, "fresh", "active")
    world.add("---\nto: [facebook]\n---\nRye.\n")
    assert run(world).counts["published"] == 1
    world.sandbox.fault("facebook.token.exchange", "error:190:460")
    world.sandbox.fault("facebook.me.read", "error:190:460")
    world.sandbox.fault("facebook.node.read", "error:190:460")
    assert refresh(world).of(page)["outcome"] == "needs_reauth"
