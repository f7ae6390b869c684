"""Uploads in one request and in segments, processing, alt text, subtitles, and posting with them."""

import base64
import hashlib

import psutil
import pytest

from tests.sandbox.x.answers import refused

INVALID = "Your media IDs are invalid."


def sha(content):
    return hashlib.sha256(content).hexdigest()


def state(answer):
    return answer.json()["data"].get("processing_info", {}).get("state")


def test_a_picture_goes_up_in_one_request_and_out_with_a_post(author, jpeg):
    answer = author.upload()
    data = answer.json()["data"]
    assert answer.status_code == 200 and data["media_key"] == f"3_{data['id']}"
    assert (data["size"], data["expires_after_secs"]) == (len(jpeg), 86_400)
    assert data["image"] == {"image_type": "image/jpeg"}
    alt = {"id": data["id"], "metadata": {"alt_text": {"text": "Three loaves"}}}
    told = author.call("POST", "/2/media/metadata", json=alt)
    assert (told.status_code, told.json()) == (
        200,
        {"data": {"id": data["id"], "associated_metadata": {"alt_text": {"text": "Three loaves"}}}},
    )
    post = author.post("bread", media={"media_ids": [data["id"]]})
    (entry,) = author.ledger()
    assert entry["media"] == [
        {"kind": "image", "sha256": sha(jpeg), "size": len(jpeg), "mime": "image/jpeg", "alt": "Three loaves"}
    ]
    assert len(entry["requests"]) == 3
    read = author.read(
        post,
        tweet_fields="attachments,entities",
        expansions="attachments.media_keys",
        media_fields="alt_text,type",
    )
    assert read["data"]["attachments"] == {"media_keys": [data["media_key"]]}
    assert read["includes"]["media"] == [
        {"media_key": data["media_key"], "type": "photo", "alt_text": "Three loaves"}
    ]
    (link,) = read["data"]["entities"]["urls"]
    assert link["expanded_url"] == f"https://x.com/{author.username}/status/{post}/photo/1"
    assert read["data"]["text"] == f"bread {link['url']}"
    assert f"/_sandbox/media/{sha(jpeg)}" in author.http.get(entry["permalink"]).text


def test_a_picture_may_come_as_base64_in_json(author, jpeg):
    body = {"media": base64.b64encode(jpeg).decode(), "media_category": "tweet_image"}
    answer = author.call("POST", "/2/media/upload", json=body)
    assert answer.json()["data"]["size"] == len(jpeg)
    wrong = author.call("POST", "/2/media/upload", json=body | {"media": "no base64!"})
    assert refused(wrong)[:2] == (400, "invalid-request")


@pytest.mark.parametrize(
    ("fields", "files", "status"),
    [
        ({}, {"media": b"\xff\xd8\xff"}, 400),
        ({"media_category": "amplify_video"}, {"media": b"\xff\xd8\xff"}, 400),
        ({"media_category": "tweet_image", "alt": "x"}, {"media": b"\xff\xd8\xff"}, 400),
        ({"media_category": "tweet_image"}, {"file": b"\xff\xd8\xff"}, 400),
        ({"media_category": "tweet_image"}, {"media": b"no picture"}, 400),
        ({"media_category": "tweet_image", "media": "text"}, {}, 400),
        ({"media_category": "tweet_image"}, {"media": b"\xff\xd8\xff" + bytes(5 * 1024**2)}, 413),
    ],
)
def test_an_upload_that_cannot_be_is_refused(author, fields, files, status):
    parts = {name: ("a", content) for name, content in files.items()} or {"": ("", b"")}
    answer = author.call("POST", "/2/media/upload", data=fields, files=parts)
    assert answer.status_code == status


def test_a_video_goes_up_in_segments_and_is_processed_before_it_can_be_posted(author, mp4):
    media = author.begin(len(mp4))
    for index, start in enumerate(range(0, len(mp4), 1000)):
        answer = author.append(media, index, mp4[start : start + 1000])
        assert answer.status_code == 200 and answer.json()["data"]["expires_at"] > 1_700_000_000
    done = author.finalize(media)
    data = done.json()["data"]
    assert (data["id"], data["media_key"], data["size"]) == (media, f"7_{media}", len(mp4))
    assert data["processing_info"] == {"state": "pending", "check_after_secs": 1}
    assert INVALID in refused(author.create("too early", media={"media_ids": [media]}))[2]
    assert state(author.status(media)) == "succeeded"
    post = author.post("film", media={"media_ids": [media]})
    assert author.ledger()[0]["media"][0]["sha256"] == sha(mp4)
    assert author.read(post, post_fields="attachments")["data"]["attachments"]["media_keys"] == [f"7_{media}"]


