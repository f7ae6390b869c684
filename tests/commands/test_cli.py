"""The command line itself: help, versions, wrong usage, and how little it imports."""

from __future__ import annotations

import subprocess
import sys

import pytest

from planrrr_cli import __version__

COMMANDS = [
    "init", "add", "validate", "list", "show", "explain", "reschedule", "cancel", "publish-due", "publish-one",
    "resolve", "refresh-tokens", "sandbox", "demo", "connect", "connections add", "connections list",
    "connections show", "connections pause", "connections resume", "connections remove", "connections import",
    "keys rotate", "keys status", "doctor",
]  # fmt: skip
HEAVY = [
    "sqlalchemy",
    "alembic",
    "requests",
    "pydantic",
    "rich",
    "cryptography",
    "psycopg",
    "werkzeug",
    "yaml",
]


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself_and_takes_json(planrrr, command: str) -> None:
    said = planrrr(*command.split(), "--help").out
    assert "--json" in said
    assert "Usage: planrrr" in said


def test_help_names_every_command(planrrr) -> None:
    said = planrrr("--help").out
    for command in COMMANDS:
        assert command.split()[0] in said
    assert "..." not in said.replace("[ARGS]...", "")  # no sentence is cut off


def test_version_is_printed_without_settings_or_database(planrrr) -> None:
    assert planrrr("--version").out == f"planrrr {__version__}\n"


def test_help_imports_nothing_heavy() -> None:
    program = (
        "import sys; sys.argv = ['planrrr', '--help']\n"
        "from planrrr_cli.__main__ import main\n"
        "try: main()\n"
        f"finally: print([name for name in {HEAVY} if name in sys.modules], file=sys.stderr)\n"
    )
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert ended.stderr.strip() == "[]"


@pytest.mark.parametrize(
    "arguments",
    [
        ["publish-due", "--limit", "0"],
        ["publish-due", "--concurrency", "101"],
        ["publish-due", "--max-seconds", "0"],
        ["publish-due", "--platform", "myspace"],
        ["list", "--state", "lost"],
        ["reschedule", "3f9a"],
        ["add"],
        ["nonsense"],
    ],
)
def test_wrong_usage_ends_with_2_and_a_sentence(planrrr, arguments: list[str]) -> None:
    ran = planrrr(*arguments, code=2)
    assert ran.out == ""
    assert ran.err.strip()


def test_publish_due_with_nothing_due_is_one_json_document(planrrr) -> None:
    planrrr("init")
    ran = planrrr("publish-due", "--json")
    assert ran.json["schema"] == "planrrr.publish-due/1"
    assert ran.json["published"] == 0
    assert ran.json["publications"] == []


def test_an_error_in_json_mode_is_one_document_too(planrrr) -> None:
    ran = planrrr("show", "ffff", "--json", code=1)
    assert ran.json["schema"] == "planrrr.error/1"
    assert "ffff" in ran.json["error"]["message"]


def test_wrong_settings_end_with_78(planrrr) -> None:
    assert "WORKER_CONCURRENCY" in planrrr("list", code=78, env={"WORKER_CONCURRENCY": "many"}).err


@pytest.mark.parametrize(
    "arguments",
    [
        ["list", "--limit", "0"],
        ["publish-due", "--limit", "x"],
        ["publish-due", "--bogus"],
        ["publish-due", "extra"],
        ["add"],
        ["reschedule", "3f9a"],
        ["connections", "bogus"],
        ["bogus"],
    ],
)
def test_wrong_usage_in_json_mode_is_one_document_too(planrrr, arguments: list[str]) -> None:
    ran = planrrr(*arguments, "--json", code=2)
    assert ran.json["schema"] == "planrrr.error/1"
    assert (ran.json["error"]["kind"], ran.json["error"]["exit_code"]) == ("USAGE_ERROR", 2)
    assert ran.json["error"]["message"] in ran.err


def test_without_json_wrong_usage_writes_nothing_to_stdout(planrrr) -> None:
    assert planrrr("list", "--limit", "0", code=2).out == ""
