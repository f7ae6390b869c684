"""A publisher for YouTube, and a YouTube for it, on the server of the platforms' tests."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from planrrr_cli.domain.posts import Media, Post
from planrrr_cli.domain.secrets import Secret
from planrrr_cli.platforms.api import Api
from planrrr_cli.platforms.base import App
from planrrr_cli.platforms.fetching import Fetcher
from planrrr_cli.platforms.http import Transport
from planrrr_cli.platforms.media import MediaSource
from planrrr_cli.platforms.youtube import sessions, upload
from planrrr_cli.platforms.youtube.publisher import YouTubePublisher
from tests.platforms.rig import Server, TestClock
from tests.platforms.youtube.stage import GRAIN, VIDEO, YouTube, video_file

Make = Callable[..., YouTubePublisher]


@pytest.fixture(scope="session")
def transport() -> Iterator[Transport]:
    """One for all tests here: each has a server, and so a port, of its own."""
    made = Transport(read_seconds=2, environ={})
    yield made
    made.close()


@pytest.fixture
def publisher(server: Server, clock: TestClock, transport: Transport, gate: list[int]) -> Make:
    def make(secret: str | None = "app-secret", root: Path | None = None, **app: Any) -> YouTubePublisher:
        api = Api(transport, platform="youtube", gate=lambda: gate.append(len(server.requests)), clock=clock)
        known = App(
            api_url=server.url,
            oauth_url=server.url,
            app_id="123.apps.googleusercontent.com" if secret else None,
            app_secret=Secret(secret) if secret else None,
            **app,
        )
        source = MediaSource(root, Fetcher(transport, allow_private=True))
        return YouTubePublisher(api, known, source, clock)

    return make


@pytest.fixture
def youtube(server: Server) -> YouTube:
    return YouTube(server)


@pytest.fixture
def link(server: Server) -> str:
    """Where people watch the one video that this YouTube makes."""
    return f"{server.url}/watch?v={VIDEO}"


@pytest.fixture
def small_pieces(monkeypatch: pytest.MonkeyPatch) -> int:
    """Pieces of 256 KiB, so that a file of many of them is small."""
    monkeypatch.setattr(upload, "CHUNK", GRAIN)
    monkeypatch.setattr(upload, "NOTED_EVERY", 4 * GRAIN)
    assert sessions.GRAIN == GRAIN
    return GRAIN


@pytest.fixture
def film(tmp_path: Path) -> Media:
    return video_file(tmp_path)


@pytest.fixture
def post(film: Media) -> Post:
    return Post("Watch the bread rise.", (film,), title="Rising")
