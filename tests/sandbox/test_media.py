"""Photos, chunked videos, reels and upload sessions, as an outsider sees them."""

import hashlib
import socket
import time

import pytest


def error_of(answer):
    error = answer.json()["error"]
    return error["code"], error.get("error_subcode")


def sha(content):
    return hashlib.sha256(content).hexdigest()


def test_a_photo_upload_shows_nothing_until_it_is_posted(page, jpeg):
    photo = page.photo(alt_text_custom="A river")
    assert page.ledger() == []
    page.post("feed", message="m", **{"attached_media[0]": f'{{"media_fbid":"{photo}"}}'})
    (medium,) = page.ledger()[0]["media"]
    assert (medium["kind"], medium["sha256"], medium["alt"]) == ("image", sha(jpeg), "A river")
    story = page.get(photo, fields="page_story_id,alt_text_custom").json()
    assert (story["page_story_id"], story["alt_text_custom"]) == (page.ledger()[0]["remote_id"], "A river")


def test_the_one_call_form_publishes_and_names_both_ids(page, jpeg):
    answer = page.post("photos", files={"anything": ("x", jpeg)}, caption="hello").json()
    assert set(answer) == {"id", "post_id"}
    assert [(entry["remote_id"], entry["text"]) for entry in page.ledger()] == [(answer["post_id"], "hello")]


@pytest.mark.parametrize(
    "content", [b"plain text", b"", b"RIFF1234WEBPVP8 ", b"\xff\xd8\xff" + bytes(10 * 1024 * 1024)]
)
def test_bytes_that_are_no_picture_or_too_many_are_refused(page, content):
    answer = page.post("photos", files={"source": ("a.jpg", content, "image/jpeg")}, published="false")
    assert error_of(answer) == (324, 1366046)


def test_a_photo_is_fetched_from_its_url(page, web_host, jpeg):
    assert page.post("photos", url=f"{web_host}/a.jpg").status_code == 200
    assert page.ledger()[0]["media"][0]["sha256"] == sha(jpeg)


@pytest.mark.parametrize("path", ["/missing.jpg", "/partial.jpg"])
def test_a_photo_that_cannot_be_fetched_is_told_as_324(page, web_host, path):
    assert error_of(page.post("photos", url=web_host + path)) == (324, None)


@pytest.mark.parametrize("url", ["file:///etc/passwd", "ftp://127.0.0.1/a", "nonsense", "http://[::1"])
def test_only_web_addresses_are_fetched(page, url):
    assert error_of(page.post("photos", url=url)) == (324, None)


def test_a_chunked_video_is_public_only_after_finish(page, mp4):
    begun = page.post("videos", upload_phase="start", file_size=len(mp4)).json()
    assert (begun["start_offset"], begun["end_offset"]) == ("0", str(len(mp4)))
    session, window = begun["upload_session_id"], begun
    while window["start_offset"] != window["end_offset"]:
        start, end = int(window["start_offset"]), int(window["start_offset"]) + 1000
        chunk = {"video_file_chunk": ("c", mp4[start:end], "application/octet-stream")}
        phase = {"upload_phase": "transfer", "upload_session_id": session, "start_offset": start}
        window = page.post("videos", files=chunk, **phase).json()
    assert page.ledger() == []
    finished = page.post(
        "videos", upload_phase="finish", upload_session_id=session, title="T", description="D"
    )
    assert finished.json() == {"success": True}
    (entry,) = page.ledger()
    assert (entry["remote_id"], entry["text"], entry["title"]) == (begun["video_id"], "D", "T")
    assert entry["media"][0]["sha256"] == sha(mp4)
    video = page.get(begun["video_id"], fields="published,post_id,permalink_url").json()
    assert video["published"] is True and video["post_id"] == entry["post_id"]
    assert page.http.get(video["permalink_url"]).status_code == 200
    again = page.post("videos", upload_phase="finish", upload_session_id=session)
    assert error_of(again) == (100, None) and len(page.ledger()) == 1


def test_a_wrong_offset_is_told_with_the_right_one_in_both_forms(page, mp4):
    begun = page.post("videos", upload_phase="start", file_size=len(mp4)).json()
    phase = {"upload_phase": "transfer", "upload_session_id": begun["upload_session_id"], "start_offset": 5}
    found = []
    for _ in range(2):
        answer = page.post("videos", files={"video_file_chunk": ("c", mp4[5:9])}, **phase)
        assert error_of(answer)[1] == 1363037
        found.append(answer.json()["error"]["error_data"])
    assert found == [
        {"start_offset": "0", "end_offset": str(len(mp4))},
        f'{{"start_offset": "0", "end_offset": "{len(mp4)}"}}',
    ]


