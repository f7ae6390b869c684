"""Images, videos and documents on their way: upload URLs, parts, states, and what a post may name."""

import gc
import http.client
import threading

import pytest

from tests.sandbox.linkedin.conftest import JPEG, MP4, PART, PDF, code_of, sha

LONG = MP4.ljust(PART * 2 + 1000, b"\0")


@pytest.mark.parametrize(("kind", "content"), [("image", JPEG), ("document", PDF)])
def test_a_file_goes_from_waiting_to_available(club, kind, content):
    begun = club.begin(kind)
    urn = begun[kind]
    assert urn.startswith(f"urn:li:{kind}:") and begun["uploadUrl"].startswith(f"{club.url}/dms-uploads/")
    assert begun["uploadUrlExpiresAt"] > 1_000_000_000_000
    waiting = club.read(urn).json()
    assert waiting == {"id": urn, "owner": club.urn, "status": "WAITING_UPLOAD"}
    title = {"media": {"id": urn, "title": "t"}}
    assert code_of(club.post("m", title)) == (400, "MEDIA_ASSET_WAITING_UPLOAD")
    answer = club.put(begun["uploadUrl"], content)
    assert (answer.status_code, answer.content) == (201, b"")
    available = club.read(urn).json()
    assert available["status"] == "AVAILABLE"
    if kind == "image":
        assert club.http.get(available["downloadUrl"]).content == content
    assert club.post("m", title).status_code == 201


def test_bytes_that_are_no_picture_fail(club):
    urn = club.uploaded("image", b"<html>no picture</html>")
    assert club.read(urn).json()["status"] == "PROCESSING_FAILED"
    assert code_of(club.post("m", {"media": {"id": urn}})) == (400, "MEDIA_ASSET_PROCESSING_FAILED")


def test_a_picture_is_no_document_nor_a_document_a_picture(club):
    assert club.read(club.uploaded("document", JPEG)).json()["status"] == "PROCESSING_FAILED"
    assert club.read(club.uploaded("image", PDF)).json()["status"] == "PROCESSING_FAILED"
    for head in (b"PK\x03\x04", b"\xd0\xcf\x11\xe0"):
        assert club.read(club.uploaded("document", head + PDF)).json()["status"] == "AVAILABLE"


def test_processing_lasts_for_so_many_looks_or_until_its_time_is_over(club):
    for wait in (0, 91):
        club.fault("linkedin.document.upload", "processing:3")
        urn = club.uploaded("document", PDF)
        told = [club.read(urn).json()["status"]]
        assert code_of(club.post("m", {"media": {"id": urn, "title": "t"}})) == (
            400,
            "MEDIA_ASSET_PROCESSING",
        )
        club.advance(wait)
        told += [club.read(urn).json()["status"] for _ in range(2)]
        assert told == (
            ["PROCESSING"] * 2 + ["AVAILABLE"] if not wait else ["PROCESSING"] + ["AVAILABLE"] * 2
        )


def test_a_person_who_may_only_write_cannot_look_but_can_post(person):
    image, film, document = person.uploaded("image", JPEG), person.film(), person.uploaded("document", PDF)
    for urn, resource in ((image, "images"), (film, "videos"), (document, "documents")):
        answer = person.read(urn)
        assert code_of(answer) == (403, "ACCESS_DENIED")
        assert answer.json()["message"] == f"Not enough permissions to access: {resource}.GET.20260601"
        assert person.post("m", {"media": {"id": urn, "title": "t"}}).status_code == 201


def test_what_belongs_to_another_is_not_posted(club, person, member):
    for other in (person, member(2)):
        urn = other.uploaded("image", JPEG)
        answer = club.post("m", {"media": {"id": urn}})
        [error] = answer.json()["errorDetails"]["inputErrors"]
        assert (answer.status_code, error["code"]) == (400, "INVALID_CONTENT_OWNERSHIP")
        assert error["description"] == "One or more of the contents is not owned by the author"


def test_an_upload_is_begun_for_oneself_only(club, person):
    for kind in ("image", "document"):
        asked = {"initializeUploadRequest": {"owner": person.urn}}
        assert code_of(club.rest("POST", f"{kind}s?action=initializeUpload", asked)) == (403, "ACCESS_DENIED")


