"""What LinkedIn takes: of the text, of what stands beside it, of the account; and how long its API's versions live."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from planrrr_cli.domain.posts import Media, MediaKind, Post, Severity, Shape, errors_among, problems
from planrrr_cli.platforms.base import App
from planrrr_cli.platforms.linkedin.publisher import LinkedInPublisher
from planrrr_cli.platforms.linkedin.rules import LINKEDIN_RULES, rules_for
from planrrr_cli.platforms.linkedin.versions import version_warnings
from tests.platforms.linkedin.stage import ORGANIZATION, PERSON, connection
from tests.platforms.rig import NOW

JPEG = Media(file="/a.jpg", kind=MediaKind.IMAGE, content_type="image/jpeg", size=1000)
GIF = Media(file="/a.gif", kind=MediaKind.GIF, content_type="image/gif", size=1000)
VIDEO = Media(file="/a.mp4", kind=MediaKind.VIDEO, content_type="video/mp4", size=100_000)
WEBP = Media(file="/a.webp", kind=MediaKind.IMAGE, content_type="image/webp", size=1000)
PDF = Media(file="/a.pdf", kind=MediaKind.DOCUMENT, content_type="application/pdf", size=1000)
SRT = Media(file="/a.srt", kind=MediaKind.SUBTITLES, content_type="text/srt", size=100)
VTT = Media(file="/a.vtt", kind=MediaKind.SUBTITLES, content_type="text/vtt", size=100)
URL = Media(url="https://example.com/a")
POLL: dict[str, Any] = {"question": "Rye?", "options": ["Yes", "No"], "duration": "3d"}


def but(medium: Media, **other: Any) -> Media:
    values = {name: getattr(medium, name) for name in ("file", "kind", "content_type", "size")}
    return Media(**(values | other))


def with_poll(**other: Any) -> Post:
    poll = {name: value for name, value in (POLL | other).items() if value is not None}
    return Post("a", options={"poll": poll})


@pytest.mark.parametrize(
    ("post", "rule"),
    [
        (Post(""), "empty_text"),
        (Post(" \n", (JPEG,)), "empty_text"),
        (Post("x" * 3_001), "text_too_long"),
        (Post("🎉" * 1_501), "text_too_long"),
        (Post("a", (JPEG,) * 21), "too_many_media"),
        (Post("a", (JPEG, VIDEO)), "mixed_media"),
        (Post("a", (VIDEO, VIDEO)), "mixed_media"),
        (Post("a", (PDF, JPEG)), "mixed_media"),
        (Post("a", (PDF, PDF), title="t"), "mixed_media"),
        (Post("a", (JPEG,), options={"poll": POLL}), "mixed_media"),
        (Post("a", link="https://x.test", title="t", options={"poll": POLL}), "mixed_media"),
        (Post("a", (JPEG,), link="https://x.test", title="t"), "link_with_media"),
        (Post("a", link="ftp://x.test", title="t"), "bad_link"),
        (Post("a", link="https://[::1", title="t"), "bad_link"),
        (Post("a", (WEBP,)), "image_type"),
        (Post("a", (SRT,)), "unsupported_media"),
        (Post("a", (but(JPEG, alt="x" * 4_087),)), "alt_too_long"),
        (Post("a", (but(JPEG, size=105_000_000),)), "image_too_large"),
        (Post("a", (but(JPEG, shape=Shape(width=36_152_320, height=1)),)), "image_too_many_pixels"),
        (Post("a", (but(GIF, shape=Shape(frames=251)),)), "gif_too_long"),
        (Post("a", (but(VIDEO, content_type="video/quicktime"),)), "video_type"),
        (Post("a", (but(VIDEO, size=74_999),)), "video_too_small"),
        (Post("a", (but(VIDEO, size=500 * 1024 * 1024 + 1),)), "video_too_large"),
        (Post("a", (but(VIDEO, shape=Shape(duration=2.9)),)), "video_length"),
        (Post("a", (but(VIDEO, shape=Shape(duration=1800.5)),)), "video_length"),
        (Post("a", (but(PDF, content_type="application/rtf"),), title="t"), "document_type"),
        (Post("a", (but(PDF, size=100 * 1024 * 1024 + 1),), title="t"), "document_too_large"),
        (Post("a", options={"visibilty": "PUBLIC"}), "unknown_option"),
        (Post("a", options={"visibility": "CONTAINER"}), "bad_option"),
        (Post("a", options={"visibility": 1}), "bad_option"),
        (Post("a", options={"reshare_disabled": "yes"}), "bad_option"),
        (Post("a", link="https://x.test", title="t", options={"description": 5}), "bad_option"),
        (Post("a", options={"description": "x"}), "bad_option"),
        (Post("a", options={"thumbnail": ["a.jpg"]}), "bad_option"),
        (Post("a", options={"subtitles": 5}), "bad_option"),
        (Post("a", attachments={"thumbnail": JPEG}), "bad_option"),
        (Post("a", (JPEG,), attachments={"thumbnail": JPEG}), "bad_option"),
        (Post("a", (VIDEO,), attachments={"thumbnail": PDF}), "image_type"),
        (Post("a", link="https://x.test", title="t", attachments={"thumbnail": WEBP}), "image_type"),
        (Post("a", (PDF,), title="t", attachments={"subtitles": SRT}), "bad_option"),
        (Post("a", (VIDEO,), attachments={"subtitles": VTT}), "subtitles_type"),
        (Post("a", options={"poll": "Rye?"}), "bad_option"),
        (with_poll(question=None), "bad_option"),
        (with_poll(question="x" * 141), "poll_too_long"),
        (with_poll(options=["one"]), "bad_option"),
        (with_poll(options=["1", "2", "3", "4", "5"]), "bad_option"),
        (with_poll(options=["1", 2]), "bad_option"),
        (with_poll(options=["1", " "]), "bad_option"),
        (with_poll(options=["1", "1"]), "bad_option"),
        (with_poll(options=["1", "x" * 31]), "poll_too_long"),
        (with_poll(duration="2d"), "bad_option"),
        (with_poll(duration=3), "bad_option"),
        (with_poll(durations="3d"), "unknown_option"),
    ],
)
def test_what_linkedin_will_never_take_is_one_error(post: Post, rule: str) -> None:
    assert [found.rule for found in errors_among(problems(post, LINKEDIN_RULES))] == [rule]


@pytest.mark.parametrize(
    ("post", "rule"),
    [
        (Post("a", link="https://x.test"), "link_without_title"),
        (Post("a", title="t"), "title_unused"),
        (Post("a", (PDF,)), "document_untitled"),
        (Post("a", (but(JPEG, size=8_000_001),)), "image_large"),
        (Post("a", first_comment="x" * 1_251), "comment_long"),
    ],
)
def test_what_linkedin_may_dislike_is_a_warning(post: Post, rule: str) -> None:
    found = problems(post, LINKEDIN_RULES)
    assert [(one.rule, one.severity) for one in found] == [(rule, Severity.WARNING)]


@pytest.mark.parametrize(
    "post",
    [
        Post("hello"),
        Post("x" * 3_000),
        Post("🎉" * 1_500),
        Post("a", (JPEG,) * 20),
        Post("a", (GIF, JPEG)),
        Post("a", (URL,)),
        Post("a", (VIDEO,), title="t", attachments={"thumbnail": JPEG, "subtitles": SRT}),
        Post("a", (URL,), attachments={"thumbnail": JPEG}),
        Post("a", (but(VIDEO, size=500 * 1024 * 1024, shape=Shape(duration=3.0)),)),
        Post("a", (but(JPEG, alt="x" * 4_086, shape=Shape(width=36_152_319, height=1)),)),
        Post("a", (PDF,), title="t"),
        Post("a", (but(PDF, content_type="application/x-ole-storage"),), title="t"),
        Post("a", link="https://x.test", title="t", attachments={"thumbnail": JPEG}),
        Post("a", link="https://x.test", title="t", options={"description": "d"}),
        with_poll(),
        with_poll(duration=None),
        with_poll(question="x" * 140, options=["x" * 30, "2", "3", "4"]),
        Post("a", options={"visibility": "logged_in", "reshare_disabled": True}),
    ],
)
def test_what_linkedin_takes_has_no_problem(post: Post) -> None:
    assert problems(post, LINKEDIN_RULES) == []
    assert problems(post, rules_for(connection())) == []


@pytest.mark.parametrize(
    ("options", "near"),
    [
        ({"visibilty": "x"}, "visibility"),
        ({"titel": "x"}, "title"),
        ({"poll": POLL | {"option": 1}}, "options"),
    ],
)
def test_a_misspelled_option_gets_a_suggestion(options: dict[str, Any], near: str) -> None:
    [found] = errors_among(problems(Post("a", options=options), LINKEDIN_RULES))
    assert f"did you mean “{near}”" in found.message


def test_an_option_without_a_neighbour_gets_the_list() -> None:
    [found] = problems(Post("a", options={"zzz": 1}), LINKEDIN_RULES)
    assert "known: visibility, " in found.message


@pytest.mark.parametrize("account", ["urn:li:member:5", "urn:li:share:1", "urn:li:organization:", "a b", ""])
def test_an_account_that_is_no_author_is_one_error(account: str) -> None:
    [found] = problems(Post("a"), rules_for(connection(account)))
    assert (found.rule, found.severity) == ("bad_account", Severity.ERROR)
    assert "urn:li:person:…" in found.message


@pytest.mark.parametrize(
    ("account", "options", "read_as"),
    [
        ("5515715", {}, ORGANIZATION),
        ("AbC-123", {}, PERSON),
        ("AbC-123", {"page_id": "5515715"}, ORGANIZATION),
    ],
)
def test_a_bare_id_is_read_as_an_author_and_that_is_said(
    account: str, options: dict[str, str], read_as: str
) -> None:
    [found] = problems(Post("a"), rules_for(connection(account, options=options)))
    assert (found.rule, found.severity) == ("account_guessed", Severity.WARNING)
    assert found.message == f"the account id “{account}” is no URN; it is read as {read_as}"


def test_only_persons_have_connections() -> None:
    post = Post("a", options={"visibility": "connections"})
    assert problems(post, rules_for(connection(PERSON))) == []
    assert problems(post, rules_for(None)) == []
    [found] = problems(post, rules_for(connection(ORGANIZATION)))
    assert found.rule == "bad_option"


@pytest.mark.parametrize(
    ("account", "scopes", "missing"),
    [
        (PERSON, ("w_member_social",), None),
        (ORGANIZATION, ("w_organization_social",), None),
        (PERSON, (), None),
        (PERSON, ("openid", "w_organization_social"), "w_member_social"),
        (ORGANIZATION, ("w_member_social",), "w_organization_social"),
    ],
)
def test_a_permission_that_was_not_granted_is_named_before_anything_is_sent(
    account: str, scopes: tuple[str, ...], missing: str | None
) -> None:
    found = errors_among(problems(Post("a"), rules_for(connection(account, scopes=scopes))))
    assert [one.rule for one in found] == (["missing_scope"] if missing else [])
    assert all(missing and missing in one.message for one in found)


def test_a_comment_without_its_permission_is_warned_about() -> None:
    post, scopes = Post("a", first_comment="b"), ("w_organization_social",)
    [found] = problems(post, rules_for(connection(scopes=scopes)))
    assert found.severity is Severity.WARNING
    assert "w_organization_social_feed" in found.message
    assert problems(post, rules_for(connection(scopes=(*scopes, "w_organization_social_feed")))) == []


@pytest.mark.parametrize(
    ("version", "says"),
    [
        ("202511", "ended on 2026-11-16"),
        ("202601", "ends on 2027-01-15, in 52 days"),
        ("202504", "ended long ago"),
        ("202512", "no version of LinkedIn's API that planrrr knows"),
        ("202612", "no version of LinkedIn's API that planrrr knows"),
        ("v2", "is not a version"),
        ("202613", "is not a version"),
        ("", "is not a version"),
    ],
)
def test_a_version_near_or_past_its_end_is_warned_about(version: str, says: str) -> None:
    [found] = version_warnings(version, today=date(2026, 11, 24))
    assert says in found
    assert "set LINKEDIN_API_VERSION to 202607" in found


def test_a_version_still_lives_on_its_last_day() -> None:
    assert "in 0 days" in version_warnings("202606", today=date(2027, 6, 15))[0]
    assert "ended on" in version_warnings("202606", today=date(2027, 6, 16))[0]
    assert "in 60 days" in version_warnings("202606", today=date(2027, 4, 16))[0]
    assert version_warnings("202606", today=date(2027, 4, 15)) == ()


def test_the_version_that_is_used_unless_told_otherwise_lives_on() -> None:
    assert LinkedInPublisher.warnings(App("https://x"), now=NOW) == ()
    assert LinkedInPublisher.warnings(App("https://x", api_version="202511"), now=NOW)
    assert version_warnings("202609", today=NOW.date()) == ()


@pytest.mark.parametrize(
    ("url", "urn"),
    [
        (
            "https://www.linkedin.com/feed/update/urn:li:share:7445298278914641920/",
            "urn:li:share:7445298278914641920",
        ),
        ("https://www.linkedin.com/feed/update/urn%3Ali%3AugcPost%3A74?x=1", "urn:li:ugcPost:74"),
        (
            "https://www.linkedin.com/posts/ada_bread-activity-7445298278914641920-ab1C?utm=x",
            "urn:li:activity:7445298278914641920",
        ),
        ("https://www.linkedin.com/posts/a-share-7445298278914641920-x/", "urn:li:share:7445298278914641920"),
        ("https://www.linkedin.com/company/5515715/", None),
    ],
)
def test_the_address_of_a_post_tells_its_urn(url: str, urn: str | None) -> None:
    assert LinkedInPublisher.remote_id_in(url, connection()) == urn
