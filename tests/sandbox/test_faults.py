"""Every fault, before and after the effect, as an outsider sees it."""

import threading
import time

import pytest
import requests

DROPPED = (requests.exceptions.ConnectionError, requests.exceptions.ChunkedEncodingError)


def outcome(call):
    """(status, error code or None), or 'dropped', or 'unreadable'."""
    try:
        answer = call()
    except DROPPED:
        return "dropped"
    try:
        document = answer.json()
    except ValueError:
        return answer.status_code, "unreadable"
    error = document.get("error", {})
    return answer.status_code, error.get("code"), error.get("error_subcode")


REPLIES = [
    ("status:500", (500, 2, None)),
    ("status:503", (503, 2, None)),
    ("status:429", (429, 4, None)),
    ("status:502", (502, "unreadable")),
    ("error:1:99", (500, 1, 99)),
    ("error:4", (403, 4, None)),
    ("error:190", (400, 190, None)),
    ("error:190:460", (400, 190, 460)),
    ("error:368:1390008", (400, 368, 1390008)),
    ("error:200", (403, 200, None)),
    ("rate:30", (400, 80001, None)),
    ("html", (200, "unreadable")),
    ("html:502", (502, "unreadable")),
    ("error_200", (200, 2, None)),
    ("success_false", (200, None, None)),
    ("empty", (200, "unreadable")),
    ("truncated:exact", (200, "unreadable")),
    ("truncated", "dropped"),
    ("lost", "dropped"),
    ("reset", "dropped"),
]


@pytest.mark.parametrize(("kind", "seen"), REPLIES)
def test_before_the_effect_nothing_is_posted(page, kind, seen):
    page.fault("facebook.feed.create", kind, "before")
    assert outcome(lambda: page.post("feed", message="m")) == seen
    assert page.ledger() == []
    assert page.post("feed", message="m").status_code == 200
    assert [record["effect"] for record in page.journal()] == [False, True]


@pytest.mark.parametrize(("kind", "seen"), REPLIES)
def test_after_the_effect_exactly_one_post_is_there(page, kind, seen):
    page.fault("facebook.feed.create", kind, "after")
    assert outcome(lambda: page.post("feed", message="m")) == seen
    assert [entry["text"] for entry in page.ledger()] == ["m"]
    record = page.journal()[0]
    assert record["effect"] is True
    assert record["status"] == (None if kind in ("lost", "reset") else seen[0] if seen != "dropped" else 200)


def test_a_reset_is_a_reset_and_a_lost_answer_is_a_quiet_end(page):
    said = []
    for kind in ("reset", "lost"):
        page.fault("facebook.feed.create", kind)
        with pytest.raises(requests.exceptions.ConnectionError) as broken:
            page.post("feed", message="m")
        said.append(str(broken.value))
    assert "reset by peer" in said[0] and "without response" in said[1]


def test_a_rate_limit_tells_how_long_to_wait(page):
    page.fault("facebook.*", "rate:17")
    headers = page.post("feed", message="m").headers
    assert f'"{page.page}"' in headers["X-Business-Use-Case-Usage"]
    assert '"estimated_time_to_regain_access": 17' in headers["X-Business-Use-Case-Usage"]


def test_code_4_is_transient(page):
    page.fault("*", "error:4")
    assert page.post("feed", message="m").json()["error"]["is_transient"] is True


def test_usage_is_told_with_the_true_answer(page):
    page.fault("facebook.feed.create", "usage:97")
    answer = page.post("feed", message="m")
    assert answer.status_code == 200 and '"call_count": 97' in answer.headers["X-Business-Use-Case-Usage"]


def test_skip_and_times_say_which_calls_are_struck(page):
    page.fault("facebook.feed.create", "status:500", skip=1, times=2)
    codes = [page.post("feed", message=f"m{number}").status_code for number in range(5)]
    assert codes == [200, 500, 500, 200, 200]
    assert page.control("GET", "faults")["faults"][0]["struck"] == 2
    assert page.control("DELETE", "faults") == {"faults": []}


def test_a_fault_for_ever_strikes_until_it_is_cleared(page):
    page.fault("*", "status:500", times=-1)
    assert [page.get("me").status_code for _ in range(3)] == [500] * 3
    page.control("DELETE", "faults")
    assert page.get("me").status_code == 200


def test_a_fault_may_aim_at_one_account(page, other_page):
    page.fault("facebook.feed.create", "status:500", account_id=other_page.page)
    assert page.post("feed", message="m").status_code == 200
    assert other_page.post("feed", message="m").status_code == 500


def test_a_fault_after_the_effect_waits_for_a_call_that_has_one(page):
    page.fault("facebook.feed.create", "lost", "after")
    assert page.post("feed").json()["error"]["code"] == 100
    assert outcome(lambda: page.post("feed", message="m")) == "dropped"
    assert len(page.ledger()) == 1


