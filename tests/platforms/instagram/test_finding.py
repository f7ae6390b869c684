"""Looking for what may be out: the container's status, then the account's list; a failed read proves nothing."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given as given_values
from hypothesis import strategies as st

from planrrr_cli.domain.doubt import AskPerson, LookAgain, ProvedAbsent, weigh
from planrrr_cli.domain.errors import ConnectionRevoked, RateLimited, TokenExpired
from planrrr_cli.domain.posts import Media, MediaKind, Post
from planrrr_cli.domain.publications import Publication
from planrrr_cli.domain.steps import Absent, Published, Unknown
from planrrr_cli.platforms.base import Objection
from planrrr_cli.platforms.instagram.find import PATIENCE
from planrrr_cli.platforms.instagram.match import Sought, compare
from planrrr_cli.platforms.instagram.media_rules import Form
from planrrr_cli.platforms.instagram.publisher import InstagramPublisher
from planrrr_cli.platforms.likeness import Likeness
from tests.platforms.instagram.stage import (
    BASE,
    LIST,
    MEDIA_ID,
    TOKEN,
    UNREADABLE,
    Instagram,
    cut,
    publication,
)
from tests.platforms.rig import NOW, Answer, Request, Server, TestClock, refusal

Make = Callable[..., InstagramPublisher]
STATUS = "GET /v25.0/77"
IMAGE = Media(file="/m/a.jpg", kind=MediaKind.IMAGE)
VIDEO = Media(file="/m/a.mp4", kind=MediaKind.VIDEO)


def doubtful(*media: Media, text: str = "Look", login: str | None = None, **more: Any) -> Publication:
    """Sent at NOW from container 77, and no clear answer came."""
    notes = {"containers": {"post": {"id": "77", "at": NOW.isoformat()}}}
    options = more.pop("options", {})
    given = publication(Post(text, media or (IMAGE,), options=options), login)
    return replace(given, **{"checkpoint": notes, "sending_since": NOW, "first_sent_at": NOW} | more)


def says(server: Server, code: str) -> None:
    server.on(STATUS, {"id": "77", "status_code": code, "status": f"{code}: words"})


def test_a_published_container_is_found_by_its_words_time_and_kind(
    publisher: Make, server: Server, instagram: Instagram
) -> None:
    says(server, "PUBLISHED")
    instagram.show("1", text="Another")
    instagram.show("2", media_type="VIDEO", media_product_type="REELS")
    instagram.show("3", after=timedelta(minutes=-3))
    instagram.show("4", after=timedelta(days=-2))
    instagram.show(MEDIA_ID, text="Look\r\n")
    instagram.shown.pop(2)
    assert publisher().find(doubtful()) == Published(MEDIA_ID, f"https://www.instagram.com/p/C{MEDIA_ID}/")
    [request] = [one for one in server.asked("GET", f"{BASE}/media") if "after" not in one.query]
    assert request.query["limit"] == "50"
    assert int(request.query["since"]) <= NOW.timestamp()
    assert request.query["fields"] == "id,caption,timestamp,permalink,media_type,media_product_type"


def test_a_published_container_without_its_post_is_never_bound_to_the_newest(
    publisher: Make, server: Server, instagram: Instagram
) -> None:
    says(server, "PUBLISHED")
    instagram.show("1", text="Somebody else's")
    found = publisher().find(doubtful())
    assert isinstance(found, Unknown) and not found.ask_person
    assert "is out" in found.reason
    late = publisher().find(doubtful(doubt_looks=3))
    assert isinstance(late, Unknown) and late.ask_person
    instagram.show("2")
    instagram.show("3")
    two = publisher().find(doubtful())
    assert isinstance(two, Unknown) and two.ask_person and "2 posts" in two.reason


def test_what_belongs_to_another_publication_is_neither_it_nor_proof(
    publisher: Make, server: Server, instagram: Instagram
) -> None:
    says(server, "FINISHED")
    instagram.show()
    found = publisher().find(doubtful(other_remote_ids=frozenset({MEDIA_ID})))
    assert isinstance(found, Unknown)


def test_a_finished_container_and_a_list_without_it_are_one_piece_of_evidence(
    publisher: Make, server: Server, instagram: Instagram
) -> None:
    says(server, "FINISHED")
    found = publisher().find(doubtful())
    assert isinstance(found, Absent) and not found.conclusive


def test_two_looks_two_minutes_apart_prove_it_and_one_does_not() -> None:
    absent = Absent("not there")
    first = weigh(absent, PATIENCE, looked=0, absent_looks=0, sent_at=NOW, now=NOW + PATIENCE.looks[0])
    assert isinstance(first, LookAgain)
    assert first.at - (NOW + PATIENCE.looks[0]) >= timedelta(minutes=2)
    second = weigh(absent, PATIENCE, looked=1, absent_looks=1, sent_at=NOW, now=first.at)
    assert isinstance(second, ProvedAbsent)
    assert PATIENCE.looks[0] >= timedelta(seconds=30)


def test_looks_go_on_until_a_container_cannot_live_any_more() -> None:
    at, looked = NOW, 0
    while (look := PATIENCE.next_look(looked, sent_at=NOW, now=at)) is not None:
        at, looked = look, looked + 1
    assert at - NOW > timedelta(hours=24, minutes=30)
    end = weigh(Unknown("?"), PATIENCE, looked=looked - 1, absent_looks=0, sent_at=NOW, now=at)
    assert isinstance(end, AskPerson)


@pytest.mark.parametrize("code", ["ERROR", "EXPIRED"])
def test_a_dead_container_that_is_not_listed_was_not_published(
    code: str, publisher: Make, server: Server, instagram: Instagram
) -> None:
    says(server, code)
    found = publisher().find(doubtful())
    assert isinstance(found, Absent) and found.conclusive
    instagram.show()
    assert isinstance(publisher().find(doubtful()), Published)


@pytest.mark.parametrize("code", ["IN_PROGRESS", "SOMETHING_NEW"])
def test_a_container_that_does_not_say_proves_nothing(
    code: str, publisher: Make, server: Server, instagram: Instagram
) -> None:
    says(server, code)
    assert isinstance(publisher().find(doubtful()), Unknown)


@pytest.mark.parametrize("trouble", [UNREADABLE, refusal(10), Answer(500, b""), Answer(200, b"{"), cut])
def test_an_unreadable_status_leaves_the_list_which_proves_no_absence_for_a_day(
    trouble: Any, publisher: Make, server: Server, instagram: Instagram, clock: TestClock
) -> None:
    server.on(STATUS, trouble)
    assert isinstance(publisher().find(doubtful()), Unknown)
    clock.pass_by(hours=23)
    assert isinstance(publisher().find(doubtful()), Unknown)
    clock.pass_by(hours=2)
    found = publisher().find(doubtful(doubt_looks=9))
    assert isinstance(found, Absent) and found.conclusive
    instagram.show()
    assert isinstance(publisher().find(doubtful()), Published)


@pytest.mark.parametrize("code", ["FINISHED", "ERROR", "EXPIRED", "PUBLISHED"])
@pytest.mark.parametrize(
    "trouble", [UNREADABLE, Answer(500, b""), Answer(200, {"no": "data"}), Answer(200, b"<html>"), cut]
)
def test_a_list_that_cannot_be_read_proves_nothing(
    trouble: Any, code: str, publisher: Make, server: Server, instagram: Instagram
) -> None:
    says(server, code)
    server.on(LIST, trouble)
    assert isinstance(publisher().find(doubtful()), Unknown)


def test_a_list_that_may_not_be_read_for_hours_is_for_a_person(
    publisher: Make, server: Server, instagram: Instagram
) -> None:
    says(server, "FINISHED")
    server.on(LIST, refusal(10))
    found = publisher().find(doubtful())
    assert isinstance(found, Unknown) and not found.ask_person
    late = publisher().find(doubtful(doubt_looks=4))
    assert isinstance(late, Unknown) and late.ask_person


@pytest.mark.parametrize(
    ("trouble", "error"),
    [(refusal(190, 460), ConnectionRevoked), (refusal(190), TokenExpired), (refusal(4), RateLimited)],
)
def test_a_dead_token_or_a_limit_only_postpones_the_question(
    trouble: Answer, error: type[Exception], publisher: Make, server: Server, instagram: Instagram
) -> None:
    server.on(STATUS, trouble)
    with pytest.raises(error):
        publisher().find(doubtful())


def test_a_page_token_that_may_not_read_lets_the_user_token_look(
    publisher: Make, server: Server, instagram: Instagram
) -> None:
    def picky(answer: Answer) -> Any:
        return lambda request: UNREADABLE if request.headers["authorization"].endswith(TOKEN) else answer

    instagram.show()
    server.on(STATUS, picky(Answer(body={"status_code": "PUBLISHED"})))
    server.on(LIST, picky(Answer(body={"data": instagram.shown})))
    assert isinstance(publisher().find(doubtful(login="facebook")), Published)


def test_a_carousel_has_to_have_as_many_items_as_were_sent(
    publisher: Make, server: Server, instagram: Instagram
) -> None:
    says(server, "PUBLISHED")
    for identity in ("5", "6"):
        instagram.show(identity, media_type="CAROUSEL_ALBUM")
    server.on("GET /v25.0/5/children", {"data": [{"id": "51"}, {"id": "52"}, {"id": "53"}]})
    server.on("GET /v25.0/6/children", {"data": [{"id": "61"}, {"id": "62"}]})
    found = publisher().find(doubtful(IMAGE, VIDEO))
    assert isinstance(found, Published) and found.remote_id == "6"
    for unreadable in (UNREADABLE, refusal(10), Answer(500, b"")):  # then the rest has to do
        server.on("GET /v25.0/6/children", unreadable)
        found = publisher().find(doubtful(IMAGE, VIDEO))
        assert isinstance(found, Published) and found.remote_id == "6"


def test_a_story_is_looked_for_among_the_stories_of_those_minutes(
    publisher: Make, server: Server, instagram: Instagram
) -> None:
    says(server, "PUBLISHED")
    story: dict[str, Any] = {"media_product_type": "STORY", "caption": None}
    instagram.show("5", after=timedelta(hours=2), **story)
    given = doubtful(IMAGE, text="not shown", options={"as": "story"})
    assert isinstance(publisher().find(given), Unknown)
    instagram.show("6", **story)
    found = publisher().find(given)
    assert isinstance(found, Published) and found.remote_id == "6"
    instagram.show("7", **story)
    assert isinstance(publisher().find(given), Unknown)


@pytest.mark.parametrize("code", ["FINISHED", "ERROR", "EXPIRED", "IN_PROGRESS", "SOMETHING_NEW"])
@pytest.mark.parametrize("form", ["image", "story"])
def test_what_has_no_words_is_only_taken_from_the_list_when_its_container_is_published(
    form: str, code: str, publisher: Make, server: Server, instagram: Instagram
) -> None:
    """It may be another one of ours, which is in doubt as well: to take it would lose this one."""
    instagram.show("5", text="", **({"media_product_type": "STORY"} if form == "story" else {}))
    given = doubtful(IMAGE, text="", options={"as": form} if form == "story" else {})
    says(server, code)
    found = publisher().find(given)
    assert isinstance(found, Unknown) and not found.ask_person
    late = publisher().find(replace(given, doubt_looks=4))
    assert isinstance(late, Unknown) and late.ask_person is (code != "IN_PROGRESS")
    says(server, "PUBLISHED")
    assert isinstance(publisher().find(given), Published)


def test_a_reel_of_an_address_is_known_by_what_was_noted(
    publisher: Make, server: Server, instagram: Instagram
) -> None:
    says(server, "PUBLISHED")
    instagram.show("5", media_type="VIDEO", media_product_type="REELS")
    given = doubtful(Media(url="https://media.example/a"))
    assert isinstance(publisher().find(given), Unknown)
    noted = replace(given, checkpoint={**given.checkpoint, "kinds": {"0": "video"}})
    assert isinstance(publisher().find(noted), Published)


def test_a_list_is_read_to_the_sending_and_no_further(
    publisher: Make, server: Server, instagram: Instagram
) -> None:
    says(server, "FINISHED")

    def page(request: Request) -> Answer:
        number = int(request.query.get("after") or 0)
        instagram.shown.clear()
        instagram.show(str(number + 100), text="Another", after=timedelta(hours=-10 * number))
        cursor = {"paging": {"cursors": {"after": str(number + 1)}, "next": "https://never.example/"}}
        return Answer(body={"data": instagram.shown, **cursor})

    server.on(LIST, page)
    assert isinstance(publisher().find(doubtful()), Absent)
    assert len(server.asked("GET", f"{BASE}/media")) == 4


def test_a_doubt_without_a_container_is_for_a_person(publisher: Make, instagram: Instagram) -> None:
    found = publisher().find(doubtful(checkpoint={}))
    assert isinstance(found, Unknown) and found.ask_person


# ------------------------------------------------------------------ the comparison alone

SOUGHT = Sought(
    Form.IMAGE,
    "Café @friend\nopen",
    NOW - timedelta(minutes=2),
    NOW - timedelta(hours=25),
    NOW + timedelta(minutes=15),
)
SHOWN = {
    "id": "5",
    "caption": "Café @friend\nopen",
    "timestamp": "2026-11-24T12:00:03+0000",
    "media_type": "IMAGE",
    "media_product_type": "FEED",
}


@pytest.mark.parametrize(
    ("changed", "likeness"),
    [
        ({}, Likeness.SAME),
        ({"caption": "Café friend\nopen"}, Likeness.SAME),  # the sign is missing at times
        ({"caption": "  Café @friend \r\nopen\n"}, Likeness.SAME),
        ({"caption": "café @friend\nopen"}, Likeness.OTHER),
        ({"caption": None}, Likeness.OTHER),
        ({"media_product_type": None}, Likeness.SAME),
        ({"media_product_type": "STORY"}, Likeness.OTHER),
        ({"media_type": "VIDEO"}, Likeness.OTHER),
        ({"media_type": None}, Likeness.UNCLEAR),
        ({"timestamp": None}, Likeness.UNCLEAR),
        ({"timestamp": "yesterday"}, Likeness.UNCLEAR),
        ({"timestamp": "2026-11-24T11:58:00+0000"}, Likeness.SAME),
        ({"timestamp": "2026-11-24T11:57:59+0000"}, Likeness.UNCLEAR),
        ({"timestamp": "2026-11-23T10:59:59+0000"}, Likeness.OTHER),
        ({"timestamp": "2026-11-25T12:00:00+0000"}, Likeness.SAME),
        ({"id": None}, Likeness.OTHER),
    ],
)
def test_a_post_is_compared_strictly(changed: dict[str, Any], likeness: Likeness) -> None:
    assert compare({**SHOWN, **changed}, SOUGHT) is likeness


def test_without_words_only_the_minutes_after_the_sending_count() -> None:
    wordless = replace(SOUGHT, text=" ")
    shown = {**SHOWN, "caption": ""}
    assert compare(shown, wordless) is Likeness.SAME
    assert compare({**shown, "timestamp": "2026-11-24T12:16:00+0000"}, wordless) is Likeness.UNCLEAR


TEXTS = st.lists(st.sampled_from(["a", "A", " ", "\n", "\r\n", "é", "e\u0301", "#", "🎉"]), max_size=6).map(
    "".join
)


@given_values(ours=TEXTS, theirs=TEXTS)
def test_only_what_instagram_may_change_by_itself_is_overlooked(ours: str, theirs: str) -> None:
    def essence(text: str) -> str:
        lines = unicodedata.normalize("NFC", text).replace("\r\n", "\n").split("\n")
        return "\n".join(line.rstrip() for line in lines).strip()

    found = compare({**SHOWN, "caption": theirs}, replace(SOUGHT, text=ours))
    assert (found is Likeness.SAME) is (essence(ours) == essence(theirs))


@given_values(
    seconds=st.integers(-100_000, 1_000_000), of_type=st.sampled_from(["IMAGE", "VIDEO", "CAROUSEL_ALBUM"])
)
def test_nothing_older_and_nothing_of_another_kind_is_ever_the_same(seconds: int, of_type: str) -> None:
    stamp = (NOW + timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%S+0000")
    found = compare({**SHOWN, "timestamp": stamp, "media_type": of_type}, SOUGHT)
    assert (found is Likeness.SAME) is (seconds >= -120 and of_type == "IMAGE")


# ------------------------------------------------------------------ what a person names


def test_an_address_names_a_post_by_its_shortcode(
    publisher: Make, server: Server, instagram: Instagram
) -> None:
    connection = doubtful().connection
    for url, code in (
        ("https://www.instagram.com/p/CAb_-1/", "CAb_-1"),
        ("https://www.instagram.com/reel/CAb_-1", "CAb_-1"),
        ("https://www.instagram.com/acme/p/CAb_-1/", "CAb_-1"),
        ("https://www.instagram.com/acme/", None),
        ("https://www.instagram.com/stories/acme/123456789/", None),
    ):
        assert InstagramPublisher.remote_id_in(url, connection) == code
    instagram.show()
    named = publisher().look_at(doubtful(), f"C{MEDIA_ID}")
    assert named == Published(MEDIA_ID, f"https://www.instagram.com/p/C{MEDIA_ID}/")
    assert isinstance(publisher().look_at(doubtful(), "Cother1"), Objection)


def test_a_named_post_is_held_against_what_was_sent(
    publisher: Make, server: Server, instagram: Instagram
) -> None:
    instagram.show()
    instagram.show("6", text="Other words")
    instagram.show("7", after=timedelta(days=-3))
    instagram.show("8", media_type="VIDEO")
    for one in instagram.shown:
        server.on(f"GET /v25.0/{one['id']}", one)
    assert isinstance(publisher().look_at(doubtful(), MEDIA_ID), Published)
    for other in ("6", "7", "8", "9"):
        objection = publisher().look_at(doubtful(), other)
        assert isinstance(objection, Objection) and not objection.final
    bound = publisher().look_at(doubtful(other_remote_ids=frozenset({MEDIA_ID})), MEDIA_ID)
    assert isinstance(bound, Objection) and bound.final
    server.on("GET /v25.0/10", Answer(500, b""))
    assert isinstance(publisher().look_at(doubtful(), "10"), Unknown)


def test_a_post_with_our_words_is_not_ours_while_the_container_says_that_it_was_not_published(
    publisher: Make, server: Server, instagram: Instagram
) -> None:
    """Two with the same words in doubt at once: the one that never arrived must not take the other one's post."""
    says(server, "FINISHED")
    instagram.show()
    found = publisher().find(doubtful())
    assert isinstance(found, Unknown) and not found.ask_person and "77" in found.reason
    says(server, "PUBLISHED")  # it had lagged behind
    assert isinstance(publisher().find(doubtful(doubt_looks=1)), Published)
    says(server, "FINISHED")  # it never says anything else: then the list has to do
    assert isinstance(publisher().find(doubtful(doubt_looks=4)), Published)


