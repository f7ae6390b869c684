"""The recipe against the sandbox, whose Instagram was written by somebody else from the same documentation."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from planrrr_cli.context import SystemClock
from planrrr_cli.domain.connections import Connection, Platform, Tokens
from planrrr_cli.domain.errors import MediaRejected, OutcomeUnknown
from planrrr_cli.domain.posts import Media, Post, problems
from planrrr_cli.domain.publications import Publication, State
from planrrr_cli.domain.secrets import Secret
from planrrr_cli.domain.steps import Absent, FollowedUp, Processing, Published, Unknown
from planrrr_cli.platforms.api import Api
from planrrr_cli.platforms.base import App
from planrrr_cli.platforms.fetching import Fetcher
from planrrr_cli.platforms.http import Transport
from planrrr_cli.platforms.instagram.publisher import InstagramPublisher
from planrrr_cli.platforms.media import MediaSource
from planrrr_cli.sandbox import SandboxServer
from tests.flows import MEDIA
from tests.platforms.instagram.stage import Driven, drive
from tests.world import SandboxControl, call

Publications = Callable[..., Publication]
Look = Callable[..., Media]


class MovedClock(SystemClock):
    """Moved together with the sandbox's."""

    def move(self, seconds: float) -> None:
        self._offset += timedelta(seconds=seconds)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    found = tmp_path_factory.mktemp("media")
    for path in MEDIA.iterdir():
        shutil.copy(path, found / path.name)
    return found


@pytest.fixture(scope="module")
def running(folder: Path) -> Iterator[SandboxControl]:
    with SandboxServer(port=0, accounts=2, media_folder=folder) as server:
        yield SandboxControl(server.url)


@pytest.fixture
def sandbox(running: SandboxControl) -> SandboxControl:
    running.reset()
    return running


@pytest.fixture
def recipe(sandbox: SandboxControl, transport: Transport, folder: Path) -> InstagramPublisher:
    clock = MovedClock()
    api = Api(transport, platform="instagram", gate=lambda: None, clock=clock)
    app = App(api_url=sandbox.url, upload_url=sandbox.url, oauth_url=sandbox.url)
    source = MediaSource(folder, Fetcher(transport, allow_private=True), f"{sandbox.url}/_sandbox/media")
    return InstagramPublisher(api, replace(app, facebook=app), source, clock)


@pytest.fixture
def look(recipe: InstagramPublisher, folder: Path) -> Look:
    def named(name: str, alt: str | None = None) -> Media:
        return recipe.media.look(Media(file=str(folder / name), alt=alt))

    return named


@pytest.fixture
def publication(sandbox: SandboxControl) -> Publications:
    """For an account of either login, as far as the sandbox has it."""
    accounts = [one for one in sandbox.accounts()["connections"] if one["platform"] == "instagram"]

    def make(post: Post, login: str = "instagram", **more: Any) -> Publication:
        [account] = [
            one for one in accounts if (one.get("metadata") or {}).get("login", "instagram") == login
        ][:1]
        told = account.get("metadata") or {}
        options = {"login": login} | ({"page_id": told["pageId"]} if told.get("pageId") else {})
        refresh = account.get("refreshToken")
        tokens = Tokens(Secret(account["accessToken"]), Secret(refresh) if refresh else None)
        connection = Connection(
            "c1", "default", Platform.INSTAGRAM, account["accountId"], "acme", tokens, options=options
        )
        assert not [
            one for one in problems(post, InstagramPublisher.rules_for(connection)) if one.severity == "error"
        ]
        return Publication("p1", "default", post, connection, State.PUBLISHING, **more)

    return make


def go_on(recipe: InstagramPublisher, sandbox: SandboxControl, given: Publication, most: int = 20) -> Driven:
    """Attempt after attempt, with time passing on both sides in between."""
    for _ in range(most):
        recipe.api.calls.clear()
        went = drive(recipe.publish, given, now=recipe.clock.now())
        given = went.after
        if not isinstance(went.ending, Processing):
            return went
        sandbox.advance(went.ending.check_after.total_seconds())
        recipe.clock.move(went.ending.check_after.total_seconds())
    raise AssertionError(f"still {went.ending}")


FLOWS: dict[str, tuple[tuple[str, ...], dict[str, Any]]] = {
    "image": (("croissants.jpg",), {"is_ai_generated": True}),
    "reel": (("bread-rises.mp4",), {"share_to_feed": False, "thumb_offset": 1000}),
    "carousel": (("croissants.jpg", "bread-rises.mp4", "shop-front.jpg"), {}),
    "image story": (("croissants.jpg",), {"as": "story"}),
    "video story": (("bread-rises.mp4",), {"as": "story"}),
}


