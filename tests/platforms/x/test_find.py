"""Looking for what is in doubt: the strict comparison, both generations of names, and what a look must not conclude."""

from __future__ import annotations

import html
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planrrr_cli.domain.connections import Tokens
from planrrr_cli.domain.errors import ConnectionRevoked, ErrorKind, RateLimited, TokenExpired
from planrrr_cli.domain.posts import Media, Post
from planrrr_cli.domain.publications import ErrorNote
from planrrr_cli.domain.secrets import Secret
from planrrr_cli.domain.steps import Absent, Landed, Published, Unknown
from planrrr_cli.platforms.x.find import PATIENCE
from planrrr_cli.platforms.x.match import Likeness, Sought, compare, created_at, sort, words
from tests.platforms.rig import NOW, Answer, Server
from tests.platforms.x.rig import TIMELINE, UNAUTHORIZED, Make, cut, listed, problem, publication, snowflake

ID, LATER = snowflake(NOW), snowflake(NOW + timedelta(seconds=5))
PARENT = snowflake(NOW - timedelta(seconds=5))
SOUGHT = Sought(
    "Café & <b> https://example.com/x?a=1 😀", NOW - timedelta(minutes=2), NOW - timedelta(hours=25)
)
SHORT = {"start": 15, "end": 38, "url": "https://t.co/abc", "expanded_url": "https://example.com/x?a=1"}


def seen(**other: Any) -> dict[str, Any]:
    post = {
        "id": ID,
        "text": "Cafe\u0301 &amp; &lt;b&gt; https://t.co/abc 😀",
        "created_at": NOW.strftime("%Y-%m-%dT%H:%M:%S.000Z"),
        "entities": {"urls": [SHORT]},
    }
    return {name: value for name, value in (post | other).items() if value is not None}


def replied(parent: str, name: str = "referenced_tweets") -> dict[str, Any]:
    return {name: [{"type": "replied_to", "id": parent}]}


@pytest.mark.parametrize(
    "other",
    [
        {},
        {"text": "Café &amp; &lt;b&gt;  https://t.co/abc\n😀 "},
        {"text": "Café & <b> https://example.com/x?a=1 😀", "entities": {"urls": [SHORT]}},
        {"entities": {"urls": [SHORT | {"expanded_url": "http://EXAMPLE.com/x?a=1"}]}},
        {"id": snowflake(NOW - timedelta(seconds=100))},
        {
            "text": "Café",
            "note_tweet": {"text": "Café &amp; &lt;b&gt; https://t.co/abc 😀", "entities": {"urls": [SHORT]}},
        },
        {
            "text": "Café",
            "note_post": {"text": "Café &amp; &lt;b&gt; https://t.co/abc 😀", "entities": {"urls": [SHORT]}},
        },
        {"referenced_posts": [{"type": "quoted", "id": "5"}]},
    ],
)
def test_the_same_post_is_known_in_other_clothes(other: dict[str, Any]) -> None:
    assert compare(seen(**other), SOUGHT) is Likeness.SAME


@pytest.mark.parametrize(
    "other",
    [
        {"text": "Café"},
        {"text": "café &amp; &lt;b&gt; https://t.co/abc 😀"},
        {"entities": {"urls": [SHORT | {"expanded_url": "https://example.com/y"}]}},
        {"attachments": {"media_keys": ["3_5"]}},
        {"attachments": {"poll_ids": ["5"]}},
        replied(PARENT),
        replied(PARENT, "referenced_posts"),
        {"referenced_tweets": [{"type": "retweeted", "id": "5"}]},
        {"id": None},
        {"id": "x"},
        {"id": 5},
    ],
)
def test_another_post_is_not_taken_for_it(other: dict[str, Any]) -> None:
    assert compare(seen(**other), SOUGHT) is Likeness.OTHER


@pytest.mark.parametrize(
    "other",
    [
        {"entities": None},
        {"entities": {"urls": [{"url": "https://t.co/abc"}]}},
        {"id": snowflake(NOW - timedelta(seconds=121))},
        {"id": snowflake(NOW - timedelta(hours=24))},
    ],
)
def test_where_something_decisive_is_missing_it_is_unclear(other: dict[str, Any]) -> None:
    assert compare(seen(**other), SOUGHT) is Likeness.UNCLEAR


