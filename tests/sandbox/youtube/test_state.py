"""The state file, reset, many clients at once, and the pages for people."""

import concurrent.futures
import json

import pytest

from planrrr_cli.sandbox import SandboxServer
from tests.sandbox.youtube.answers import refused
from tests.sandbox.youtube.conftest import BLOCK, MP4


def test_the_state_file_opens_the_same_sandbox_again(tmp_path, channel, srt):
    file = tmp_path / "state.json"
    film = MP4.ljust(2 * BLOCK + 5)
    with SandboxServer(port=0, seed=3, accounts=2, state_file=file) as first:
        visitor = type(channel)(first.url)
        done, running = visitor.session(size=len(film)), visitor.session(size=len(film))
        video = visitor.put(done, film).json()
        visitor.put(running, film[:BLOCK], f"0-{BLOCK - 1}/{len(film)}")
        visitor.thumbnail(video["id"])
        visitor.caption(video["id"])
        visitor.comment(video["id"])
        playlist = visitor.playlist()
        visitor.into(playlist, video["id"])
        later = visitor.film(privacyStatus="private", publishAt="2035-01-01T00:00:00Z")
        visitor.change(uploads_per_day=4, verified=False, endings=["failed:codec"], testing=True)
        visitor.advance(60)
        before = visitor.ledger()
        parts = "snippet,status,contentDetails,fileDetails,statistics"
        read = visitor.items("videos", part=parts, id=f"{video['id']},{later}")
    with SandboxServer(port=0, seed=99, accounts=5, state_file=file) as second:
        visitor.url, old = second.url, first.url
        done, running = done.replace(old, second.url), running.replace(old, second.url)

        def moved(document):
            return json.loads(json.dumps(document).replace(old, second.url))

        assert visitor.ledger() == moved(before)
        again = visitor.items("videos", part=parts, id=f"{video['id']},{later}")
        assert [one | {"etag": ""} for one in again] == [one | {"etag": ""} for one in moved(read)]
        assert visitor.ask(done, len(film)).json()["id"] == video["id"]
        assert len(visitor.items("captions", part="id", videoId=video["id"])) == 1
        assert len(visitor.items("commentThreads", part="id", videoId=video["id"])) == 1
        assert len(visitor.items("playlistItems", part="id", playlistId=playlist)) == 1
        # A session that was on its way begins at 0: its digest could not be saved.
        answer = visitor.ask(running, len(film))
        assert answer.status_code == 308 and "Range" not in answer.headers
        assert visitor.status(visitor.put(running, film).json()["id"])["failureReason"] == "codec"
        assert refused(visitor.thumbnail(video["id"])) == (403, "forbidden")
        assert visitor.start().status_code == 200 and visitor.start().status_code == 429
        assert len({one["remote_id"] for one in visitor.ledger()}) == len(visitor.ledger()) == 4
        assert visitor.renew().status_code == 200
        visitor.advance(7 * 86_400)
        assert visitor.renew().status_code == 400
    visitor.http.close()


def test_reset_forgets_everything_but_the_channels(channel):
    video = channel.film()
    channel.change(verified=False, uploads_per_day=1)
    channel.control("POST", "reset")
    channel.sign_in()
    assert channel.ledger() == [] and channel.uploaded() == []
    assert channel.items("videos", part="id", id=video) == []
    assert channel.thumbnail(channel.film()).status_code == 200


def test_many_clients_upload_at_the_same_time_and_each_once(channel):
    with SandboxServer(port=0, accounts=16, seed=5) as crowd:

        def client(number):
            visitor = type(channel)(crowd.url, number)
            videos = [visitor.film(title=f"{number}-{each}") for each in range(4)]
            visitor.http.close()
            return videos

        with concurrent.futures.ThreadPoolExecutor(16) as pool:
            videos = [video for each in pool.map(client, range(16)) for video in each]
        visitor = type(channel)(crowd.url)
        entries = visitor.ledger()
        visitor.http.close()
    assert len(set(videos)) == 64 and {one["remote_id"] for one in entries} == set(videos)
    assert len({one["title"] for one in entries}) == 64


def test_the_pages_show_videos_and_escape_everything(channel, jpeg):
    evil = "script & 'alert' \"x\""
    video = channel.film(title=evil, description=evil, tags=["<script>"])
    channel.thumbnail(video)
    channel.caption(video, "en", "<script>")
    channel.comment(video, "<script>alert(1)</script>")
    for address in ("/", *(entry["permalink"].removeprefix(channel.url) for entry in channel.ledger())):
        answer = channel.http.get(channel.url + address)
        assert answer.status_code == 200 and "<script" not in answer.text
        assert channel.connection["accountName"] in answer.text
    shown = channel.http.get(channel.ledger()[0]["permalink"]).text
    assert "youtube.upload.final" in shown and video in shown
    assert channel.http.get(f"{channel.url}/watch?v=nothing").status_code == 404
    assert channel.http.get(f"{channel.url}/watch").status_code == 404


@pytest.mark.parametrize("accounts", [1, 20])
def test_channels_are_all_different(channel, accounts):
    with SandboxServer(port=0, accounts=accounts) as server:
        found = channel.http.get(f"{server.url}/_sandbox/accounts").json()["connections"]
    mine = [one for one in found if one["platform"] == "youtube"]
    for name in ("accountId", "accountName", "accessToken", "refreshToken"):
        assert len({one[name] for one in mine}) == accounts


def test_the_same_seed_gives_the_same_channels_and_tokens(channel):
    def told(seed):
        with SandboxServer(port=0, seed=seed) as server:
            found = channel.http.get(f"{server.url}/_sandbox/accounts").json()
        return [
            {name: value for name, value in one.items() if name != "expiresAt"}
            for one in found["connections"]
        ]

    assert told(11) == told(11) != told(12)
