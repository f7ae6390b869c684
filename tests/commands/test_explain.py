"""`explain` tells from evidence: what was asked, tried and answered, and what happens next."""

from __future__ import annotations

import json
import re
import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from planrrr_cli.domain.publications import State

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"


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


# what the platform was asked and said


def published(planrrr, write, accounts, control, *faults, front: str = "", code: int | None = None):
    """A post that a run has met under ``faults``; the id of its publication."""
    name = write("a.md", front=f"to: 'facebook:{accounts[0]['account_id']}'{front}")
    (post,) = planrrr("add", name, "--at", "now", "--json").json["posts"]
    for fault in faults:
        control.fault(**fault)
    planrrr("publish-due", "--max-seconds", "1", code=code)
    return post["publications"][0]["id"]


def the_story(planrrr, publication_id):
    (story,) = planrrr("explain", publication_id, "--json").json["publications"]
    return story


def test_a_refused_call_tells_when_status_code_class_duration_and_request(
    planrrr, write, accounts, control
) -> None:
    limit = {"call": "facebook.feed.create", "strike": "before", "kind": "rate:7"}
    publication = published(planrrr, write, accounts, control, limit)
    said = planrrr("explain", publication).out
    assert re.search(
        r"call      \d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3} UTC facebook\.feed\.create: POST /v25\.0/\d+/feed → "
        r"400 code 80001 RATE_LIMIT_ERROR in \d+ ms \(request A\w+\)",
        said,
    )
    assert re.search(r"class     RATE_LIMIT_ERROR: this Page has used up its calls", said)
    assert re.search(r"then      it goes on by itself at \d{4}", said)
    (call,) = the_story(planrrr, publication)["history"][0]["calls"]
    assert (call["status"], call["code"], call["error_kind"]) == (400, "80001", "RATE_LIMIT_ERROR")


def test_a_good_call_tells_its_request_too(planrrr, write, accounts, control) -> None:
    publication = published(planrrr, write, accounts, control)
    for attempt in the_story(planrrr, publication)["history"]:
        for call in attempt["calls"]:
            assert call["request_id"].startswith("A")
            assert call["error_kind"] is None


def test_a_call_without_an_answer_says_so(planrrr, write, accounts, control) -> None:
    lost = {"call": "facebook.feed.create", "strike": "after", "kind": "lost"}
    publication = published(planrrr, write, accounts, control, lost)
    said = planrrr("explain", publication).out
    assert re.search(r"→ no answer \(answer lost\) OUTCOME_UNKNOWN in \d+ ms\n", said)


def test_steps_and_calls_are_told_in_the_order_in_which_they_happened(
    planrrr, write, accounts, control, folder
) -> None:
    shutil.copy(EXAMPLES / "media" / "croissants.jpg", folder)
    publication = published(
        planrrr, write, accounts, control, front="\nmedia: [{file: croissants.jpg}]", code=0
    )
    said = planrrr("explain", publication).out
    order = ["photo.upload", "noted photos", "point of no return", "feed.create", "post.read"]
    places = [said.index(words) for words in order]
    assert places == sorted(places)


def test_after_a_documented_refusal_of_the_link_it_is_tried_again_and_not_doubted(
    planrrr, write, accounts, control
) -> None:
    unread = {"call": "facebook.feed.create", "strike": "before", "kind": "error:1609005"}
    publication = published(planrrr, write, accounts, control, unread)
    story = the_story(planrrr, publication)
    assert (story["state"], story["history"][0]["outcome"]) == ("scheduled", "retried")
    assert story["history"][0]["error"]["kind"] == "VALIDATION_ERROR"


def test_a_doubt_has_one_class_whatever_the_answer_would_mean_elsewhere(
    planrrr, write, accounts, control
) -> None:
    trouble = {"call": "facebook.feed.create", "strike": "after", "kind": "status:500"}
    hidden = {"call": "facebook.feed.create", "kind": "hide:99"}
    publication = published(planrrr, write, accounts, control, hidden, trouble)
    (attempt,) = the_story(planrrr, publication)["history"]
    assert (attempt["outcome"], attempt["error"]["kind"]) == ("in_doubt", "OUTCOME_UNKNOWN")


# what comes after publishing


def test_a_follow_up_that_failed_tells_why_and_leaves_the_post_without_an_error(
    planrrr, write, accounts, control
) -> None:
    lost = {"call": "facebook.comment.create", "strike": "after", "kind": "lost"}
    front = "\nfirst_comment: First."
    publication = published(planrrr, write, accounts, control, lost, front=front)
    said = planrrr("explain", publication).out
    assert re.search(r"attempt 2 .* follow_up: not completed after \d+ ms", said)
    assert "class     OUTCOME_UNKNOWN: sent to facebook, but" in said
    assert re.search(r"then      the post is out; try 2 of 3 begins at", said)
    assert "next        it is out; its first comment is added and its address is looked up at" in said
    story = the_story(planrrr, publication)
    assert story["error"] is None
    assert story["history"][-1]["error"]["kind"] == "OUTCOME_UNKNOWN"


