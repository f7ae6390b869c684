"""What YouTube does not take is said before anything is sent, in one sentence each."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planrrr_cli.domain.posts import Media, MediaKind, Post, Severity, Shape, problems
from planrrr_cli.platforms.youtube.publisher import YouTubePublisher
from planrrr_cli.platforms.youtube.rules import YOUTUBE_RULES, tags_length
from tests.platforms.youtube.stage import SHAPE, connection

FILM = Media(
    file="/m/film.mp4",
    kind=MediaKind.VIDEO,
    content_type="video/mp4",
    size=5000,
    sha256="0" * 64,
    shape=SHAPE,
)
PICTURE = Media(
    file="/m/a.jpg", kind=MediaKind.IMAGE, content_type="image/jpeg", size=5000, shape=Shape(1280, 720)
)
SRT = Media(file="/m/a.srt", kind=MediaKind.SUBTITLES, content_type="text/srt", size=50)
GOOD = Post("Watch the bread rise.", (FILM,), title="Rising")


def found(post: Post, severity: Severity = Severity.ERROR, **account: Any) -> dict[str, str]:
    rules = YouTubePublisher.rules_for(connection(**account) if account else None)
    return {
        problem.rule: problem.message for problem in problems(post, rules) if problem.severity is severity
    }


def options(**given: Any) -> dict[str, str]:
    return found(replace(GOOD, options=given))


def test_a_video_with_a_title_is_all_it_takes() -> None:
    assert problems(GOOD, YOUTUBE_RULES) == []
    assert (
        problems(replace(GOOD, text="", media=(Media(url="https://example.com/film"),)), YOUTUBE_RULES) == []
    )


# -- words --


@pytest.mark.parametrize("title", [None, "", "   ", "\u200b\u2060 \u00ad"])
def test_a_title_is_needed(title: str | None) -> None:
    assert found(replace(GOOD, title=title)) == {
        "title_missing": "a video on YouTube needs a title: add a line  title: …  to the document"
    }


def test_a_title_has_a_hundred_characters() -> None:
    assert found(replace(GOOD, title="x" * 100)) == {}
    assert found(replace(GOOD, title="x" * 101)) == {
        "title_too_long": "the title has 101 characters, 1 more than 100"
    }
    emoji = replace(GOOD, title="🍞" * 60)
    assert found(emoji) == {}
    assert "120 if YouTube counts emoji twice" in found(emoji, Severity.WARNING)["title_long"]


@pytest.mark.parametrize(
    ("title", "says"),
    [
        ("a < b", "the title holds <, which YouTube refuses"),
        ("a > b < c", "the title holds < and >, which YouTube refuses"),
        ("a\tb", "the title holds control characters (a tab), which YouTube refuses"),
        ("a\nb", "the title holds control characters (U+000A), which YouTube refuses"),
    ],
)
def test_some_characters_are_refused_in_a_title(title: str, says: str) -> None:
    assert found(replace(GOOD, title=title)) == {"title_characters": says}


def test_a_description_is_counted_in_bytes() -> None:
    """5,001 bytes in 2,000 characters are too many; 5,000 ASCII characters are not."""
    text = "€" * 1500 + "x" * 499 + "é"
    assert (len(text), len(text.encode())) == (2000, 5001)
    assert found(replace(GOOD, text=text)) == {
        "text_too_long": "the description has 5,001 bytes in 2,000 characters, 1 more than 5,000"
    }
    assert found(replace(GOOD, text="x" * 5000)) == {}
    assert YOUTUBE_RULES.count(YOUTUBE_RULES.words(replace(GOOD, text=text))) == 5001


def test_the_link_is_the_last_line_of_the_description_and_counts() -> None:
    linked = replace(GOOD, text="x" * 4980, link="https://example.com/bread")
    assert "5,006 bytes" in found(linked)["text_too_long"]
    assert found(replace(linked, text="https://example.com/bread " + "x" * 4900)) == {}


@pytest.mark.parametrize(
    ("text", "rule"), [("1 < 2", "description_characters"), ("a\x07b", "description_characters")]
)
def test_some_characters_are_refused_in_a_description(text: str, rule: str) -> None:
    assert list(found(replace(GOOD, text=text))) == [rule]


def test_lines_are_welcome_in_a_description() -> None:
    assert found(replace(GOOD, text="one\n\ntwo")) == {}


def test_more_hashtags_than_sixty_are_a_warning() -> None:
    assert "many_hashtags" in found(replace(GOOD, text="#a " * 61), Severity.WARNING)
    assert found(replace(GOOD, text="#a " * 60), Severity.WARNING) == {}


def test_half_a_character_is_refused_and_breaks_nothing() -> None:
    assert "text_not_unicode" in found(replace(GOOD, text="a\ud800b"))


# -- tags --


@pytest.mark.parametrize(
    ("tags", "length"),
    [
        ([], 0),
        (["Foo-Baz"], 7),
        (["Foo Baz"], 9),  # as if in quotes
        (["a", "b"], 3),  # with the comma
        (["a b", "c"], 7),
    ],
)
def test_tags_are_counted_with_quotes_and_commas(tags: list[str], length: int) -> None:
    assert tags_length(tags) == length


@given(st.lists(st.text(st.characters(exclude_characters=",", codec="utf-8"), min_size=1), max_size=20))
def test_tags_cost_their_characters_two_for_a_space_and_one_between_them(tags: list[str]) -> None:
    quotes = sum(2 for tag in tags if " " in tag)
    assert tags_length(tags) == sum(map(len, tags)) + quotes + max(0, len(tags) - 1)


def test_five_hundred_are_taken_and_one_more_is_not() -> None:
    assert options(tags=["x" * 249, "y" * 250]) == {}
    assert options(tags=["x" * 250, "y" * 250]) == {
        "tags_too_long": "the tags have 501 characters as YouTube counts (with commas and quotes), 1 more than 500"
    }
    assert "tags_too_long" in options(tags=["x" * 249, "y" * 125 + " " + "z" * 123])


# -- the video --


@pytest.mark.parametrize(
    ("media", "says"),
    [
        ((), "a post on YouTube is a video, and this one is text only"),
        ((PICTURE,), "medium 1 is a picture (image/jpeg), and a post on YouTube is a video"),
        ((SRT,), "medium 1 is text/srt"),
    ],
)
def test_posts_without_a_video_are_refused_with_the_reason(media: tuple[Media, ...], says: str) -> None:
    ((rule, message),) = found(replace(GOOD, media=media)).items()
    assert rule in {"video_missing", "not_a_video"}
    assert says in message
    if media != (SRT,):
        assert "community posts is open to approved projects only" in message


def test_one_video_is_all() -> None:
    assert found(replace(GOOD, media=(FILM, FILM)))["too_many_media"] == "the post has 2 media, 1 more than 1"


@pytest.mark.parametrize(
    ("shape", "says"),
    [
        (Shape(), "there is no moving picture in it"),
        (Shape(duration=3.0, audio_codec="AAC"), "there is only sound in it"),
    ],
)
def test_a_video_that_is_no_video_is_refused(shape: Shape, says: str) -> None:
    said = found(replace(GOOD, media=(replace(FILM, shape=shape),)))
    assert said == {"not_a_video": f"medium 1 calls itself a video, and {says}"}


def test_the_largest_and_the_longest_video() -> None:
    most = 256 * 1024**3
    assert found(replace(GOOD, media=(replace(FILM, size=most),))) == {}
    assert (
        "1 more than 274,877,906,944"
        in found(replace(GOOD, media=(replace(FILM, size=most + 1),)))["video_too_large"]
    )
    long = replace(GOOD, media=(replace(FILM, shape=replace(SHAPE, duration=43_201.0)),))
    assert "12.0 hours" in found(long)["video_too_long"]


def test_a_quarter_of_an_hour_is_a_warning_since_only_youtube_knows_the_channel() -> None:
    long = replace(GOOD, media=(replace(FILM, shape=replace(SHAPE, duration=901.0)),))
    assert found(long) == {}
    assert "youtube.com/verify" in found(long, Severity.WARNING)["video_long"]
    assert "alt_unused" in found(replace(GOOD, media=(replace(FILM, alt="Bread"),)), Severity.WARNING)


# -- options --


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"titel": "x"}, "did you mean “title”?"),
        ({"privacy": "secret"}, "it can be public, unlisted or private"),
        ({"privacy": True}, "True is not known"),
        ({"publish_at": "tomorrow"}, "no time with its zone"),
        ({"publish_at": "2026-12-01T09:00"}, "no time with its zone"),
        ({"publish_at": "0001-01-01T00:00:00+14:00"}, "no time with its zone"),
        ({"publish_at": "9999-12-31T23:59:59-12:00"}, "no time with its zone"),
        ({"publish_at": "2026-12-01T09:00Z", "privacy": "public"}, "“publish_at” is for private videos"),
        ({"tags": "bread"}, "a list of words"),
        ({"tags": ["a, b"]}, "holds a comma"),
        ({"tags": [3]}, "put it in quotes"),
        ({"tags": [" "]}, "put it in quotes"),
        ({"category": "Musik"}, "did you mean “music”?"),
        ({"category": True}, "is no category"),
        ({"category": "9" * 5000}, "is no category"),
        ({"language": "english"}, "write it like en or pt-BR"),
        ({"made_for_kids": "no"}, "neither true nor false"),
        ({"synthetic_media": 1}, "neither true nor false"),
        ({"notify": "yes"}, "neither true nor false"),
        ({"license": "mit"}, "youtube or creativeCommon"),
        ({"embeddable": "x"}, "neither true nor false"),
        ({"public_stats": 0}, "neither true nor false"),
        ({"playlist": "https://www.youtube.com/watch?v=1"}, "list= in it"),
        ({"playlist": 3}, "is no playlist"),
        ({"thumbnail": 3}, "has to name a file"),
        ({"captions_language": "en"}, "there are none"),
        ({"captions_name": "Words"}, "there are none"),
    ],
)
def test_a_wrong_option_is_one_sentence(given: dict[str, Any], says: str) -> None:
    ((_, message),) = options(**given).items()
    assert says in message


@pytest.mark.parametrize(
    "given",
    [
        {"privacy": "Private"},
        {"publish_at": "2026-12-01T09:00:00+01:00"},
        {"publish_at": "2026-12-01T09:00Z", "privacy": "private"},
        {"tags": ["bread", "sour dough"]},
        {"category": 22},
        {"category": "22"},
        {"category": "Howto"},
        {"category": "people & blogs"},
        {"category": "Science & Tech"},
        {"language": "pt-BR"},
        {"license": "creativeCommon"},
        {"playlist": "PLrAXtmErZgOeiKm4sgNOknGvNjby9efdf"},
        {"playlist": "https://www.youtube.com/playlist?list=PLrAXtmErZgOeiKm4sgNOknGvNjby9efdf"},
        {"privacy": None, "tags": None},
    ],
)
def test_right_options_are_taken(given: dict[str, Any]) -> None:
    assert options(**given) == {}


def test_a_category_that_is_not_known_is_a_warning() -> None:
    assert "category_unknown" in found(replace(GOOD, options={"category": 42}), Severity.WARNING)


def test_a_video_cannot_become_public_before_it_is_uploaded() -> None:
    at = datetime(2026, 12, 1, 9, 0, tzinfo=UTC)
    late = replace(GOOD, scheduled_at=at, options={"publish_at": "2026-12-01T10:00:00+01:00"})
    assert "not after the time of the post" in found(late)["bad_option"]
    assert found(replace(late, options={"publish_at": "2026-12-01T10:00:01+01:00"})) == {}


# -- files beside the document --


@pytest.mark.parametrize(
    ("file", "rule"),
    [
        (replace(PICTURE, content_type="image/webp"), "thumbnail_type"),
        (SRT, "thumbnail_type"),
        (replace(PICTURE, size=52_428_801), "thumbnail_too_large"),
        (replace(PICTURE, shape=Shape(639, 360)), "thumbnail_small"),
    ],
)
def test_a_thumbnail_that_youtube_would_refuse(file: Media, rule: str) -> None:
    assert list(found(replace(GOOD, attachments={"thumbnail": file}))) == [rule]


def test_good_files_are_taken() -> None:
    both = {"thumbnail": replace(PICTURE, size=52_428_800), "captions": SRT}
    assert found(replace(GOOD, attachments=both, options={"captions_language": "en"})) == {}
    assert YOUTUBE_RULES.files == ("thumbnail", "captions")


def test_captions_need_their_language_and_are_a_text() -> None:
    assert "captions_language: en" in found(replace(GOOD, attachments={"captions": SRT}))["bad_option"]
    wrong = replace(GOOD, attachments={"captions": PICTURE}, options={"captions_language": "en"})
    assert list(found(wrong)) == ["captions_type"]


# -- permissions --

FULL = ("https://www.googleapis.com/auth/youtube.force-ssl",)


def test_unknown_permissions_are_left_to_youtube() -> None:
    assert found(GOOD, scopes=()) == found(GOOD, Severity.WARNING, scopes=()) == {}
    assert found(GOOD, scopes=FULL) == found(GOOD, Severity.WARNING, scopes=FULL) == {}


def test_a_sign_in_that_may_not_upload_is_an_error() -> None:
    said = found(GOOD, scopes=("youtube.readonly",))
    assert "youtube.upload is missing" in said["missing_scope"]
    assert "planrrr connect youtube" in said["missing_scope"]


def test_a_sign_in_that_may_not_read_is_a_warning() -> None:
    assert found(GOOD, scopes=("youtube.upload",)) == {}
    assert "youtube.readonly" in found(GOOD, Severity.WARNING, scopes=("youtube.upload",))["missing_scope"]


@pytest.mark.parametrize(
    ("post", "name"),
    [
        (replace(GOOD, options={"playlist": "PL123"}), "the playlist"),
        (replace(GOOD, attachments={"captions": SRT}, options={"captions_language": "en"}), "the captions"),
        (replace(GOOD, first_comment="First"), "the first comment"),
    ],
)
def test_what_an_extra_needs_is_said_when_it_is_missing(post: Post, name: str) -> None:
    least = ("youtube.upload", "youtube.readonly")
    assert found(post, scopes=least) == {}
    assert f"will refuse {name}" in found(post, Severity.WARNING, scopes=least)["missing_scope"]
    assert found(post, Severity.WARNING, scopes=FULL) == {}