@pytest.mark.parametrize("login", ["instagram", "facebook"])
@pytest.mark.parametrize("flow", FLOWS)
def test_every_kind_of_post_gets_out_once_by_either_login(
    flow: str,
    login: str,
    recipe: InstagramPublisher,
    publication: Publications,
    sandbox: SandboxControl,
    look: Look,
) -> None:
    names, options = FLOWS[flow]
    media = tuple(
        look(name, "A loaf" if name.endswith("jpg") and "story" not in flow else None) for name in names
    )
    text = "" if "story" in flow else "Bread & #butter, 50 % off? @nobody “ä” 🎉\nSecond line"
    given = publication(Post(text, media, options=options), login)
    went = go_on(recipe, sandbox, given)
    assert isinstance(went.ending, Published)
    [post] = sandbox.posts()
    assert post["remote_id"] == went.ending.remote_id
    assert post["text"] == text
    assert [one["sha256"] for one in post["media"]] == [medium.sha256 for medium in media]
    after = replace(went.after, remote_id=went.ending.remote_id)
    followed = drive(recipe.follow_up, after).ending
    assert isinstance(followed, FollowedUp)
    assert followed.permalink == post["permalink"]
    assert followed.notices == ()


@pytest.mark.parametrize("login", ["instagram", "facebook"])
@pytest.mark.parametrize("kind", ["lost", "status:500", "html", "truncated", "reset"])
def test_what_was_lost_is_found_and_never_sent_again(
    kind: str,
    login: str,
    recipe: InstagramPublisher,
    publication: Publications,
    sandbox: SandboxControl,
    look: Look,
) -> None:
    given = publication(Post("Look", (look("croissants.jpg"),)), login)
    sandbox.fault(PUBLISH_CALL, kind, "after")
    lost = go_on(recipe, sandbox, given)
    assert isinstance(lost.ending, OutcomeUnknown)
    sandbox.forget_faults()
    sandbox.advance(60)
    recipe.clock.move(60)
    found = recipe.find(lost.after)
    assert isinstance(found, Published)
    [post] = sandbox.posts()
    assert found == Published(post["remote_id"], post["permalink"])
    again = go_on(recipe, sandbox, lost.after)
    assert again.ending == found
    assert len(sandbox.posts()) == 1


def test_what_never_arrived_is_absent_and_goes_out_from_the_same_container(
    recipe: InstagramPublisher, publication: Publications, sandbox: SandboxControl, look: Look
) -> None:
    given = publication(Post("Look", (look("croissants.jpg"),)))
    sandbox.fault(PUBLISH_CALL, "lost", "before")
    lost = go_on(recipe, sandbox, given)
    assert isinstance(lost.ending, OutcomeUnknown)
    sandbox.advance(60)
    recipe.clock.move(60)
    found = recipe.find(lost.after)
    assert isinstance(found, Absent) and not found.conclusive
    again = go_on(recipe, sandbox, lost.after)
    assert isinstance(again.ending, Published)
    assert again.after.checkpoint["containers"] == lost.after.checkpoint["containers"]
    assert len(sandbox.posts()) == 1


def test_a_comment_goes_out_once(
    recipe: InstagramPublisher, publication: Publications, sandbox: SandboxControl, look: Look
) -> None:
    for login in ("instagram", "facebook"):
        sandbox.reset()
        given = publication(Post("Look", (look("croissants.jpg"),), first_comment="First & best #1!"), login)
        went = go_on(recipe, sandbox, given)
        after = replace(went.after, remote_id=went.ending.remote_id)
        assert isinstance(drive(recipe.follow_up, after).ending, FollowedUp)
        assert isinstance(drive(recipe.follow_up, after).ending, FollowedUp)
        [comment] = sandbox.comments()
        assert comment["text"] == "First & best #1!"


def test_a_post_that_is_live_behind_a_block_is_found(
    recipe: InstagramPublisher, publication: Publications, sandbox: SandboxControl, look: Look
) -> None:
    sandbox.fault(PUBLISH_CALL, "error:4:2207051", "after")
    went = go_on(recipe, sandbox, publication(Post("Look", (look("croissants.jpg"),))))
    assert isinstance(went.ending, OutcomeUnknown) and went.ending.bucket is not None
    assert isinstance(recipe.find(went.after), Published)
    assert len(sandbox.posts()) == 1


def test_reads_that_fail_for_the_pages_token_stop_nothing(
    recipe: InstagramPublisher, publication: Publications, sandbox: SandboxControl, look: Look
) -> None:
    given = publication(Post("Look", (look("croissants.jpg"),)), "facebook")
    says(sandbox, given, page_reads_fail=True)
    went = go_on(recipe, sandbox, given)
    assert isinstance(went.ending, Published)
    followed = drive(recipe.follow_up, replace(went.after, remote_id=went.ending.remote_id)).ending
    assert isinstance(followed, FollowedUp) and followed.permalink == sandbox.posts()[0]["permalink"]
    sandbox.reset()
    says(sandbox, given, page_reads_fail=True)
    sandbox.fault(PUBLISH_CALL, "lost", "after")
    page = replace(given.connection, tokens=Tokens(given.connection.tokens.access))
    lost = go_on(recipe, sandbox, given)
    assert isinstance(lost.ending, OutcomeUnknown)
    assert isinstance(recipe.find(replace(lost.after, connection=page)), Published)  # by the list alone


