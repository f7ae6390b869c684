"""Judged by others: Google's own API client and its auth library, neither of which knows the sandbox."""

import contextlib
import hashlib
import io
import json
from importlib import resources

import pytest

from tests.sandbox.youtube.conftest import BLOCK, MP4

pytest.importorskip("googleapiclient")

import httplib2
from google.auth.exceptions import RefreshError
from google.auth.transport.requests import Request
from google.oauth2.credentials import Credentials
from googleapiclient.discovery import build_from_document
from googleapiclient.errors import HttpError, ResumableUploadError
from googleapiclient.http import MediaIoBaseUpload

FILM = MP4.ljust(3 * BLOCK, b"x") + b"the end"
METADATA = {"snippet": {"title": "By the client", "tags": ["a"]}, "status": {"privacyStatus": "unlisted"}}


def document():
    folder = resources.files("googleapiclient") / "discovery_cache" / "documents"
    return json.loads((folder / "youtube.v3.json").read_text(encoding="utf-8"))


@pytest.fixture
def credentials(channel):
    return Credentials(
        channel.token,
        refresh_token=channel.refresh,
        token_uri=f"{channel.url}/token",
        client_id=channel.app["client_id"],
        client_secret=channel.app["client_secret"],
        scopes=channel.connection["scopes"],
    )


@pytest.fixture
def youtube(channel, credentials):
    """Google's client, unchanged but for the address in its discovery document."""
    described = document() | {"rootUrl": f"{channel.url}/", "baseUrl": f"{channel.url}/"}
    service = build_from_document(described, credentials=credentials)
    yield service
    service.close()


class Bytes(MediaIoBaseUpload):
    """Gives out bytes: of a stream, whatever repeats a request below the client would send nothing."""

    def has_stream(self):
        return False


def inserting(youtube, chunk=BLOCK, kind=MediaIoBaseUpload, **query):
    media = kind(io.BytesIO(FILM), "video/mp4", chunksize=chunk, resumable=True)
    return youtube.videos().insert(part="snippet,status", body=METADATA, media_body=media, **query)


def finished(request):
    video = None
    while video is None:
        _, video = request.next_chunk()
    return video


@pytest.mark.parametrize("chunk", [-1, BLOCK, 2 * BLOCK, 10 * BLOCK])
def test_the_client_uploads_whole_and_in_chunks(channel, youtube, chunk):
    video = finished(inserting(youtube, chunk=chunk, notifySubscribers=False))
    entry = channel.ledger()[0]
    assert (entry["remote_id"], entry["title"]) == (video["id"], "By the client")
    assert entry["media"][0]["sha256"] == hashlib.sha256(FILM).hexdigest()
    assert entry["extra"]["notify_subscribers"] is False
    pieces = [one["call"] for one in channel.journal()][1:]
    assert pieces[-1] == "youtube.upload.final"
    assert len(pieces) == {-1: 1, BLOCK: 4, 2 * BLOCK: 2, 10 * BLOCK: 1}[chunk]


@pytest.mark.parametrize("breaks", [0, 100, BLOCK, BLOCK + 100])
def test_the_client_resumes_after_a_broken_chunk(channel, youtube, breaks):
    request = inserting(youtube, chunk=2 * BLOCK)
    channel.fault("youtube.upload.chunk", f"break:{breaks}")
    with pytest.raises((OSError, httplib2.HttpLib2Error)):
        request.next_chunk()
    # The client asks first where the upload stands.
    assert finished(request)["id"] == channel.ledger()[0]["remote_id"]
    assert channel.ledger()[0]["media"][0]["sha256"] == hashlib.sha256(FILM).hexdigest()
    assert "youtube.upload.query" in [one["call"] for one in channel.journal()]


@pytest.mark.parametrize("kind", ["status:503", "lost", "reset", "html:502"])
def test_the_client_finds_the_video_whose_answer_was_lost(channel, youtube, kind):
    request = inserting(youtube, len(FILM), Bytes)
    channel.fault("youtube.upload.final", kind, "after")
    with contextlib.suppress(OSError, HttpError, httplib2.HttpLib2Error):
        request.next_chunk()
    assert finished(request)["id"] == channel.ledger()[0]["remote_id"] and len(channel.ledger()) == 1
    assert channel.control("GET", "faults")["faults"][0]["struck"] == 1


def test_the_client_repeats_by_itself_what_google_says_may_be_repeated(channel, youtube, monkeypatch):
    monkeypatch.setattr("time.sleep", lambda _: None)
    channel.fault("youtube.upload.chunk", "status:503", times=2)
    request = inserting(youtube, kind=Bytes)
    while request.next_chunk(num_retries=3)[1] is None:
        pass
    assert len(channel.ledger()) == 1


def test_the_client_uploads_without_a_session(channel, youtube):
    media = MediaIoBaseUpload(io.BytesIO(FILM + b"\r\n\n"), "video/mp4", resumable=False)
    video = youtube.videos().insert(part="snippet,status", body=METADATA, media_body=media).execute()
    entry = channel.ledger()[0]
    assert entry["remote_id"] == video["id"] and channel.journal()[0]["call"] == "youtube.videos.upload"
    assert entry["media"][0]["sha256"] == hashlib.sha256(FILM + b"\r\n\n").hexdigest()


