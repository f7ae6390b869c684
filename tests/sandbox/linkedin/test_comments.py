"""Comments: who may write and read them, and how they show."""

from urllib.parse import quote

import pytest

from tests.sandbox.linkedin.conftest import code_of


def listed(visitor, urn, query=""):
    return visitor.rest("GET", f"socialActions/{quote(urn, safe='')}/comments{query}")


def test_a_comment_is_public_under_its_post(club):
    urn = club.published("post")
    answer = club.comment(urn, "first (plain)")
    body, number = answer.json(), urn.rpartition(":")[2]
    assert answer.status_code == 201 and answer.headers["x-restli-id"] == body["id"]
    assert body["$URN"] == f"urn:li:comment:(urn:li:activity:{number},{body['id']})"
    assert (body["actor"], body["message"]["text"]) == (club.urn, "first (plain)")
    comment = club.ledger()[1]
    assert (comment["parent"], comment["remote_id"], comment["text"]) == (urn, body["id"], "first (plain)")
    assert "first (plain)" in club.http.get(club.ledger()[0]["permalink"]).text


def test_comments_are_read_in_pages_oldest_first(club):
    urn = club.published("post")
    for number in range(3):
        club.comment(urn, f"number {number}")
    told = listed(club, urn, "?count=2").json()
    assert [each["message"]["text"] for each in told["elements"]] == ["number 0", "number 1"]
    assert told["paging"]["links"][0]["rel"] == "next"
    activity = f"urn:li:activity:{urn.rpartition(':')[2]}"
    assert len(listed(club, activity).json()["elements"]) == 3


def test_a_reply_hangs_on_its_comment(club):
    urn = club.published("post")
    first = club.comment(urn, "first").json()
    reply = club.comment(urn, "reply", parentComment=first["$URN"])
    assert reply.json()["parentComment"] == first["$URN"]
    assert club.ledger()[2]["parent"] == first["id"]
    assert code_of(club.comment(urn, "lost", parentComment="urn:li:comment:(urn:li:activity:1,2)"))[0] == 400


def test_posting_is_not_enough_to_comment(person):
    urn = person.published("post")
    gate = "Not enough permissions to access: partnerApiSocialActions"
    assert person.comment(urn, "c").json()["message"] == f"{gate}.CREATE.20260601"
    assert listed(person, urn).json()["message"] == f"{gate}.GET_ALL.20260601"
    person.change(person.urn, scopes=["w_member_social", "w_member_social_feed"])
    assert person.comment(urn, "c").status_code == 201


@pytest.mark.parametrize(
    ("fields", "refusal"),
    [
        ({"object": "urn:li:share:5"}, (400, "INVALID_VALUE_FOR_FIELD")),
        ({"actor": "urn:li:organization:5"}, (403, "ACCESS_DENIED")),
        ({"message": {}}, (400, "MISSING_FIELD")),
        ({"message": {"text": " "}}, (400, "INVALID_VALUE_FOR_FIELD")),
        ({"message": {"text": "x" * 1251}}, (400, "FIELD_LENGTH_TOO_LONG")),
        ({"message": "words"}, (400, "INVALID_VALUE_FOR_FIELD")),
        ({"content": []}, (403, "ACCESS_DENIED")),
    ],
)
def test_a_comment_is_checked(club, fields, refusal):
    assert code_of(club.comment(club.published("post"), "c", **fields)) == refusal
    assert club.texts() == ["post"]


def test_what_is_not_there_cannot_be_commented_on(club):
    assert code_of(club.comment("urn:li:share:5", "c")) == (404, "NOT_FOUND")
    assert code_of(listed(club, "urn:li:share:5")) == (404, "NOT_FOUND")


def test_nothing_stops_the_same_comment_from_coming_twice(club):
    urn = club.published("post")
    assert [club.comment(urn, "same").status_code for _ in range(2)] == [201, 201]
    assert club.texts() == ["post", "same", "same"]
