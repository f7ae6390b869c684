"""Every fault in LinkedIn's dialect, before and after the effect, as an outsider sees it."""

import time
from urllib.parse import quote

import pytest
import requests

from tests.sandbox.linkedin.conftest import JPEG, MP4, PDF, code_of

DROPPED = (requests.exceptions.ConnectionError, requests.exceptions.ChunkedEncodingError)


def outcome(call):
    """(status, LinkedIn's code), (status, None) for a body that is not JSON, or 'dropped'."""
    try:
        answer = call()
    except DROPPED:
        return "dropped"
    try:
        return code_of(answer)
    except ValueError:
        return answer.status_code, None


REPLIES = [
    ("status:500", (500, "INTERNAL_SERVER_ERROR")),
    ("status:503", (503, "SERVICE_UNAVAILABLE")),
    ("status:502", (502, None)),
    ("status:504", (504, None)),
    ("status:401", (401, "REVOKED_ACCESS_TOKEN")),
    ("status:403", (403, "ACCESS_DENIED")),
    ("status:404", (404, "NOT_FOUND")),
    ("status:409", (409, "CONFLICT")),
    ("status:411", (411, "LENGTH_REQUIRED")),
    ("status:413", (413, "REQUEST_ENTITY_TOO_LARGE")),
    ("status:414", (414, "URI_TOO_LONG")),
    ("status:418", (418, "BAD_REQUEST")),
    ("status:422", (422, "UNPROCESSABLE_ENTITY")),
    ("status:426", (426, "NONEXISTENT_VERSION")),
    ("status:429", (429, "TOO_MANY_REQUESTS")),
    ("rate:30", (429, "TOO_MANY_REQUESTS")),
    ("html", (200, None)),
    ("html:502", (502, None)),
    ("error_200", (200, "INTERNAL_SERVER_ERROR")),
    ("success_false", (200, "")),
    ("empty", (200, None)),
    ("lost", "dropped"),
    ("reset", "dropped"),
    ("error:65600", (401, "INVALID_ACCESS_TOKEN")),
    ("error:65601", (401, "REVOKED_ACCESS_TOKEN")),
    ("error:65602", (401, "EXPIRED_ACCESS_TOKEN")),
    ("error:65604", (401, "EMPTY_ACCESS_TOKEN")),
    ("error:100", (403, "ACCESS_DENIED")),
    ("error:403:1", (403, "ACCESS_DENIED")),
    ("error:101", (429, "TOO_MANY_REQUESTS")),
    ("error:400", (400, "ILLEGAL_ARGUMENT")),
    ("error:400:1", (400, "MISSING_FIELD")),
    ("error:400:2", (400, "INVALID_VALUE_FOR_FIELD")),
    ("error:400:3", (400, "FIELD_LENGTH_TOO_LONG")),
    ("error:400:4", (400, "INVALID_URN_ID")),
    ("error:400:5", (400, "INVALID_URN_TYPE")),
    ("error:400:6", (400, "INVALID_CONTENT_OWNERSHIP")),
    ("error:400:7", (400, "MEDIA_ASSET_WAITING_UPLOAD")),
    ("error:400:8", (400, "MEDIA_ASSET_PROCESSING")),
    ("error:400:9", (400, "MEDIA_ASSET_PROCESSING_FAILED")),
    ("error:400:10", (400, "EXPIRED_UPLOAD_URL")),
    ("error:400:11", (400, "VERSION_MISSING")),
    ("error:409", (409, "CONFLICT")),
    ("error:422", (422, "UNPROCESSABLE_ENTITY")),
    ("error:422:1", (422, "DUPLICATE_POST")),
    ("error:426", (426, "NONEXISTENT_VERSION")),
    ("error:500", (500, "INTERNAL_SERVER_ERROR")),
    ("error:7", (400, "BAD_REQUEST")),
]


