"""A publisher for X that talks to the scripted server."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from planrrr_cli.domain.secrets import Secret
from planrrr_cli.platforms.api import Api
from planrrr_cli.platforms.base import App
from planrrr_cli.platforms.fetching import Fetcher
from planrrr_cli.platforms.http import Transport
from planrrr_cli.platforms.media import MediaSource
from planrrr_cli.platforms.x.publisher import XPublisher
from tests.platforms.rig import Server, TestClock


@pytest.fixture
def api(transport: Transport, clock: TestClock, gate: list[int], server: Server) -> Api:
    return Api(transport, platform="x", gate=lambda: gate.append(len(server.requests)), clock=clock)


@pytest.fixture
def publisher(api: Api, server: Server, clock: TestClock, transport: Transport) -> Callable[..., XPublisher]:
    def make(root: Path | None = None, **app: Any) -> XPublisher:
        known = {"app_id": "client", "app_secret": Secret("s3cret")} | app
        source = MediaSource(root, Fetcher(transport, allow_private=True))
        return XPublisher(api, App(api_url=server.url, **known), source, clock)

    return make
