"""The exit gate: each way to end has its sentence and its code, seen from outside the process."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = """
import errno, sys
from planrrr_cli import logs
from planrrr_cli.domain.errors import *
from planrrr_cli.exit_gate import exit_gate
import typer
logs.configure("error", "json")
logs.mask.learn("hunter2hunter2")
with exit_gate(as_json={as_json}):
    {body}
"""


def run(body: str, *, as_json: bool = False, **more: object) -> subprocess.CompletedProcess[str]:
    script = SCRIPT.format(body=body.replace("\n", "\n    "), as_json=as_json)
    options: dict[str, object] = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **more}
    return subprocess.run([sys.executable, "-c", script], text=True, check=False, **options)  # type: ignore[call-overload]


def test_a_command_that_ends_well_exits_with_0_and_says_nothing_more() -> None:
    ran = run("print('data')")
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "data\n", "")


@pytest.mark.parametrize(
    ("raised", "code", "said"),
    [
        ("NotFound('there is no post ab')", 1, "planrrr: there is no post ab"),
        ("UsageError('pick one')", 2, "planrrr: pick one"),
        ("ConfigError('no key')", 78, "planrrr: no key"),
        (
            "ContentRejected('too long', platform='x', next_step='shorten it')",
            1,
            "planrrr: too long; shorten it",
        ),
        ("NotFound()", 1, "planrrr: not found"),
        ("KeyboardInterrupt()", 130, "planrrr: interrupted"),
    ],
)
def test_an_expected_error_is_one_sentence_and_its_code(raised: str, code: int, said: str) -> None:
    ran = run(f"raise {raised}")
    assert (ran.returncode, ran.stdout, ran.stderr) == (code, "", said + "\n")


def test_a_database_that_is_away_is_one_sentence_one_log_record_and_exit_75() -> None:
    ran = run("raise StoreUnavailable('the database hunter2hunter2 is locked')")
    record, sentence = ran.stderr.splitlines()
    assert (ran.returncode, ran.stdout, sentence) == (75, "", "planrrr: the database [secret] is locked")
    found = json.loads(record)
    assert (found["level"], found["message"]) == ("error", "database unavailable")
    assert found["reason"] == "the database [secret] is locked"


def test_what_the_log_has_already_is_not_recorded_again() -> None:
    ran = run("error = StoreUnavailable('away')\nerror.recorded = True\nraise error")
    assert (ran.returncode, ran.stderr) == (75, "planrrr: away\n")


def test_people_who_read_the_log_in_words_are_not_told_twice() -> None:
    ran = run("logs.configure('error', 'console')\nraise StoreUnavailable('away')")
    assert (ran.returncode, ran.stderr) == (75, "planrrr: away\n")


def test_the_sentence_is_masked() -> None:
    ran = run("raise ConfigError('bad: hunter2hunter2')", as_json=True)
    assert "hunter2" not in ran.stdout + ran.stderr
    assert "bad: [secret]" in ran.stderr


def test_a_bug_is_one_sentence_a_log_record_and_exit_3() -> None:
    ran = run("hidden = 'a' + 'b' * 9\nraise KeyError('hunter2hunter2')")
    record, sentence = ran.stderr.splitlines()
    assert ran.returncode == 3
    assert "this is a bug in planrrr (KeyError)" in sentence
    found = json.loads(record)
    assert found["message"] == "unexpected error"
    assert "KeyError: '[secret]'" in found["traceback"]
    assert "abbbbbbbbb" not in ran.stderr
    assert "hunter2" not in ran.stderr


def test_a_bug_before_the_logs_are_configured_is_still_recorded() -> None:
    script = "from planrrr_cli.exit_gate import exit_gate\nwith exit_gate():\n    1 / 0"
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert ran.returncode == 3
    assert "ZeroDivisionError" in json.loads(ran.stderr.splitlines()[0])["traceback"]


@pytest.mark.parametrize(
    ("raised", "kind", "code"),
    [
        ("ConfigError('wrong')", "CONFIG_ERROR", 78),
        ("StoreUnavailable('wrong')", "STORE_UNAVAILABLE", 75),
        ("RateLimited('wrong', platform='x')", "RATE_LIMIT_ERROR", 1),
    ],
)
def test_with_json_the_error_is_also_one_document_on_stdout(raised: str, kind: str, code: int) -> None:
    ran = run(f"raise {raised}", as_json=True)
    assert json.loads(ran.stdout) == {
        "schema": "planrrr.error/1",
        "error": {"kind": kind, "message": "wrong", "exit_code": code},
    }
    assert ran.stderr.splitlines()[-1] == "planrrr: wrong"
    assert ran.returncode == code


def test_with_json_bugs_and_interrupts_are_documents_too() -> None:
    for raised, kind in (("KeyError(1)", "INTERNAL_ERROR"), ("KeyboardInterrupt()", "INTERRUPTED")):
        assert json.loads(run(f"raise {raised}", as_json=True).stdout)["error"]["kind"] == kind


def test_a_command_that_already_wrote_its_document_gets_no_second_one() -> None:
    ran = run("print('{}')\nraise ConfigError('late')", as_json=True)
    assert ran.stdout == "{}\n"
    assert ran.returncode == 78


@pytest.mark.parametrize(("raised", "code"), [("SystemExit(5)", 5), ("SystemExit", 0)])
def test_an_exit_of_the_command_passes(raised: str, code: int) -> None:
    ran = run(f"raise {raised}")
    assert (ran.returncode, ran.stderr) == (code, "")


def test_typers_own_exits_and_usage_errors_keep_their_codes() -> None:
    body = """