def test_a_follow_up_that_failed_is_one_log_record_with_its_cause(process, write, accounts, control) -> None:
    control.fault(call="facebook.comment.create", strike="after", kind="lost")
    name = write("a.md", front=f"to: 'facebook:{accounts[0]['account_id']}'\nfirst_comment: First.")
    process("add", name, "--at", "now")
    records = [json.loads(line) for line in process("publish-due").err.splitlines() if line[:1] == "{"]
    (found,) = [record for record in records if record.get("error_kind")]
    assert (found["kind"], found["error_kind"], found["level"]) == ("follow_up", "OUTCOME_UNKNOWN", "warning")
    assert found["reason"] and found["next"]


def test_a_follow_up_that_has_to_wait_says_why_and_until_when(planrrr, write, accounts, control) -> None:
    limit = {"call": "facebook.comments.read", "strike": "before", "kind": "rate:7"}
    front = "\nfirst_comment: First."
    publication = published(planrrr, write, accounts, control, limit, front=front)
    story = the_story(planrrr, publication)
    assert "this Page has used up its calls" in story["connection"]["held_reason"]
    assert "when the platform lets the account go on" in story["next"]
    assert re.search(
        r"connection  active; held until .* UTC: this Page has used up", planrrr("explain", publication).out
    )
    assert "this Page has used up" in planrrr("connections", "list").out


# what is not known, and what does not happen


def test_a_run_that_was_killed_leaves_no_calls_and_that_is_said(planrrr, connect, made, ctx) -> None:
    publication = made.publication_in(State.PUBLISHING, connect())
    with ctx.store.transaction() as tx:
        tx.conn.exec_driver_sql("UPDATE connections SET leased_until = '2026-01-01T00:00:00.000000Z'")
    planrrr("publish-due", "--max-seconds", "1", code=None, env={"PLANRRR_SANDBOX_URL": "http://127.0.0.1:9"})
    said = planrrr("explain", publication.id).out
    assert "publish: interrupted" in said
    assert "what it called is not known: it ended before that was written down" in said
    assert "class     INTERRUPTED: the process that was publishing it ended in the middle" in said


def test_what_is_too_late_is_not_promised_to_be_sent(planrrr, connect, made) -> None:
    made.now -= timedelta(days=2)
    publication = made.publication(connect())
    following = the_story(planrrr, publication.id)["next"]
    assert following == (
        "nothing by itself, since it was due 2 days ago and may be at most 1 day late; "
        f"planrrr reschedule {publication.id[:8]} --at now (or another time)"
    )


@pytest.mark.parametrize("state", [State.IN_DOUBT, State.PROCESSING, State.SCHEDULED])
def test_on_a_paused_account_nothing_is_promised_for_a_time(planrrr, connect, made, state) -> None:
    publication = made.publication_in(state, connect())
    planrrr("connections", "pause", "Bakery")
    assert "planrrr connections resume" in the_story(planrrr, publication.id)["next"]


def test_a_moment_that_has_passed_is_the_next_run(planrrr, connect, made) -> None:
    made.now -= timedelta(hours=1)
    publication = made.publication_in(State.IN_DOUBT, connect())
    assert (
        "the platform is asked with the next planrrr publish-due"
        in the_story(planrrr, publication.id)["next"]
    )


@pytest.mark.parametrize("named", ["post", "publication"])
def test_a_post_that_was_moved_tells_the_time_that_was_typed_last(planrrr, connect, write, named) -> None:
    connect()
    planrrr("add", write("a.md"), "--at", "2027-03-01 09:00", "--zone", "Europe/Berlin")
    (post,) = planrrr("list", "--json").json["posts"]
    identifier = post["id"] if named == "post" else post["publications"][0]["id"]
    planrrr("reschedule", identifier, "--at", "2027-03-02 10:00", "--zone", "Europe/Paris")
    said = planrrr("explain", post["id"]).out
    assert 'typed as "2027-03-02 10:00" in Europe/Paris' in said
    assert "2027-03-01" not in said


def test_of_two_publications_the_one_that_was_moved_does_not_tell_the_others_time(
    planrrr, connect, write
) -> None:
    connect("1", "Bakery"), connect("2", "Café")
    front = 'to: ["facebook:Bakery", "facebook:Café"]'
    planrrr("add", write("a.md", front=front), "--at", "2027-03-01 09:00", "--zone", "Europe/Berlin")
    (post,) = planrrr("list", "--json").json["posts"]
    moved, kept = (one["id"] for one in post["publications"])
    planrrr("reschedule", moved, "--at", "2027-03-02T10:00:00Z")
    assert "typed as" not in planrrr("explain", moved).out
    assert 'typed as "2027-03-01 09:00"' in planrrr("explain", kept).out