@pytest.mark.parametrize(
    ("fields", "refusal"),
    [
        ({}, (400, "MISSING_FIELD")),
        ({"fileSizeBytes": 0}, (400, "INVALID_VALUE_FOR_FIELD")),
        ({"fileSizeBytes": "5"}, (400, "INVALID_VALUE_FOR_FIELD")),
        ({"fileSizeBytes": 6 * 1024**3}, (400, "INVALID_VALUE_FOR_FIELD")),
        ({"fileSizeBytes": 5, "uploadCaptions": "no"}, (400, "INVALID_VALUE_FOR_FIELD")),
        ({"fileSizeBytes": 5, "codec": "h264"}, (403, "ACCESS_DENIED")),
        ({"fileSizeBytes": 5, "owner": "urn:li:group:5"}, (400, "INVALID_URN_TYPE")),
    ],
)
def test_beginning_a_video_is_checked(club, fields, refusal):
    asked = {"initializeUploadRequest": {"owner": club.urn} | fields}
    assert code_of(club.rest("POST", "videos?action=initializeUpload", asked)) == refusal


def test_upload_urls_end_with_their_day(club):
    image, film = club.begin("image"), club.begin("video", fileSizeBytes=len(MP4))
    club.advance(86_401)
    assert code_of(club.put(image["uploadUrl"], JPEG)) == (400, "EXPIRED_UPLOAD_URL")
    part = film["uploadInstructions"][0]["uploadUrl"]
    assert code_of(club.put(part, MP4, Authorization=None)) == (400, "EXPIRED_UPLOAD_URL")


def test_upload_urls_are_not_to_be_guessed(club):
    url = club.begin("image")["uploadUrl"]
    assert club.put(url[:-1], JPEG).status_code == 404
    assert club.put(url.replace("image-upload/0", "image-upload/1"), JPEG).status_code == 404
    assert club.put(url.replace("image-upload", "document-upload"), JPEG).status_code == 404
    assert club.http.post(url, data=JPEG).status_code == 405
    assert club.put(url, b"").status_code == 411


def test_an_image_needs_the_token(club):
    url = club.begin("image")["uploadUrl"]
    assert code_of(club.put(url, JPEG, Authorization=None)) == (401, "EMPTY_ACCESS_TOKEN")
    assert code_of(club.put(url, JPEG, Authorization="Bearer nonsense")) == (401, "INVALID_ACCESS_TOKEN")
    assert club.put(url, JPEG, Content_Type="image/jpeg").status_code == 201


def test_the_parts_of_a_video_must_not_have_it(club):
    part = club.begin("video", fileSizeBytes=len(MP4))["uploadInstructions"][0]["uploadUrl"]
    assert club.put(part, MP4).status_code == 401
    assert club.put(part, MP4, Authorization=None, Content_Type="video/mp4").status_code == 415
    assert club.put(part, MP4[:-1], Authorization=None).status_code == 400
    answer = club.put(part, MP4, Authorization=None)
    assert answer.status_code == 200 and answer.headers["ETag"].startswith('"')


def test_a_long_video_goes_in_parts_of_four_mebibytes(club):
    begun = club.begin("video", fileSizeBytes=len(LONG))
    bounds = [(part["firstByte"], part["lastByte"]) for part in begun["uploadInstructions"]]
    assert bounds == [(0, PART - 1), (PART, 2 * PART - 1), (2 * PART, len(LONG) - 1)]
    assert len({part["uploadUrl"] for part in begun["uploadInstructions"]}) == 3
    answer = club.finalize(begun, club.upload_parts(begun, LONG))
    assert (answer.status_code, answer.content) == (200, b"")
    assert club.read(begun["video"]).json()["status"] == "AVAILABLE"
    club.published("m", {"media": {"id": begun["video"]}})
    medium = club.ledger()[0]["media"][0]
    assert (medium["sha256"], medium["size"]) == (sha(LONG), len(LONG))


def put_part(visitor, begun, film, index):
    part = begun["uploadInstructions"][index]
    piece = film[part["firstByte"] : part["lastByte"] + 1]
    return visitor.put(part["uploadUrl"], piece, Authorization=None).headers["ETag"].strip('"')