def test_an_unfinished_or_cancelled_video_is_never_published(page, mp4):
    begun = page.post("videos", upload_phase="start", file_size=len(mp4)).json()
    session = begun["upload_session_id"]
    assert error_of(page.post("videos", upload_phase="finish", upload_session_id=session))[0] == 6000
    assert page.post("videos", upload_phase="cancel", upload_session_id=session).json() == {"success": True}
    assert error_of(page.post("videos", upload_phase="finish", upload_session_id=session))[0] == 100
    assert error_of(page.get(begun["video_id"])) == (100, 33)
    assert page.ledger() == []


def test_a_video_in_one_call_is_published_by_file_url_and_handle(page, web_host, mp4):
    assert (
        page.post("videos", files={"source": ("v.mp4", mp4, "video/mp4")}, description="a").status_code == 200
    )
    assert page.post("videos", file_url=f"{web_host}/a.mp4", description="b").status_code == 200
    oauth = {"Authorization": f"OAuth {page.token}"}
    size = {"file_name": "v", "file_length": len(mp4), "file_type": "video/mp4"}
    session = page.graph("POST", f"{page.app['app_id']}/uploads", params=size).json()["id"]
    assert page.graph("GET", session, headers=oauth).json() == {"id": session, "file_offset": 0}
    answer = page.graph("POST", session, headers=oauth | {"file_offset": "0"}, data=mp4)
    handle = answer.json()["h"]
    assert page.post("videos", fbuploader_video_file_chunk=handle, description="c").status_code == 200
    assert [(entry["text"], entry["media"][0]["sha256"]) for entry in page.ledger()] == [
        (t, sha(mp4)) for t in "abc"
    ]


def test_a_video_that_cannot_be_fetched_is_told_as_389(page, web_host):
    for path in ("/none.mp4", "/private/a.mp4"):
        assert error_of(page.post("videos", file_url=web_host + path)) == (389, 1363057)


@pytest.mark.parametrize("url", ["http://[::1/a.mp4", "http://host:port/a.mp4", "a.mp4", "ftp://host/a.mp4"])
def test_an_address_that_is_none_is_told_as_389_too(page, url):
    assert error_of(page.post("videos", file_url=url)) == (389, 1363057)


def test_a_reel_lives_from_start_to_published(page, mp4):
    reel = page.uploaded_reel()
    before = page.status(reel)
    assert (
        before["video_status"] == "upload_complete" and before["publishing_phase"]["status"] == "not_started"
    )
    assert page.finish_reel(reel, description="first reel").json() == {"success": True}
    spellings = [page.status(reel), page.status(reel)]
    assert {each["publishing_phase"]["publish_status"] for each in spellings} == {"published"}
    assert {each["uploading_phase"]["status"] for each in spellings} == {"complete", "completed"}
    names = {name for each in spellings for name in each["uploading_phase"] if name.startswith("bytes")}
    assert names == {"bytes_transfered", "bytes_transferred"}
    assert [(entry["remote_id"], entry["text"]) for entry in page.ledger()] == [(reel, "first reel")]
    assert [each["id"] for each in page.get(f"{page.page}/video_reels").json()["data"]] == [reel]


def test_a_second_finish_makes_no_second_reel(page):
    reel = page.uploaded_reel()
    page.finish_reel(reel)
    assert error_of(page.finish_reel(reel)) == (100, None)
    assert len(page.ledger()) == 1


def test_bytes_that_are_no_video_fail_in_processing(page):
    reel = page.uploaded_reel(b"this is no video")
    assert page.finish_reel(reel).json() == {"success": True}
    first, second = page.status(reel), page.status(reel)
    assert {first["video_status"], second["video_status"]} == {"processing", "error"}
    assert "error" in first["processing_phase"] or "errors" in first["processing_phase"]
    assert page.ledger() == [] and page.journal()[2]["effect"] is False


def test_a_reel_is_fetched_from_its_url(page, web_host, mp4):
    begun = page.post("video_reels", upload_phase="start").json()
    oauth = {"Authorization": f"OAuth {page.token}"}
    refused = page.http.post(begun["upload_url"], headers=oauth | {"file_url": f"{web_host}/private/a.mp4"})
    assert refused.json()["debug_info"]["retriable"] is False
    taken = page.http.post(begun["upload_url"], headers=oauth | {"file_url": f"{web_host}/a.mp4"})
    assert taken.json() == {"success": True}
    page.finish_reel(begun["video_id"])
    assert page.ledger()[0]["media"][0]["sha256"] == sha(mp4)