def test_a_list_that_goes_on_by_times_is_read_on_without_its_token(
    publisher: Make, server: Server, instagram: Instagram
) -> None:
    says(server, "EXPIRED")
    instagram.show("1", text="Another")
    first = list(instagram.shown)
    instagram.shown.clear()
    instagram.show()
    after = f"{server.url}{BASE}/media?access_token={TOKEN}&until=1764000000&__paging_token=enc&limit=50"

    def page(request: Request) -> Answer:
        if "__paging_token" not in request.query:
            return Answer(body={"data": first, "paging": {"next": after}})
        return Answer(body={"data": instagram.shown})

    server.on(LIST, page)
    assert isinstance(publisher().find(doubtful()), Published)
    second = server.asked("GET", f"{BASE}/media")[1]
    assert second.query["until"] == "1764000000" and TOKEN not in second.target


def test_a_list_that_goes_on_nobody_knows_where_proves_nothing(
    publisher: Make, server: Server, instagram: Instagram
) -> None:
    says(server, "EXPIRED")
    server.on(LIST, {"data": [], "paging": {"next": "https://graph.example/somewhere"}})
    assert isinstance(publisher().find(doubtful()), Absent)  # an empty page is the last one
    instagram.show("1", text="Another")
    server.on(LIST, {"data": instagram.shown, "paging": {"next": "https://graph.example/somewhere"}})
    assert isinstance(publisher().find(doubtful()), Unknown)


def test_a_clock_that_jumped_a_day_kills_no_container(
    publisher: Make, server: Server, instagram: Instagram, clock: TestClock
) -> None:
    server.on(STATUS, UNREADABLE)
    clock.pass_by(hours=25)
    for looks in range(4):
        assert isinstance(publisher().find(doubtful(doubt_looks=looks)), Unknown)
    found = publisher().find(doubtful(doubt_looks=4))
    assert isinstance(found, Absent) and found.conclusive
