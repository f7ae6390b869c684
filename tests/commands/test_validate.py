"""`validate` judges documents without a database, names every problem, and passes if one platform accepts."""

from __future__ import annotations

from pathlib import Path

import pytest

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"


def test_a_good_document_is_valid_and_counted(planrrr, write, folder) -> None:
    shown = planrrr("validate", write("a.md", text="Hello"), "--json").json
    (target,) = shown["documents"][0]["targets"]
    assert shown["valid"] is True
    assert (target["platform"], target["character_count"], target["character_limit"]) == (
        "facebook",
        5,
        63_206,
    )
    assert not (folder / "planrrr.db").exists()


def test_a_text_that_is_too_long_says_by_how_much(planrrr, write) -> None:
    shown = planrrr("validate", write("a.md", text="x" * 63_210), "--json", code=1).json
    (error,) = shown["documents"][0]["targets"][0]["errors"]
    assert error["rule"] == "text_too_long"
    assert "4 more" in error["message"]


def test_without_targets_it_passes_if_one_platform_accepts(planrrr) -> None:
    shown = planrrr("validate", "-", "--json", stdin="Hello").json
    assert shown["valid"] is True
    document = shown["documents"][0]
    named = {target["platform"] for target in document["targets"]}
    assert named == {"facebook", "instagram", "x", "youtube", "linkedin"}
    refused = {target["platform"] for target in document["targets"] if not target["valid"]}
    assert refused == {"instagram", "youtube"}  # which take no text alone


@pytest.mark.parametrize(
    ("platform", "says"), [("youtube", "video"), ("instagram", "without an image or a video")]
)
def test_a_text_alone_is_not_for_every_platform(planrrr, platform: str, says: str) -> None:
    shown = planrrr("validate", "-", "--to", platform, "--json", stdin="Hello", code=1).json
    messages = [error["message"] for error in shown["documents"][0]["targets"][0]["errors"]]
    assert any(says in message for message in messages), messages


def test_an_account_is_named_as_it_was_typed(planrrr) -> None:
    shown = planrrr("validate", "-", "--to", "facebook:@Acme", "--json", stdin="Hello").json
    assert shown["documents"][0]["targets"][0]["connection"] == "@Acme"


def test_the_sample_that_is_invalid_on_purpose_is_the_only_one(planrrr) -> None:
    names = sorted(str(path) for path in EXAMPLES.glob("*.md") if path.name != "README.md")
    shown = planrrr("validate", *names, "--json", code=1).json
    assert [Path(one["file"]).name for one in shown["documents"] if not one["valid"]] == ["invalid.md"]


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"   \n",
        b"\xff\xd8\xff\xe0",
        b"---\nto: [\n---\nx",
        b"---\nno end",
        b"---\nweather: fine\n---\nx",
    ],
)
def test_what_is_no_document_is_one_sentence(planrrr, folder, raw: bytes) -> None:
    (folder / "a.md").write_bytes(raw)
    shown = planrrr("validate", "a.md", "missing.md", "--json", code=1).json
    for document in shown["documents"]:
        (error,) = document["errors"]
        assert error["rule"] == "document_unreadable"
        assert "\n" not in error["message"]


def test_a_bad_medium_is_an_error_of_every_target(planrrr, write) -> None:
    name = write("a.md", front="to: facebook\nmedia: missing.jpg")
    (error,) = planrrr("validate", name, "--json", code=1).json["documents"][0]["targets"][0]["errors"]
    assert (error["rule"], error["medium"]) == ("media_unusable", 0)


def test_people_read_which_rule_and_why(planrrr) -> None:
    said = planrrr("validate", str(EXAMPLES / "invalid.md"), code=1).out
    assert "invalid.md: invalid" in said
    assert "[mixed_media]" in said


@pytest.mark.parametrize(
    ("front", "says"),
    [
        ("at: tomorrow", "is not a time"),
        ("at: 2027-02-30 09:00\nzone: Europe/Berlin", "is not in the calendar"),
        ("at: 2027-03-28 02:30\nzone: Europe/Berlin", "does not exist in Europe/Berlin"),
        ("at: 2027-10-31 02:30\nzone: Europe/Berlin", "happens twice in Europe/Berlin"),
        ("at: 2027-12-01 09:00", "has no time zone"),
    ],
)
def test_a_time_that_add_would_refuse_whenever_it_is_run_is_invalid(planrrr, write, front, says) -> None:
    document = planrrr("validate", write("a.md", front=f"to: [facebook]\n{front}"), "--json", code=1).json
    (one,) = document["documents"]
    assert (one["valid"], one["errors"][0]["rule"]) == (False, "time_unclear")
    assert says in one["errors"][0]["message"]
    assert [target["valid"] for target in one["targets"]] == [True]


def test_a_time_that_has_passed_makes_no_document_invalid(planrrr, write) -> None:
    planrrr("validate", write("a.md", front="to: [facebook]\nat: 2001-12-01T09:00Z"))


def test_a_time_without_zone_is_valid_where_the_settings_have_one(planrrr, write) -> None:
    name = write("a.md", front="to: [facebook]\nat: 2027-12-01 09:00")
    planrrr("validate", name, env={"PLANRRR_TIMEZONE": "Europe/Berlin"})
