"""Long texts as threads: every part fits, nothing is lost, and links and emoji stay whole."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from planrrr_cli.platforms.x.length import nfc, weighted_length
from planrrr_cli.platforms.x.links import links
from planrrr_cli.platforms.x.split import split

FAMILY = "👨\u200d👩\u200d👧\u200d👦"
PIECES = st.sampled_from(
    ["word ", "a", ". ", "Why? ", "中", "。", FAMILY, " https://example.com/a/long/path?x=1 ", " ", "\n\n", "\n",
     "é", "e\u0301", "example.com", "@", "#", "1️⃣", "!", "x" * 50, "か" * 30, "🇩🇪", "©", " t.co/abc "]
)  # fmt: skip
TEXTS = st.lists(PIECES, max_size=60).map("".join)


@given(TEXTS, st.sampled_from([46, 60, 280]))
def test_every_part_fits_and_nothing_but_white_space_is_lost(text: str, limit: int) -> None:
    parts = split(text, limit, most=1000)
    assert all(0 < weighted_length(part) <= limit for part in parts)
    assert all(part == part.strip() for part in parts)
    assert "".join("".join(parts).split()) == "".join(nfc(text).split())


@given(
    st.lists(
        st.sampled_from(["word ", "More words. ", "https://example.com/path ", f"{FAMILY} ", "Ende! "]),
        min_size=30,
    )
)
def test_no_link_and_no_emoji_is_cut(pieces: list[str]) -> None:
    text = "".join(pieces)
    parts = split(text, 280, most=1000)
    assert sum(len(links(part)) for part in parts) == len(links(text))
    assert sum(part.count(FAMILY) for part in parts) == text.count(FAMILY)


def test_sentences_are_kept_together_where_they_can_be() -> None:
    sentence = "This is a sentence of some words, which is neither long nor short."
    parts = split(" ".join([sentence] * 9), 280, most=100)
    assert parts == [" ".join([sentence] * 4), " ".join([sentence] * 4), sentence]


def test_a_paragraph_is_the_best_place_to_cut() -> None:
    first, second = "One thing. " * 15, "Another thing. " * 15
    parts = split(first.strip() + "\n\n" + second, 280, most=100)
    assert parts == [first.strip(), second.strip()]


def test_words_are_cut_only_when_one_alone_is_too_long() -> None:
    assert split("wörd " * 80, 280, most=100) == ["wörd " * 55 + "wörd", "wörd " * 23 + "wörd"]
    assert [len(part) for part in split("y" * 600, 280, most=100)] == [280, 280, 40]


def test_a_text_that_fits_is_one_part() -> None:
    assert split("Short.", 280, most=100) == ["Short."]
    assert split("  ", 280, most=100) == []


def test_letters_keep_their_marks() -> None:
    parts = split("q\u0301" * 300, 279, most=100)
    assert [part[:2] for part in parts] == ["q\u0301"] * 3
    assert all(weighted_length(part) <= 279 for part in parts)
