"""What Instagram's replies and statuses mean, from literal samples."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planrrr_cli.domain.errors import OutcomeUnknown, PlatformError
from planrrr_cli.platforms.instagram.codes import TABLE, is_definite, meaning_of
from planrrr_cli.platforms.instagram.replies import INSTAGRAM
from planrrr_cli.platforms.instagram.status import Phase, read_status
from planrrr_cli.platforms.meta.codes import Kind
from planrrr_cli.platforms.meta.replies import Role, read_reply
from planrrr_cli.platforms.wire import Reply
from tests.platforms.rig import NOW


def sample(code: int, subcode: int | None = None, status: int = 400, **more: Any) -> Reply:
    error = {"message": "words", "type": "OAuthException", "code": code, "fbtrace_id": "Atrace", **more}
    if subcode is not None:
        error["error_subcode"] = subcode
    return Reply(status, {}, json.dumps({"error": error}).encode())


def test_the_real_example_of_the_facts_is_understood() -> None:
    """https://github.com/MookieLian/n8n-nodes-instagram/issues/9"""
    reply = sample(100, 2207089, is_transient=False, error_user_title="…", error_user_msg="The words")
    error = read_reply(reply, INSTAGRAM, role=Role.COMMIT, now=NOW)
    assert error is not None and error.platform == "instagram"
    assert (error.code, error.request_id, error.status) == ("100/2207089", "Atrace", 400)
    assert "The words" in error.message


@pytest.mark.parametrize("subcode", [2207001, 2207003, 2207020, 2207032, 2207051, 2207053, 2207006, 2207008])
def test_these_never_prove_that_nothing_was_published(subcode: int) -> None:
    for code in (-2, -1, 4, 9, 24, 100, 190):
        assert not is_definite(code, subcode)


def test_the_subcode_tells_the_case_whatever_the_code() -> None:
    meaning = meaning_of(0, 2207051)
    assert meaning is not None and meaning.kind is Kind.BLOCKED and meaning.grows
    other = meaning_of(4, 0)
    assert other is not None and other.kind is Kind.APP_LIMITED
    assert meaning_of(9007, 0) == meaning_of(9007, 2207027)
    assert meaning_of(0, 2207999) is None


@given(code=st.integers(-10, 100_000), subcode=st.integers(0, 3_000_000), status=st.integers(200, 599))
def test_on_the_publishing_call_only_plain_refusals_are_more_than_unknown(
    code: int, subcode: int, status: int
) -> None:
    error = read_reply(sample(code, subcode, status), INSTAGRAM, role=Role.COMMIT, now=NOW)
    assert isinstance(error, PlatformError)
    assert isinstance(error, OutcomeUnknown) or (is_definite(code, subcode) and status < 500)


def test_every_meaning_is_a_sentence_for_a_person() -> None:
    for meaning in TABLE.values():
        assert meaning.says and not meaning.says.endswith(".")
        if meaning.kind is Kind.SIGN_IN:
            assert meaning.do


@pytest.mark.parametrize(
    ("body", "phase", "subcode"),
    [
        ({"status_code": "FINISHED"}, Phase.FINISHED, 0),
        ({"status_code": "IN_PROGRESS", "status": "In Progress: whatever"}, Phase.IN_PROGRESS, 0),
        ({"status_code": "published"}, Phase.PUBLISHED, 0),
        ({"status_code": "EXPIRED", "id": "1", "extra": {}}, Phase.EXPIRED, 0),
        (
            {
                "status_code": "ERROR",
                "status": "Error: Media upload has failed with error code 2207082",
            },
            Phase.ERROR,
            2207082,
        ),
        ({"status_code": "ERROR"}, Phase.ERROR, 0),
        ({"status_code": "ERROR", "status": "Error: 12207082 and 22070821"}, Phase.ERROR, 0),
        ({"status": "Finished: no code"}, Phase.UNCLEAR, 0),
        ({"status_code": "SCHEDULED"}, Phase.UNCLEAR, 0),
        ({"status_code": None}, Phase.UNCLEAR, 0),
        ({"status_code": 4}, Phase.UNCLEAR, 0),
        ({"status_code": "UNCLEAR"}, Phase.UNCLEAR, 0),
        ({}, Phase.UNCLEAR, 0),
    ],
)
def test_a_status_is_read_by_its_code_alone(body: dict[str, Any], phase: Phase, subcode: int) -> None:
    seen = read_status(body)
    assert (seen.phase, seen.subcode) == (phase, subcode)


@pytest.mark.parametrize(
    ("uploading", "arrived", "uploaded"),
    [
        ({"status": "in_progress", "bytes_transferred": 50}, 50, False),
        ({"status": "in_progress", "bytes_transfered": "50"}, 50, False),
        ({"status": "complete", "bytes_transferred": 100}, 100, True),
        ({"status": "COMPLETED"}, None, True),
        ({}, None, False),
        (None, None, False),
        ("in_progress", None, False),
    ],
)
def test_how_many_bytes_arrived_is_read_in_both_spellings(
    uploading: Any, arrived: int | None, uploaded: bool
) -> None:
    seen = read_status({"status_code": "IN_PROGRESS", "video_status": {"uploading_phase": uploading}})
    assert (seen.arrived, seen.uploaded) == (arrived, uploaded)
    assert read_status({"status_code": "FINISHED"}).uploaded


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=5,
)


@given(body=st.dictionaries(st.sampled_from(["status_code", "status", "video_status", "x"]), JSON))
def test_no_status_is_a_surprise(body: dict[str, Any]) -> None:
    assert read_status(body).phase in Phase
