"""Little text: whatever a person wrote is shown whole."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planrrr_cli.domain.posts import Post
from planrrr_cli.platforms.linkedin.body import body_of
from planrrr_cli.platforms.linkedin.little import RESERVED, essence, little, utf16_units, without_addresses
from tests.platforms.linkedin.reader import read

AUTHOR = "urn:li:organization:5515715"
WORDS = st.sampled_from(
    [
        *RESERVED,
        *" \n\t.,a1éß漢🎉'",
        "#tag",
        "#so_called",
        "#1",
        "#_",
        "@",
        "@[Acme",
        "](urn:li:",
        "(urn:li:organization:1)",
        "{hashtag|\\#|",
        "https://example.com/a_(b)#part~1",
    ]
)
TEXTS = st.lists(WORDS, max_size=30).map("".join)
MENTION = "@[Acme Corp](urn:li:organization:1234)"


@given(TEXTS | st.text(max_size=60))
def test_a_text_is_shown_as_it_was_written(text: str) -> None:
    if "](urn:li:" not in text:
        assert read(little(text)) == text


@given(TEXTS, TEXTS)
def test_nothing_is_cut_around_a_mention(before: str, after: str) -> None:
    if "](urn:li:" not in before + after:
        assert read(little(f"{before} {MENTION}{after}")) == f"{before} Acme Corp{after}"


@pytest.mark.parametrize("character", RESERVED)
def test_every_reserved_character_is_escaped_by_one_backslash(character: str) -> None:
    for text in (character, f"a{character}b", f"a {character} b", character * 3):
        assert read(little(text)) == text
    assert little(f"a {character} b") == f"a \\{character} b"


@pytest.mark.parametrize(
    ("text", "written"),
    [
        (MENTION, MENTION),
        ("@[J. Doe-Ray](urn:li:person:Ab_c-1)", "@[J. Doe-Ray](urn:li:person:Ab_c-1)"),
        ("@[Acme (Berlin)](urn:li:organization:1)", "@[Acme \\(Berlin\\)](urn:li:organization:1)"),
        ("@[Acme](urn:li:share:1)", "\\@\\[Acme\\]\\(urn:li:share:1\\)"),
        ("@[](urn:li:person:1)", "\\@\\[\\]\\(urn:li:person:1\\)"),
        ("me@example.com", "me\\@example.com"),
        ("#hiring now", "#hiring now"),
        ("(#café)", "\\(#café\\)"),
        ("We are #1", "We are \\#1"),
        ("C# and F#", "C\\# and F\\#"),
        ("#so_called", "{hashtag|\\#|so\\_called}"),
        ("##twice", "\\#\\#twice"),
        ("https://example.com/a_b/#part", "https://example.com/a\\_b/\\#part"),
        ("one\ntwo 🎉 #go", "one\ntwo 🎉 #go"),
        ("already \\# escaped", "already \\\\\\# escaped"),
    ],
)
def test_elements_stay_and_the_rest_is_escaped(text: str, written: str) -> None:
    assert little(text) == written


@given(TEXTS)
def test_escaping_what_is_escaped_shows_the_escapes(text: str) -> None:
    """One pass: what was escaped once comes out once, however often it is looked at."""
    if "](urn:li:" not in text and "{hashtag" not in little(text):
        assert read(little(little(text))) == little(text)


def test_characters_are_counted_as_utf_16_before_escaping() -> None:
    assert utf16_units("a(b)") == 4
    assert utf16_units("🎉") == 2
    assert utf16_units("é") == 1


@given(TEXTS)
def test_a_text_has_the_same_essence_however_linkedin_gives_it_back(text: str) -> None:
    assert essence(little(text)) == essence(text)
    assert essence(f"  {text}\r\n".replace(" ", "  ")) == essence(text)


def test_the_essence_has_elements_as_words() -> None:
    assert essence("{hashtag|\\#|so\\_called} {hashtag|#|go}") == "#so_called #go"
    assert essence(f"With {MENTION}!") == "With Acme Corp!"
    assert essence("Cafe\u0301") == "Café"
    assert without_addresses("see https://example.com/x now") == without_addresses(
        "see https://lnkd.in/e4 now"
    )


@given(TEXTS)
def test_the_body_is_the_same_bytes_each_time(text: str) -> None:
    post = Post(text, link="https://example.com", title="T", options={"visibility": "public"})
    media = {"thumbnail": {"urn": "urn:li:image:1", "sort": "image"}}
    assert json.dumps(body_of(post, AUTHOR, media)) == json.dumps(body_of(post, AUTHOR, dict(media)))
