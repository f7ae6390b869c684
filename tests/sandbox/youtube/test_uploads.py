"""Resumable sessions: where they begin, what they keep, and that each makes one video and no more."""

import hashlib
import socket
import tempfile
import threading
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import psutil
import pytest

from tests.sandbox.youtube.answers import refused
from tests.sandbox.youtube.conftest import BLOCK, MP4


def kept(answer):
    """How many bytes a 308 says are kept."""
    assert answer.status_code == 308 and answer.content == b"", answer.text
    first, _, last = answer.headers.get("Range", "bytes=0--1").removeprefix("bytes=").partition("-")
    assert first == "0"
    return int(last) + 1


@pytest.fixture
def film():
    """Three blocks and a bit, each block different."""
    return MP4.ljust(BLOCK, b"a") + b"b" * BLOCK + b"c" * BLOCK + b"the end"


def test_a_session_has_an_absolute_address_on_the_host_that_was_called(channel):
    answer = channel.start(size=5, notifySubscribers="false", headers={"Host": "localhost:1234"})
    place = urlsplit(answer.headers["Location"])
    assert (place.scheme, place.netloc, place.path) == ("http", "localhost:1234", "/upload/youtube/v3/videos")
    query = parse_qs(place.query)
    assert query["part"] == ["snippet,status"] and query["notifySubscribers"] == ["false"]
    assert query["upload_id"] == [answer.headers["X-GUploader-UploadID"]]
    assert answer.headers["Server"] == "UploadServer" and channel.ledger() == []


def test_the_resumable_path_needs_no_upload_type(channel, mp4):
    path = "/resumable/upload/youtube/v3/videos?part=snippet"
    answer = channel.call("POST", path, json={"snippet": {"title": "A film"}})
    assert channel.put(answer.headers["Location"], mp4).json()["kind"] == "youtube#video"


@pytest.mark.parametrize("span", [None, "0-{last}/{size}"])
def test_a_whole_file_in_one_request_is_a_video(channel, mp4, span):
    session = channel.session(size=len(mp4))
    told = span and span.format(last=len(mp4) - 1, size=len(mp4))
    answer = channel.put(session, mp4, told)
    video = answer.json()
    assert answer.status_code in (200, 201) and video["status"]["uploadStatus"] == "uploaded"
    assert len(video["id"]) == 11 and set(video) == {"kind", "etag", "id", "snippet", "status"}
    entry = channel.ledger()[0]
    assert (entry["remote_id"], entry["title"], entry["account_id"]) == (video["id"], "A film", channel.id)
    assert entry["media"][0] == {
        "kind": "video",
        "sha256": hashlib.sha256(mp4).hexdigest(),
        "size": len(mp4),
        "mime": "video/mp4",
    }


def test_chunks_make_the_same_video_as_one_request(channel, film):
    session = channel.session(size=len(film))
    assert kept(channel.ask(session, len(film))) == 0
    assert kept(channel.put(session, film[:BLOCK], f"0-{BLOCK - 1}/{len(film)}")) == BLOCK
    answer = channel.put(session, film[BLOCK : 3 * BLOCK], f"{BLOCK}-{3 * BLOCK - 1}/{len(film)}")
    assert kept(answer) == 3 * BLOCK and answer.raw.reason == "Resume Incomplete"
    assert channel.ledger() == []
    done = channel.put(session, film[3 * BLOCK :], f"{3 * BLOCK}-{len(film) - 1}/{len(film)}")
    entry = channel.ledger()[0]
    assert entry["remote_id"] == done.json()["id"] and len(entry["requests"]) == 5
    assert entry["media"][0]["sha256"] == hashlib.sha256(film).hexdigest()


def test_once_complete_every_later_request_tells_of_the_same_video(channel, film):
    session = channel.session(size=len(film))
    first = channel.put(session, film)
    for again in (
        channel.ask(session, len(film)),
        channel.ask(session, "*"),
        channel.put(session, film),
        channel.put(session, film[:BLOCK], f"0-{BLOCK - 1}/{len(film)}"),
        channel.put(session, b"other", "nonsense"),
    ):
        assert (again.status_code, again.json()) == (first.status_code, first.json())
    assert len(channel.ledger()) == 1 and channel.uploaded() == [first.json()["id"]]
    assert [one["effect"] for one in channel.journal() if "upload" in one["call"]] == [True] + [False] * 5


