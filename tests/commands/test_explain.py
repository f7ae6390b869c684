"""`explain` tells from evidence: what was asked, tried and answered, and what happens next."""

from __future__ import annotations

import pytest

from planrrr_cli.domain.publications import State


def test_a_published_post_tells_attempts_steps_and_calls(planrrr, accounts, write) -> None:
    name = write("a.md", front=f"to: 'facebook:{accounts[0]['account_id']}'")
    planrrr("add", name, "--at", "now")
    (line,) = planrrr("publish-due", "--json").json["publications"]
    said = planrrr("explain", line["id"][:8]).out
    for words in ("attempt 1", "point of no return", "POST /v", "→ 200", "next        nothing; it is out"):
        assert words in said
    (story,) = planrrr("explain", line["post_id"], "--json").json["publications"]
    assert story["history"][0]["outcome"] == "published"
    assert story["history"][0]["calls"][0]["status"] == 200
    assert story["attempts"] >= 1


@pytest.mark.parametrize(
    ("state", "says"),
    [
        (State.DRAFT, "planrrr reschedule"),
        (State.SCHEDULED, "it is sent"),
        (State.PUBLISHING, "a run is working on it"),
        (State.PROCESSING, "is asked at"),
        (State.IN_DOUBT, "without proof"),
        (State.PUBLISHED, "it is out"),
        (State.FAILED, "planrrr reschedule"),
        (State.MISSED, "planrrr reschedule"),
        (State.CANCELLED, "brings it back"),
    ],
)
def test_every_state_says_what_happens_next(planrrr, connect, made, state, says) -> None:
    publication = made.publication_in(state, connect())
    assert says in planrrr("explain", publication.id).out.rpartition("  next ")[2]
    (story,) = planrrr("explain", publication.id, "--json").json["publications"]
    assert says in story["next"]
    assert story["state"] == state.value


def test_a_paused_account_is_the_reason_why_a_post_waits(planrrr, connect, made) -> None:
    publication = made.publication(connect())
    planrrr("connections", "pause", "Bakery")
    (story,) = planrrr("explain", publication.id, "--json").json["publications"]
    assert "planrrr connections resume" in story["next"]


def test_a_post_tells_the_time_as_it_was_typed(planrrr, connect, write) -> None:
    connect()
    planrrr("add", write("a.md"), "--at", "2027-03-01 09:00", "--zone", "Europe/Berlin")
    (post,) = planrrr("list", "--json").json["posts"]
    assert 'typed as "2027-03-01 09:00" in Europe/Berlin' in planrrr("explain", post["id"]).out