def test_a_status_that_lags_behind_makes_no_second_post(
    recipe: InstagramPublisher, publication: Publications, sandbox: SandboxControl, look: Look
) -> None:
    given = publication(Post("Look", (look("croissants.jpg"),)))
    says(sandbox, given, status_lag=3600)
    sandbox.fault(PUBLISH_CALL, "lost", "after")
    sandbox.fault(PUBLISH_CALL, "hide:3600")
    lost = go_on(recipe, sandbox, given)
    assert isinstance(lost.ending, OutcomeUnknown)
    assert isinstance(recipe.find(lost.after), Absent)  # FINISHED, and not listed: both are lies
    again = go_on(recipe, sandbox, lost.after)
    assert isinstance(again.ending, OutcomeUnknown)  # the same container becomes no second post
    assert len(sandbox.posts()) == 1
    pass_by(recipe, sandbox, 4000)
    assert isinstance(recipe.find(again.after), Published)


def test_somebody_elses_newest_post_is_never_ours(
    recipe: InstagramPublisher, publication: Publications, sandbox: SandboxControl, look: Look
) -> None:
    given = publication(Post("Look", (look("croissants.jpg"),)))
    sandbox.fault(PUBLISH_CALL, "lost", "after")
    sandbox.fault(PUBLISH_CALL, "hide:600")
    lost = go_on(recipe, sandbox, given)
    says(sandbox, given, foreign_posts=[{"caption": "Look!"}, {"caption": "Look", "media_type": "VIDEO"}])
    found = recipe.find(lost.after)
    assert isinstance(found, Unknown)
    pass_by(recipe, sandbox, 700)
    assert isinstance(recipe.find(lost.after), Published)


def test_a_container_that_fails_is_made_anew(
    recipe: InstagramPublisher, publication: Publications, sandbox: SandboxControl, look: Look
) -> None:
    given = publication(Post("Look", (look("bread-rises.mp4"),)))
    says(sandbox, given, failing_containers=[2207053, 2207085])
    assert isinstance(go_on(recipe, sandbox, given).ending, Published)
    sandbox.reset()
    says(sandbox, given, failing_containers=[2207053, 2207085, 2207053])
    failed = go_on(recipe, sandbox, given).ending
    assert isinstance(failed, MediaRejected) and failed.medium == 0
    assert sandbox.posts() == []


def test_media_are_waited_for_as_long_as_they_take(
    recipe: InstagramPublisher, publication: Publications, sandbox: SandboxControl, look: Look
) -> None:
    given = publication(Post("Look", (look("bread-rises.mp4"), look("croissants.jpg"))))
    sandbox.fault("instagram.container.create", "processing:3", times=2)
    assert isinstance(drive(recipe.publish, given, now=recipe.clock.now()).ending, Processing)
    sandbox.reset()
    sandbox.fault("instagram.container.create", "processing:3", times=2)
    assert isinstance(go_on(recipe, sandbox, given).ending, Published)
    assert len(sandbox.posts()) == 1


def test_a_container_that_stays_in_processing_although_its_post_is_live_is_found_by_the_list(
    recipe: InstagramPublisher, publication: Publications, sandbox: SandboxControl, look: Look
) -> None:
    sandbox.fault(PUBLISH_CALL, "lost", "after")
    sandbox.fault(PUBLISH_CALL, "processing:9")
    lost = go_on(recipe, sandbox, publication(Post("Look", (look("croissants.jpg"),))))
    assert isinstance(lost.ending, OutcomeUnknown)
    assert isinstance(recipe.find(lost.after), Published)


def test_an_upload_that_breaks_goes_on_where_it_broke(
    recipe: InstagramPublisher, publication: Publications, sandbox: SandboxControl, look: Look
) -> None:
    film = look("bread-rises.mp4")
    for after in (0, 1, 65_536, 148_936):
        sandbox.reset()
        sandbox.fault("instagram.upload.bytes", f"break:{after}")
        ending: Any = None
        given = publication(Post("Look", (film,)), "facebook")
        for _ in range(3):  # a break before the first byte that counts is for the run to try again
            went = go_on(recipe, sandbox, given)
            ending, given = went.ending, went.after
            if isinstance(ending, Published):
                break
        assert isinstance(ending, Published)
        assert [one["sha256"] for one in sandbox.posts()[0]["media"]] == [film.sha256]


def test_what_others_publish_counts_too(
    recipe: InstagramPublisher, publication: Publications, sandbox: SandboxControl, look: Look
) -> None:
    given = publication(Post("Look", (look("croissants.jpg"),)))
    says(sandbox, given, quota_total=25, published_elsewhere=25)
    went = drive(recipe.publish, given, now=recipe.clock.now())
    assert (went.spends[0].limit, went.spends[0].used) == (25, 25)


def says(sandbox: SandboxControl, given: Publication, **what: object) -> None:
    call(f"{sandbox.url}/_sandbox/accounts", {"account_id": given.connection.account_id, **what})


def pass_by(recipe: InstagramPublisher, sandbox: SandboxControl, seconds: float) -> None:
    sandbox.advance(seconds)
    recipe.clock.move(seconds)


PUBLISH_CALL = "instagram.media.publish"
