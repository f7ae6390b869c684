"""`init` makes what is missing, keeps what is there, and says so."""

from __future__ import annotations

from pathlib import Path


def test_init_makes_database_and_key_and_says_what_to_do_next(planrrr, folder: Path) -> None:
    ran = planrrr("init")
    assert (folder / "planrrr.db").exists()
    assert (folder / "planrrr.key").stat().st_mode & 0o777 == 0o600
    assert "created" in ran.out
    assert "planrrr connect" in ran.err


def test_init_a_second_time_changes_nothing(planrrr, folder: Path) -> None:
    first = planrrr("init", "--json").json
    key = (folder / "planrrr.key").read_bytes()
    second = planrrr("init", "--json").json
    assert (first["database"]["action"], second["database"]["action"]) == ("created", "unchanged")
    assert (first["key"]["created"], second["key"]["created"]) == (True, False)
    assert (folder / "planrrr.key").read_bytes() == key


def test_init_refuses_a_key_that_others_can_read(planrrr, folder: Path) -> None:
    planrrr("init")
    (folder / "planrrr.key").chmod(0o644)
    assert "chmod 600" in planrrr("init", code=78).err


def test_init_with_a_key_in_the_environment_writes_no_key_file(planrrr, folder: Path) -> None:
    shown = planrrr("init", "--json", env={"ENCRYPTION_KEY": "ab" * 32}).json
    assert shown["key"] == {"file": None, "created": False}
    assert not (folder / "planrrr.key").exists()


def test_init_makes_no_new_key_while_tokens_need_the_lost_one(planrrr, connect, folder: Path) -> None:
    connect()
    (folder / "planrrr.key").unlink()
    ran = planrrr("init", code=78)
    assert not (folder / "planrrr.key").exists()
    assert "restore it from a backup" in ran.err
    assert "planrrr connections remove" in ran.err


def test_init_makes_a_new_key_when_no_token_needs_the_lost_one(planrrr, connect, folder: Path) -> None:
    connect()
    (folder / "planrrr.key").unlink()
    planrrr("connections", "remove", "Bakery", "--yes")
    assert planrrr("init", "--json").json["key"]["created"] is True