@pytest.mark.parametrize(
    ("headers", "kind"),
    [
        ({"offset": "0"}, "HeaderInvalidError"),
        ({"offset": "7", "file_size": "3216"}, "OffsetInvalidError"),
        ({"offset": "0", "file_size": "10"}, "PartialRequestError"),
        ({"offset": "0", "file_size": "9999"}, "PartialRequestError"),
        ({"offset": "0", "file_size": "3216", "Authorization": "Bearer x"}, "NotAuthorizedError"),
        ({"offset": "0", "file_size": "3216", "Authorization": "OAuth x"}, "NotAuthorizedError"),
    ],
)
def test_rupload_refuses_in_its_own_form(page, mp4, headers, kind):
    begun = page.post("video_reels", upload_phase="start").json()
    answer = page.http.post(
        begun["upload_url"], data=mp4, headers={"Authorization": f"OAuth {page.token}"} | headers
    )
    assert answer.json()["debug_info"]["type"] == kind


def test_a_reel_without_its_bytes_cannot_be_finished(page):
    reel = page.post("video_reels", upload_phase="start").json()["video_id"]
    assert error_of(page.finish_reel(reel))[0] == 6000


def test_the_31st_reel_of_a_day_is_refused_and_the_next_day_it_is_not(page):
    for _ in range(30):
        assert page.finish_reel(page.uploaded_reel()).status_code == 200
    late = page.uploaded_reel()
    assert error_of(page.finish_reel(late))[0] == 613
    page.advance(24 * 3600 + 5)
    assert page.finish_reel(late).status_code == 200
    assert len(page.ledger()) == 31


def test_a_draft_reel_is_not_public(page):
    reel = page.uploaded_reel()
    page.finish_reel(reel, video_state="DRAFT")
    assert page.status(reel)["publishing_phase"]["publish_status"] == "draft"
    assert page.ledger() == []
    assert page.finish_reel(reel).json() == {"success": True}
    assert len(page.ledger()) == 1


def test_rupload_faults_speak_ruploads_own_form(page, mp4):
    begun = page.post("video_reels", upload_phase="start").json()
    headers = {"Authorization": f"OAuth {page.token}", "offset": "0", "file_size": str(len(mp4))}
    for kind, status, retriable in [("status:500", 500, True), ("error:100", 400, False)]:
        page.fault("facebook.reel.upload", kind)
        answer = page.http.post(begun["upload_url"], data=mp4, headers=headers)
        assert (answer.status_code, answer.json()["debug_info"]["retriable"]) == (status, retriable)
    assert page.status(begun["video_id"])["uploading_phase"]["status"] == "not_started"


def test_a_photo_may_be_deleted_out_of_its_post(page):
    photo = page.photo()
    post = page.post("feed", message="m", attached_media=f'[{{"media_fbid":"{photo}"}}]').json()["id"]
    assert page.graph("DELETE", photo).json() == {"success": True}
    assert "attachments" not in page.get(post, fields="attachments{target{id}}").json()
    assert error_of(page.graph("DELETE", photo)) == (100, 33)


def test_a_scheduled_reel_appears_when_its_time_has_come(page):
    reel = page.uploaded_reel()
    assert error_of(page.finish_reel(reel, video_state="SCHEDULED"))[0] == 100
    page.finish_reel(reel, video_state="SCHEDULED", scheduled_publish_time=int(time.time()) + 900)
    assert page.status(reel)["publishing_phase"]["publish_status"] == "scheduled" and page.ledger() == []
    page.advance(1000)
    assert [entry["remote_id"] for entry in page.ledger()] == [reel]


def test_an_unpublished_video_is_published_by_an_update_and_deleted_with_its_post(page, mp4):
    video = page.post("videos", files={"source": ("v", mp4)}, published="false", title="t").json()["id"]
    assert page.ledger() == [] and page.get(video, fields="published").json()["published"] is False
    for _ in range(2):
        page.graph("POST", video, data={"published": "true", "description": "now"}).raise_for_status()
    (entry,) = page.ledger()
    assert (entry["remote_id"], entry["text"]) == (video, "now")
    assert page.graph("DELETE", video).json() == {"success": True}
    assert error_of(page.get(video)) == (100, 33) and error_of(page.get(entry["post_id"])) == (100, 33)
    assert page.ledger()[0]["deleted"] is True


