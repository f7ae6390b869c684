"""Post documents: what they mean, and that everything else is refused with one clear sentence."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from planrrr_cli.documents import (
    Document,
    MediaItem,
    Target,
    fingerprint,
    open_document,
    parse_target,
    read_document,
)
from planrrr_cli.domain.connections import Platform
from planrrr_cli.domain.errors import InvalidDocument

HERE = Path("/posts")
FULL = """---
to: [facebook, "x:@acme"]            # platform, or platform:account
at: 2026-12-01T09:00:00+01:00
zone: Europe/Berlin
media:
  - file: launch.jpg
    alt: Our new office, seen from the river
  - https://example.com/a.png
  - plain.jpg
link: https://example.com/launch
title: Moved
first_comment: "More: below"
max_lateness: 24h
x: {text: "A shorter text for X"}
youtube: {title: "…", privacy: public, made_for_kids: false, category: 22, ratio: 1.5, nothing: null, tags: [a, b]}
---
We have moved.
"""


def read(written: str | bytes) -> Document:
    raw = written.encode() if isinstance(written, str) else written
    return read_document(raw, name="post.md", folder=HERE)


def refusal(written: str | bytes) -> str:
    with pytest.raises(InvalidDocument) as caught:
        read(written)
    said = str(caught.value)
    assert said.startswith("post.md")
    assert "\n" not in said
    return said


def outcome(written: str | bytes) -> Document | str:
    """The document, or the sentence that refuses it; anything else escapes."""
    try:
        return read(written)
    except InvalidDocument as error:
        return str(error)


def with_front(front: str) -> str:
    return f"---\n{front}\n---\ntext\n"


def test_a_full_document_is_read_as_it_was_written() -> None:
    assert read(FULL) == Document(
        name="post.md",
        folder=HERE,
        text="We have moved.",
        targets=(Target(Platform.FACEBOOK), Target(Platform.X, "@acme")),
        at="2026-12-01T09:00:00+01:00",
        zone="Europe/Berlin",
        media=(
            MediaItem(file="launch.jpg", alt="Our new office, seen from the river"),
            MediaItem(url="https://example.com/a.png"),
            MediaItem(file="plain.jpg"),
        ),
        link="https://example.com/launch",
        title="Moved",
        first_comment="More: below",
        max_lateness=timedelta(hours=24),
        overrides={
            "x": {"text": "A shorter text for X"},
            "youtube": {
                "title": "…",
                "privacy": "public",
                "made_for_kids": False,
                "category": 22,
                "ratio": 1.5,
                "nothing": None,
                "tags": ["a", "b"],
            },
        },
    )


def test_without_front_matter_the_whole_file_is_the_text() -> None:
    for text in ("We have moved.", "a\n---\nb", "--- a rule\nb\n---", "----\nb", " ---\nb", "to: x"):
        assert read(text).text == text
        assert read(text).targets == ()


def test_an_empty_front_matter_lets_a_text_begin_with_a_rule() -> None:
    assert read("---\n---\n---\nHello\n---\n").text == "---\nHello\n---"
    assert read("---\n# only a comment\n---\nHello").text == "Hello"


def test_line_ends_become_lf_and_empty_lines_around_the_text_go() -> None:
    assert read("---\r\nto: x\r\n---  \r\n\r\n  a\r\n\r\nb \r\n\r\n").text == "  a\n\nb "
    assert read(b"\xef\xbb\xbf---\nto: x\n---\na").targets == (Target(Platform.X),)


@pytest.mark.parametrize(
    "text",
    [
        "e\u0301 stays two code points, é one",
        "\u200fשלום\u200e and \u202bעברית\u202c",
        "👩‍👩‍👧‍👦 🏳️‍🌈 🇩🇪",
        "a\u2028b\u00a0c\u0085d\u200b",
        "tab\there, lone\rreturn",
    ],
)
def test_the_text_is_kept_character_by_character(text: str) -> None:
    assert read(text).text == text
    assert read(f"---\nto: x\n---\n{text}\n").text == text


def test_times_words_and_numbers_are_not_guessed_at() -> None:
    document = read(
        with_front("at: 2026-12-01\ntitle: on\nfirst_comment: 12:30\nx: {a: 007, b: 0x1F, c: 1_000, d: yes}")
    )
    assert (document.at, document.title, document.first_comment) == ("2026-12-01", "on", "12:30")
    assert document.overrides["x"] == {"a": "007", "b": "0x1F", "c": "1_000", "d": "yes"}


def test_a_post_may_be_media_alone_or_a_link_alone() -> None:
    assert read("---\nmedia: a.jpg\n---\n").text == ""
    assert read("---\nlink: https://example.com\n---").link == "https://example.com"
    assert "there is no text, link or medium" in refusal("---\nto: x\n---\n \n")


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("x", (Target(Platform.X),)),
        ("Twitter", (Target(Platform.X),)),
        ('"twitter:@acme"', (Target(Platform.X, "@acme"),)),
        ("linkedin:urn:li:person:abc", (Target(Platform.LINKEDIN, "urn:li:person:abc"),)),
        ('"facebook: Acme Inc"', (Target(Platform.FACEBOOK, "Acme Inc"),)),
        ("[x, twitter, 'x:@a', x]", (Target(Platform.X), Target(Platform.X, "@a"))),
        ("\n  - instagram\n  - youtube", (Target(Platform.INSTAGRAM), Target(Platform.YOUTUBE))),
    ],
)
def test_targets_are_platforms_or_accounts_on_them(typed: str, meant: tuple[Target, ...]) -> None:
    assert read(with_front(f"to: {typed}")).targets == meant


def test_a_target_comes_back_from_its_own_text() -> None:
    for target in (
        Target(Platform.X),
        Target(Platform.X, "@a"),
        Target(Platform.LINKEDIN, "urn:li:person:a"),
    ):
        assert parse_target(str(target)) == target


def test_overrides_for_twitter_are_overrides_for_x() -> None:
    assert read(with_front("twitter: {text: short}")).overrides == {"x": {"text": "short"}}


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b"", "the file is empty"),
        (b" \r\n\t\n", "only white space"),
        (b"\xff\xd8\xff\xe0\x00\x10JFIF", "this is a JPEG image, not text"),
        (b"\x89PNG\r\n\x1a\n\x00", "this is a PNG image"),
        (b"PK\x03\x04\xff", "a ZIP archive or an office document"),
        (b"text\x00text", "this is a binary file"),
        ("hallo".encode("utf-16"), "the text is UTF-16; save it as UTF-8"),
        (b"\x00\x00\xfe\xff\x00\x00\x00a", "the text is UTF-32"),
        (b"one\ntw\xe9\n", "post.md, line 2: byte 6 (0xe9) is not UTF-8"),
        (b"\xed\xa0\x80", "byte 0 (0xed) is not UTF-8"),
        (b"a" * (3 * 1024 * 1024), "it is 3.0 MB; a post document is text of at most 1 MB"),
        (b"a" * (1024 * 1024 + 1), "it is 1.1 MB"),
    ],
)
def test_a_file_that_is_no_text_is_refused(raw: bytes, said: str) -> None:
    assert said in refusal(raw)


@pytest.mark.parametrize(
    ("front", "said"),
    [
        ("hello", "line 2: the front matter is no list of keys"),
        ("- a", "line 2: the front matter is no list of keys"),
        ("title: a: b", "line 2, column 9: the front matter is not valid YAML"),
        ("title: a: b", "a value with a colon in it must be in quotes"),
        ("to: @acme", "a value that begins with this character must be in quotes"),
        ("to:\n\t- x", "line 3, column 1"),
        ("to:\n\t- x", "indent with spaces, not with tabs"),
        ("to: [x", "a bracket is not closed"),
        ("title: 'a", "a quote or a bracket is not closed"),
        ("to: x\ntitle: a\nto: y", "line 4, column 1: the key 'to' is already in line 2"),
        ("x: {a: 1, a: 2}", "the key 'a' is already in line 2"),
        ("title: &a b\nlink: *a", "line 2, column 8: aliases"),
        ("title: !!python/object:os.system x", "line 2, column 8: tags"),
        ("x: {<<: {a: 1}, b: 2}\n1: 2", "line 3, column 1: a key must be a word"),
        ("x: " + "[" * 1000, "nested more than 20 levels deep"),
        ("x: {? [a] : b}", "a key must be a word"),
        (r'title: "\ud800"', "line 2, column 8: half of a surrogate pair"),
        (r'x: {a: ["\udc00"]}', "half of a surrogate pair"),
        (r'title: "a\0b"', "a NUL is not allowed"),
        (r'title: "\U00110000"', "this escape is no character"),
        ("title: a\x07", "line 2, column 9: the character U+0007 is not allowed here"),
        ("title: a\n... \nb: c", "not valid YAML"),
        ("title: " + "a" * 70_000, "the front matter is 68 KB; at most 64 KB are read"),
    ],
)
def test_a_broken_front_matter_is_refused_with_its_place(front: str, said: str) -> None:
    assert said in refusal(with_front(front))


@pytest.mark.parametrize(
    ("front", "said"),
    [
        ("to: x\ntoo: x", 'line 3: the key "too" is not known; did you mean to?'),
        ("text: a", "the text goes below the second ---"),
        ("date: a", "did you mean at?"),
        ("qqq: a", 'the key "qqq" is not known; remove it'),
        ("linkdin: {}", "did you mean linkedin?"),
        ("to: fcebook", 'to: "fcebook" is not a platform; did you mean facebook?'),
        ("to: myspace", "there are facebook, instagram, x, youtube, linkedin"),
        ("to: [1]", "to: the number 1 is not a platform"),
        ("to:", "to: nothing is not a platform"),
        ("to: {x: acme}", 'to: write "x:acme" in one word'),
        ("to: 'x:'", "names no account after the colon"),
        ("title: 12", "title: the number 12 is not a text; put it in quotes"),
        ("title: true", "title: true is not a text"),
        ("at: [a]", "at: a list is not a text"),
        ("zone: Europe/Berln", 'zone: "Europe/Berln" is not a time zone; did you mean Europe/Berlin?'),
        ("link: example.com", 'link: "example.com" is not a web address'),
        ("link: 'https://exa mple.com'", "is not a web address"),
        ("max_lateness: 24", 'max_lateness: "24" is not a duration; write it like 90m, 24h or 2d'),
        ("media: {}", "media, item 1: it has neither file nor url"),
        ("media: [a.jpg, {file: a, url: 'https://b.c'}]", "media, item 2: it has both file and url"),
        ("media: [{fle: a}]", 'media, item 1: the key "fle" is not known; did you mean file?'),
        ("media: [{file: [a]}]", "media, item 1, file: a list is not a text"),
        ("media: [{url: ftp://a/b}]", "media, item 1: its url is not a web address"),
        ("media: ['']", "media, item 1"),
        ("x: hello", 'x: "hello" is no mapping'),
        ("x: {text: [a]}", "x: text: a list is not a text"),
        ("to: y\nx: {a: 1}", 'line 2: to: "y" is not a platform'),
        ("x: {a: 1}\ntwitter: {a: 1}", "line 3: twitter: x is there twice"),
    ],
)
def test_a_key_that_is_unknown_or_holds_the_wrong_thing_is_refused(front: str, said: str) -> None:
    assert said in refusal(with_front(front))


def test_a_front_matter_that_does_not_end_is_refused() -> None:
    assert "no second ---" in refusal("---\nto: x\nHello")


@given(st.binary(max_size=300))
@example(b"---\n%YAML 9.9\n---\n---\n")
@example(b"---\n? |\n  a\n: b\n---\n")
@example(b"---\n=: a\n---\nb")
@example(b"---\nx: {=: a}\n---\nb")
@example(b"---\n\xc2\x85\n---\nb")
def test_any_bytes_are_a_document_or_refused(raw: bytes) -> None:
    found = outcome(raw)
    assert isinstance(found, Document) or found.startswith("post.md")


WORDS = [
    "to",
    "x",
    "media",
    "title",
    "\\u",
    "d83d",
    "&a",
    "*a",
    "!t",
    "<<",
    "0",
    "1.5",
    "null",
    "true",
    "...",
    "---",
]
MARKS = [": ", ":", "\n", "  ", "- ", "? ", "\t", "\u2028", "\x85", "\\x", *"[]{}|>#=%@~\"'"]


@given(st.lists(st.sampled_from(WORDS + MARKS), max_size=30).map("".join))
def test_any_front_matter_is_read_into_json_or_refused(front: str) -> None:
    found = outcome(with_front(front))
    if isinstance(found, Document):
        json.dumps({name: dict(mine) for name, mine in found.overrides.items()}, allow_nan=False)
    else:
        assert found.startswith("post.md")


NO_NUL = st.characters(exclude_characters="\x00", exclude_categories=["Cs"])
TEXTS = st.text(NO_NUL, max_size=50)
JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**17), 10**17) | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=8,
)
OVERRIDE_KEYS = TEXTS.filter(lambda key: key not in {"text", "link", "title", "first_comment"})


@given(
    TEXTS.filter(lambda text: text.strip() and "\r" not in text),
    TEXTS.filter(str.strip),
    st.dictionaries(OVERRIDE_KEYS, JSON_VALUES, max_size=3),
)
def test_what_is_written_as_json_in_the_front_matter_comes_back(
    text: str, title: str, override: dict[str, object]
) -> None:
    front = json.dumps({"to": ["x"], "title": title, "x": override})
    document = read(f"---\n{front}\n---\n{text}")
    assert document.text == text.strip("\n")
    assert document.title == title.strip()
    assert document.overrides == {"x": override}


# ---------------------------------------------------------------- files


def test_a_file_is_read_with_its_folder(tmp_path: Path) -> None:
    path = tmp_path / "post.md"
    path.write_text("Hello")
    document = open_document(path)
    assert (document.name, document.folder, document.text) == (str(path), tmp_path, "Hello")


def test_a_file_that_cannot_be_read_is_refused_with_a_sentence(tmp_path: Path) -> None:
    for path, said in (
        (tmp_path / "none.md", "No such file"),
        (tmp_path, "directory"),
        (Path("a\x00b"), "not a file's name"),
    ):
        with pytest.raises(InvalidDocument, match=said):
            open_document(path)


def test_a_huge_file_is_refused_by_its_size_without_reading_it(tmp_path: Path) -> None:
    with (tmp_path / "huge.md").open("wb") as file:
        file.truncate(4_000_000_000)
    with pytest.raises(InvalidDocument, match=r"it is 3814\.7 MB; a post document is text of at most 1 MB"):
        open_document(tmp_path / "huge.md")


# ---------------------------------------------------------------- fingerprints


def test_the_same_document_has_the_same_fingerprint_wherever_it_lies() -> None:
    first = read(FULL)
    second = replace(read(FULL.replace("\n", "\r\n")), name="other.md", folder=Path("/elsewhere"))
    hashes = ["aa", None, "bb"]
    assert fingerprint(first, hashes, first.targets) == fingerprint(second, hashes, reversed(second.targets))
    assert fingerprint(first, hashes, first.targets) == fingerprint(
        first, hashes, ["x:@acme", "facebook", "facebook"]
    )
    assert len(bytes.fromhex(fingerprint(first, hashes, first.targets))) == 32


def test_everything_that_would_be_posted_differently_changes_the_fingerprint() -> None:
    document = read(FULL)
    hashes = ["aa", None, "bb"]
    variants = [
        replace(document, text="Other"),
        replace(document, link=None),
        replace(document, title="Other"),
        replace(document, first_comment=None),
        replace(document, at="2026-12-01T09:00:01+01:00"),
        replace(document, zone=None),
        replace(document, overrides={}),
        replace(document, media=(replace(document.media[0], alt="Other"), *document.media[1:])),
        replace(
            document, media=(document.media[0], MediaItem(url="https://example.com/b.png"), document.media[2])
        ),
    ]
    prints = {fingerprint(one, hashes, one.targets) for one in (document, *variants)}
    prints.add(fingerprint(document, ["bb", None, "aa"], document.targets))
    prints.add(fingerprint(document, hashes, [Target(Platform.X)]))
    assert len(prints) == len(variants) + 3


def test_the_name_of_a_media_file_does_not_matter_but_its_bytes_do() -> None:
    one, other = read("---\nmedia: a.jpg\n---"), read("---\nmedia: b.jpg\n---")
    assert fingerprint(one, ["aa"], ["x"]) == fingerprint(other, ["aa"], ["x"])
    assert fingerprint(one, ["aa"], ["x"]) != fingerprint(one, ["bb"], ["x"])
