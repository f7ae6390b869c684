"""What X takes: texts, threads, polls, media and what self-serve plans may not do, each said before the due time."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from planrrr_cli.domain.connections import Connection, Platform, Tokens
from planrrr_cli.domain.posts import Media, MediaKind, Post, Problem, Severity, Shape, problems
from planrrr_cli.domain.secrets import Secret
from planrrr_cli.platforms.x.options import read_options, status_id
from planrrr_cli.platforms.x.parts import parts_of
from planrrr_cli.platforms.x.publisher import XPublisher
from planrrr_cli.platforms.x.rules import X_RULES

CONNECTION = Connection("c1", "default", Platform.X, "1", "@acme", Tokens(Secret("t")))


def image(**more: Any) -> Media:
    return Media(file="/a.jpg", kind=MediaKind.IMAGE, content_type="image/jpeg", size=1000, **more)


def gif(size: int = 1000, **shape: Any) -> Media:
    looked = Shape(**shape) if shape else None
    return Media(file="/a.gif", kind=MediaKind.GIF, content_type="image/gif", size=size, shape=looked)


def video(size: int = 1000, content_type: str = "video/mp4", **shape: Any) -> Media:
    usual = {"width": 1280, "height": 720, "duration": 30.0, "frame_rate": 30.0, "video_codec": "AVC"}
    looked = Shape(**usual | shape)
    return Media(file="/a.mp4", kind=MediaKind.VIDEO, content_type=content_type, size=size, shape=looked)


PNG = replace(image(), content_type="image/png")
PDF = Media(file="/a.pdf", kind=MediaKind.DOCUMENT, content_type="application/pdf", size=1000)
BMP = replace(image(), content_type="image/bmp")
URL = Media(url="https://example.com/a")
SUBTITLES = {"subtitles": Media(file="/a.srt", kind=MediaKind.SUBTITLES, content_type="text/srt", size=100)}


def found(post: Post, severity: Severity = Severity.ERROR, **options: Any) -> list[Problem]:
    rules = XPublisher.rules_for(replace(CONNECTION, **options) if options else None)
    return [one for one in problems(post, rules) if one.severity is severity]


def post(text: str = "words", *media: Media, attachments: Any = None, **options: Any) -> Post:
    return Post(text, media, options=options, attachments=attachments or {})


@pytest.mark.parametrize(
    ("given", "rule", "says"),
    [
        (Post(""), "empty_post", "no text and no media"),
        (Post(" \n"), "empty_post", "no text"),
        (Post("x" * 281), "text_too_long", "281 characters as X counts, 1 more than 280; shorten"),
        (Post("日" * 141), "text_too_long", "282 characters as X counts, 2 more than 280"),
        (Post("x" * 280, link="https://a.co"), "text_too_long", "304 characters as X counts, 24 more"),
        (Post("x" * 280 + " a.co b.co"), "text_too_long", "its 2 links count 23 each"),
        (Post("x" * 280 + " a.co"), "text_too_long", "its link counts 23; shorten it, or add  x: {thread: auto}"),
        (Post("a\ufeffb"), "invalid_characters", "U+FEFF"),
        (Post("a", first_comment="x" * 281), "text_too_long", "the first comment has 281"),
        (Post("a", first_comment="A"), None, ""),
        (Post("a b", first_comment="a  b"), "repeated_part", "repeats the text"),
        (Post("a", (image(),) * 5), "too_many_media", "5 media, 1 more than 4"),
        (Post("a", (image(), video())), "mixed_media", "4 images, or 1 GIF, or 1 video"),
        (Post("a", (image(), gif())), "mixed_media", ""),
        (Post("a", (video(), gif())), "mixed_media", ""),
        (Post("a", (video(), video())), "too_many_videos", "2 videos"),
        (Post("a", (gif(), gif())), "too_many_gifs", "2 GIFs"),
        (Post("a", (PDF,)), "unsupported_media", "application/pdf"),
        (Post("a", (BMP,)), "image_type", "JPEG, PNG, GIF, WebP"),
        (Post("a", (replace(PNG, size=5 * 1024**2 + 1),)), "image_too_large", "1 more than 5,242,880"),
        (Post("a", (gif(15 * 1024**2 + 1),)), "gif_too_large", ""),
        (Post("a", (gif(width=1281, height=500),)), "gif_dimensions", "1281×500"),
        (Post("a", (gif(frames=351, width=10, height=10),)), "gif_frames", "351 frames, 1 more than 350"),
        (Post("a", (gif(frames=300, width=1200, height=1000),)), "gif_pixels", "300,000,000"),
        (Post("a", (video(512 * 1024**2 + 1),)), "video_too_large", ""),
        (Post("a", (video(content_type="video/x-matroska"),)), "video_type", "MP4"),
        (Post("a", (video(duration=0.4),)), "video_too_short", "0.4 s"),
        (Post("a", (video(duration=140.5),)), "video_too_long", "140.5 s, 0.5 s more than 140"),
        (Post("a", (video(width=1920, height=1080),)), "video_dimensions", "1920×1080"),
        (Post("a", (video(width=31, height=31),)), "video_dimensions", "at least 32×32"),
        (Post("a", (video(width=1200, height=300),)), "video_proportions", "1:3 to 3:1"),
        (Post("a", (video(frame_rate=120.0),)), "video_frame_rate", "120 frames"),
        (Post("a", (video(video_codec="HEVC"),)), "video_codec", "HEVC"),
        (Post("a", (image(alt="x" * 1001),)), "alt_too_long", "1,001 characters, 1 more than 1,000"),
        (post(threads="auto"), "unknown_option", "did you mean “thread”"),
        (post(pol={}), "unknown_option", "did you mean “poll”"),
        (post(privacy="x"), "unknown_option", "known: thread, poll"),
        (post(thread="auto!"), "bad_option", "neither “auto” nor a list"),
        (post(thread=[]), "bad_option", "an empty list"),
        (post(thread=[7]), "bad_option", "item 1: the number 7"),
        (post(thread=[{"txt": "a"}]), "bad_option", "did you mean “text”"),
        (post(thread=[{"text": "b", "media": [1]}]), "bad_option", "asks for medium 1, and the post has 0"),
        (post("a", image(), thread=[{"media": [0]}]), "bad_option", "the first medium is 1"),
        (post("a", image(), thread=[{"media": 1}, {"media": 1}]), "bad_option", "asks for medium 1 twice"),
        (post("a", thread=["b", "b"]), "repeated_part", "part 3 repeats part 2"),
        (post("a", thread=["b", "x" * 281]), "text_too_long", "part 3 of the thread has 281"),
        (post("a", thread=["b", " "]), "empty_post", "part 3 of the thread has no text"),
        (post("a", thread=["b"] + [f"c{n}" for n in range(100)]), "thread_too_long", "102 parts, 2 more than 100"),
        (post("wörd " * 9000, thread="auto"), "text_too_long", "not even a thread of 100 parts"),
        (post("a", *[image()] * 6, thread=[{"text": "b", "media": [1]}]), "too_many_media", "part 1 of the thread"),
        (post(poll=["a", "b"]), "bad_option", "poll: {options: [One, Two]"),
        (post(poll={"options": ["a"]}), "bad_option", "2 to 4 options; it has 1"),
        (post(poll={"options": list("abcde")}), "bad_option", "it has 5"),
        (post(poll={"options": ["a", "x" * 26]}), "bad_option", "option 2 has 26 characters, 1 more than 25"),
        (post(poll={"options": ["a", 2]}), "bad_option", "option 2: the number 2"),
        (post(poll={"options": ["a", "b"], "lasts": 7}), "bad_option", "it knows options and duration"),
        (post(poll={"options": ["a", "b"], "duration": 4}), "bad_option", "5 minutes to 7 days"),
        (post(poll={"options": ["a", "b"], "duration": "8d"}), "bad_option", "11,520 minutes"),
        (post(poll={"options": ["a", "b"], "duration": "soon"}), "bad_option", "90m, 12h or 3d"),
        (post(poll={"options": ["a", "b"], "duration": True}), "bad_option", "true is neither"),
        (post(poll={"options": ["a", "b"], "duration": "330s"}), "bad_option", "no whole number of minutes"),
        (post("a", image(), poll={"options": ["a", "b"]}), "exclusive_fields", "a poll or media"),
        (post(reply_settings="followers"), "bad_option", "did you mean “following”"),
        (post(made_with_ai="yes"), "bad_option", "neither true nor false"),
        (post(paid_partnership=1), "bad_option", "the number 1"),
        (post(reply_to="https://x.com/acme"), "bad_option", "neither the id nor the address"),
        (post(quote="123"), "quote_not_available", "Enterprise"),
        (post(community_id="x1"), "bad_option", "only digits"),
        (post(share_with_followers=True), "bad_option", "needs “community_id”"),
        (post("Buy $ABC and $XYZ.A!"), "too_many_cashtags", "2 cashtags ($ABC, $XYZ.A)"),
        (post("a", video(), attachments=SUBTITLES), "bad_option", "subtitles_language: en"),
        (post(attachments=SUBTITLES, subtitles_language="en"), "subtitles_without_video", ""),
        (post("a", video(), attachments={"subtitles": PDF}, subtitles_language="en"), "bad_subtitles", "SRT"),
        (post("a", video(), subtitles_language="en"), "bad_option", "there are none"),
        (post("a", video(), attachments=SUBTITLES, subtitles_language="eng"), "bad_option", "two letters"),
    ],
)  # fmt: skip
def test_what_x_will_never_take_is_an_error_that_says_by_how_much(
    given: Post, rule: str | None, says: str
) -> None:
    rules = {one.rule: one.message for one in found(given)}
    if rule is None:
        assert not rules
    else:
        assert rule in rules, rules
        assert says in " | ".join(one.message for one in found(given) if one.rule == rule)


@pytest.mark.parametrize(
    "given",
    [
        Post("hello"),
        Post("日" * 140),
        Post("", (image(),) * 4),
        Post("a", (gif(frames=350, width=100, height=100),)),
        Post("a", (video(), )),
        Post("a", (video(width=576, height=1024), )),
        Post("a", (URL, image())),
        Post("", (image(), gif(frames=1, width=10, height=10))),
        post("x" * 260 + " " + "y" * 100, thread="auto"),
        post("", thread=["One.", "Two."]),
        post("a", *[image()] * 6, thread=[{"text": "b", "media": [5, 6]}]),
        post("a", image(), video(), thread=[{"text": "b", "media": 2}]),
        post("a", poll={"options": ["Rye", "x" * 25], "duration": "12h"}),
        post("a", poll={"options": ["Rye", "Wheat"], "duration": 5}),
        post("a", reply_settings="mentionedUsers", made_with_ai=True, paid_partnership=False, community_id=12),
        post("a", reply_settings="mentioned_users"),
        post("a", video(), attachments=SUBTITLES, subtitles_language="de", subtitles_name="Deutsch"),
        post("a $ABC b", thread=["$XYZ"]),
        post("costs $5 or $6"),
        post(thread=None, poll=None),
    ],
)  # fmt: skip
def test_what_x_takes_has_no_problem(given: Post) -> None:
    assert found(given) == []


@pytest.mark.parametrize(
    ("given", "rule"),
    [
        (Post("a", title="t"), "title_unused"),
        (post(reply_to="1"), "reply_restricted"),
        (Post("a", (video(content_type="video/quicktime"),)), "video_type"),
        (Post("a", (video(audio_codec="MPEG Audio"),)), "audio_codec"),
        (Post("a", (replace(video(), alt="x"),)), "alt_unused"),
    ],
)
def test_what_x_may_dislike_is_a_warning(given: Post, rule: str) -> None:
    assert [one.rule for one in found(given, Severity.WARNING)] == [rule]
    assert found(given) == []


def test_a_premium_account_may_write_more_and_film_longer() -> None:
    may: Any = {"options": {"long_posts": True}}
    assert found(Post("x" * 25_000), **may) == []
    [one] = found(Post("x" * 25_001), **may)
    assert "1 more than 25,000" in one.message
    assert found(Post("a", (video(duration=500.0),)), **may) == []
    assert [one.rule for one in found(Post("a", (video(duration=500.0),)), Severity.WARNING, **may)] == [
        "video_too_long"
    ]
    assert XPublisher.rules_for(replace(CONNECTION, **may)).text.value == 25_000
    assert X_RULES.text.value == 280


def test_an_enterprise_app_may_quote_and_reply_and_name_many_cashtags() -> None:
    free = post("Buy $ABC and $XYZ", quote="1", reply_to="2")
    assert found(free, options={"plan": "enterprise"}) == []
    assert found(free, Severity.WARNING, options={"plan": "enterprise"}) == []


def test_a_missing_scope_is_named_before_the_due_time_when_scopes_are_known() -> None:
    scopes = ("tweet.read", "tweet.write", "users.read", "offline.access")
    [one] = found(Post("a", (image(),)), scopes=scopes)
    assert one.rule == "missing_scope" and "media.write" in one.message
    assert found(Post("a"), scopes=scopes) == []
    assert found(Post("a", (image(),)), scopes=()) == []
    signed = Tokens(Secret("t"), secret=Secret("s"))
    assert found(Post("a", (image(),)), scopes=("whatever",), tokens=signed) == []


@pytest.mark.parametrize(
    ("address", "identity"),
    [
        ("https://x.com/acme/status/1700000000000000001", "1700000000000000001"),
        ("https://twitter.com/acme/status/12?s=20", "12"),
        ("https://mobile.twitter.com/a/status/12/photo/1", "12"),
        ("https://x.com/i/web/status/12#m", "12"),
        ("https://x.com/acme", None),
        ("https://example.com/acme/status/12", None),
        ("https://x.com.evil.example/acme/status/12", None),
    ],
)
def test_the_id_of_a_post_is_read_from_its_address(address: str, identity: str | None) -> None:
    assert status_id(address) == identity
    assert XPublisher.remote_id_in(address, CONNECTION) == identity


def test_options_are_read_into_what_the_api_wants() -> None:
    options = read_options(
        {
            "poll": {"options": ["A", "B"], "duration": "3d"},
            "reply_to": 12,
            "quote": "https://x.com/a/status/9",
        }
    )
    assert options.poll is not None and options.poll.minutes == 4320
    assert (options.reply_to, options.quote) == ("12", "9")
    assert read_options({"poll": {"options": ["A", "B"]}}).poll.minutes == 1440
    assert read_options({"poll": {"options": ["A", "B"], "duration": "90"}}).poll.minutes == 90


def test_the_text_comes_first_then_the_thread_and_free_media_go_to_the_first_part() -> None:
    parts = parts_of(post("One", image(), image(), thread=["Two", {"text": "Three", "media": [1]}]))
    assert [(part.text, part.media) for part in parts] == [("One", (1,)), ("Two", ()), ("Three", (0,))]
    parts = parts_of(post("", image(), thread=["Two", "Three"]))
    assert [(part.text, part.media) for part in parts] == [("Two", (0,)), ("Three", ())]


def test_a_link_is_a_part_of_the_text_once() -> None:
    assert parts_of(Post("Look", link="https://a.co/x"))[0].text == "Look\nhttps://a.co/x"
    assert parts_of(Post("Look https://a.co/x", link="https://a.co/x"))[0].text == "Look https://a.co/x"
    assert parts_of(Post("", link="https://a.co/x"))[0].text == "https://a.co/x"


def test_an_automatic_thread_is_cut_only_where_it_has_to_be() -> None:
    assert len(parts_of(post("x " * 140, thread="auto"))) == 1
    assert len(parts_of(post("x " * 141, thread="auto"))) == 2
