"""Streams that are closed, full or left by their reader: one sentence, a code that does not lie, and no traceback."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

SHELL = f'planrrr() {{ "{sys.executable}" -m planrrr_cli "$@"; }}; '


@pytest.fixture
def shell(environ: dict[str, str], folder: Path):
    def run(line: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["bash", "-c", SHELL + line],
            cwd=folder,
            env=environ,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    return run


@pytest.mark.parametrize("command", ["list", "list --json", "publish-due", "publish-due --json", "--help"])
def test_a_closed_stdout_is_nobody_who_reads_and_no_bug(planrrr, shell, command: str) -> None:
    planrrr("init")
    ran = shell(f"planrrr {command} >&-")
    assert (ran.returncode, "Traceback" in ran.stderr, "bug" in ran.stderr) == (0, False, False)


def test_a_closed_stderr_changes_no_exit_code(planrrr, shell) -> None:
    planrrr("init")
    assert shell("planrrr list --json 2>&-").returncode == 0
    assert shell("planrrr show nope 2>&-").returncode == 1


@pytest.mark.parametrize(
    "command", ["add - --to facebook", "connections import -", "connections add facebook --token-file -"]
)
def test_a_closed_stdin_is_an_empty_one(planrrr, shell, command: str) -> None:
    planrrr("init")
    ran = shell(f"planrrr {command} <&-")
    assert ran.returncode in (1, 2)
    assert ran.stderr.startswith(("standard input: ", "planrrr: "))
    assert "bug" not in ran.stderr


def test_a_closed_stdin_is_no_terminal_to_ask(planrrr, connect, shell) -> None:
    connect()
    assert "there is no terminal" in shell("planrrr connections add facebook <&-").stderr
    assert "add --yes" in shell("planrrr connections remove Bakery <&-").stderr


@pytest.mark.parametrize("buffered", ["", "PYTHONUNBUFFERED=1 "])
@pytest.mark.parametrize(
    "command", ["list", "list --json", "publish-due", "publish-due --json", "--help", "--version"]
)
def test_output_that_cannot_be_written_is_told_in_a_sentence(
    planrrr, connect, made, shell, command: str, buffered: str
) -> None:
    planrrr("init")
    if command.startswith("list"):
        made.publication(connect(), draft=True)
    ran = shell(f"{buffered}planrrr {command} >/dev/full")
    assert ran.returncode == 75
    assert ran.stderr.startswith("planrrr: the output cannot be written: No space left on device; ")
    assert ran.stderr.count("\n") == 1


def test_a_working_directory_that_is_gone_is_told_in_a_sentence(shell) -> None:
    ran = shell("mkdir gone; cd gone; rmdir ../gone; planrrr list --json")
    assert ran.returncode == 78
    assert ran.stderr == "planrrr: the working directory does not exist any more; change to one that does\n"
    assert json.loads(ran.stdout)["error"]["kind"] == "CONFIG_ERROR"
