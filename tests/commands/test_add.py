"""`add` checks everything first, adds all or nothing, and the same document twice changes nothing."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
AT = "2027-03-01T09:00:00+01:00"


def posts(planrrr) -> list:
    return planrrr("list", "--json").json["posts"]


def messages(ran) -> str:
    return " / ".join(error["message"] for error in ran.json["errors"])


def test_a_document_is_scheduled_for_its_account(planrrr, connect, write) -> None:
    connection = connect()
    ran = planrrr("add", write("a.md", front=f"to: [facebook]\nat: {AT}"), "--json")
    assert (ran.json["added"], ran.json["unchanged"]) == (1, 0)
    (post,) = ran.json["posts"]
    assert (post["file"], post["status"], post["scheduled_at"]) == (
        "a.md",
        "scheduled",
        "2027-03-01T08:00:00Z",
    )
    assert post["wall_time"] == AT
    (publication,) = post["publications"]
    assert (publication["connection_id"], publication["state"]) == (connection.id, "scheduled")


def test_the_same_document_twice_changes_nothing(planrrr, connect, write) -> None:
    connect()
    name = write("a.md")
    first = planrrr("add", name, "--at", "now", "--json").json
    second = planrrr("add", name, "--at", "now", "--json").json
    assert (second["added"], second["unchanged"]) == (0, 1)
    assert second["posts"][0]["id"] == first["posts"][0]["id"]
    assert len(posts(planrrr)) == 1


def test_a_document_whose_time_has_passed_is_unchanged_when_it_was_added_before(
    planrrr, connect, write, ctx
) -> None:
    connect()
    name = write("a.md", front="to: facebook\nat: 2026-01-05T09:00:00Z")
    refused = planrrr("add", name, "--json", code=1)
    assert "has passed" in messages(refused)
    assert posts(planrrr) == []


def test_a_plain_text_file_needs_a_target_and_says_so(planrrr, connect, write) -> None:
    connect()
    name = write("a.txt", front="")
    assert "--to facebook" in messages(planrrr("add", name, "--json", code=1))
    assert planrrr("add", name, "--to", "facebook", "--json").json["added"] == 1


def test_without_a_time_it_stays_a_draft_and_says_how_to_go_on(planrrr, connect, write) -> None:
    connect()
    ran = planrrr("add", write("a.md"))
    assert "draft" in ran.out
    assert "planrrr reschedule" in ran.err


def test_a_draft_is_kept_whatever_its_time(planrrr, connect, write) -> None:
    connect()
    shown = planrrr("add", write("a.md"), "--at", AT, "--draft", "--json").json["posts"][0]
    assert shown["status"] == "draft"


def test_one_invalid_document_keeps_all_of_them_out(planrrr, connect, write, folder) -> None:
    connect()
    (folder / "b.md").write_bytes(b"\xff\xfe\x00")
    ran = planrrr(
        "add", write("a.md"), "b.md", write("c.md", front="to: [myspace]"), "--at", "now", "--json", code=1
    )
    assert [error["file"] for error in ran.json["errors"]] == ["b.md", "c.md"]
    assert ran.json["added"] == 0
    assert posts(planrrr) == []


def test_without_an_account_it_says_how_to_add_one(planrrr, write) -> None:
    assert "planrrr connect facebook" in messages(planrrr("add", write("a.md"), "--json", code=1))


def test_with_several_accounts_and_none_named_it_lists_them(planrrr, connect, write) -> None:
    connect("1", "Bakery")
    connect("2", "Café")
    said = messages(planrrr("add", write("a.md"), "--at", "now", "--json", code=1))
    assert '"facebook:Bakery"' in said
    assert '"facebook:Café"' in said
    ran = planrrr("add", "a.md", "--to", "facebook:café", "--at", "now", "--json")
    assert ran.json["posts"][0]["publications"][0]["account_name"] == "Café"


def test_an_account_of_another_team_cannot_be_posted_to(planrrr, connect, write) -> None:
    connect()
    ran = planrrr(
        "add", write("a.md"), "--to", "facebook:Bakery", "--json", code=1, env={"PLANRRR_TEAM": "other"}
    )
    assert "there is no facebook connection" in messages(ran)


def test_a_paused_account_is_accepted_with_a_warning(planrrr, connect, write) -> None:
    connect()
    planrrr("connections", "pause", "Bakery")
    ran = planrrr("add", write("a.md"), "--at", "now", "--json")
    (warning,) = ran.json["posts"][0]["warnings"]
    assert "paused" in warning["message"]
    assert "planrrr connections resume" in warning["message"]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--at", "tomorrow"], "is not a time"),
        (["--at", "2027-03-01 09:00"], "time zone"),
        (["--at", "2027-03-28 02:30", "--zone", "Europe/Berlin"], "does not exist"),
        (["--at", "2027-10-31 02:30", "--zone", "Europe/Berlin"], "twice"),
        (["--at", "2027-03-01 09:00", "--zone", "Europe/Berlim"], "Europe/Berlin"),
    ],
)
def test_a_time_that_is_not_clear_is_refused_in_a_sentence(planrrr, connect, write, arguments, says) -> None:
    connect()
    assert says in messages(planrrr("add", write("a.md"), *arguments, "--json", code=1))


def test_a_time_without_zone_takes_the_zone_of_the_settings(planrrr, connect, write) -> None:
    connect()
    env = {"PLANRRR_TIMEZONE": "Europe/Berlin"}
    ran = planrrr("add", write("a.md"), "--at", "2027-03-01 09:00", "--json", env=env)
    assert ran.json["posts"][0]["scheduled_at"] == "2027-03-01T08:00:00Z"
    assert "09:00 CET" in planrrr("list", env=env).out


def test_every_bad_medium_is_named_in_a_sentence(planrrr, connect, write, folder) -> None:
    connect()
    (folder / "secret.txt").write_text("not a picture")
    shutil.copy(EXAMPLES / "media/croissants.jpg", folder / "outside.jpg")
    inner = folder / "posts"
    inner.mkdir()
    (inner / "wrong.jpg").write_text("<html>")
    (inner / "empty.png").touch()
    (inner / "link.jpg").symlink_to(folder / "outside.jpg")
    cases = {
        "file: missing.jpg": "does not exist",
        "file: ../outside.jpg": "outside of",
        f"file: {folder}/outside.jpg": "outside of",
        "file: link.jpg": "outside of",
        "file: wrong.jpg": "no kind of file",
        "file: empty.png": "empty",
        "file: ~nobody-of-that-name/x.jpg": "no home folder",
        "url: http://127.0.0.1/x.jpg": "not a public address",
        "url: http://169.254.169.254/latest": "not a public address",
        "url: http://localhost:8080/x.jpg": "not a public address",
        "url: http://0x7f.1/x.jpg": "not a public address",
        "url: http://user@example.com/x.jpg": "user name",
    }
    for item, says in cases.items():
        (inner / "p.md").write_text(f"---\nto: facebook\nmedia:\n  - {item}\n---\ntext\n")
        (error,) = planrrr("add", "posts/p.md", "--at", "now", "--json", code=1).json["errors"]
        assert says in error["message"], item
        assert error["medium"] == 0
    assert posts(planrrr) == []


def test_media_of_the_command_line_come_after_the_documents_own(planrrr, connect, folder) -> None:
    connect()
    shutil.copytree(EXAMPLES / "media", folder / "media")
    (folder / "a.md").write_text("---\nto: facebook\nmedia: media/croissants.jpg\n---\ntext\n")
    shown = planrrr("add", "a.md", "--media", "media/shop-front.jpg", "--at", "now", "--json").json["posts"][
        0
    ]
    assert [Path(medium["file"]).name for medium in shown["media"]] == ["croissants.jpg", "shop-front.jpg"]
    assert all(medium["sha256"] and medium["kind"] == "image" for medium in shown["media"])


def test_what_a_platform_refuses_is_not_added(planrrr, connect, write) -> None:
    connect()
    ran = planrrr("add", write("long.md", text="x" * 63_207), "--at", "now", "--json", code=1)
    (error,) = ran.json["errors"]
    assert (error["platform"], error["rule"]) == ("facebook", "text_too_long")
    assert "1 more than" in error["message"]


def test_a_document_from_stdin_is_added(planrrr, connect) -> None:
    connect()
    assert planrrr("add", "-", "--to", "facebook", "--at", "now", "--json", stdin="Hello").json["added"] == 1


def test_texts_that_could_steer_a_terminal_are_shown_as_escapes(planrrr, connect, write) -> None:
    connect()
    name = write("a.md", text="evil \x1b]0;title\x07 \u202eabc [red]x[/red]")
    shown = planrrr("add", name, "--at", "now").out + planrrr("list").out
    assert "\x1b" not in shown
    assert "\u202e" not in shown
    assert "\\x1b]0;title" in shown


def test_the_same_time_written_otherwise_is_the_same_post(planrrr, connect, write) -> None:
    connect()
    name = write("a.md")
    first = ["--at", "2030-12-01 09:00", "--zone", "Europe/Berlin", "--json"]
    again = ["--at", "2030-12-01T09:00:00", "--zone", "Europe/Berlin", "--json"]
    assert planrrr("add", name, *first).json["added"] == 1
    assert planrrr("add", name, *again).json["unchanged"] == 1


def test_now_is_now_in_every_zone(planrrr, connect, write) -> None:
    connect()
    name = write("a.md")
    planrrr("add", name, "--at", "now")
    assert planrrr("add", name, "--at", "NOW", "--zone", "Europe/Berlin", "--json").json["unchanged"] == 1


def test_a_file_named_twice_is_named_in_the_sentence(planrrr, connect, write) -> None:
    connect()
    name = write("a.md")
    assert "a.md is named twice" in planrrr("add", name, name, code=2).err


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("./a//b.md", "./a//b.md: it cannot be read (No such file or directory); name a text file"),
        ("", "a file's name is empty; name a text file"),
        ("-", "standard input: the file is empty"),
        ("a\nb\x1b[2J.md", "a\\nb\\x1b[2J.md: it cannot be read"),
    ],
)
def test_a_document_that_cannot_be_read_is_named_once_and_safely(planrrr, connect, name: str, says) -> None:
    connect()
    first = planrrr("add", name, code=1).err.splitlines()[0]
    assert first.startswith(says)


def test_a_medium_whose_name_is_no_text_is_refused_in_a_sentence(planrrr, connect, write, folder) -> None:
    connect()
    (folder / "m\udcfc.jpg").write_bytes(b"\xff\xd8\xff")
    ran = planrrr("add", write("a.md"), "--media", "m\udcfc.jpg", "--at", "now", code=1)
    assert "m\\udcfc.jpg has a name that is not UTF-8; rename the file" in ran.err