@pytest.mark.parametrize(("kind", "seen"), REPLIES)
def test_before_the_effect_nothing_is_posted(club, kind, seen):
    club.fault("linkedin.post.create", kind, "before")
    assert outcome(lambda: club.post("m")) == seen
    assert club.ledger() == []
    assert club.post("m").status_code == 201
    assert [record["effect"] for record in club.journal()] == [False, True]


@pytest.mark.parametrize(("kind", "seen"), REPLIES)
def test_after_the_effect_exactly_one_post_is_there(club, kind, seen):
    club.fault("linkedin.post.create", kind, "after")
    assert outcome(lambda: club.post("m")) == seen
    assert club.texts() == ["m"]
    assert club.journal()[0]["effect"] is True
    assert code_of(club.post("m")) == (422, "DUPLICATE_POST")


@pytest.mark.parametrize(
    ("kind", "says"),
    [
        ("error:101:1", "throttle APPLICATION DAY limit"),
        ("error:101:2", "throttle MEMBER DAY limit"),
        ("error:101:3", "throttle APPLICATION_AND_MEMBER DAY limit"),
        ("rate:30", "throttle MEMBER DAY limit"),
    ],
)
def test_a_limit_says_whose_day_it_was_and_no_time(club, kind, says):
    club.fault("linkedin.post.create", kind)
    answer = club.post("m")
    assert answer.json()["serviceErrorCode"] == 101 and says in answer.json()["message"]
    assert "Retry-After" not in answer.headers


@pytest.mark.parametrize("kind", ["status:429", "error:101"])
def test_protection_of_the_infrastructure_names_no_day(club, kind):
    club.fault("linkedin.post.create", kind)
    assert "DAY" not in club.post("m").json()["message"]


def test_a_ghost_duplicate_names_a_new_post_that_nobody_can_find(club):
    club.fault("linkedin.post.create", "error:422:1")
    made = time.time() * 1000
    message = club.post("m").json()["message"]
    urn = message.rpartition(" ")[2]
    assert urn.startswith("urn:li:share:") and abs((int(urn[13:]) >> 22) - made) < 10_000
    assert club.read(urn).status_code == 404 and club.ledger() == []


def test_a_duplicate_of_another_day_names_an_older_post(club):
    club.fault("linkedin.post.create", "error:422:2")
    urn = club.post("m").json()["message"].rpartition(" ")[2]
    assert time.time() * 1000 - (int(urn[13:]) >> 22) > 80_000_000


def test_a_refusal_names_the_version_and_the_gate_of_its_call(club):
    club.fault("linkedin.*", "error:100", times=2)
    assert club.post("m").json()["message"].endswith("posts.CREATE.20260601")
    assert club.mine().json()["message"].endswith("partnerApiPostsExternal.FINDER-author.20260601")


def test_the_token_endpoint_fails_in_its_own_dialect(club):
    seen = {
        "error:400": (400, "invalid_request"),
        "status:401": (401, "invalid_client"),
        "status:429": (429, "temporarily_unavailable"),
        "status:500": (500, "server_error"),
    }
    for kind, told in seen.items():
        club.fault("linkedin.token.refresh", kind)
        answer = club.renew()
        assert (answer.status_code, answer.json()["error"]) == told
    assert club.renew().status_code == 200


def test_a_token_may_die_with_the_answer_or_before_it(club):
    club.fault("linkedin.post.create", "expire_token", "after")
    assert club.post("m").status_code == 201
    assert code_of(club.post("n")) == (401, "EXPIRED_ACCESS_TOKEN")
    club.token = club.renew().json()["access_token"]
    club.fault("linkedin.post.create", "expire_token", "before")
    assert code_of(club.post("n")) == (401, "EXPIRED_ACCESS_TOKEN")
    assert club.texts() == ["m"]
    club.fault("linkedin.token.refresh", "expire_token", "before")
    assert code_of(club.renew()) == (400, "invalid_request")


