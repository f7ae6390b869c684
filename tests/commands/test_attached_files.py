"""Files that a platform's options name are looked at like media: each that cannot be used is one sentence."""

from __future__ import annotations

import shutil

import pytest

from planrrr_cli.domain.connections import Platform
from tests.commands.conftest import EXAMPLES

LINK = "to: linkedin\nlink: https://example.com/launch\ntitle: A launch\n"


@pytest.fixture
def card(folder, connect):
    """A picture beside the documents, and an account of an organization."""
    connect("urn:li:organization:1", "Bakery", Platform.LINKEDIN)
    shutil.copy(EXAMPLES / "media" / "bread-calendar.png", folder / "card.png")
    (folder / "posts").mkdir()
    shutil.copy(EXAMPLES / "media" / "bread-calendar.png", folder / "posts" / "card.png")
    return folder / "posts" / "card.png"


@pytest.fixture
def document(folder):
    def make(thumbnail: str, name: str = "a.md") -> str:
        path = folder / "posts" / name
        path.write_text(f"---\n{LINK}linkedin: {{thumbnail: {thumbnail}}}\n---\nLook.\n", encoding="utf-8")
        return f"posts/{name}"

    return make


def test_a_file_beside_the_document_is_taken(planrrr, card, document) -> None:
    ran = planrrr("add", document("card.png"), "--at", "now", "--json")
    assert ran.json["added"] == 1


@pytest.mark.parametrize(
    ("thumbnail", "says"),
    [
        ("../card.png", "../card.png"),
        ("missing.png", "missing.png"),
        ("words.txt", "words.txt"),
        ("empty.png", "empty"),
        ("posts.d", "posts.d"),
        ("[card.png]", "not the name of a file"),
        ("7", "not the name of a file"),
        ("''", "not the name of a file"),
    ],
)
def test_what_cannot_be_used_is_one_sentence_and_nothing_is_added(
    planrrr, folder, card, document, thumbnail: str, says: str
) -> None:
    (folder / "posts" / "words.txt").write_text("no picture")
    (folder / "posts" / "empty.png").write_bytes(b"")
    (folder / "posts" / "posts.d").mkdir()
    name = document(thumbnail)
    ran = planrrr("add", name, "--at", "now", "--json", code=1)
    (error,) = ran.json["errors"]
    assert error["platform"] == "linkedin"
    assert says in error["message"]
    assert "\n" not in error["message"] and "Traceback" not in ran.err
    assert planrrr("validate", name, "--json", code=1).json["valid"] is False
    assert planrrr("list", "--json").json["posts"] == []


def test_a_link_out_of_the_folder_is_refused(planrrr, folder, card, document) -> None:
    (folder / "posts" / "sly.png").symlink_to(folder / "card.png")
    (error,) = planrrr("add", document("sly.png"), "--at", "now", "--json", code=1).json["errors"]
    assert "sly.png" in error["message"]


def test_a_film_is_no_thumbnail(planrrr, folder, card, document) -> None:
    shutil.copy(EXAMPLES / "media" / "bread-rises.mp4", folder / "posts" / "film.mp4")
    errors = planrrr("add", document("film.mp4"), "--at", "now", "--json", code=1).json["errors"]
    assert len(errors) == 1 and "thumbnail" in errors[0]["message"], errors


def test_another_picture_makes_another_post_and_the_same_one_does_not(
    planrrr, card, document, folder
) -> None:
    name, time = document("card.png"), "2027-03-01T09:00:00+00:00"
    planrrr("add", name, "--at", time)
    assert planrrr("add", name, "--at", time, "--json").json["unchanged"] == 1
    card.write_bytes(card.read_bytes() + b"\0")
    assert planrrr("add", name, "--at", time, "--json").json["added"] == 1


def test_it_may_be_an_address_which_is_checked_like_one_of_a_medium(planrrr, card, document) -> None:
    name, time = document("'https://media.example/card.png'"), "2027-03-01T09:00:00+00:00"
    planrrr("add", name, "--at", time)
    assert planrrr("add", name, "--at", time, "--json").json["unchanged"] == 1
    other = document("'https://media.example/other.png'")
    assert planrrr("add", other, "--at", time, "--json").json["added"] == 1
    private = document("'http://10.0.0.1/card.png'")
    (error,) = planrrr("add", private, "--at", time, "--json", code=1).json["errors"]
    assert "not a public address" in error["message"]
