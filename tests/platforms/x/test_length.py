"""Weighted length and links, as X's own library counts them: its conformance cases, and texts made to be slow."""

from __future__ import annotations

import json
from pathlib import Path
from unicodedata import normalize

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planrrr_cli.domain.posts import Post, problems
from planrrr_cli.platforms.x.length import invalid_characters, measure, nfc, weighted_length
from planrrr_cli.platforms.x.links import links
from planrrr_cli.platforms.x.rules import X_RULES

CASES = json.loads((Path(__file__).parent / "conformance.json").read_text())
FAMILY = "👨\u200d👩\u200d👧\u200d👦"


@pytest.mark.parametrize("case", CASES["weights"], ids=lambda case: case["description"])
def test_a_text_weighs_what_x_says(case: dict) -> None:
    assert weighted_length(case["text"]) == case["weightedLength"]
    assert (not problems(Post(case["text"]), X_RULES)) is case["valid"]


@pytest.mark.parametrize("case", CASES["links"], ids=lambda case: case["description"])
def test_links_are_where_x_sees_them(case: dict) -> None:
    text = normalize("NFC", case["text"])
    assert [text[start:end] for start, end in links(text)] == case["urls"]
    rest = text
    for url in case["urls"]:
        rest = rest.replace(url, "", 1)
    assert weighted_length(text) == weighted_length(" " + rest) - 1 + 23 * len(case["urls"])


@pytest.mark.parametrize(
    ("text", "characters"),
    [
        (FAMILY, 2),
        ("Hello, world! 👋", 16),
        ("🇩🇪🇫🇷", 4),
        ("❤️‍🔥", 2),
        ("👍🏽", 2),
        ("#️⃣*️⃣", 4),
        ("1️", 3),
        ("a\u200d", 2),
        ("日本語", 6),
        ("e\u0301", 1),
        ("example.com", 23),
        ("foo.notatld", 11),
        ("user@example.com", 16),
        ("say “example.com”!", 30),
        ("\r\n", 2),
        ("", 0),
    ],
)
def test_small_texts_weigh_what_the_rules_say(text: str, characters: int) -> None:
    assert measure(text).characters == characters


def test_invalid_characters_are_named_once() -> None:
    assert invalid_characters("a\ufeffb\uffff\ufeff") == ["U+FEFF", "U+FFFF"]
    assert invalid_characters("\u202a\u202e") == []


HOSTILE = [
    "a.", "あ.", "a.com_-.", "@a.b", "http://", "中", "中a.co中", "a.co/((((", "a.co/.....", "_a.", "xn--", ".xn--a",
    "か" * 70 + ".", "a.co?a?", "😀\u200d", "e\u0301", "1\u20e3", "\u0300\u0316", "-a.co-", "a.b.c.d.com.", FAMILY,
    "http://t.co/a", "\ud83d", "$a.co", "İ.", ".com", "a" * 5000,
]  # fmt: skip


@pytest.mark.parametrize("piece", HOSTILE, ids=ascii)
def test_no_text_takes_long_however_it_is_made(piece: str) -> None:
    """Each takes a tenth of a second; a time that grew with the square of the length would be minutes."""
    text = piece * (200_000 // len(piece))
    assert measure(text).characters > 0


@given(st.text(max_size=60), st.text(max_size=60))
def test_what_a_space_parts_weighs_the_sum(one: str, other: str) -> None:
    assert weighted_length(f" {one} {other}") == weighted_length(f" {one}") + weighted_length(f" {other}")


@given(st.text(max_size=80))
def test_links_do_not_overlap_and_lie_in_the_text(text: str) -> None:
    plain, last = nfc(text), 0
    for start, end in links(plain):
        assert last <= start < end <= len(plain)
        last = end


@given(st.text(max_size=300))
def test_a_normalised_text_weighs_the_same(text: str) -> None:
    assert weighted_length(text) == weighted_length(normalize("NFC", text))
    assert nfc(text) == normalize("NFC", text)