def test_processing_takes_as_many_looks_as_a_fault_says(author):
    author.fault("x.media.finalize", "processing:3", "after")
    media = author.sent()
    seen = [author.status(media).json()["data"]["processing_info"] for _ in range(5)]
    assert [each["state"] for each in seen] == ["in_progress"] * 3 + ["succeeded"] * 2
    assert [each.get("progress_percent") for each in seen] == [25, 50, 75, 100, 100]
    author.fault("x.media.upload", "processing:1")
    picture = author.upload().json()["data"]
    assert picture["processing_info"]["state"] == "pending"
    assert [state(author.status(picture["id"])) for _ in range(2)] == ["in_progress", "succeeded"]


def test_processing_ends_by_itself_when_nobody_looks(author):
    media = author.sent()
    author.advance(6)
    assert author.create("film", media={"media_ids": [media]}).status_code == 201


def test_bytes_that_are_no_video_fail_in_processing(author):
    media = author.sent(b"no film at all" * 50)
    assert author.status(media).json()["data"]["processing_info"] == {
        "state": "failed",
        "progress_percent": 0,
    }
    assert INVALID in refused(author.create("x", media={"media_ids": [media]}))[2]
    author.change(generation="tweet")
    assert author.status(media).json()["data"]["processing_info"]["error"]["name"] == "InvalidMedia"


def test_segments_come_in_any_order_and_more_than_once(author, mp4):
    parts = [mp4[start : start + 700] for start in range(0, len(mp4), 700)]
    media = author.begin(len(mp4))
    for index in [2, 0, 3, 1, 4, 2, 0]:
        assert author.append(media, index, parts[index]).status_code == 200
    assert author.finalize(media).status_code == 200
    author.status(media)
    author.post("film", media={"media_ids": [media]})
    assert author.ledger()[0]["media"][0]["sha256"] == sha(mp4)


def test_other_bytes_for_a_segment_that_lies_further_back_spoil_the_upload(author, mp4):
    media = author.begin(len(mp4))
    for index in range(3):
        author.append(media, index, mp4[index * 1000 : (index + 1) * 1000])
    author.append(media, 2, b"other".ljust(1000, b"x"))
    author.append(media, 3, mp4[3000:])
    assert author.append(media, 1, b"other".ljust(1000, b"x")).status_code == 200
    assert "do not add up" in refused(author.finalize(media))[2]


def test_a_gap_or_missing_bytes_are_refused_at_finalize(author, mp4):
    short, gap = author.begin(len(mp4)), author.begin(len(mp4))
    author.append(short, 0, mp4[:100])
    author.append(gap, 0, mp4[:100])
    author.append(gap, 2, mp4[100:])
    for media in (short, gap, author.begin(len(mp4))):
        assert "do not add up" in refused(author.finalize(media))[2]
    author.append(short, 1, mp4[100:])
    assert author.finalize(short).status_code == 200


def test_a_broken_segment_leaves_its_bytes_and_can_be_sent_again(author, mp4):
    media = author.begin(len(mp4))
    author.append(media, 0, mp4[:1000])
    author.fault("x.media.append", "break:300")
    with pytest.raises(OSError):  # noqa: PT011  requests wraps the reset in one of several errors
        author.append(media, 1, mp4[1000:])
    assert "do not add up" in refused(author.finalize(media))[2]
    assert author.append(media, 1, mp4[1000:]).status_code == 200
    assert author.finalize(media).status_code == 200
    author.status(media)
    author.post("film", media={"media_ids": [media]})
    assert author.ledger()[0]["media"][0]["sha256"] == sha(mp4)


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({}, "$.segment_index: is missing"),
        ({"segment_index": "-1"}, "string found, integer expected"),
        ({"segment_index": "one"}, "string found, integer expected"),
        ({"segment_index": "1000"}, "maximum value of 999"),
        ({"segment_index": "0", "command": "APPEND"}, "$.command: is not defined"),
    ],
)
def test_a_segment_needs_its_index(author, fields, says):
    media = author.begin(100)
    files = {"media": ("a", b"abc")}
    answer = author.call("POST", f"/2/media/upload/{media}/append", data=fields, files=files)
    assert answer.status_code == 400 and says in refused(answer)[2]


