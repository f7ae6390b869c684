"""Looking for a post whose answer was lost: an organization's list, and what is left for a person's."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planrrr_cli.domain.doubt import ProvedAbsent, weigh
from planrrr_cli.domain.errors import ConnectionRevoked, RateLimited, TokenExpired
from planrrr_cli.domain.posts import Post
from planrrr_cli.domain.publications import Publication
from planrrr_cli.domain.steps import Absent, Published, Unknown
from planrrr_cli.platforms.likeness import Likeness
from planrrr_cli.platforms.linkedin.find import PATIENCE, refused_as_duplicate
from planrrr_cli.platforms.linkedin.little import little
from planrrr_cli.platforms.linkedin.match import Sought, compare, created_at, sort
from planrrr_cli.platforms.linkedin.publisher import LinkedInPublisher
from planrrr_cli.platforms.linkedin.urns import made_at
from tests.platforms.linkedin.stage import (
    ORGANIZATION,
    PERSON,
    READ_POSTS,
    SHARE,
    cut,
    path_of,
    publication,
    refusal,
)
from tests.platforms.rig import NOW, Answer, Request, Server

Make = Callable[..., LinkedInPublisher]
TEXT = "Hello (all) #bread"


def milliseconds(**earlier: float) -> int:
    return int((NOW - timedelta(**earlier)).timestamp() * 1000)


def urn_made(**earlier: float) -> str:
    """A share whose id says that it was made so long before the sending."""
    return f"urn:li:share:{milliseconds(**earlier) << 22}"


def entry(urn: str = SHARE, **other: Any) -> dict[str, Any]:
    post = {
        "id": urn,
        "author": ORGANIZATION,
        "commentary": little(TEXT),
        "lifecycleState": "PUBLISHED",
        "visibility": "PUBLIC",
        "createdAt": milliseconds(),
    }
    return {name: value for name, value in (post | other).items() if value is not None}


def listed(*posts: dict[str, Any], **paging: Any) -> Answer:
    return Answer(body={"elements": list(posts), "paging": {"start": 0, "count": 100, "links": [], **paging}})


def in_doubt(post: Post | None = None, account: str = ORGANIZATION, **more: Any) -> Publication:
    return publication(post or Post(TEXT), account, **({"first_sent_at": NOW} | more))


def test_the_post_is_found_among_the_organizations_own(publisher: Make, server: Server) -> None:
    server.on(READ_POSTS, listed(entry("urn:li:share:1", commentary="other"), entry()))
    assert publisher().find(in_doubt()) == Published(SHARE, f"{server.url}/feed/update/{SHARE}/")
    [request] = server.requests
    assert request.query == {"q": "author", "author": ORGANIZATION, "count": "100", "sortBy": "CREATED"}
    assert "author=urn%3Ali%3Aorganization%3A5515715" in request.target
    assert request.headers["x-restli-method"] == "FINDER"


def test_nothing_there_is_one_piece_of_evidence(publisher: Make, server: Server) -> None:
    server.on(READ_POSTS, listed())
    found = publisher().find(in_doubt())
    assert isinstance(found, Absent)
    assert not found.conclusive


def test_absence_is_proved_only_after_half_an_hour() -> None:
    """A post that stays hidden for twenty minutes is not sent a second time."""
    looks, absent, now = 0, 0, NOW
    while True:
        at = PATIENCE.next_look(looks, sent_at=NOW, now=now)
        assert at is not None
        verdict = weigh(Absent("no"), PATIENCE, looked=looks, absent_looks=absent, sent_at=NOW, now=at)
        if isinstance(verdict, ProvedAbsent):
            break
        looks, absent, now = looks + 1, absent + 1, at
    assert at - NOW >= timedelta(minutes=30)
    assert [moment.total_seconds() for moment in PATIENCE.looks[:3]] == [10, 60, 300]


def test_a_post_shows_its_upload_and_that_is_proof(publisher: Make, server: Server) -> None:
    noted = {"media": {"0": {"sort": "image", "urn": "urn:li:image:7", "at": NOW.isoformat()}}}
    given_ = in_doubt(checkpoint=noted)
    other_text = entry(commentary="cut", content={"media": {"id": "urn:li:image:7"}}, createdAt=None)
    server.on(READ_POSTS, listed(other_text))
    assert isinstance(publisher().find(given_), Published)
    server.on(READ_POSTS, listed(entry(content={"media": {"id": "urn:li:image:8"}})))
    assert isinstance(publisher().find(given_), Absent)
    server.on(READ_POSTS, listed(entry()))
    assert isinstance(publisher().find(given_), Unknown)
    dropped = in_doubt(checkpoint={"media": {}, "earlier": ["urn:li:image:7"]})
    server.on(READ_POSTS, listed(other_text))
    assert isinstance(publisher().find(dropped), Published)


def test_two_candidates_are_for_a_person(publisher: Make, server: Server) -> None:
    server.on(READ_POSTS, listed(entry("urn:li:share:5"), entry("urn:li:share:6")))
    found = publisher().find(in_doubt())
    assert isinstance(found, Unknown)
    assert found.ask_person
    bound = publisher().find(in_doubt(other_remote_ids=frozenset({"urn:li:share:6"})))
    assert isinstance(bound, Published)
    assert bound.remote_id == "urn:li:share:5"


@pytest.mark.parametrize(
    "answer", [refusal(500), refusal(404), Answer(200, b"{"), Answer(200, {}), Answer(200, b"<html>"), cut]
)
def test_a_failed_look_proves_nothing(answer: Any, publisher: Make, server: Server) -> None:
    server.on(READ_POSTS, answer)
    found = publisher().find(in_doubt())
    assert isinstance(found, Unknown)
    assert not found.ask_person


def test_a_missing_permission_to_read_is_named_to_a_person(publisher: Make, server: Server) -> None:
    message = "Not enough permissions to access: partnerApiPostsExternal.FINDER-author.20260401"
    server.on(READ_POSTS, refusal(403, "ACCESS_DENIED", 100, message=message))
    found = publisher().find(in_doubt())
    assert isinstance(found, Unknown)
    assert found.ask_person
    assert "r_organization_social" in found.reason
    granted = publisher().find(in_doubt(scopes=("w_organization_social", "r_organization_social")))
    assert isinstance(granted, Unknown)
    assert not granted.ask_person, "what was granted may only be refused for a moment"


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (refusal(401, "EXPIRED_ACCESS_TOKEN", 65602), TokenExpired),
        (refusal(401, "REVOKED_ACCESS_TOKEN", 65601), ConnectionRevoked),
        (refusal(429), RateLimited),
        (refusal(426, "NONEXISTENT_VERSION"), RateLimited),
    ],
)
def test_what_concerns_the_account_is_told_while_looking(
    answer: Answer, error: type[Exception], publisher: Make, server: Server
) -> None:
    server.on(READ_POSTS, answer)
    with pytest.raises(error):
        publisher().find(in_doubt())


def test_a_long_list_is_read_page_by_page_and_not_for_ever(publisher: Make, server: Server) -> None:
    def page(request: Request) -> Answer:
        start = int(request.query.get("start", "0"))
        posts = [entry(f"urn:li:share:{start + number}", commentary="x") for number in range(100)]
        return listed(*posts, start=start)

    server.on(READ_POSTS, page)
    assert isinstance(publisher().find(in_doubt()), Unknown)
    assert [request.query.get("start") for request in server.requests] == [None, "100", "200", "300", "400"]


def test_the_list_is_read_only_as_far_back_as_the_sending(publisher: Make, server: Server) -> None:
    old = [entry(f"urn:li:share:{number}", createdAt=milliseconds(hours=26)) for number in range(100)]
    server.on(READ_POSTS, listed(*old))
    assert isinstance(publisher().find(in_doubt()), Absent)
    assert len(server.requests) == 1


def test_a_page_that_is_not_full_is_the_last_unless_the_list_says_otherwise(
    publisher: Make, server: Server
) -> None:
    other = entry("urn:li:share:1", commentary="x")
    server.on(READ_POSTS, listed(other, total=2), listed(entry(), total=2))
    assert isinstance(publisher().find(in_doubt()), Published)
    assert server.requests[1].query["start"] == "1"
    server.on(READ_POSTS, listed(other, links=[{"rel": "next", "href": "/x"}]), listed(entry()))
    assert isinstance(publisher().find(in_doubt()), Published)


def test_a_persons_posts_cannot_be_read_and_a_person_is_asked(publisher: Make, server: Server) -> None:
    found = publisher().find(in_doubt(account=PERSON))
    assert isinstance(found, Unknown)
    assert found.ask_person
    assert "activity" in found.reason
    assert server.requests == []


def test_an_application_that_may_read_a_persons_posts_reads_them(publisher: Make, server: Server) -> None:
    server.on(READ_POSTS, listed(entry(author=PERSON)))
    found = publisher().find(in_doubt(account=PERSON, scopes=("w_member_social", "r_member_social")))
    assert isinstance(found, Published)


def refused(urn: str | None, account: str = PERSON, *, after: timedelta = timedelta(hours=1)) -> Publication:
    return in_doubt(account=account, checkpoint=refused_as_duplicate(urn, NOW + after, doubts=1))


def test_a_duplicate_made_when_the_answer_was_lost_is_a_persons_post(publisher: Make, server: Server) -> None:
    urn = urn_made(seconds=-2)
    assert publisher().find(refused(urn)) == Published(urn, f"{server.url}/feed/update/{urn}/")


@pytest.mark.parametrize(
    ("urn", "after"),
    [
        (urn_made(minutes=10), timedelta(hours=1)),  # an older post of the same text
        (urn_made(hours=-1), timedelta(hours=1)),  # a ghost: made the moment it was refused
        (urn_made(minutes=-1), timedelta(minutes=1)),
        ("urn:li:groupPost:7-8", timedelta(hours=1)),
        (None, timedelta(hours=1)),
    ],
)
def test_a_duplicate_of_another_moment_is_not_adopted(
    urn: str | None, after: timedelta, publisher: Make
) -> None:
    found = publisher().find(refused(urn, after=after))
    assert isinstance(found, Unknown)
    assert found.ask_person
    assert urn is None or urn in found.reason


def test_a_duplicate_that_belongs_to_another_publication_is_not_adopted(publisher: Make) -> None:
    urn = urn_made(seconds=-2)
    taken = replace(refused(urn), other_remote_ids=frozenset({urn}))
    assert isinstance(publisher().find(taken), Unknown)


def test_a_duplicate_of_an_organization_is_read_and_never_a_proof_of_absence(
    publisher: Make, server: Server
) -> None:
    server.on(READ_POSTS, listed())
    ghost = publisher().find(refused(SHARE, ORGANIZATION))
    assert isinstance(ghost, Unknown)
    assert not ghost.ask_person
    server.on(f"GET {path_of('posts', SHARE)}", Answer(body=entry()))
    assert isinstance(publisher().find(refused(SHARE, ORGANIZATION)), Published)
    assert server.requests[-1].query == {"viewContext": "AUTHOR"}
    server.on(f"GET {path_of('posts', SHARE)}", Answer(body=entry(createdAt=milliseconds(days=3))))
    assert isinstance(publisher().find(refused(SHARE, ORGANIZATION)), Unknown)
    server.on(f"GET {path_of('posts', SHARE)}", refusal(500))
    assert isinstance(publisher().find(refused(SHARE, ORGANIZATION)), Unknown)


SOUGHT = Sought(
    ORGANIZATION,
    TEXT,
    NOW - timedelta(minutes=2),
    NOW - timedelta(hours=25),
    bound=frozenset({"urn:li:share:9"}),
)
ARTICLE = {"article": {"source": "https://example.com/x", "title": "T"}}
POLL = {"poll": {"question": "Rye?", "options": []}}


@pytest.mark.parametrize(
    "other",
    [
        {},
        {"commentary": TEXT},
        {"commentary": "Hello  \\(all\\)\r\n{hashtag|\\#|bread} "},
        {"author": None},
        {"createdAt": milliseconds(seconds=100)},
        {"createdAt": None, "publishedAt": milliseconds()},
        {"lifecycleState": "PUBLISH_REQUESTED"},
        {"lifecycleState": "PUBLISH_FAILED"},
    ],
)
def test_the_same_post_is_known_in_other_clothes(other: dict[str, Any]) -> None:
    assert compare(entry(**other), SOUGHT) is Likeness.SAME


@pytest.mark.parametrize(
    "other",
    [
        {"urn": "urn:li:share:9", "createdAt": milliseconds(minutes=3)},
        {"urn": ""},
        {"author": "urn:li:organization:1"},
        {"lifecycleState": "DRAFT"},
        {"createdAt": milliseconds(hours=26)},
        {"commentary": "Hello"},
        {"commentary": None},
        {"content": POLL},
    ],
)
def test_another_post_is_not_taken_for_it(other: dict[str, Any]) -> None:
    assert compare(entry(**other), SOUGHT) is Likeness.OTHER


@pytest.mark.parametrize(
    "other",
    [
        {"createdAt": None},
        {"createdAt": "yesterday"},
        {"createdAt": milliseconds(minutes=3)},
        {"content": {"media": {"id": "urn:li:image:1"}}},
        {"content": ARTICLE},
    ],
)
def test_where_something_decisive_is_missing_it_is_unclear(other: dict[str, Any]) -> None:
    assert compare(entry(**other), SOUGHT) is Likeness.UNCLEAR


def test_an_address_that_linkedin_shortened_is_neither_a_match_nor_absence() -> None:
    sought = replace(SOUGHT, text="See https://example.com/a_b now")
    assert compare(entry(commentary="See https://example.com/a\\_b now"), sought) is Likeness.SAME
    assert compare(entry(commentary="See https://lnkd.in/e4 now"), sought) is Likeness.UNCLEAR
    assert compare(entry(commentary="See https://lnkd.in/e4 then"), sought) is Likeness.OTHER


@pytest.mark.parametrize(
    ("content", "likeness"),
    [
        (ARTICLE, Likeness.SAME),
        (None, Likeness.UNCLEAR),
        ({"article": {"source": "https://y.test"}}, Likeness.UNCLEAR),
    ],
)
def test_a_link_is_compared_by_its_address(content: Any, likeness: Likeness) -> None:
    assert compare(entry(content=content), replace(SOUGHT, link="https://example.com/x")) is likeness


@pytest.mark.parametrize(
    ("content", "likeness"),
    [(POLL, Likeness.SAME), (None, Likeness.UNCLEAR), ({"poll": {"question": "Wheat?"}}, Likeness.OTHER)],
)
def test_a_poll_is_compared_by_its_question(content: Any, likeness: Likeness) -> None:
    assert compare(entry(content=content), replace(SOUGHT, question="Rye?")) is likeness


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
CONTENTS = JSON | st.fixed_dictionaries(
    {},
    optional={
        "media": JSON | st.fixed_dictionaries({"id": JSON}),
        "multiImage": JSON | st.fixed_dictionaries({"images": JSON}),
        "article": JSON | st.fixed_dictionaries({"source": JSON, "thumbnail": JSON}),
        "poll": JSON | st.fixed_dictionaries({"question": JSON}),
    },
)
SEEN = st.fixed_dictionaries(
    {},
    optional={
        "id": st.sampled_from([SHARE, "urn:li:share:9", "", "x"]) | JSON,
        "author": st.sampled_from([ORGANIZATION, PERSON]) | JSON,
        "commentary": st.sampled_from([TEXT, little(TEXT)]) | JSON,
        "createdAt": st.sampled_from([milliseconds(), milliseconds(days=9)]) | JSON,
        "lifecycleState": st.sampled_from(["PUBLISHED", "DRAFT"]) | JSON,
        "content": CONTENTS,
    },
)


@given(st.lists(SEEN, max_size=6), st.booleans())
def test_any_list_can_be_read_and_what_is_bound_stays_bound(
    posts: list[dict[str, Any]], with_media: bool
) -> None:
    uploads = frozenset({"urn:li:image:1"}) if with_media else frozenset()
    found = sort(posts, replace(SOUGHT, uploads=uploads))
    assert not {post["id"] for post in found.same} & {"urn:li:share:9", "", "x"}
    for post in posts:
        assert created_at(post) is None or created_at(post).tzinfo is not None  # type: ignore[union-attr]


def test_an_id_tells_when_it_was_made() -> None:
    made = made_at("urn:li:share:7445298278914641920")
    assert made is not None and made.date().isoformat() == "2026-04-02"
    assert made_at("urn:li:share:12") is None
    assert made_at("urn:li:comment:(urn:li:share:7445298278914641920,1)") is None


def test_a_post_that_fits_and_belongs_to_another_publication_is_neither_it_nor_proof_of_absence(
    publisher: Make, server: Server
) -> None:
    """Of two posts with the same words in doubt, the first look may have taken the other one's."""
    server.on(READ_POSTS, listed(entry()))
    finding = publisher().find(in_doubt(other_remote_ids=frozenset({SHARE})))
    assert isinstance(finding, Unknown) and not finding.ask_person