def test_parts_may_come_in_any_order_at_once_and_again(club):
    begun = club.begin("video", fileSizeBytes=len(LONG))
    names = [put_part(club, begun, LONG, index) for index in (2, 0, 0, 2, 1)]
    assert club.finalize(begun, [names[1], names[4], names[0]]).status_code == 200
    club.published("m", {"media": {"id": begun["video"]}})
    assert club.ledger()[0]["media"][0]["sha256"] == sha(LONG)
    begun = club.begin("video", fileSizeBytes=len(LONG))
    found = {}
    threads = [
        threading.Thread(target=lambda n=n: found.update({n: put_part(club, begun, LONG, n)}))
        for n in range(3)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert club.finalize(begun, [found[n] for n in range(3)]).status_code == 200


def test_an_upload_that_nobody_finishes_leaves_no_file_open(club):
    begun = club.begin("video", fileSizeBytes=len(LONG))
    put_part(club, begun, LONG, 1)
    club.control("POST", "reset")
    gc.collect()  # an open file would warn here, and warnings are errors
    assert club.read(begun["video"]).status_code == 404


def test_a_part_that_comes_again_with_other_bytes_undoes_those_after_it(club):
    begun = club.begin("video", fileSizeBytes=len(LONG))
    names = club.upload_parts(begun, LONG)
    other = b"\x01" + LONG[1:]
    changed = put_part(club, begun, other, 0)
    assert changed != names[0]
    assert code_of(club.finalize(begun, [changed, *names[1:]])) == (400, "MEDIA_ASSET_WAITING_UPLOAD")
    again = [put_part(club, begun, LONG, index) for index in range(3)]
    assert again == names and club.finalize(begun, names).status_code == 200


def test_finalizing_wants_all_parts_in_order_and_its_token(club):
    begun = club.begin("video", fileSizeBytes=len(LONG))
    assert code_of(club.finalize(begun, ["x"])) == (400, "MEDIA_ASSET_WAITING_UPLOAD")
    names = club.upload_parts(begun, LONG)
    assert code_of(club.post("m", {"media": {"id": begun["video"]}})) == (400, "MEDIA_ASSET_WAITING_UPLOAD")
    for wrong in ([names[1], names[0], names[2]], names[:2], [f'"{name}"' for name in names]):
        assert code_of(club.finalize(begun, wrong)) == (400, "INVALID_VALUE_FOR_FIELD")
    assert code_of(club.finalize(begun, names, uploadToken="other")) == (400, "INVALID_VALUE_FOR_FIELD")
    assert code_of(club.finalize(begun, [])) == (400, "INVALID_VALUE_FOR_FIELD")
    assert code_of(club.finalize(begun, names, video="urn:li:video:none")) == (400, "INVALID_URN_ID")
    assert club.finalize(begun, names).status_code == 200
    assert club.finalize(begun, names).status_code == 200
    assert put_part(club, begun, LONG, 0) == names[0]


def test_the_token_of_an_upload_is_empty_for_some(club):
    tokens = {club.begin("video", fileSizeBytes=5)["uploadToken"] for _ in range(4)}
    assert "" in tokens and len(tokens) > 1


@pytest.mark.parametrize("film", [MP4[: 75 * 1024 - 1], b"\0" * 100_000])
def test_a_film_that_is_too_small_or_none_fails_in_processing(club, film):
    urn = club.film(film)
    told = club.read(urn).json()
    assert told["status"] == "PROCESSING_FAILED" and told["processingFailureReason"]
    assert code_of(club.post("m", {"media": {"id": urn}})) == (400, "MEDIA_ASSET_PROCESSING_FAILED")


def test_captions_and_a_thumbnail_are_shown_with_the_film(club):
    begun = club.begin("video", fileSizeBytes=len(MP4), uploadCaptions=True, uploadThumbnail=True)
    captions = b"1\n00:00:00,000 --> 00:00:01,000\nRising\n"
    assert club.put(begun["captionsUploadUrl"], captions, Authorization=None).status_code == 201
    assert club.put(begun["thumbnailUploadUrl"], JPEG, Authorization=None).status_code == 201
    club.finalize(begun, club.upload_parts(begun, MP4))
    club.published("m", {"media": {"id": begun["video"], "title": "t"}})
    told = {medium["kind"]: medium["sha256"] for medium in club.ledger()[0]["media"]}
    assert told == {"video": sha(MP4), "thumbnail": sha(JPEG), "subtitles": sha(captions)}
    plain = club.begin("video", fileSizeBytes=5)
    assert "captionsUploadUrl" not in plain and "thumbnailUploadUrl" not in plain


def test_a_document_that_is_too_large_is_refused_unread(club):
    begun = club.begin("document")
    host, port = club.url.removeprefix("http://").split(":")
    line = http.client.HTTPConnection(host, int(port), timeout=5)
    line.putrequest("PUT", begun["uploadUrl"].removeprefix(club.url))
    line.putheader("Content-Length", str(101 * 1024 * 1024))
    line.putheader("Authorization", f"Bearer {club.token}")
    line.endheaders()
    assert line.getresponse().status == 413
    line.close()