def test_what_was_there_long_before_or_belongs_to_another_publication_explains_a_refusal() -> None:
    assert compare(seen(id=snowflake(NOW - timedelta(hours=26))), SOUGHT) is Likeness.EARLIER
    assert compare(seen(), replace(SOUGHT, bound=frozenset({ID}))) is Likeness.EARLIER


@pytest.mark.parametrize(
    ("keys", "likeness"),
    [
        (["3_71", "3_72"], Likeness.SAME),
        (["7_72", "13_71"], Likeness.SAME),
        (["3_61", "3_72"], Likeness.SAME),
        (["3_71"], Likeness.UNCLEAR),
        (["3_71", "3_99"], Likeness.UNCLEAR),
        (["3_98", "3_99"], Likeness.OTHER),
        (None, Likeness.UNCLEAR),
    ],
)
def test_media_are_known_by_the_ids_of_their_uploads(keys: list[str] | None, likeness: Likeness) -> None:
    sought = replace(SOUGHT, media=(frozenset({"61", "71"}), frozenset({"72"})))
    attachments = {"media_keys": keys} if keys is not None else None
    assert compare(seen(attachments=attachments), sought) is likeness


def test_an_upload_of_ours_is_proof_whatever_clocks_and_words_say() -> None:
    sought = replace(SOUGHT, media=(frozenset({"71"}),))
    old = seen(id=snowflake(NOW - timedelta(days=2)), text="cut off", attachments={"media_keys": ["3_71"]})
    assert compare(old, sought) is Likeness.SAME
    assert compare(old, replace(sought, bound=frozenset({old["id"]}))) is not Likeness.SAME


def test_a_post_of_media_alone_is_compared_without_its_own_link() -> None:
    link = {
        "url": "https://t.co/m",
        "expanded_url": "https://x.com/acme/status/1/photo/1",
        "media_key": "3_71",
    }
    post = {
        "id": ID,
        "text": "https://t.co/m",
        "entities": {"urls": [link]},
        "attachments": {"media_keys": ["3_71"]},
    }
    assert compare(post, replace(SOUGHT, text="", media=(frozenset({"71"}),))) is Likeness.SAME
    assert compare(post, replace(SOUGHT, text="", media=(frozenset({"72"}),))) is Likeness.OTHER


@pytest.mark.parametrize("name", ["referenced_tweets", "referenced_posts"])
def test_a_part_of_a_thread_is_known_by_its_parent_whatever_the_clocks_say(name: str) -> None:
    sought = replace(SOUGHT, parent=PARENT, known=frozenset({PARENT}))
    late = snowflake(NOW - timedelta(days=2))
    assert compare(seen(id=late, **replied(PARENT, name)), sought) is Likeness.SAME
    assert compare(seen(**replied("7", name)), sought) is Likeness.OTHER
    assert compare(seen(), sought) is Likeness.UNCLEAR
    assert compare(seen(id=PARENT, **replied(PARENT, name)), sought) is Likeness.OTHER
    mentioned = "@acme " + seen()["text"]
    assert compare(seen(text=mentioned, **replied(PARENT, name)), sought) is Likeness.SAME


def test_an_answer_to_a_stranger_is_no_proof_by_its_parent_alone() -> None:
    sought = replace(SOUGHT, parent="77")
    old = snowflake(NOW - timedelta(hours=3))
    assert compare(seen(id=old, **replied("77")), sought) is Likeness.UNCLEAR
    assert compare(seen(**replied("77")), sought) is Likeness.SAME


def test_a_poll_has_to_be_there_when_it_was_sent() -> None:
    sought = replace(SOUGHT, has_poll=True)
    assert compare(seen(attachments={"poll_ids": ["9"]}), sought) is Likeness.SAME
    assert compare(seen(), sought) is Likeness.UNCLEAR


def test_the_time_is_in_the_id() -> None:
    assert (
        created_at({"id": "1212092628029698048"}).isoformat(timespec="seconds") == "2019-12-31T19:26:16+00:00"
    )
    assert created_at({"id": "0"}) is None and created_at({}) is None


@given(st.text(max_size=60))
def test_words_are_the_same_after_x_has_escaped_them(text: str) -> None:
    assert words(html.escape(text, quote=False)) == words(text)


