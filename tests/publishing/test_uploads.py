"""How far an upload is: shown to whoever watches, written to the log seldom."""

from __future__ import annotations

import logging
from datetime import timedelta

import pytest

from planrrr_cli.context import open_context
from planrrr_cli.domain.publications import Publication
from planrrr_cli.publishing.options import RunOptions
from planrrr_cli.publishing.report import Silent
from planrrr_cli.publishing.run import publish
from planrrr_cli.publishing.uploads import Uploads
from tests.world import World


class Watching(Silent):
    def __init__(self) -> None:
        self.seen: list[tuple[str, int, int]] = []

    def uploaded(self, publication: Publication, done: int, total: int) -> None:
        self.seen.append((publication.platform.value, done, total))


@pytest.mark.parametrize("platform", ["facebook", "x", "linkedin"])
def test_whoever_watches_is_told_of_every_upload_until_its_last_byte(world: World, platform: str) -> None:
    world.add(f"---\nto: [{platform}]\ntitle: Rising\nmedia: [bread-rises.mp4]\n---\nIt rises.\n")
    size = (world.folder / "bread-rises.mp4").stat().st_size
    watching = Watching()
    with open_context(world.environ, cwd=world.folder) as ctx:
        publish(ctx, RunOptions(linger=timedelta(0), max_seconds=15), watching)
    assert (platform, size, size) in watching.seen
    assert all(done <= size for _, done, _ in watching.seen)


class Ticking:
    """A clock that goes on by a second whenever it is read."""

    def __init__(self) -> None:
        self.read = 0.0

    def monotonic(self) -> float:
        self.read += 1.0
        return self.read


def test_a_long_upload_is_logged_twice_a_minute(caplog: pytest.LogCaptureFixture, world: World) -> None:
    world.add("---\nto: [facebook]\n---\nWords.\n")
    [publication] = world.publications()
    watching = Watching()
    told = Uploads(watching).about(publication, Ticking())  # type: ignore[arg-type]
    with caplog.at_level(logging.INFO, "planrrr.publishing"):
        for second in range(100):
            told(second, 100)
    records = [record for record in caplog.records if record.message == "uploading"]
    assert [record.__dict__["bytes_done"] for record in records] == [29, 59, 89]
    assert len(watching.seen) == 100
