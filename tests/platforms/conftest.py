"""A server, a transport and a publisher for the tests of the platforms."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from planrrr_cli.domain.secrets import Secret
from planrrr_cli.platforms.api import Api
from planrrr_cli.platforms.base import App
from planrrr_cli.platforms.facebook.publisher import FacebookPublisher
from planrrr_cli.platforms.fetching import Fetcher
from planrrr_cli.platforms.http import Transport
from planrrr_cli.platforms.media import MediaSource
from tests.platforms.rig import Server, TestClock


@pytest.fixture
def server() -> Iterator[Server]:
    started = Server()
    yield started
    started.close()


@pytest.fixture
def transport() -> Iterator[Transport]:
    made = Transport(read_seconds=2, environ={})
    yield made
    made.close()


@pytest.fixture
def clock() -> TestClock:
    return TestClock()


@pytest.fixture
def gate() -> list[int]:
    """How many requests the server had seen each time the lease was checked."""
    return []


@pytest.fixture
def api(transport: Transport, clock: TestClock, gate: list[int], server: Server) -> Api:
    return Api(transport, platform="facebook", gate=lambda: gate.append(len(server.requests)), clock=clock)


@pytest.fixture
def publisher(
    api: Api, server: Server, clock: TestClock, transport: Transport
) -> Callable[..., FacebookPublisher]:
    def make(secret: str | None = None, root: Path | None = None, **app: Any) -> FacebookPublisher:
        known = App(
            api_url=server.url,
            upload_url=server.url,
            api_version="v25.0",
            app_secret=Secret(secret) if secret else None,
            **app,
        )
        return FacebookPublisher(api, known, MediaSource(root, Fetcher(transport, allow_private=True)), clock)

    return make