VALUES = st.none() | st.integers() | st.text(max_size=5) | st.lists(st.none() | st.just({}), max_size=2)
POSTS = st.fixed_dictionaries(
    {},
    optional={
        "id": st.sampled_from([ID, LATER, "", "x"]) | VALUES,
        "text": st.sampled_from([seen()["text"], "other"]) | VALUES,
        "entities": st.sampled_from([{"urls": [SHORT]}, {"urls": 1}, {"urls": [1]}]) | VALUES,
        "attachments": st.sampled_from([{"media_keys": ["3_1"]}, {"media_keys": 1}, {}]) | VALUES,
        "referenced_tweets": st.sampled_from([[{"type": "replied_to", "id": PARENT}], [1]]) | VALUES,
        "note_post": st.sampled_from([{"text": "other"}, {}]) | VALUES,
    },
)


@given(st.lists(POSTS, max_size=6), st.booleans())
def test_any_timeline_can_be_sorted_and_what_is_bound_is_never_the_one(
    posts: list[dict], thread: bool
) -> None:
    sought = replace(SOUGHT, bound=frozenset({LATER}), parent=PARENT if thread else None)
    found = sort(posts, sought)
    assert set(found.same) <= {ID}


# -- the look --


def doubtful(post: Post = Post("Hello"), **more: Any) -> Any:  # noqa: B008 - a value
    return publication(post, **({"first_sent_at": NOW, "sending_since": NOW} | more))


def hello(identity: str = ID, **more: Any) -> dict[str, Any]:
    return {"id": identity, "text": "Hello", **more}


def test_the_post_is_found_by_the_names_the_service_knows(publisher: Make, server: Server) -> None:
    server.on(TIMELINE, listed(hello()))
    assert publisher().find(doubtful()) == Published(ID, f"{server.url}/acme/status/{ID}")
    [request] = server.requests
    assert request.query == {
        "max_results": "100",
        "start_time": "2026-11-23T11:00:00Z",
        "tweet.fields": "attachments,created_at,entities,note_tweet,referenced_tweets",
    }


def test_the_other_generation_of_names_is_tried_when_the_first_is_refused(
    publisher: Make, server: Server
) -> None:
    refusal = problem(400, "x", "invalid-request", parameter="tweet.fields", value="attachments")
    server.on(TIMELINE, refusal, listed(hello()))
    assert isinstance(publisher().find(doubtful()), Published)
    assert server.requests[-1].query["post.fields"] == "attachments,created_at,entities,note_post"
    assert server.requests[-1].query["expansions"] == "referenced_posts"


def test_all_pages_are_read(publisher: Make, server: Server) -> None:
    other = {"id": LATER, "text": "x"}
    server.on(TIMELINE, listed(other, next_token="n1"), listed(hello()))
    assert isinstance(publisher().find(doubtful()), Published)
    assert server.requests[1].query["pagination_token"] == "n1"


def test_a_timeline_without_it_is_one_piece_of_evidence(publisher: Make, server: Server) -> None:
    server.on(TIMELINE, {"meta": {"result_count": 0}})
    finding = publisher().find(doubtful())
    assert isinstance(finding, Absent) and not finding.conclusive
    assert PATIENCE.proof_after == timedelta(minutes=30) and PATIENCE.proof_looks == 2


def test_two_candidates_are_for_a_person(publisher: Make, server: Server) -> None:
    server.on(TIMELINE, listed(hello(), hello(LATER)))
    finding = publisher().find(doubtful())
    assert isinstance(finding, Unknown) and finding.ask_person


def test_what_is_bound_elsewhere_is_not_a_candidate(publisher: Make, server: Server) -> None:
    server.on(TIMELINE, listed(hello(), hello(LATER)))
    finding = publisher().find(doubtful(other_remote_ids=frozenset({ID})))
    assert finding == Published(LATER, f"{server.url}/acme/status/{LATER}")


@pytest.mark.parametrize(
    "answer",
    [
        cut,
        Answer(503, b"<html>"),
        Answer(200, b"<html>"),
        Answer(200, {"data": 5, "meta": {}}),
        Answer(200, {"data": []}),
        Answer(200, {"errors": [{"title": "x"}], "meta": {"result_count": 0}}),
        problem(403, "Forbidden"),
        problem(404, "gone"),
        problem(400, "start_time", "invalid-request", parameter="start_time"),
    ],
)
def test_a_failed_look_proves_nothing(answer: Any, publisher: Make, server: Server) -> None:
    server.on(TIMELINE, answer)
    finding = publisher().find(doubtful())
    assert isinstance(finding, Unknown) and not finding.ask_person


