"""`demo` proves the promises with the real program, and leaves no trace unless it is asked to."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from planrrr_cli.commands.demo_tools import environment
from tests.commands.conftest import samples


@pytest.mark.slow
def test_the_demo_passes_and_leaves_nothing_behind(process, folder: Path) -> None:
    scratch = folder / "tmp"
    scratch.mkdir()
    shown = process("demo", "--json", env={"TMPDIR": str(scratch)}).json
    assert shown["passed"] is True
    assert shown["ledger"]["before"] == shown["ledger"]["after"] > 0
    assert [one["file"] for one in shown["refused"]] == ["posts/invalid.md"]
    assert all(one["state"] == "published" and one["opened"] == 200 for one in shown["publications"])
    assert list(scratch.iterdir()) == []
    assert not (folder / "planrrr.db").exists()


@pytest.mark.slow
def test_a_kept_demo_goes_on_with_the_commands_it_prints(process, folder: Path, environ) -> None:
    ran = process("demo", "--keep", "play")
    assert "the demo passed" in ran.err
    assert f"cd {folder}/play" in ran.err
    environ["DATABASE_URL"] = f"sqlite:///{folder}/play/planrrr.db"
    assert len(process("list", "--json").json["posts"]) == len(samples())
    for name in ("planrrr.db", "planrrr.key", "sandbox.json"):
        assert (folder / "play" / name).exists()
    assert "not empty" in process("demo", "--keep", "play", code=2).err


def test_a_child_of_the_demo_sees_nothing_of_the_users_settings(folder: Path) -> None:
    secret = {
        "DATABASE_URL": "postgresql://x",
        "ENCRYPTION_KEY": "k",
        "PLANRRR_TEAM": "t",
        "FACEBOOK_API_URL": "https://x",
        "HTTPS_PROXY": "http://proxy",
        "AWS_SECRET": "s",
    }
    seen = environment(folder, {"PATH": os.environ["PATH"], "LANG": "C.UTF-8"} | secret)
    assert not secret.keys() & seen.keys()
    assert (seen["HOME"], seen["LANG"]) == (str(folder), "C.UTF-8")


def test_a_folder_whose_name_is_no_text_is_refused_in_a_sentence(planrrr) -> None:
    assert "its name is not UTF-8" in planrrr("demo", "--keep", "k\udcfc", code=2).err
