"""`breaker-status` and `breaker …`: what they show, what they do, and one sentence for what they do not understand."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from planrrr_cli.platforms import PLATFORMS

Planrrr = Callable[..., subprocess.CompletedProcess[str]]
FIELDS = {"scope", "platform", "state", "failures", "opened_at", "open_until", "reason"}


@pytest.fixture
def environ(database_url: str, tmp_path: Path) -> dict[str, str]:
    root = str(Path(__file__).resolve().parents[2])
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path),
        "PYTHONPATH": root,
        "DATABASE_URL": database_url,
        "ENCRYPTION_KEY": "0f" * 32,
        "LOG_FORMAT": "console",
    }


@pytest.fixture
def planrrr(environ: dict[str, str], tmp_path: Path) -> Planrrr:
    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "planrrr_cli", *arguments]
        return subprocess.run(
            command, cwd=tmp_path, env=environ, capture_output=True, text=True, timeout=60, check=False
        )

    return run


def shown(planrrr: Planrrr, *arguments: str) -> dict[str, Any]:
    said = planrrr(*(arguments or ("breaker-status",)), "--json")
    assert said.returncode == 0, said.stderr
    return dict(json.loads(said.stdout))


def test_what_was_never_touched_is_closed(planrrr: Planrrr) -> None:
    document = shown(planrrr)
    assert document["schema"] == "planrrr.breaker-status/1"
    assert {one["platform"] for one in document["breakers"]} == set(PLATFORMS)
    for one in document["breakers"]:
        assert set(one) >= FIELDS and (one["scope"], one["state"], one["failures"]) == (
            "platform",
            "closed",
            0,
        )
        assert one["opened_at"] is one["open_until"] is one["reason"] is None
    checked = planrrr("breaker-status", "--check")
    assert checked.returncode == 0 and checked.stdout.count("closed") == len(PLATFORMS)


def test_a_person_opens_it_for_a_while_and_closes_it_and_both_are_kept_with_who_and_why(
    planrrr: Planrrr,
) -> None:
    before = datetime.now(UTC)
    document = shown(planrrr, "breaker", "trip", "twitter", "--for", "2h", "--reason", "X says so")
    [one] = document["breakers"]
    assert (document["schema"], one["platform"], one["state"]) == ("planrrr.breaker/1", "x", "open")
    until = datetime.fromisoformat(one["open_until"]) - before
    assert timedelta(hours=2) - timedelta(seconds=5) < until < timedelta(hours=2, minutes=1)
    assert re.search(r"tripped by \S+@\S+: X says so", one["reason"])
    checked = planrrr("breaker-status", "--check")
    assert checked.returncode == 1
    [line] = [line for line in checked.stdout.splitlines() if line.startswith("x ")]
    assert "open" in line and "X says so" in line
    assert planrrr("breaker", "reset", "x", "--reason", "it is over").returncode == 0
    assert planrrr("breaker-status", "--check").returncode == 0
    history = shown(planrrr)["history"]
    assert [(one["from"], one["to"]) for one in history] == [("open", "closed"), ("closed", "open")]
    assert all("@" in one["by"] and one["run_id"] is None for one in history)
    assert history[0]["why"].endswith("it is over")


def test_a_hold_lasts_a_day_unless_told(planrrr: Planrrr) -> None:
    [one] = shown(planrrr, "breaker", "hold", "linkedin")["breakers"]
    until = datetime.fromisoformat(one["open_until"]) - datetime.now(UTC)
    assert timedelta(hours=23, minutes=59) < until <= timedelta(hours=24)
    [one] = shown(planrrr, "breaker", "hold", "linkedin", "--for", "90m")["breakers"]
    until = datetime.fromisoformat(one["open_until"]) - datetime.now(UTC)
    assert timedelta(minutes=89) < until <= timedelta(minutes=90)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("breaker", "trip", "myspace"), '"myspace" is not a platform'),
        (("breaker", "trip", "x", "--for", "soon"), '--for: "soon" is not a duration; write it like 90m'),
        (("breaker", "hold", "x", "--for", "0s"), "is not between a second and a year"),
        (("breaker", "hold", "x", "--for", ""), '--for: "" is not a duration'),
        (("breaker", "trip", "x:"), "names no account after the colon"),
        (("breaker", "reset", ""), "is not a platform"),
        (("breaker-status", "--watch", "--json"), "--watch is for people"),
    ],
)
def test_what_is_not_understood_is_one_sentence_and_changes_nothing(
    planrrr: Planrrr, arguments: tuple[str, ...], said: str
) -> None:
    ended = planrrr(*arguments)
    assert ended.returncode == 2 and said in ended.stderr
    assert len(ended.stderr.strip().splitlines()) == 1
    assert planrrr("breaker-status", "--check").returncode == 0


def test_watching_looks_again_until_it_is_interrupted(environ: dict[str, str], tmp_path: Path) -> None:
    command = [sys.executable, "-m", "planrrr_cli", "breaker-status", "--watch"]
    out = tmp_path / "watched"
    with out.open("wb") as file:
        watching = subprocess.Popen(command, cwd=tmp_path, env=environ, stdout=file, stderr=subprocess.PIPE)
        give_up = time.monotonic() + 30
        while out.read_text().count("last success") < 2:
            assert time.monotonic() < give_up and watching.poll() is None
            time.sleep(0.05)
        watching.send_signal(signal.SIGINT)
        _, err = watching.communicate(timeout=20)
    assert watching.returncode == 130 and b"Traceback" not in err
