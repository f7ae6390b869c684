"""The day's calls of members and apps, and the levers that change an account."""

import pytest
import requests

from planrrr_cli.sandbox.clock import Clock


def limits(visitor):
    return visitor.post("m").json()["message"]


def test_a_members_day_ends_at_midnight_utc(club, member):
    club.change(club.urn, day_limit=2)
    club.published("a")
    club.published("b")
    answer = club.post("c")
    assert answer.json() == {
        "status": 429,
        "serviceErrorCode": 101,
        "code": "TOO_MANY_REQUESTS",
        "message": "Resource level throttle MEMBER DAY limit for calls to this resource is reached.",
    }
    assert "Retry-After" not in answer.headers
    assert club.mine().status_code == 200
    other = member(2)
    club.change(other.urn, day_limit=2)
    assert [other.post(text).status_code for text in "cde"] == [201, 201, 429]
    club.advance(86_400 - Clock().now() % 86_400 + 1)
    assert club.post("c").status_code == 201


def test_an_apps_day_is_everybodys(club, member, person):
    club.change(club.urn, app_day_limit=2)
    other = member(2)
    assert [each.post("m").status_code for each in (club, other, club, other)] == [201, 201, 429, 429]
    assert (
        limits(other)
        == "Resource level throttle APPLICATION DAY limit for calls to this resource is reached."
    )
    assert person.post("m").status_code == 201
    club.change(club.urn, app_day_limit=0, day_limit=0)
    assert "APPLICATION_AND_MEMBER DAY" in limits(club)
    club.change(club.urn, app_day_limit=None, day_limit=None)
    assert club.post("n").status_code == 201


def test_a_person_has_a_hundred_and_fifty_calls_a_day(person):
    headers, body = person.headers(), person.body("")
    url = f"{person.url}/rest/posts"
    codes = [person.http.post(url, json=body, headers=headers).status_code for _ in range(151)]
    assert codes == [422] * 150 + [429]


def test_reset_gives_everything_back(club):
    club.change(club.urn, day_limit=0, scopes=[], role="ANALYST")
    club.control("POST", "reset")
    assert club.post("m").status_code == 201


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"scopes": ["w_everything"]}, "Only these scopes"),
        ({"scopes": "w_member_social"}, "Only these scopes"),
        ({"role": "KING"}, "ADMINISTRATOR"),
        ({"day_limit": -1}, "whole number"),
        ({"failing_posts": "two"}, "whole number"),
        ({"colour": "red"}, "has no 'colour'"),
    ],
)
def test_a_lever_that_makes_no_sense_is_refused_with_a_sentence(club, change, says):
    answer = requests.post(f"{club.url}/_sandbox/accounts", json={"account_id": club.urn} | change)
    assert answer.status_code == 400 and says in answer.json()["error"]
