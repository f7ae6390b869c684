"""What Instagram takes, told before anything is sent: one sentence each, with the amount."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from planrrr_cli.domain.connections import Connection
from planrrr_cli.domain.posts import Media, MediaKind, Post, Problem, Severity, Shape, problems
from planrrr_cli.platforms.instagram.options import Options, read_options
from planrrr_cli.platforms.instagram.publisher import InstagramPublisher
from planrrr_cli.platforms.media import MediaSource
from tests.flows import MEDIA
from tests.platforms.instagram.stage import connection

MIB = 1024 * 1024
PICTURE = Media(
    file="/m/a.jpg",
    kind=MediaKind.IMAGE,
    content_type="image/jpeg",
    size=100_000,
    shape=Shape(1080, 1080, video_codec="JPEG"),
    public_url="https://media.example/a.jpg",
)
FILM = Media(
    file="/m/a.mp4",
    kind=MediaKind.VIDEO,
    content_type="video/mp4",
    size=1_000_000,
    shape=Shape(1080, 1920, duration=20.0, frame_rate=30.0, video_codec="AVC", audio_codec="AAC"),
    public_url="https://media.example/a.mp4",
)
OWN = connection()
FACEBOOK = connection("facebook")


def found(post: Post, account: Connection | None = OWN) -> list[Problem]:
    return problems(post, InstagramPublisher.rules_for(account))


def errors(post: Post, account: Connection | None = OWN) -> list[str]:
    return [one.rule for one in found(post, account) if one.severity is Severity.ERROR]


def warnings(post: Post, account: Connection | None = OWN) -> list[str]:
    return [one.rule for one in found(post, account) if one.severity is Severity.WARNING]


def post(*media: Media, text: str = "Look", **more: Any) -> Post:
    return Post(text, media or (PICTURE,), **more)


def film(**shape: Any) -> Media:
    assert FILM.shape is not None
    return replace(FILM, shape=replace(FILM.shape, **shape))


@pytest.mark.parametrize(
    ("given_post", "rule", "says"),
    [
        (Post("Only words"), "no_media", "without an image or a video"),
        (post(text="x" * 2_201), "text_too_long", "1 more than 2,200"),
        (post(text="😀" * 1_101), "text_too_long", "2 more than 2,200"),
        (post(text="#tag " * 31), "too_many_hashtags", "1 more than 30"),
        (post(text="@name " * 21), "too_many_mentions", "1 more than 20"),
        (post(replace(PICTURE, alt="x" * 1_003)), "alt_too_long", "3 characters more than 1,000"),
        (post(*[PICTURE] * 11), "too_many_media", "11 media, 1 more than 10"),
        (post(replace(PICTURE, content_type="image/png")), "image_type", "JPEG only: convert it"),
        (post(replace(PICTURE, file="/m/a.MPO")), "image_type", "several pictures"),
        (post(replace(PICTURE, kind=MediaKind.GIF, content_type="image/gif")), "image_type", "JPEG"),
        (
            post(replace(PICTURE, kind=MediaKind.DOCUMENT, content_type="application/pdf")),
            "image_type",
            "application/pdf",
        ),
        (post(replace(PICTURE, size=8 * MIB + 7)), "image_too_large", "7 more than"),
        (post(replace(PICTURE, shape=Shape(700, 1000))), "image_proportions", "4:5 to 1.91:1"),
        (post(replace(PICTURE, shape=Shape(1000, 500))), "image_proportions", "1000×500"),
        (post(replace(PICTURE, public_url=None)), "no_public_address", "MEDIA_PUBLIC_BASE_URL"),
        (
            post(replace(FILM, public_url=None)),
            "no_public_address",
            "only accounts of Facebook Login take files",
        ),
        (post(film(duration=2.0)), "video_too_short", "a reel on Instagram lasts at least 3 s"),
        (post(film(duration=903.0)), "video_too_long", "3.0 s more"),
        (post(replace(FILM, size=300 * MIB + 1)), "video_too_large", "1 more than"),
        (post(replace(FILM, content_type="video/webm")), "video_type", "MP4 and MOV"),
        (post(film(width=2_000)), "video_width", "2,000 pixels wide"),
        (post(film(width=1_920, height=100)), "video_proportions", "10:1"),
        (post(film(frame_rate=15.0)), "video_frame_rate", "15 frames a second"),
        (post(film(frame_rate=120.0)), "video_frame_rate", "23 to 60"),
        (post(film(video_codec="VP9")), "video_codec", "VP9"),
        (post(film(video_codec=None)), "no_video", "no picture"),
        (post(film(duration=61.0), options={"as": "story"}), "video_too_long", "a story on Instagram"),
        (post(replace(FILM, size=101 * MIB), options={"as": "story"}), "video_too_large", "more than"),
        (post(PICTURE, PICTURE, options={"as": "story"}), "bad_option", "one image or video"),
        (post(PICTURE, FILM, options={"as": "reel"}), "bad_option", "carousel"),
        (post(PICTURE, options={"as": "reel"}), "bad_option", "this is an image"),
        (post(FILM, options={"as": "video"}), "bad_option", "reel or story"),
        (post(options={"share_to_feed": True}), "bad_option", "belongs to a reel"),
        (post(options={"audio_name": "x"}), "bad_option", "belongs to a reel"),
        (post(options={"thumb_offset": 1}), "bad_option", "belongs to a reel"),
        (post(options={"trial": "manual"}), "bad_option", "belongs to a reel"),
        (post(attachments={"cover": PICTURE}), "bad_option", "belongs to a reel"),
        (post(FILM, options={"trial": "yes"}), "bad_option", "manual or performance"),
        (post(FILM, options={"thumb_offset": 20_001}), "bad_option", "behind the end"),
        (post(FILM, options={"thumb_offset": "1s"}), "bad_option", "milliseconds"),
        (post(FILM, options={"thumb_offset": True}), "bad_option", "milliseconds"),
        (post(FILM, options={"thumb_offset": 5}, attachments={"cover": PICTURE}), "bad_option", "one of"),
        (post(FILM, options={"share_to_feed": "no"}), "bad_option", "neither true nor false"),
        (post(FILM, options={"audio_name": 5}), "bad_option", "put it in quotes"),
        (post(FILM, options={"cover": 5}), "bad_option", "JPEG beside the document"),
        (
            post(FILM, attachments={"cover": replace(PICTURE, content_type="image/png")}),
            "image_type",
            "the cover is image/png",
        ),
        (
            post(FILM, attachments={"cover": replace(PICTURE, public_url=None)}),
            "no_public_address",
            "the cover has no public address",
        ),
        (post(options={"collaborators": ["a", "b", "c", "d"]}), "bad_option", "1 more than 3"),
        (post(options={"collaborators": ["a b"]}), "bad_option", "no user name"),
        (post(options={"collaborators": []}), "bad_option", "no list of user names"),
        (post(options={"collaborators": ["a"], "as": "story"}), "bad_option", "for stories"),
        (post(options={"location_id": "Berlin"}), "bad_option", "all digits"),
        (post(options={"location_id": 1.5}), "bad_option", "all digits"),
        (post(options={"user_tags": ["a"]}), "bad_option", "needs a place"),
        (post(options={"user_tags": [{"username": "a", "x": 1}]}), "bad_option", "both x and y"),
        (post(options={"user_tags": [{"username": "a", "x": 1, "y": 42}]}), "bad_option", "0 to 1"),
        (post(options={"user_tags": [{"user": "a"}]}), "bad_option", "did you mean “username”"),
        (post(options={"user_tags": 5}), "bad_option", "neither a user name"),
        (post(options={"user_tags": [{"username": "a", "medium": 0}]}), "bad_option", "counted from 1"),
        (
            post(PICTURE, PICTURE, options={"user_tags": [{"username": "a", "x": 0, "y": 0}]}),
            "bad_option",
            "needs the number of a medium",
        ),
        (
            post(PICTURE, PICTURE, options={"user_tags": [{"username": "a", "x": 0, "y": 0, "medium": 3}]}),
            "bad_option",
            "no medium 3",
        ),
        (
            post(PICTURE, FILM, options={"user_tags": [{"username": "a", "medium": 2}]}),
            "bad_option",
            "only images are tagged",
        ),
        (post(options={"is_ai_generated": 1}), "bad_option", "neither true nor false"),
        (post(options={"colaborators": ["a"]}), "unknown_option", "did you mean “collaborators”"),
        (post(options={"zzz": 1}), "unknown_option", "known: as, share_to_feed"),
        (post(Media(url="https://media.example/ä.jpg")), "address_not_ascii", "percent-encoded"),
    ],
)
def test_what_instagram_refuses_is_one_sentence(given_post: Post, rule: str, says: str) -> None:
    wrong = [one for one in found(given_post) if one.severity is Severity.ERROR]
    assert [one.rule for one in wrong] == [rule]
    assert says in wrong[0].message and "\n" not in wrong[0].message


@pytest.mark.parametrize(
    ("given_post", "rule"),
    [
        (post(text="#tag " * 6), "many_hashtags"),
        (post(link="https://example.com/"), "link_unused"),
        (post(title="A title"), "title_unused"),
        (post(options={"as": "story"}), "story_text"),
        (post(text="", options={"as": "story"}, first_comment="x"), "story_comment"),
        (post(text="", first_comment="x" * 301), "comment_long"),
        (post(replace(FILM, alt="A film")), "alt_unused"),
        (post(replace(PICTURE, alt="A loaf"), text="", options={"as": "story"}), "alt_unused"),
        (post(replace(PICTURE, size=8_100_000)), "image_large"),
        (post(replace(PICTURE, shape=Shape(200, 200))), "image_small"),
        (post(film(audio_codec="MPEG Audio")), "audio_codec"),
        (post(replace(FILM, size=200 * MIB)), "video_bit_rate"),
        (post(Media(url="http://media.example/a.jpg")), "address_not_https"),
        (post(FILM, options={"user_tags": [{"username": "a", "x": 0, "y": 0}]}), "tag_place_unused"),
    ],
)
def test_what_may_go_otherwise_than_hoped_is_a_warning(given_post: Post, rule: str) -> None:
    assert errors(given_post) == []
    assert warnings(given_post) == [rule]


@pytest.mark.parametrize(
    "given_post",
    [
        post(),
        post(text=""),
        post(text="x" * 2_200),
        post(text="#tag " * 5 + "@name " * 20),
        post(text="mail@example.com https://example.com/@name#part &#38; 5# C# # @"),
        post(*[PICTURE, FILM] * 5),
        post(FILM),
        post(film(duration=3.0), film(duration=900.0, width=1920, height=1080)),
        post(film(frame_rate=23.976)),
        post(replace(PICTURE, shape=Shape(1080, 1350))),
        post(replace(PICTURE, shape=Shape(1910, 1000))),
        post(replace(PICTURE, shape=Shape(1080, 1920)), text="", options={"as": "story"}),
        post(film(duration=60.0), text="", options={"as": "story"}),
        post(Media(url="https://media.example/a")),
        post(FILM, options={"as": "reel", "cover": None}, attachments={"cover": PICTURE}),
        post(FILM, attachments={"cover": Media(url="https://media.example/c.jpg")}),
        post(options={"user_tags": [{"username": "@a", "x": 0, "y": 1}], "collaborators": "one"}),
    ],
)
def test_what_instagram_takes_is_left_alone(given_post: Post) -> None:
    assert found(given_post) == []


def test_a_local_video_is_for_accounts_of_facebook_login() -> None:
    given_post = post(replace(FILM, public_url=None))
    assert errors(given_post, FACEBOOK) == [] and warnings(given_post, FACEBOOK) == []
    for account in (OWN, FACEBOOK):
        assert errors(post(replace(PICTURE, public_url=None)), account) == ["no_public_address"]


@pytest.mark.parametrize(
    "given_post",
    [
        post(replace(PICTURE, public_url=None)),
        post(replace(FILM, public_url=None)),
        post(FILM, attachments={"cover": replace(PICTURE, public_url=None)}),
    ],
)
def test_that_nobody_serves_a_file_is_a_warning_while_no_account_is_named(given_post: Post) -> None:
    assert errors(given_post, None) == []
    [warning] = found(given_post, None)
    assert (warning.rule, "MEDIA_PUBLIC_BASE_URL" in warning.message) == ("no_public_address", True)


def test_missing_permissions_are_told_where_they_are_known() -> None:
    publishing = connection(scopes=("instagram_business_basic", "instagram_business_content_publish"))
    assert found(post(), publishing) == []
    [warning] = found(post(first_comment="x"), publishing)
    assert "instagram_business_manage_comments" in warning.message
    [other] = found(post(), connection(scopes=("instagram_basic", "instagram_content_publish")))
    assert "login=facebook" in other.message
    [missing] = found(post(), connection("facebook", scopes=("instagram_basic",)))
    assert "instagram_content_publish is missing" in missing.message


def test_a_login_that_does_not_exist_is_told() -> None:
    [problem] = found(post(), connection(options={"login": "google"}))
    assert "instagram or facebook" in problem.message


def test_real_files_are_told_apart_by_their_bytes() -> None:
    def seen(name: str) -> Media:
        return MediaSource(MEDIA, None, "https://media.example").look(Media(file=str(MEDIA / name)))

    assert errors(post(seen("croissants.jpg"))) == []
    assert errors(post(seen("bread-rises.mp4"))) == []
    assert errors(post(seen("bread-calendar.png"))) == ["image_type"]
    assert errors(post(seen("warm-bread.gif"))) == ["image_type"]


def test_a_video_that_is_none_is_told(tmp_path: Path) -> None:
    fake = tmp_path / "a.mp4"
    fake.write_bytes(b"\0\0\0\x20ftypisom" + bytes(200_000))
    seen = MediaSource(tmp_path, None, "https://media.example").look(Media(file=str(fake)))
    assert errors(post(seen)) == ["no_video"]


def test_every_number_says_where_it_was_read() -> None:
    from planrrr_cli.domain.posts import Limit
    from planrrr_cli.platforms.instagram import media_rules, options, rules

    for module in (media_rules, options, rules):
        for value in vars(module).values():
            if isinstance(value, Limit):
                assert value.source and value.read.startswith("2026-")


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=5,
)
NAMES = st.sampled_from(
    [
        "as",
        "share_to_feed",
        "thumb_offset",
        "audio_name",
        "trial",
        "collaborators",
        "user_tags",
        "location_id",
        "is_ai_generated",
        "cover",
        "x",
    ]
)


@given(options=st.dictionaries(NAMES | st.text(max_size=5), VALUES, max_size=4))
@example(options={"user_tags": {"\n": None}})
@example(options={"line\nbreak": 1, "audio_name": ["\x1b[31m\n"]})
def test_whatever_stands_under_instagram_ends_in_sentences(options: dict[str, Any]) -> None:
    assert isinstance(read_options(options), Options)
    for media in ((PICTURE,), (FILM,), (PICTURE, FILM), (Media(url="https://media.example/a"),), ()):
        for problem in found(Post("Look", media, options=options)):
            assert problem.message.isprintable()