def test_a_hidden_post_is_public_but_cannot_be_read_back_yet(club):
    club.fault("linkedin.post.create", "hide:20")
    urn = club.published("m")
    assert club.texts() == ["m"]
    assert club.mine().json()["elements"] == [] and club.read(urn).status_code == 404
    ids = f"posts?ids=List({quote(urn, safe='')})"
    batch = club.rest("GET", ids, X_RestLi_Method="BATCH_GET").json()
    assert batch["statuses"] == {urn: 404}
    assert code_of(club.post("m")) == (422, "DUPLICATE_POST")
    club.advance(21)
    assert [post["id"] for post in club.mine().json()["elements"]] == [urn]


def test_a_hidden_comment_is_not_listed_yet(club):
    urn = club.published("m")
    club.fault("linkedin.comment.create", "hide:20")
    club.comment(urn, "c")
    address = f"socialActions/{quote(urn, safe='')}/comments"
    assert club.rest("GET", address).json()["elements"] == []
    club.advance(21)
    assert len(club.rest("GET", address).json()["elements"]) == 1


def test_a_video_stays_in_processing_for_so_many_looks(club):
    club.fault("linkedin.video.finalize", "processing:2")
    urn = club.film()
    assert [club.read(urn).json()["status"] for _ in range(3)] == ["PROCESSING", "PROCESSING", "AVAILABLE"]


@pytest.mark.parametrize("kind", ["image", "document"])
def test_a_broken_upload_leaves_nothing_behind(club, kind):
    content = {"image": JPEG, "document": PDF}[kind]
    begun = club.begin(kind)
    club.fault(f"linkedin.{kind}.upload", "break:50")
    with pytest.raises(DROPPED):
        club.put(begun["uploadUrl"], content)
    assert club.read(begun[kind]).json()["status"] == "WAITING_UPLOAD"
    assert club.put(begun["uploadUrl"], content).status_code == 201
    assert club.read(begun[kind]).json()["status"] == "AVAILABLE"


def test_a_broken_part_is_sent_again_as_a_whole(club):
    begun = club.begin("video", fileSizeBytes=len(MP4))
    club.fault("linkedin.video.upload", "break:5000")
    with pytest.raises(DROPPED):
        club.upload_parts(begun, MP4)
    assert club.finalize(begun, club.upload_parts(begun, MP4)).status_code == 200


def test_a_fault_may_aim_at_one_account(club, person):
    club.fault("linkedin.*", "status:500", account_id=person.urn, times=-1)
    assert club.post("m").status_code == 201
    assert person.post("m").status_code == 500
    image = club.begin("image")["uploadUrl"]
    assert club.put(image, JPEG).status_code == 201


def test_an_upload_is_struck_by_its_owners_fault(club):
    image = club.begin("image")["uploadUrl"]
    club.fault("linkedin.image.upload", "status:503", account_id=club.urn)
    assert club.put(image, JPEG).status_code == 503
    assert club.journal()[-1]["account_id"] == club.urn


def test_a_held_answer_outlasts_the_client_and_stops_nobody_else(club):
    club.fault("linkedin.post.create", "hold:30", "after")
    with pytest.raises(requests.exceptions.ReadTimeout):
        requests.post(f"{club.url}/rest/posts", json=club.body("m"), headers=club.headers(), timeout=1)
    assert club.texts() == ["m"]
    assert club.post("next").status_code == 201


def test_every_call_of_the_protocol_has_a_name_that_faults_know(club):
    calls = club.control("GET", "calls")["calls"]
    mine = [name for name in calls if name.startswith("linkedin.")]
    assert len(mine) == 30 and all(calls[name] for name in mine)
    for name in mine:
        club.fault(name, "status:500")
    urn = quote("urn:li:share:5", safe="")
    club.rest("GET", f"posts/{urn}")
    assert club.journal()[-1]["call"] == "linkedin.post.read"
    refused = club.http.post(
        f"{club.url}/_sandbox/faults", json={"call": "linkedin.post.read", "kind": "hide:5"}
    )
    assert refused.status_code == 400 and "cannot obey" in refused.json()["error"]
