"""A publisher for LinkedIn, and a LinkedIn for it, on the server of the platforms' tests."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from planrrr_cli.domain.posts import Media
from planrrr_cli.domain.secrets import Secret
from planrrr_cli.platforms.api import Api
from planrrr_cli.platforms.base import App
from planrrr_cli.platforms.fetching import Fetcher
from planrrr_cli.platforms.http import Transport
from planrrr_cli.platforms.linkedin.publisher import LinkedInPublisher
from planrrr_cli.platforms.media import MediaSource
from tests.platforms.linkedin.stage import JPEG, MP4, PDF, PNG, SRT, LinkedIn
from tests.platforms.rig import Server, TestClock

Make = Callable[..., LinkedInPublisher]


@pytest.fixture(scope="session")
def transport() -> Iterator[Transport]:
    """One for all tests here: each has a server, and so a port, of its own."""
    made = Transport(read_seconds=2, environ={})
    yield made
    made.close()


@pytest.fixture
def publisher(
    server: Server, clock: TestClock, transport: Transport, gate: list[int]
) -> Callable[..., LinkedInPublisher]:
    def make(secret: str | None = None, root: Path | None = None, **app: Any) -> LinkedInPublisher:
        api = Api(transport, platform="linkedin", gate=lambda: gate.append(len(server.requests)), clock=clock)
        known = App(
            api_url=server.url,
            oauth_url=server.url,
            app_id="86id" if secret else None,
            app_secret=Secret(secret) if secret else None,
            **app,
        )
        return LinkedInPublisher(api, known, MediaSource(root, Fetcher(transport, allow_private=True)), clock)

    return make


@pytest.fixture
def linkedin(server: Server) -> LinkedIn:
    return LinkedIn(server)


@pytest.fixture
def medium(tmp_path: Path) -> Callable[..., Media]:
    """A file with the beginning of its kind, by the ending of its name."""
    contents = {"jpg": JPEG, "png": PNG, "pdf": PDF, "mp4": MP4, "srt": SRT}

    def make(name: str, *, alt: str | None = None, more: bytes = b"") -> Media:
        path = tmp_path / name
        path.write_bytes(contents[name.rpartition(".")[2]] + more)
        return Media(file=str(path), alt=alt)

    return make
