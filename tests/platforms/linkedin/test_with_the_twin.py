"""The recipe against the sandbox, whose LinkedIn was written by somebody else from the same documentation."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from planrrr_cli.context import SystemClock
from planrrr_cli.domain.connections import Connection, Platform, Tokens
from planrrr_cli.domain.errors import OutcomeUnknown
from planrrr_cli.domain.posts import Media, Post
from planrrr_cli.domain.publications import Publication, State
from planrrr_cli.domain.secrets import Secret
from planrrr_cli.domain.steps import Absent, FollowedUp, Published
from planrrr_cli.platforms.api import Api
from planrrr_cli.platforms.base import App
from planrrr_cli.platforms.http import Transport
from planrrr_cli.platforms.linkedin.little import RESERVED
from planrrr_cli.platforms.linkedin.publisher import LinkedInPublisher
from planrrr_cli.platforms.media import MediaSource
from planrrr_cli.sandbox import SandboxServer
from tests.flows import MEDIA
from tests.platforms.linkedin.stage import SRT
from tests.platforms.rig import drive
from tests.world import SandboxControl

MakePublication = Callable[..., Publication]


@pytest.fixture(scope="module")
def sandbox() -> Iterator[SandboxControl]:
    with SandboxServer(port=0) as server:
        yield SandboxControl(server.url)


@pytest.fixture
def recipe(sandbox: SandboxControl, transport: Transport) -> LinkedInPublisher:
    clock = SystemClock()
    api = Api(transport, platform="linkedin", gate=lambda: None, clock=clock)
    app = App(api_url=sandbox.url, oauth_url=sandbox.url)
    return LinkedInPublisher(api, app, MediaSource(None), clock)


@pytest.fixture
def publication(sandbox: SandboxControl) -> MakePublication:
    sandbox.reset()
    [account] = [one for one in sandbox.accounts()["connections"] if one["platform"] == "linkedin"]
    tokens = Tokens(Secret(account["accessToken"]))
    connection = Connection("c1", "default", Platform.LINKEDIN, account["accountId"], "The page", tokens)

    def make(post: Post, **more: Any) -> Publication:
        return Publication("p1", "default", post, connection, State.PUBLISHING, **more)

    return make


TEXTS = st.lists(
    st.sampled_from(
        [*RESERVED, " ", "\n", "a", "é", "漢", "🎉", "#tag", "#so_called", "https://example.com/a_(b)#c"]
    ),
    min_size=1,
    max_size=40,
).map("".join)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=25)
@given(text=TEXTS | st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), min_size=1))
@example(text=RESERVED)
@example(text="".join(f"{character}{character}" for character in RESERVED))
@example(text="\\(already\\) \\#escaped #so_called and #2 {hashtag|\\#|x} @[Nobody](urn:li:share:1)")
def test_a_text_is_shown_as_it_was_written(
    text: str, recipe: LinkedInPublisher, publication: MakePublication, sandbox: SandboxControl
) -> None:
    written = f"A {text} Z"
    sandbox.reset()
    went = drive(recipe.publish, publication(Post(written)))
    assert isinstance(went.ending, Published)
    [post] = sandbox.posts()
    assert post["text"] == written
    assert (post["remote_id"], post["permalink"]) == (went.ending.remote_id, went.ending.permalink)


def test_a_mention_is_shown_by_its_name(
    recipe: LinkedInPublisher, publication: MakePublication, sandbox: SandboxControl
) -> None:
    drive(recipe.publish, publication(Post("With (@[Acme Corp](urn:li:organization:1234))!")))
    [post] = sandbox.posts()
    assert "Acme Corp" in post["text"] and post["text"].endswith(")!")


def test_what_was_lost_is_found_by_its_text_and_by_its_media(
    recipe: LinkedInPublisher, publication: MakePublication, sandbox: SandboxControl
) -> None:
    picture = Media(file=str(next(MEDIA.glob("*.jpg"))), alt="A (loaf)")
    for post in (Post("See https://example.com/a_b (all) #bread"), Post("Look", (picture,))):
        sandbox.fault("linkedin.post.create", "lost", "after")
        began = recipe.clock.now()
        lost = drive(recipe.publish, publication(post), now=began)
        assert isinstance(lost.ending, OutcomeUnknown)
        found = recipe.find(lost.after)
        assert isinstance(found, Published)
        assert found.remote_id == sandbox.posts()[-1]["remote_id"]
        sandbox.reset()
        assert isinstance(recipe.find(lost.after), Absent)


def test_a_video_with_subtitles_and_a_cover_goes_up(
    recipe: LinkedInPublisher, publication: MakePublication, sandbox: SandboxControl, tmp_path: Path
) -> None:
    (tmp_path / "film.srt").write_bytes(SRT)
    beside = {
        "subtitles": Media(file=str(tmp_path / "film.srt")),
        "thumbnail": Media(file=str(next(MEDIA.glob("*.jpg")))),
    }
    film = recipe.media.look(Media(file=str(next(MEDIA.glob("*.mp4")))))
    went = drive(recipe.publish, publication(Post("Watch", (film,), title="A film", attachments=beside)))
    assert isinstance(went.ending, Published)
    [post] = sandbox.posts()
    assert {film.sha256, sha256(SRT).hexdigest()} <= {one["sha256"] for one in post["media"]}


def test_a_comment_stays_as_it_is(
    recipe: LinkedInPublisher, publication: MakePublication, sandbox: SandboxControl
) -> None:
    went = drive(recipe.publish, publication(Post("Hello", first_comment="First (and #last) {1}!")))
    after = publication(
        Post("Hello", first_comment="First (and #last) {1}!"), remote_id=went.ending.remote_id
    )
    assert isinstance(drive(recipe.follow_up, after).ending, FollowedUp)
    [comment] = sandbox.comments()
    assert comment["text"] == "First (and #last) {1}!"
