"""Content rules, versions, and the strict comparison of posts."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planrrr_cli.domain.posts import Media, MediaKind, Post, Severity, problems
from planrrr_cli.platforms.facebook.match import Sought, attached, compare, sort
from planrrr_cli.platforms.facebook.rules import FACEBOOK_RULES
from planrrr_cli.platforms.likeness import Likeness
from planrrr_cli.platforms.meta.shown import moment, normalised
from planrrr_cli.platforms.meta.versions import version_warnings
from tests.platforms.rig import NOW

JPEG = Media(file="/a.jpg", kind=MediaKind.IMAGE, content_type="image/jpeg", size=1000)
VIDEO = Media(file="/a.mp4", kind=MediaKind.VIDEO, content_type="video/mp4", size=1000)
WEBP = Media(file="/a.webp", kind=MediaKind.IMAGE, content_type="image/webp", size=1000)
PDF = Media(file="/a.pdf", kind=MediaKind.DOCUMENT, content_type="application/pdf", size=1000)
URL = Media(url="https://example.com/a")


def sized(size: int) -> Media:
    return Media(file="/a.png", kind=MediaKind.IMAGE, content_type="image/png", size=size)


@pytest.mark.parametrize(
    ("post", "rule"),
    [
        (Post(""), "empty_post"),
        (Post("  \n"), "empty_post"),
        (Post("x" * 63_207), "text_too_long"),
        (Post("a", (JPEG,) * 11), "too_many_media"),
        (Post("a", (JPEG, VIDEO)), "mixed_media"),
        (Post("a", (VIDEO, VIDEO)), "too_many_videos"),
        (Post("a", (WEBP,)), "image_type"),
        (Post("a", (PDF,)), "unsupported_media"),
        (Post("a", (sized(10_000_001),)), "image_too_large"),
        (Post("a", link="https://www.facebook.com/x"), "facebook_link"),
        (Post("a", link="https://FACEBOOK.com./x"), "facebook_link"),
        (Post("a", link="ftp://example.com"), "bad_link"),
        (Post("a", link="https://[::1"), "bad_link"),
        (Post("a", link="example.com"), "bad_link"),
        (Post("a", (JPEG,), link="https://example.com"), "link_with_media"),
        (Post("a", options={"ass": "reel"}), "unknown_option"),
        (Post("a", (VIDEO,), options={"as": "story"}), "bad_option"),
        (Post("a", (JPEG,), options={"as": "reel"}), "bad_option"),
    ],
)
def test_what_facebook_will_never_take_is_an_error(post: Post, rule: str) -> None:
    assert rule in {
        found.rule for found in problems(post, FACEBOOK_RULES) if found.severity is Severity.ERROR
    }


@pytest.mark.parametrize(
    ("post", "rule"),
    [
        (Post("x" * 63_000), "text_near_limit"),
        (Post("a", (sized(4_000_001),)), "image_large"),
        (Post("a", title="t"), "title_unused"),
    ],
)
def test_what_facebook_may_dislike_is_a_warning(post: Post, rule: str) -> None:
    assert [found.rule for found in problems(post, FACEBOOK_RULES)] == [rule]
    assert problems(post, FACEBOOK_RULES)[0].severity is Severity.WARNING


@pytest.mark.parametrize(
    "post",
    [
        Post("hello"),
        Post("", link="https://notfacebook.com/facebook.com"),
        Post("", (JPEG,) * 10),
        Post("a", (URL,)),
        Post("a", (VIDEO,), title="t", options={"as": "video"}),
    ],
)
def test_what_facebook_takes_has_no_problem(post: Post) -> None:
    assert problems(post, FACEBOOK_RULES) == []


def test_a_misspelled_option_gets_a_suggestion() -> None:
    found = problems(Post("a", options={"titel": "x"}), FACEBOOK_RULES)
    assert "did you mean “title”" in found[0].message


@pytest.mark.parametrize(
    ("version", "says"),
    [
        ("v18.0", "ended on 2026-01-26"),
        ("v20.0", "ended on"),
        ("v21.0", "in 58 days"),
        ("v3.2", "ended long ago"),
        ("25.0", "is not a version"),
        ("v25", "is not a version"),
        ("", "is not a version"),
    ],
)
def test_a_version_near_or_past_its_end_is_warned_about(version: str, says: str) -> None:
    found = version_warnings(version, today=date(2026, 11, 24))
    assert len(found) == 1
    assert says in found[0]
    assert "FACEBOOK_API_VERSION" in found[0]


def test_a_version_still_lives_on_its_last_day() -> None:
    assert "in 0 days" in version_warnings("v21.0", today=date(2027, 1, 21))[0]
    assert "ended on" in version_warnings("v21.0", today=date(2027, 1, 22))[0]


@pytest.mark.parametrize("version", ["v25.0", "v22.0", "v26.0", "v27.0", "v31.0"])
def test_a_version_that_lives_on_is_not(version: str) -> None:
    assert version_warnings(version, today=date(2026, 11, 24)) == ()


DAY_BEFORE = NOW - timedelta(hours=25)
SOUGHT = Sought("Café\nopen", NOW - timedelta(minutes=2), DAY_BEFORE, app_id="9", bound=frozenset({"1_7"}))


def seen(**other: Any) -> dict[str, Any]:
    post = {
        "id": "1_5",
        "message": "Café\nopen",
        "created_time": NOW.strftime("%Y-%m-%dT%H:%M:%S+0000"),
        "is_published": True,
        "application": {"id": "9"},
    }
    return {name: value for name, value in (post | other).items() if value is not None}


def with_photos(*ids: str) -> dict[str, Any]:
    inner = [{"target": {"id": identity}} for identity in ids]
    if len(ids) == 1:
        return {"data": [{"media_type": "photo", **inner[0]}]}
    return {"data": [{"media_type": "album", "target": {"id": "album"}, "subattachments": {"data": inner}}]}


@pytest.mark.parametrize(
    "other",
    [
        {},
        {"message": "Cafe\u0301 \r\nopen\n"},
        {"application": None},
        {"created_time": (NOW - timedelta(seconds=100)).isoformat()},
    ],
)
def test_the_same_post_is_known_in_other_clothes(other: dict[str, Any]) -> None:
    assert compare(seen(**other), SOUGHT) is Likeness.SAME


@pytest.mark.parametrize(
    "other",
    [
        {"id": ""},
        {"id": "1_7", "created_time": (NOW - timedelta(seconds=121)).isoformat()},
        {"is_published": False},
        {"created_time": (DAY_BEFORE - timedelta(seconds=1)).isoformat()},
        {"message": "Café\n open"},
        {"message": None},
        {"application": {"id": "8"}},
    ],
)
def test_another_post_is_not_taken_for_it(other: dict[str, Any]) -> None:
    assert compare(seen(**other), SOUGHT) is Likeness.OTHER


@pytest.mark.parametrize(
    "other",
    [
        {"created_time": None},
        {"created_time": "2026-11-24T12:00:00"},
        {"created_time": (NOW - timedelta(seconds=121)).isoformat()},
        {"is_published": None},
        {"attachments": with_photos("4")},
    ],
)
def test_where_something_decisive_is_missing_it_is_unclear(other: dict[str, Any]) -> None:
    assert compare(seen(**other), SOUGHT) is Likeness.UNCLEAR


@pytest.mark.parametrize("identity", ["1_7", "7"])
def test_a_post_that_fits_and_belongs_to_another_publication_is_neither_it_nor_proof_of_absence(
    identity: str,
) -> None:
    """Of two posts with the same words in doubt, the first look may have taken the other one's."""
    assert compare(seen(id=identity), SOUGHT) is Likeness.UNCLEAR


