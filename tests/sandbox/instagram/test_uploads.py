"""Videos as bytes: the upload host, its offsets, its breaks, its form of error."""

import json
from pathlib import Path

import pytest
import requests

from tests.sandbox.instagram.conftest import code_of
from tests.sandbox.instagram.pictures import mp4

FILM = mp4(size=300_000)


def trouble(answer):
    """Status, whether it may be tried again, and the message inside the message."""
    told = answer.json()["debug_info"]
    inner = json.loads(told["message"])
    assert told["type"] == "ProcessingFailedError" and inner["success"] is False
    return answer.status_code, told["retriable"], inner["error"]["message"]


def phases(creator, container):
    return creator.get(container, fields="status_code,video_status").json()


def test_a_reel_is_published_from_its_bytes(cafe):
    begun = cafe.begun(caption="Rising")
    assert begun["uri"] == f"{cafe.url}/ig-api-upload/v25.0/{begun['id']}"
    waiting = phases(cafe, begun["id"])
    assert waiting["status_code"] == "IN_PROGRESS"
    assert waiting["video_status"]["uploading_phase"]["status"] == "not_started"
    assert code_of(cafe.publish(begun["id"])) == (400, 9007, 2207027)
    assert cafe.send(begun["uri"], FILM).json() == {"success": True, "message": "Upload successful."}
    told = phases(cafe, begun["id"])
    assert told["status_code"] == "FINISHED"
    assert told["video_status"] == {
        "uploading_phase": {"status": "complete", "bytes_transferred": 300_000, "source_file_size": 300_000},
        "processing_phase": {"status": "complete"},
    }
    cafe.published(begun["id"])
    [entry] = cafe.ledger()
    assert entry["media"][0]["size"] == len(FILM) and len(entry["requests"]) == 3


def test_bytes_may_come_in_pieces_from_where_the_upload_stands(cafe):
    begun = cafe.begun()
    answer = cafe.send(begun["uri"], FILM[:100_000], size=len(FILM))
    assert trouble(answer) == (400, True, "100000 bytes of 300000 were received")
    assert phases(cafe, begun["id"])["video_status"]["uploading_phase"]["bytes_transferred"] == 100_000
    assert trouble(cafe.send(begun["uri"], FILM, size=len(FILM)))[:2] == (400, True)
    assert cafe.send(begun["uri"], FILM[100_000:], offset=100_000).status_code == 200
    assert cafe.status(begun["id"]) == "FINISHED"
    assert trouble(cafe.send(begun["uri"], FILM))[:2] == (400, False)


@pytest.mark.parametrize("position", [0, 1, 65_536, 299_999, 300_000])
def test_a_broken_upload_goes_on_where_it_broke(cafe, position):
    begun = cafe.begun()
    cafe.fault("instagram.upload.bytes", f"break:{position}")
    with pytest.raises(requests.ConnectionError):
        cafe.send(begun["uri"], FILM)
    told = phases(cafe, begun["id"])["video_status"]["uploading_phase"]
    assert told["bytes_transferred"] == position
    assert cafe.send(begun["uri"], FILM[position:], offset=position, size=len(FILM)).status_code == 200
    cafe.published(begun["id"])
    assert cafe.ledger()[0]["media"][0]["size"] == len(FILM)


def test_a_carousel_item_may_be_uploaded(cafe):
    begun = cafe.begun("VIDEO", is_carousel_item="true")
    cafe.send(begun["uri"], FILM)
    cafe.published(cafe.carousel([begun["id"], *cafe.items(1)]))
    assert [medium["kind"] for medium in cafe.ledger()[0]["media"]] == ["video", "image"]


def test_a_story_may_be_uploaded(cafe):
    begun = cafe.begun("STORIES")
    cafe.send(begun["uri"], FILM)
    cafe.published(begun["id"])
    assert cafe.ledger()[0]["extra"]["type"] == "stories"


def test_the_upload_host_fetches_a_file_url(cafe):
    begun = cafe.begun()
    assert trouble(cafe.send(begun["uri"], headers={"file_url": cafe.media("missing.mp4")}))[:2] == (
        400,
        True,
    )
    assert cafe.send(begun["uri"], headers={"file_url": cafe.media("a.mp4")}).json()["success"] is True
    assert cafe.status(begun["id"]) == "FINISHED"