def test_more_bytes_than_announced_and_none_are_refused(author, mp4):
    media = author.begin(1000)
    assert "do not add up" in refused(author.append(media, 0, mp4[:1001]))[2]
    assert author.append(media, 0, b"").status_code == 400
    assert author.append(media, 0, mp4[:1000]).status_code == 200
    assert author.append(media, 1, b"x").status_code == 400


def test_finalize_may_be_repeated_and_ends_the_appending(author, mp4):
    media = author.sent()
    again = author.call("POST", f"/2/media/upload/{media}/finalize", json={})
    assert again.status_code == 200 and again.json()["data"]["size"] == len(mp4)
    assert author.append(media, 2, b"more").status_code == 400
    strange = author.call("POST", f"/2/media/upload/{media}/finalize", json={"media_id": media})
    assert strange.status_code == 400


@pytest.mark.parametrize(
    "body",
    [
        {"media_type": "video/mp4", "total_bytes": 5},
        {"media_type": "video/mp4", "media_category": "tweet_video"},
        {"total_bytes": 5, "media_category": "tweet_video"},
        {"media_type": "video/avi", "total_bytes": 5, "media_category": "tweet_video"},
        {"media_type": "image/png", "total_bytes": 5, "media_category": "tweet_gif"},
        {"media_type": "video/mp4", "total_bytes": "5", "media_category": "tweet_video"},
        {"media_type": "video/mp4", "total_bytes": 0, "media_category": "tweet_video"},
        {"media_type": "video/mp4", "total_bytes": 512 * 1024**2 + 1, "media_category": "tweet_video"},
        {"media_type": "image/gif", "total_bytes": 15 * 1024**2 + 1, "media_category": "tweet_gif"},
        {"media_type": "image/png", "total_bytes": 5 * 1024**2 + 1, "media_category": "tweet_image"},
        {"media_type": "video/mp4", "total_bytes": 5, "media_category": "tweet_video", "command": "INIT"},
    ],
)
def test_an_upload_is_not_begun_with_what_cannot_be(author, body):
    answer = author.call("POST", "/2/media/upload/initialize", json=body)
    assert refused(answer)[:2] == (400, "invalid-request")


def test_what_is_not_there_or_not_one_s_own_is_not_found(author, other):
    media = author.video()
    for each, wanted in ((author, "1"), (other, media)):
        for answer in (each.status(wanted), each.finalize(wanted), each.append(wanted, 0, b"x")):
            assert refused(answer)[:2] == (400, "invalid-request") and "Not found" in refused(answer)[2]
    assert INVALID in refused(other.create("stolen", media={"media_ids": [media]}))[2]
    assert author.get("/2/media/upload", media_id=media, command="INIT").status_code == 400
    assert author.get("/2/media/upload").status_code == 400


def test_an_upload_expires_fifteen_days_after_it_began_and_a_day_after_it_ended(author, mp4):
    begun, done = author.begin(len(mp4)), author.image()
    author.advance(86_401)
    author.sign_in()
    answer = author.create("late", media={"media_ids": [done]})
    assert refused(answer) == (
        400,
        "invalid-request",
        f"One or more parameters to your request was invalid. {INVALID}",
    )
    assert answer.json()["errors"][0]["parameters"] == {"media.media_ids": [done]}
    assert author.append(begun, 0, mp4).status_code == 200
    author.advance(15 * 86_400)
    author.sign_in()
    assert author.finalize(begun).status_code == 400