import typer
from planrrr_cli.exit_gate import exit_gate
app = typer.Typer()
@app.command()
def main(what: str):
    with exit_gate(as_json=True):
        print("{}")
        if what == "usage":
            raise typer.BadParameter("pick one")
        raise typer.Exit(4)
app()
"""
    for what, code in (("exit", 4), ("usage", 2)):
        ran = subprocess.run([sys.executable, "-c", body, what], capture_output=True, text=True, check=False)
        assert ran.returncode == code
        assert ran.stdout == "{}\n"
        assert "bug" not in ran.stderr


def test_a_reader_that_leaves_early_gets_no_complaint() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    try:
        ran = run("for n in range(100_000): print(n)", stdout=writing)
    finally:
        os.close(writing)
    assert (ran.returncode, ran.stderr) == (1, "")


def test_a_broken_pipe_of_our_own_is_a_bug() -> None:
    ran = run("raise BrokenPipeError(errno.EPIPE, 'Broken pipe')")
    assert ran.returncode == 3
    assert "BrokenPipeError" in ran.stderr


def test_a_full_disk_is_a_sentence_and_the_next_run_may_work() -> None:
    ran = run("raise OSError(errno.ENOSPC, 'No space left on device', '/var/lib/p.db')", as_json=True)
    assert ran.returncode == 75
    assert (
        "planrrr: the machine does not let it work now: /var/lib/p.db: No space left on device" in ran.stderr
    )
    assert json.loads(ran.stdout)["error"]["exit_code"] == 75


def test_memory_that_ran_out_is_a_sentence_too() -> None:
    ran = run("raise MemoryError()")
    assert (ran.returncode, ran.stderr) == (
        75,
        "planrrr: the machine does not let it work now: memory ran out\n",
    )


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
@pytest.mark.parametrize("ending", ["", "raise SystemExit(0)", "raise typer.Exit(0)"])
def test_output_that_cannot_be_written_is_not_a_success(ending: str) -> None:
    with Path("/dev/full").open("w") as full:
        ran = run(f"print('data')\n{ending}", stdout=full)
    assert ran.returncode == 75
    assert ran.stderr.count("\n") == 1
    assert "No space left" in ran.stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_a_full_stderr_does_not_change_the_code() -> None:
    with Path("/dev/full").open("w") as full:
        assert run("raise ConfigError('wrong')", stderr=full).returncode == 78
