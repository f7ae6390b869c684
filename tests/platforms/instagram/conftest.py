"""A publisher for Instagram, and an Instagram for it, on the server of the platforms' tests."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from shutil import copy

import pytest

from planrrr_cli.domain.posts import Media
from planrrr_cli.domain.secrets import Secret
from planrrr_cli.platforms.api import Api
from planrrr_cli.platforms.base import App
from planrrr_cli.platforms.fetching import Fetcher
from planrrr_cli.platforms.http import Transport
from planrrr_cli.platforms.instagram.publisher import InstagramPublisher
from planrrr_cli.platforms.media import MediaSource
from tests.flows import MEDIA
from tests.platforms.instagram.stage import Instagram
from tests.platforms.rig import Answer, Server, TestClock

Make = Callable[..., InstagramPublisher]
Medium = Callable[..., Media]
SAMPLES = {
    "jpg": "croissants.jpg",
    "png": "bread-calendar.png",
    "mp4": "bread-rises.mp4",
    "gif": "warm-bread.gif",
}


@pytest.fixture(scope="session")
def transport() -> Iterator[Transport]:
    """One for all tests here: each has a server, and so a port, of its own."""
    made = Transport(read_seconds=2, environ={})
    yield made
    made.close()


@pytest.fixture
def publisher(
    server: Server, clock: TestClock, transport: Transport, gate: list[int], tmp_path: Path
) -> Make:
    """``elsewhere``: where Instagram Login is reached, so that a test sees which host is asked."""

    def make(secret: str | None = None, elsewhere: str | None = None) -> InstagramPublisher:
        api = Api(
            transport, platform="instagram", gate=lambda: gate.append(len(server.requests)), clock=clock
        )
        own = App(
            api_url=server.url if elsewhere is None else elsewhere,
            upload_url=server.url,
            app_id="77id" if secret else None,
            app_secret=Secret(secret) if secret else None,
        )
        app = replace(own, facebook=replace(own, api_url=server.url))
        source = MediaSource(tmp_path, Fetcher(transport, allow_private=True), "https://media.example/m")
        return InstagramPublisher(api, app, source, clock)

    return make


@pytest.fixture
def instagram(server: Server) -> Instagram:
    return Instagram(server)


@pytest.fixture
def medium(tmp_path: Path) -> Medium:
    """A real file of its kind, by the ending of its name, looked at as ``add`` does, and served."""

    def make(name: str, *, alt: str | None = None, served: bool = True, more: bytes = b"") -> Media:
        path = tmp_path / name
        copy(MEDIA / SAMPLES[name.rpartition(".")[2]], path)
        if more:
            path.write_bytes(path.read_bytes() + more)
        base = "https://media.example/m" if served else None
        return MediaSource(tmp_path, None, base).look(Media(file=str(path), alt=alt))

    return make


@pytest.fixture
def address(server: Server) -> Callable[[str], Media]:
    """A medium that only has an address, served by the scripted server."""

    def make(name: str, alt: str | None = None) -> Media:
        body = (MEDIA / SAMPLES[name.rpartition(".")[2]]).read_bytes()
        server.on(f"GET /files/{name}", Answer(200, body, {}))
        return Media(url=f"{server.url}/files/{name}?signature=s3cret&x=%20#a", alt=alt)

    return make
