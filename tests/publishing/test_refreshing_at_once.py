"""Several processes renew at once: a token that works once is used once, and a warning is given once."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from planrrr_cli.domain.connections import ConnectionStatus, Platform
from planrrr_cli.domain.publications import State
from tests.publishing.renewing import asked, change, connection, ending_soon, refresh
from tests.publishing.test_run import run
from tests.world import World

X = Platform.X
REFRESH = ("refresh-tokens", "--json")
PUBLISH = ("publish-due", "--json")


def at_once(world: World, commands: Sequence[Sequence[str]]) -> list[tuple[int, Any, str]]:
    """Exit code, document and words of each; all are started before the first is waited for."""
    started = []
    for number, command in enumerate(commands):
        out, err = (world.folder / f"process{number}.{kind}" for kind in ("out", "err"))
        with out.open("wb") as out_file, err.open("wb") as err_file:
            process = subprocess.Popen(
                [sys.executable, "-m", "planrrr_cli", *command],
                cwd=world.folder,
                env=world.environ,
                stdout=out_file,
                stderr=err_file,
            )
        started.append((process, out, err))
    try:
        return [(process.wait(120), _document(out), err.read_text()) for process, out, err in started]
    finally:
        for process, _, _ in started:
            process.kill()
            process.wait()


def _document(path: Path) -> Any:
    return json.loads(path.read_text() or "null")


@pytest.mark.slow
@pytest.mark.parametrize("processes", [2, 8])
def test_processes_that_renew_one_rotating_token_at_once_make_one_call(world: World, processes: int) -> None:
    ending_soon(world)
    world.sandbox.fault("x.token.refresh", "hold:1.5", "before")
    ended = at_once(world, [REFRESH] * processes)
    assert [request["status"] for request in asked(world)] == [200]
    assert {code for code, _, _ in ended} == {0}
    outcomes = [
        one["outcome"] for _, told, _ in ended for one in told["connections"] if one["platform"] == "x"
    ]
    assert outcomes.count("refreshed") == 1
    assert set(outcomes) <= {"refreshed", "busy", "fresh"}
    found = connection(world, X)
    assert (found.status, found.renewing_since) == (ConnectionStatus.ACTIVE, None)


@pytest.mark.slow
def test_renewing_and_publishing_processes_at_once_make_one_call_and_one_post(world: World) -> None:
    world.add("---\nto: [x]\n---\nFresh rye.\n")
    ending_soon(world)
    world.sandbox.fault("x.token.refresh", "hold:1", "before")
    at_once(world, [REFRESH, PUBLISH] * 4)
    assert [request["status"] for request in asked(world)] == [200]
    assert connection(world, X).status is ConnectionStatus.ACTIVE
    run(world)
    assert [one.state for one in world.publications()] == [State.PUBLISHED]
    assert len(world.sandbox.posts()) == 1
    assert len(asked(world)) == 1


@pytest.mark.slow
def test_a_warning_is_given_by_one_process_at_each_mark(world: World) -> None:
    """Whoever comes first tells it, on stderr and in the log; afterwards it is told."""
    linkedin = Platform.LINKEDIN
    start = connection(world, linkedin).granted_at
    assert start is not None
    for days, marks in ((13, 1), (12, 0), (6, 1), (0.5, 1)):
        change(world, linkedin, refresh_expires_at=start + timedelta(days=days))
        ended = at_once(world, [REFRESH] * 2)
        told = [line for _, _, words in ended for line in words.splitlines() if "sign-in needed" in line]
        assert len(told) == marks, (days, told)
        said = [
            line
            for _, _, words in ended
            for line in words.splitlines()
            if line.startswith("linkedin account") and "planrrr connect linkedin" in line
        ]
        assert len(said) <= marks


def test_a_warning_is_for_people_too(world: World) -> None:
    linkedin = Platform.LINKEDIN
    found = connection(world, linkedin)
    assert found.granted_at is not None
    change(world, linkedin, refresh_expires_at=found.granted_at + timedelta(days=2))
    done = world.planrrr("refresh-tokens")
    assert f"linkedin account {found.account_name}: somebody must sign in within 2 days" in done.stderr
    assert f"planrrr connect linkedin --account {found.account_id}" in done.stderr
    assert "somebody must sign in within" not in world.planrrr("refresh-tokens").stderr
    assert refresh(world).code == 0