def test_both_documented_statuses_of_the_last_answer_occur(channel, mp4):
    assert {channel.put(channel.session(size=len(mp4)), mp4).status_code for _ in range(6)} == {200, 201}


def test_the_size_may_be_told_with_the_last_piece_only(channel, film):
    session = channel.session()
    assert kept(channel.put(session, film[:BLOCK], f"0-{BLOCK - 1}/*")) == BLOCK
    rest = channel.put(session, film[BLOCK:], f"{BLOCK}-{len(film) - 1}/{len(film)}")
    assert channel.ledger()[0]["remote_id"] == rest.json()["id"]


@pytest.mark.parametrize(
    ("size", "span", "says"),
    [
        (BLOCK - 1, f"0-{BLOCK - 2}/{{total}}", f"contained {BLOCK - 1} bytes"),
        (BLOCK + 1, f"0-{BLOCK}/{{total}}", "equal or greater than 262144"),
        (BLOCK, f"{BLOCK}-{2 * BLOCK - 1}/{{total}}", "exceeds already uploaded size of 0"),
        (BLOCK, "0-9/{total}", "names 10 byte(s)"),
        (BLOCK, f"0-{BLOCK - 1}/9999999", "begun for"),
        (BLOCK, "0-10", "Failed to parse"),
        (BLOCK, "10-5/{total}", "Failed to parse"),
        (BLOCK, f"0-{BLOCK - 1}/10", "Failed to parse"),
        (BLOCK, None, "begun for"),
    ],
)
def test_a_piece_that_does_not_fit_is_refused_and_keeps_nothing(channel, film, size, span, says):
    session = channel.session(size=len(film))
    answer = channel.put(session, film[:size], span and span.format(total=len(film)))
    assert answer.status_code == 400 and says in answer.text
    assert kept(channel.ask(session, len(film))) == 0


def test_bytes_that_are_kept_already_are_refused(channel, film):
    session = channel.session(size=len(film))
    for start in (0, 0, 2 * BLOCK):
        answer = channel.put(session, film[start : start + BLOCK], f"{start}-{start + BLOCK - 1}/{len(film)}")
    assert answer.status_code == 400 and kept(channel.ask(session, len(film))) == BLOCK
    assert channel.put(session, film).status_code == 400
    assert channel.ask(session, len(film) + 1).status_code == 400


def test_an_empty_file_is_refused_at_the_start_and_at_the_end(channel):
    assert refused(channel.start(size=0)) == (400, "mediaBodyRequired")
    assert refused(channel.put(channel.session(), b"")) == (400, "mediaBodyRequired")


def test_a_session_lives_for_a_week_and_then_knows_nothing(channel, film):
    session = channel.session(size=len(film))
    channel.put(session, film[:BLOCK], f"0-{BLOCK - 1}/{len(film)}")
    channel.advance(7 * 86_400 - 60)
    channel.sign_in()
    assert kept(channel.ask(session, len(film))) == BLOCK
    channel.advance(120)
    assert channel.ask(session, len(film)).status_code == 404
    assert channel.put(session, film).status_code == 404
    assert channel.ask(session.replace("upload_id=", "upload_id=x"), 5).status_code == 404


def test_a_session_needs_the_token_of_its_channel(channel, other, film):
    session = channel.session(size=len(film))
    assert refused(other.ask(session, len(film))) == (403, "forbidden")
    assert refused(channel.call("PUT", session, headers={"Authorization": ""})) == (401, "required")
    channel.advance(3600)
    assert refused(channel.put(session, film)) == (401, "authError")
    channel.token = channel.renew().json()["access_token"]
    assert channel.put(session, film).json()["id"] == channel.ledger()[0]["remote_id"]


@pytest.mark.parametrize(
    ("sent", "left"), [(BLOCK + 7, BLOCK), (3 * BLOCK - 1, 2 * BLOCK), (100, 0), (2 * BLOCK, 2 * BLOCK)]
)
def test_a_client_that_goes_away_leaves_the_whole_blocks(channel, film, sent, left):
    session = channel.session(size=len(film))
    place = urlsplit(session)
    head = (
        f"PUT {place.path}?{place.query} HTTP/1.1\r\nHost: {place.netloc}\r\nContent-Length: {len(film)}\r\n"
        f"Authorization: Bearer {channel.token}\r\n\r\n"
    )
    with socket.create_connection((place.hostname, place.port), 10) as line:
        line.sendall(head.encode() + film[:sent])
        line.shutdown(socket.SHUT_WR)
        assert line.recv(100) == b""
    assert kept(channel.ask(session, len(film))) == left
    done = channel.put(session, film[left:], f"{left}-{len(film) - 1}/{len(film)}")
    assert channel.ledger()[0]["media"][0]["sha256"] == hashlib.sha256(film).hexdigest()
    assert done.json()["id"] == channel.ledger()[0]["remote_id"]