def test_photos_of_a_scheduled_post_are_temporary_ones(page):
    later = {"published": "false", "scheduled_publish_time": int(time.time()) + 900, "message": "m"}
    lasting, passing = page.photo(), page.photo(temporary="true")
    for photo, more in [(lasting, {"unpublished_content_type": "SCHEDULED"}), (passing, {})]:
        media = f'[{{"media_fbid":"{photo}"}}]'
        assert error_of(page.post("feed", attached_media=media, **later, **more)) == (100, None)
    media = f'[{{"media_fbid":"{passing}"}}]'
    done = page.post("feed", attached_media=media, unpublished_content_type="SCHEDULED", **later)
    assert done.status_code == 200
    page.advance(901)
    assert len(page.ledger()[0]["media"]) == 1


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"upload_phase": "begin"},
        {"upload_phase": "start"},
        {"upload_phase": "start", "file_size": "-4"},
        {"upload_phase": "transfer", "upload_session_id": "1", "start_offset": "0"},
        {"upload_phase": "finish"},
        {"fbuploader_video_file_chunk": "2:nothing"},
    ],
)
def test_video_calls_that_make_no_sense_are_refused(page, fields):
    assert error_of(page.post("videos", **fields))[0] in (100, 6000)


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"upload_phase": "transfer"},
        {"upload_phase": "finish"},
        {"upload_phase": "finish", "video_id": "5", "video_state": "PUBLISHED"},
        {"upload_phase": "finish", "video_id": "5", "video_state": "GONE"},
        {"upload_phase": "start", "published": "true"},
    ],
)
def test_reel_calls_that_make_no_sense_are_refused(page, fields):
    assert error_of(page.post("video_reels", **fields))[0] == 100


def test_upload_sessions_are_strict(page, mp4):
    edge, oauth = f"{page.app['app_id']}/uploads", {"Authorization": f"OAuth {page.token}"}
    assert error_of(page.graph("POST", edge, params={"file_type": "video/mp4"}))[0] == 100
    assert error_of(page.graph("POST", "55/uploads", params={"file_type": "video/mp4"}))[0] == 100
    size = {"file_length": len(mp4), "file_type": "video/mp4"}
    session = page.graph("POST", edge, params=size).json()["id"]
    assert error_of(page.graph("GET", session))[0] == 2500
    assert error_of(page.graph("GET", "upload:1", headers=oauth)) == (100, 33)
    wrong = [(b"x", "5"), (mp4 + b"x", "0"), (b"x", "")]
    for content, offset in wrong:
        answer = page.graph("POST", session, headers=oauth | {"file_offset": offset}, data=content)
        assert error_of(answer)[0] == 100
    part = page.graph("POST", session, headers=oauth | {"file_offset": "0"}, data=mp4[:100])
    assert error_of(part)[0] == 6000
    assert page.graph("GET", session, headers=oauth).json()["file_offset"] == 100
    rest = page.graph("POST", session, headers=oauth | {"file_offset": "100"}, data=mp4[100:])
    assert "h" in rest.json()


def test_only_one_request_at_a_time_fills_a_reel(page, mp4):
    begun = page.post("video_reels", upload_phase="start").json()
    host, port = page.url.removeprefix("http://").split(":")
    path = begun["upload_url"].removeprefix(page.url)
    head = (
        f"POST {path} HTTP/1.1\r\nAuthorization: OAuth {page.token}\r\noffset: 0\r\n"
        f"file_size: {len(mp4)}\r\nContent-Length: {len(mp4)}\r\n\r\n"
    ).encode()
    with socket.create_connection((host, int(port)), timeout=5) as stale:
        stale.sendall(head + mp4[:100])
        deadline = time.monotonic() + 5
        while page.status(begun["video_id"])["uploading_phase"]["status"] != "in_progress":
            assert time.monotonic() < deadline
        headers = {"Authorization": f"OAuth {page.token}", "offset": "100", "file_size": str(len(mp4))}
        page.http.post(begun["upload_url"], data=mp4[100:], headers=headers).raise_for_status()
        stale.sendall(mp4[100:])
        assert b"OffsetInvalidError" in stale.recv(65536)
    page.finish_reel(begun["video_id"])
    assert page.ledger()[0]["media"][0]["sha256"] == sha(mp4)