@pytest.mark.parametrize("resumable", [True, False])
def test_the_client_adds_thumbnail_and_captions(channel, youtube, jpeg, srt, resumable):
    video = finished(inserting(youtube))["id"]
    picture = MediaIoBaseUpload(io.BytesIO(jpeg), "image/jpeg", resumable=resumable)
    told = youtube.thumbnails().set(videoId=video, media_body=picture).execute()
    assert told["items"][0]["default"]["width"] == 120
    words = MediaIoBaseUpload(io.BytesIO(srt), "application/octet-stream", resumable=resumable)
    snippet = {"videoId": video, "language": "en", "name": "English"}
    youtube.captions().insert(part="snippet", body={"snippet": snippet}, media_body=words).execute()
    (track,) = youtube.captions().list(part="snippet", videoId=video).execute()["items"]
    assert track["snippet"]["name"] == "English"
    media = {one["kind"]: one["sha256"] for one in channel.ledger()[0]["media"]}
    assert media["thumbnail"] == hashlib.sha256(jpeg).hexdigest()
    assert media["subtitles"] == hashlib.sha256(srt).hexdigest()


def test_the_client_lists_pages_changes_and_deletes(channel, youtube):
    videos = [channel.film(title=f"Number {number}") for number in range(5)]
    (mine,) = youtube.channels().list(part="contentDetails", mine=True).execute()["items"]
    uploads = mine["contentDetails"]["relatedPlaylists"]["uploads"]
    request, seen = youtube.playlistItems().list(part="contentDetails", playlistId=uploads, maxResults=2), []
    while request is not None:
        answer = request.execute()
        seen += [one["contentDetails"]["videoId"] for one in answer["items"]]
        request = youtube.playlistItems().list_next(request, answer)
    assert seen == videos[::-1]
    body = {"id": videos[0], "status": {"privacyStatus": "private"}}
    told = youtube.videos().update(part="status", body=body).execute()
    assert told["status"]["privacyStatus"] == "private"
    (read,) = youtube.videos().list(part=["snippet", "status"], id=[videos[0]]).execute()["items"]
    assert read["snippet"]["title"] == "Number 0"
    assert youtube.videos().delete(id=videos[0]).execute() == ""
    assert youtube.videos().list(part="id", id=videos[0]).execute()["items"] == []
    assert youtube.videoCategories().list(part="snippet", regionCode="US").execute()["items"]


def test_the_client_comments_and_fills_a_playlist(channel, youtube):
    video = channel.film()
    inner = {"snippet": {"textOriginal": "Hello"}}
    body = {"snippet": {"videoId": video, "topLevelComment": inner}}
    made = youtube.commentThreads().insert(part="snippet", body=body).execute()
    (read,) = youtube.commentThreads().list(part="snippet", videoId=video, maxResults=100).execute()["items"]
    assert read["id"] == made["id"] == channel.ledger()[1]["remote_id"]
    body = {"snippet": {"title": "Films"}, "status": {"privacyStatus": "private"}}
    playlist = youtube.playlists().insert(part="snippet,status", body=body).execute()["id"]
    resource = {"kind": "youtube#video", "videoId": video}
    body = {"snippet": {"playlistId": playlist, "resourceId": resource}}
    item = youtube.playlistItems().insert(part="snippet", body=body).execute()
    assert item["snippet"]["title"] == "A film"
    assert youtube.playlists().list(part="id", mine=True).execute()["items"][0]["id"] == playlist


def test_the_client_understands_the_refusals(channel, youtube):
    request = youtube.videos().insert(
        part="snippet,status",
        body={"snippet": {"title": "<"}, "status": {}},
        media_body=MediaIoBaseUpload(io.BytesIO(FILM), "video/mp4", resumable=True),
    )
    with pytest.raises(ResumableUploadError) as refused:
        request.next_chunk()
    assert refused.value.status_code == 400 and refused.value.error_details[0]["reason"] == "invalidTitle"
    for kind, reason in (("error:403:1", "quotaExceeded"), ("error:404", "videoNotFound")):
        channel.fault("youtube.videos.list", kind)
        with pytest.raises(HttpError) as refused:
            youtube.videos().list(part="id", id="x").execute()
        assert refused.value.error_details[0]["reason"] == reason
    channel.fault("youtube.videos.insert", "error:429:1", times=-1)
    with pytest.raises(ResumableUploadError, match="Video Uploads per day"):
        inserting(youtube).next_chunk()


def test_a_token_that_ran_out_in_the_middle_is_renewed_and_the_session_goes_on(channel, youtube, credentials):
    request = inserting(youtube, kind=Bytes)
    request.next_chunk()
    channel.advance(3600)
    assert finished(request)["id"] == channel.ledger()[0]["remote_id"]
    assert credentials.token != channel.token and credentials.refresh_token == channel.refresh
    assert "youtube.token.refresh" in [one["call"] for one in channel.journal()]


def test_google_auth_refreshes_and_learns_of_the_end(channel, credentials):
    before = credentials.token
    credentials.refresh(Request())
    assert credentials.token != before and credentials.valid
    assert credentials.granted_scopes == channel.connection["scopes"]
    channel.http.post(f"{channel.url}/revoke", data={"token": channel.refresh})
    with pytest.raises(RefreshError) as dead:
        credentials.refresh(Request())
    assert "invalid_grant" in str(dead.value) and "expired or revoked" in str(dead.value)
    assert dead.value.retryable is False


def test_google_auth_repeats_a_refresh_that_failed_for_a_moment(channel, credentials, monkeypatch):
    monkeypatch.setattr("time.sleep", lambda _: None)
    channel.fault("youtube.token.refresh", "status:503", times=2)
    credentials.refresh(Request())
    assert [one["status"] for one in channel.journal()] == [503, 503, 200]