def test_a_held_answer_outlasts_the_client_and_stops_nobody_else(page):
    page.fault("facebook.feed.create", "hold:30", "after")
    with pytest.raises(requests.exceptions.ReadTimeout):
        requests.post(
            f"{page.url}/{page.page}/feed", data={"message": "m", "access_token": page.token}, timeout=1
        )
    assert [entry["text"] for entry in page.ledger()] == ["m"]
    assert page.post("feed", message="next").status_code == 200


def test_a_call_held_before_its_effect_has_it_later(page):
    page.fault("facebook.feed.create", "hold:1.5", "before")
    thread = threading.Thread(target=page.post, args=("feed",), kwargs={"message": "m"})
    thread.start()
    while not requests.get(f"{page.url}/_sandbox/requests").json()["requests"]:
        time.sleep(0.01)
    watcher = requests.get(f"{page.url}/_sandbox/posts").json()
    thread.join()
    assert watcher == {"posts": []} and len(page.ledger()) == 1


def test_a_broken_reel_upload_goes_on_where_it_broke(page, mp4):
    begun = page.post("video_reels", upload_phase="start").json()
    page.fault("facebook.reel.upload", "break:1000")
    headers = {"Authorization": f"OAuth {page.token}", "offset": "0", "file_size": str(len(mp4))}
    with pytest.raises(DROPPED):
        page.http.post(begun["upload_url"], data=mp4, headers=headers)
    phase = page.status(begun["video_id"])["uploading_phase"]
    assert (phase["status"], phase["bytes_transfered"]) == ("in_progress", 1000)
    page.http.post(
        begun["upload_url"], data=mp4[1000:], headers=headers | {"offset": "1000"}
    ).raise_for_status()
    page.finish_reel(begun["video_id"])
    assert page.ledger()[0]["media"][0]["size"] == len(mp4)


def test_a_broken_chunk_goes_on_where_it_broke(page, mp4):
    begun = page.post("videos", upload_phase="start", file_size=len(mp4)).json()
    phase = {"upload_phase": "transfer", "upload_session_id": begun["upload_session_id"]}
    page.fault("facebook.video.transfer", "break:700")
    with pytest.raises(DROPPED):
        page.post("videos", files={"video_file_chunk": ("c", mp4)}, start_offset=0, **phase)
    again = page.post("videos", files={"video_file_chunk": ("c", mp4)}, start_offset=0, **phase)
    assert again.json()["error"]["error_data"]["start_offset"] == "700"
    rest = page.post("videos", files={"video_file_chunk": ("c", mp4[700:])}, start_offset=700, **phase).json()
    assert rest["start_offset"] == rest["end_offset"] == str(len(mp4))


def test_a_video_stays_in_processing_for_so_many_looks(page):
    page.fault("facebook.reel.finish", "processing:2")
    reel = page.uploaded_reel()
    assert page.finish_reel(reel).json() == {"success": True}
    assert page.ledger() == []
    assert [page.status(reel)["video_status"] for _ in range(3)] == ["processing", "processing", "ready"]
    assert [entry["remote_id"] for entry in page.ledger()] == [reel]


def test_a_hidden_post_is_public_but_cannot_be_read_back_yet(page):
    page.fault("facebook.feed.create", "hide:20")
    post = page.post("feed", message="m").json()["id"]
    assert len(page.ledger()) == 1
    assert page.get(f"{page.page}/feed").json()["data"] == []
    assert page.get(post).json()["error"]["error_subcode"] == 33
    page.advance(21)
    assert [each["id"] for each in page.get(f"{page.page}/feed").json()["data"]] == [post]


def test_a_token_may_die_with_the_answer(page):
    page.fault("facebook.feed.create", "expire_token", "after")
    assert page.post("feed", message="m").status_code == 200
    assert page.post("feed", message="n").json()["error"]["error_subcode"] == 463


@pytest.mark.parametrize(
    ("document", "says"),
    [
        ([], "JSON object"),
        ({"call": "*", "strike": "before", "kind": "explode"}, "the kinds are: status"),
        ({"call": "facebook.feed.burn", "strike": "before", "kind": "lost"}, "the calls are:"),
        ({"call": "*", "strike": "meanwhile", "kind": "lost"}, "'before' or 'after'"),
        ({"call": "*", "strike": "before", "kind": "status"}, "needs a number"),
        ({"call": "*", "strike": "before", "kind": "status:soon"}, "not a number"),
        ({"call": "*", "strike": "before", "kind": "status:999"}, "between 200 and 599"),
        ({"call": "facebook.reel.upload", "strike": "after", "kind": "break:5"}, "'before' only"),
        ({"call": "facebook.feed.create", "strike": "before", "kind": "processing:5"}, "cannot obey"),
        ({"call": "*", "strike": "before", "kind": "lost", "skip": -1}, "skip is a whole number"),
        ({"call": "*", "strike": "before", "kind": "lost", "when": 3}, "has no 'when'"),
        ({"call": "*", "strike": "before", "kind": "lost:5"}, "at most 0"),
    ],
)
def test_a_bad_fault_is_refused_with_a_sentence(page, document, says):
    answer = page.http.post(f"{page.url}/_sandbox/faults", json=document)
    assert answer.status_code == 400 and says in answer.json()["error"]