def test_a_limit_and_a_closed_account_are_told(publisher: Make, server: Server) -> None:
    server.on(TIMELINE, problem(429, "Too Many Requests"), problem(403, "User has been suspended"))
    with pytest.raises(RateLimited):
        publisher().find(doubtful())
    with pytest.raises(ConnectionRevoked):
        publisher().find(doubtful())


def test_a_dead_token_is_renewed_once_and_then_the_look_failed(publisher: Make, server: Server) -> None:
    server.on(TIMELINE, UNAUTHORIZED)
    with pytest.raises(TokenExpired):
        publisher().find(doubtful())
    said = ErrorNote(ErrorKind.OUTCOME_UNKNOWN, "x", status=401)
    assert isinstance(publisher().find(doubtful(error=said)), Unknown)
    signed = Tokens(Secret("t"), secret=Secret("s"))
    known = publisher(consumer_key=Secret("k"), consumer_secret=Secret("ks"))
    assert isinstance(known.find(doubtful(tokens=signed)), Unknown)


def test_a_timeline_too_long_to_read_proves_nothing(publisher: Make, server: Server) -> None:
    pages = [listed({"id": LATER, "text": "x"}, next_token=f"n{page}") for page in range(12)]
    server.on(TIMELINE, *pages)
    assert isinstance(publisher().find(doubtful()), Unknown)
    assert len(server.requests) == 10


THREAD = Post("One.", options={"thread": ["Two.", "Three."]})


def test_a_part_that_is_there_lets_the_thread_go_on(publisher: Make, server: Server) -> None:
    two = {"id": LATER, "text": "Two.", **replied(ID)}
    server.on(TIMELINE, listed(two, {"id": ID, "text": "One."}))
    finding = publisher().find(doubtful(THREAD, checkpoint={"parts": [ID]}))
    assert finding == Landed("part 2 of 3 is out", {"parts": [ID, LATER]})
    assert server.requests[0].query["since_id"] == ID
    assert "start_time" not in server.requests[0].query


def test_the_first_part_of_a_thread_is_found_like_any_post(publisher: Make, server: Server) -> None:
    server.on(TIMELINE, listed({"id": ID, "text": "One."}))
    assert publisher().find(doubtful(THREAD)) == Landed("part 1 of 3 is out", {"parts": [ID]})


def test_the_last_part_ends_the_doubt_of_the_whole_thread(publisher: Make, server: Server) -> None:
    last = snowflake(NOW + timedelta(seconds=9))
    server.on(TIMELINE, listed({"id": last, "text": "Three.", **replied(LATER)}))
    finding = publisher().find(doubtful(THREAD, checkpoint={"parts": [ID, LATER]}))
    assert finding == Published(ID, f"{server.url}/acme/status/{ID}")


def test_a_part_that_is_not_there_is_absent(publisher: Make, server: Server) -> None:
    server.on(TIMELINE, listed({"id": LATER, "text": "Two.", **replied("5")}))
    assert isinstance(publisher().find(doubtful(THREAD, checkpoint={"parts": [ID]})), Absent)


def test_uploads_of_every_sending_are_looked_for(publisher: Make, server: Server) -> None:
    server.on(TIMELINE, listed({"id": ID, "text": "", "attachments": {"media_keys": ["3_61"]}}))
    noted = {"media": {"0": {"id": "71"}}, "earlier_media": {"0": ["61"]}}
    post = Post("", (Media(file="/a.jpg"),))
    assert isinstance(publisher().find(doubtful(post, checkpoint=noted)), Published)


def test_a_refused_duplicate_is_looked_for_without_a_limit_in_time(publisher: Make, server: Server) -> None:
    noted = {"refused_as_duplicate": 0}
    server.on(TIMELINE, listed(), listed(hello(snowflake(NOW - timedelta(days=9)))), listed(hello()))
    finding = publisher().find(doubtful(checkpoint=noted))
    assert isinstance(finding, Unknown) and "refused" in finding.reason
    assert "start_time" not in server.requests[0].query
    finding = publisher().find(doubtful(checkpoint=noted))
    assert isinstance(finding, Absent) and finding.conclusive and "2026-11-15" in finding.reason
    assert isinstance(publisher().find(doubtful(checkpoint=noted)), Published)