def test_four_pictures_or_one_gif_or_one_video(author, jpeg, gif):
    pictures = [author.image(jpeg + bytes([number])) for number in range(4)]
    moving = author.sent(gif, "tweet_gif", "image/gif")
    author.status(moving)
    film = author.video()
    for media in ([pictures[0], moving], [pictures[0], film], [moving, film], [pictures[0], pictures[0]]):
        assert refused(author.create("mixed", media={"media_ids": media}))[:2] == (400, "invalid-request")
    for media in (pictures, [moving], [film]):
        assert author.create(f"{media}", media={"media_ids": media}).status_code == 201
    kinds = [[medium["mime"] for medium in entry["media"]] for entry in author.ledger()]
    assert kinds == [["image/jpeg"] * 4, ["image/gif"], ["video/mp4"]]


def test_media_and_a_poll_exclude_each_other(author):
    media = {"media_ids": [author.image()]}
    answer = author.create("a", media=media, poll={"options": ["a", "b"], "duration_minutes": 5})
    assert "You can only provide one of" in refused(answer)[2]


def test_an_owner_may_lend_an_upload(author, other):
    media = author.upload(additional_owners=other.id).json()["data"]["id"]
    assert other.create("lent", media={"media_ids": [media]}).status_code == 201


@pytest.mark.parametrize("category", ["dm_image", "subtitles"])
def test_what_is_not_for_posts_cannot_be_posted(author, jpeg, srt, category):
    content = srt if category == "subtitles" else jpeg
    media = author.upload(content, category).json()["data"]["id"]
    assert INVALID in refused(author.create("x", media={"media_ids": [media]}))[2]


def test_alt_text_is_for_pictures_and_gifs_up_to_a_thousand_characters(author, gif):
    def tell(media, text):
        body = {"id": media, "metadata": {"alt_text": {"text": text}}}
        return author.call("POST", "/2/media/metadata", json=body).status_code

    picture, film, moving = author.image(), author.video(), author.sent(gif, "tweet_gif", "image/gif")
    assert tell(picture, "é" * 1000) == tell(picture, "again") == tell(moving, "a") == 200
    assert tell(picture, "x" * 1001) == tell(film, "a") == tell("1", "a") == 400
    wrong = author.call("POST", "/2/media/metadata", json={"id": picture, "metadata": {"alt": "a"}})
    assert wrong.status_code == 400


def test_subtitles_are_put_beside_a_video(author, srt):
    film, words = author.video(), author.sent(srt, "subtitles", "text/srt")
    track = {"id": words, "language_code": "EN", "display_name": "English"}
    body = {"id": film, "media_category": "TweetVideo", "subtitles": track}
    answer = author.call("POST", "/2/media/subtitles", json=body)
    assert answer.status_code == 200
    assert answer.json() == {
        "data": {"id": film, "media_category": "TweetVideo", "associated_subtitles": track}
    }
    for wrong in (
        {"media_category": "AmplifyVideo"},
        {"subtitles": track | {"language_code": "en"}},
        {"subtitles": track | {"id": film}},
        {"subtitles": {"id": words}},
        {"id": words},
        {"colour": "red"},
    ):
        assert author.call("POST", "/2/media/subtitles", json=body | wrong).status_code == 400
    author.post("film", media={"media_ids": [film]})
    (entry,) = author.ledger()
    assert entry["extra"] == {"subtitles": ["EN"]} and len(entry["media"]) == 1
    gone = {"id": film, "media_category": "TweetVideo", "language_code": "EN"}
    for deleted in (True, False):
        answer = author.call("DELETE", "/2/media/subtitles", json=gone)
        assert answer.json() == {"data": {"deleted": deleted}}


def test_a_large_upload_is_not_held_in_memory(author):
    """64 MB in segments that come backwards: what waits is on disk."""
    size, part = 64 * 1024**2, 4 * 1024**2
    first = b"\x00\x00\x00\x18ftypmp42".ljust(part, b"x")
    media, process = author.begin(size), psutil.Process()
    before = process.memory_info().rss
    for index in range(size // part - 1, 0, -1):
        assert author.append(media, index, bytes([index]) * part).status_code == 200
    assert process.memory_info().rss - before < 48 * 1024**2
    author.append(media, 0, first)
    assert author.finalize(media).json()["data"]["size"] == size
    author.status(media)
    author.post("film", media={"media_ids": [media]})
    whole = hashlib.sha256(first)
    for index in range(1, size // part):
        whole.update(bytes([index]) * part)
    assert author.ledger()[0]["media"][0]["sha256"] == whole.hexdigest()
