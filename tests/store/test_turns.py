"""SQLite has one writer at a time: whoever waits gets a turn, however eager and slow the others are."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from planrrr_cli.store import Store

WRITERS = 8
SECONDS = 8.0
SLOW_DISK = 0.01  # seconds that a commit takes


@pytest.mark.slow
def test_every_writer_gets_its_turn_among_eager_ones_on_a_slow_disk(
    sqlite_template: Path, tmp_path: Path, open_url: Callable[..., Store]
) -> None:
    path = tmp_path / "planrrr.db"
    path.write_bytes(sqlite_template.read_bytes())
    stores = [open_url(f"sqlite:///{path}") for _ in range(WRITERS)]
    until = time.monotonic() + SECONDS

    def longest_wait(store: Store) -> float:
        longest, asked = 0.0, time.monotonic()
        while asked < until:
            with store.transaction():
                longest = max(longest, time.monotonic() - asked)
                time.sleep(SLOW_DISK)
            asked = time.monotonic()
        return longest

    with ThreadPoolExecutor(WRITERS) as pool:
        waits = sorted(pool.map(longest_wait, stores))
    print(f"\nlongest waits of {WRITERS} writers: {', '.join(f'{wait:.2f}' for wait in waits)} s")
    assert waits[-1] < SECONDS