@pytest.mark.parametrize("content", [b"no film at all", mp4(2), mp4(1000)])
def test_bytes_that_are_no_film_fail_in_processing(cafe, content):
    begun = cafe.begun()
    assert cafe.send(begun["uri"], content).status_code == 200
    told = phases(cafe, begun["id"])
    assert told["status_code"] == "ERROR" and cafe.told(begun["id"]).endswith("2207026")
    assert told["video_status"]["processing_phase"]["errors"][0]["code"] == 2207026


def test_a_thumbnail_beyond_the_end_fails_in_processing(cafe):
    begun = cafe.begun(thumb_offset="10001")
    cafe.send(begun["uri"], FILM)
    assert cafe.told(begun["id"]).endswith("2207057")


def test_processing_after_an_upload_obeys_its_fault(cafe):
    begun = cafe.begun()
    cafe.fault("instagram.upload.bytes", "processing:1")
    cafe.send(begun["uri"], FILM)
    assert [cafe.status(begun["id"]) for _ in range(2)] == ["IN_PROGRESS", "FINISHED"]


@pytest.mark.parametrize(
    ("headers", "refusal"),
    [
        ({"Authorization": "Bearer x"}, (401, False)),
        ({"Authorization": "OAuth x"}, (401, False)),
        ({"offset": "x"}, (400, False)),
        ({"file_size": ""}, (400, False)),
        ({"file_size": "10"}, (400, False)),
    ],
)
def test_the_upload_host_wants_its_headers(cafe, headers, refusal):
    begun = cafe.begun()
    assert trouble(cafe.send(begun["uri"], FILM, headers=headers))[:2] == refusal


def test_the_size_of_an_upload_cannot_change(cafe):
    begun = cafe.begun()
    cafe.send(begun["uri"], FILM[:10], size=len(FILM))
    assert trouble(cafe.send(begun["uri"], FILM[10:20], offset=10, size=20))[:2] == (400, False)


def test_only_containers_that_wait_for_bytes_are_uploaded_to(cafe):
    address = f"{cafe.url}/ig-api-upload/v25.0"
    assert trouble(cafe.send(f"{address}/{cafe.reel()}", FILM))[:2] == (404, False)
    assert trouble(cafe.send(f"{address}/17900000000000001", FILM))[0] == 400
    begun = cafe.begun()
    answer = cafe.http.get(begun["uri"], headers={"Authorization": f"OAuth {cafe.token}"}, timeout=20)
    assert trouble(answer)[0] == 405
    cafe.advance(86_400)
    assert trouble(cafe.send(begun["uri"], FILM))[0] == 400


def test_instagram_login_has_no_uploads(shop):
    answer = shop.create(media_type="REELS", upload_type="resumable")
    assert code_of(answer) == (400, 100, None)


def test_an_upload_takes_no_url_and_no_image(cafe):
    for fields in ({"video_url": "a.mp4", "media_type": "REELS"}, {}, {"media_type": "CAROUSEL"}):
        assert code_of(cafe.create(upload_type="resumable", **fields)) == (400, 100, None)


@pytest.mark.parametrize(
    ("kind", "retriable"), [("status:500", True), ("status:400", False), ("error:2", True)]
)
def test_a_scripted_error_is_told_in_the_form_of_this_host(cafe, kind, retriable):
    begun = cafe.begun()
    cafe.fault("instagram.upload.bytes", kind)
    assert trouble(cafe.send(begun["uri"], FILM))[1] is retriable
    assert cafe.send(begun["uri"], FILM).status_code == 200


REAL = Path(__file__).parents[3] / "examples" / "media" / "bread-rises.mp4"


@pytest.mark.parametrize("piece", [1, 7, 4096, 200_000])
def test_a_real_film_is_understood_in_whatever_pieces_it_comes(cafe, piece):
    film, begun = REAL.read_bytes(), cafe.begun()
    for start in (0, piece):
        end = len(film) if start else piece
        cafe.send(begun["uri"], film[start:end], offset=start, size=len(film))
    assert cafe.status(begun["id"]) == "FINISHED"