@pytest.mark.parametrize(
    ("attachments", "likeness"),
    [
        (with_photos("4", "5"), Likeness.SAME),
        (with_photos("5", "4"), Likeness.SAME),
        (with_photos("4"), Likeness.UNCLEAR),
        (with_photos("8", "9"), Likeness.OTHER),
        (with_photos("6"), Likeness.SAME),
        (None, Likeness.UNCLEAR),
    ],
)
def test_photos_are_compared_by_their_ids(attachments: Any, likeness: Likeness) -> None:
    sought = Sought("Café\nopen", SOUGHT.since, DAY_BEFORE, photo_sets=(frozenset("45"), frozenset("6")))
    assert compare(seen(attachments=attachments), sought) is likeness


def test_a_link_without_text_needs_its_attachment_to_be_known() -> None:
    sought = Sought("", SOUGHT.since, DAY_BEFORE, has_link=True)
    link = {"data": [{"media_type": "link"}]}
    assert compare(seen(message=None, attachments=link), sought) is Likeness.SAME
    assert compare(seen(message=None), sought) is Likeness.UNCLEAR


POSTS = st.fixed_dictionaries(
    {},
    optional={
        "id": st.sampled_from(["1_5", "1_6", "1_7", "7", ""]) | st.none() | st.integers(),
        "message": st.sampled_from(["Café\nopen", "Cafe\u0301\r\nopen ", "other"])
        | st.none()
        | st.integers(),
        "created_time": st.sampled_from([NOW.isoformat(), "2020-01-01T00:00:00+0000", "junk"]) | st.none(),
        "is_published": st.booleans() | st.none(),
        "application": st.sampled_from([{"id": "9"}, {"id": "8"}, {}, None, "x"]),
        "attachments": st.sampled_from(
            [with_photos("4"), with_photos("4", "5"), {"data": [{}]}, {"data": 1}, None]
        ),
    },
)


@given(st.lists(POSTS, max_size=8))
def test_what_is_bound_to_another_publication_is_never_bound_again(posts: list[dict[str, Any]]) -> None:
    first = sort(posts, SOUGHT)
    assert not {str(post["id"]) for post in first.same} & {"1_7", "7", "", "None"}
    bound = SOUGHT.bound | {str(post["id"]) for post in first.same}
    again = sort(posts, Sought(SOUGHT.text, SOUGHT.since, DAY_BEFORE, app_id="9", bound=bound))
    assert not {str(post["id"]) for post in again.same} & bound


@given(st.text(max_size=40))
def test_normalising_twice_changes_nothing_more(text: str) -> None:
    once = normalised(text)
    assert normalised(once) == once
    assert normalised(once.replace("\n", " \r\n")) == once
    assert normalised(f" \n{text} \n") == once


@given(st.text(max_size=30) | st.integers() | st.none())
def test_any_time_can_be_read(text: Any) -> None:
    assert moment(text) is None or moment(text).tzinfo is not None


@given(POSTS)
def test_any_attachments_can_be_read(post: dict[str, Any]) -> None:
    attached(post)
