"""The little text format: what is public of a commentary that was not, or not rightly, escaped."""

import pytest

RESERVED = "|{}@[]()<>#\\*_~"


def test_everything_reserved_is_shown_when_it_was_escaped(club):
    club.published("".join("\\" + character for character in RESERVED) + " end")
    assert club.texts() == [RESERVED + " end"]


@pytest.mark.parametrize("character", RESERVED)
def test_the_rest_is_silently_lost_after_the_first_bare_reserved_character(club, character):
    urn = club.published(f"before {character} after")
    assert club.texts() == ["before "]
    assert club.read(urn).json()["commentary"] == "before "


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("Fresh #rye today", "Fresh #rye today"),
        ("#Brötchen_2026!", "#Brötchen_2026!"),
        ("a {hashtag|\\#|rye} b", "a #rye b"),
        ("a {hashtag|#|rye\\_bread} b", "a #rye_bread b"),
        (
            "by @[Acme Corp](urn:li:organization:12) and @[A \\(B\\)](urn:li:person:x_1-Z)",
            "by Acme Corp and A (B)",
        ),
        ("line\nfeed, emoji 👋🏽, https://example.com/a?b=c&d=e-f", None),
    ],
)
def test_elements_are_understood(club, source, shown):
    club.published(source)
    assert club.texts() == [source if shown is None else shown]


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("price # 5", "price "),
        ("a #_x", "a "),
        ("@[Acme] (urn:li:organization:12)", ""),
        ("@[Acme](urn:li:group:12) x", ""),
        ("x {hashtag|\\#|} y", "x "),
        ("https://example.com/a_b", "https://example.com/a"),
        ("mail me@example.com", "mail me"),
        ("C:\\new", "C:"),
        ("ends with \\", "ends with "),
    ],
)
def test_what_only_looks_like_an_element_cuts_the_text(club, source, shown):
    club.published(source)
    assert club.texts() == [shown]


def test_a_hashtag_is_given_back_as_the_template_that_it_stands_for(club):
    urn = club.published("Fresh #rye, \\#5")
    assert club.read(urn).json()["commentary"] == "Fresh {hashtag|\\#|rye}, \\#5"


def test_comments_and_descriptions_are_plain_text(club):
    urn = club.published("m")
    assert club.comment(urn, "a (b) #c \\( @d").status_code == 201
    assert club.texts() == ["m", "a (b) #c \\( @d"]