@pytest.mark.parametrize(
    ("headers", "answer"),
    [
        ({"X-Upload-Content-Type": "image/png"}, (400, "badContent")),
        ({"X-Upload-Content-Type": "text/plain"}, (400, "badContent")),
        ({"Slug": "a/b.mp4"}, (400, "invalidFilename")),
        ({"Slug": "x" * 256}, (400, "invalidFilename")),
    ],
)
def test_the_headers_of_the_start_are_judged(channel, headers, answer):
    assert refused(channel.start(headers=headers)) == answer


def test_more_than_256_gib_and_no_number_are_refused(channel):
    assert channel.start(size=274_877_906_945).status_code == 413
    assert channel.start(size=274_877_906_944).status_code == 200
    assert channel.start(headers={"X-Upload-Content-Length": "many"}).status_code == 400


def test_other_upload_types_make_a_video_too(channel, mp4):
    title = b'{"snippet": {"title": "At once"}}'
    body = b"--e\nContent-Type: application/json\n\n" + title + b"\n--e\nContent-Type: video/mp4\n\n"
    path = "/upload/youtube/v3/videos?part=snippet&uploadType="
    kind = {"Content-Type": "multipart/related; boundary=e"}
    answer = channel.call("POST", f"{path}multipart", data=body + mp4 + b"\n--e--", headers=kind)
    assert channel.ledger()[0]["media"][0]["sha256"] == hashlib.sha256(mp4).hexdigest()
    assert answer.json()["id"] == channel.ledger()[0]["remote_id"]
    # Without metadata there is no title.
    kind = {"Content-Type": "video/mp4"}
    assert refused(channel.call("POST", f"{path}media", data=mp4, headers=kind)) == (400, "invalidTitle")
    assert refused(channel.call("POST", f"{path}gopher", data=mp4, headers=kind)) == (400, "badRequest")
    assert refused(channel.call("POST", f"{path}multipart", data=mp4, headers=kind)) == (400, "badRequest")
    names = [one["call"] for one in channel.journal()]
    assert names == ["youtube.videos.upload"] * 4 and len(channel.ledger()) == 1


def test_two_requests_for_the_same_piece_make_one_video(channel, film):
    session = channel.session(size=len(film))
    answers = []

    def send():
        outsider = type(channel)(channel.url)
        answers.append(outsider.put(session, film).status_code)
        outsider.http.close()

    threads = [threading.Thread(target=send) for _ in range(6)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert set(answers) <= {200, 201, 400, 503}
    left = channel.ask(session, len(film))
    if left.status_code == 308:
        start = kept(left)
        left = channel.put(session, film[start:], f"{start}-{len(film) - 1}/{len(film)}")
    assert [one["remote_id"] for one in channel.ledger()] == [left.json()["id"]]
    assert channel.ledger()[0]["media"][0]["sha256"] == hashlib.sha256(film).hexdigest()


def test_a_large_file_is_kept_neither_in_memory_nor_on_disk(channel):
    size, piece = 192 * 1024 * 1024, b"\0" * 1024 * 1024
    session = channel.session(size=size)
    process, folder = psutil.Process(), Path(tempfile.gettempdir())
    memory, files = process.memory_info().rss, {one.name for one in folder.glob("tmp*")}
    grown = []

    def content():
        yield MP4.ljust(len(piece), b"\0")
        for number in range(1, size // len(piece)):
            if number % 16 == 0:
                grown.append(process.memory_info().rss - memory)
            yield piece

    headers = {"Authorization": f"Bearer {channel.token}", "Content-Length": str(size)}
    answer = channel.http.put(session, data=_Sized(content(), size), headers=headers, timeout=60)
    assert answer.status_code in (200, 201), answer.text
    assert channel.ledger()[0]["media"][0]["size"] == size
    assert max(grown) < 64 * 1024 * 1024
    assert {one.name for one in folder.glob("tmp*")} - files == set()


class _Sized:
    """An iterable with a length, so that requests does not chunk it."""

    def __init__(self, pieces, size):
        self._pieces, self._size = pieces, size

    def __iter__(self):
        return self._pieces

    def __len__(self):
        return self._size
