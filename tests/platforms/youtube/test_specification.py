"""Every request that we make, held against Google's own description of the API: parameters, bodies, media."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import googleapiclient
import pytest

from planrrr_cli.domain.connections import Tokens
from planrrr_cli.domain.posts import Media, Post
from planrrr_cli.domain.publications import Publication
from planrrr_cli.domain.secrets import Secret
from planrrr_cli.platforms.youtube.media_rules import CAPTIONS_BYTES, THUMBNAIL_BYTES, VIDEO_BYTES
from planrrr_cli.platforms.youtube.publisher import YouTubePublisher
from planrrr_cli.platforms.youtube.reasons import REJECTIONS, UNPROCESSABLE
from planrrr_cli.platforms.youtube.scopes import PREFIX, Scopes
from tests.platforms.rig import NOW, Answer, Request, Server
from tests.platforms.youtube.stage import CHANNEL, VIDEO, YouTube, drive, publication, status

Make = Callable[..., YouTubePublisher]

DOCUMENT = Path(googleapiclient.__path__[0]) / "discovery_cache" / "documents" / "youtube.v3.json"


@pytest.fixture(scope="module")
def api() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(DOCUMENT.read_bytes())
    return found


def methods(api: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for resource in api["resources"].values():
        yield from resource.get("methods", {}).values()


def method_of(api: Mapping[str, Any], request: Request) -> Mapping[str, Any]:
    upload = request.path.startswith("/upload/")
    path = request.path.removeprefix("/upload").removeprefix("/")
    found = [
        method
        for method in methods(api)
        if (method["httpMethod"], method["path"]) == (request.method, path)
        and (not upload or "mediaUpload" in method)
    ]
    assert len(found) == 1, request.path
    return found[0]


def check_query(api: Mapping[str, Any], method: Mapping[str, Any], query: Mapping[str, str]) -> None:
    known = {**api["parameters"], **method["parameters"]}
    for name, value in query.items():
        assert name in known, name
        parameter = known[name]
        if parameter.get("type") == "boolean":
            assert value in {"true", "false"}, name
        elif parameter.get("type") == "integer":
            assert int(value) <= int(parameter.get("maximum", value)), name
        if "enum" in parameter:
            assert value in parameter["enum"], name
    required = {name for name, one in method["parameters"].items() if one.get("required")}
    assert required <= set(query)


def check_value(api: Mapping[str, Any], schema: Mapping[str, Any], value: Any, where: str) -> None:
    if "$ref" in schema:
        schema = api["schemas"][schema["$ref"]]
    assert not schema.get("readOnly"), where
    assert "Output only" not in schema.get("description", ""), where
    kinds = {"object": dict, "array": list, "string": str, "boolean": bool, "integer": int}
    assert isinstance(value, kinds[schema["type"]]), where
    if isinstance(value, dict):
        for name, inner in value.items():
            assert name in schema["properties"], f"{where}.{name}"
            check_value(api, schema["properties"][name], inner, f"{where}.{name}")
    if isinstance(value, list):
        for inner in value:
            check_value(api, schema["items"], inner, f"{where}[]")
    if "enum" in schema:
        assert value in schema["enum"], where
    if schema.get("format") == "date-time":
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z", value), where


def required_in(api: Mapping[str, Any], schema_name: str, method_id: str) -> list[list[str]]:
    """The paths of what a method needs in its body, as far as the document marks them."""
    found: list[list[str]] = []
    for name, schema in api["schemas"][schema_name]["properties"].items():
        if method_id in schema.get("annotations", {}).get("required", []):
            found.append([name])
        if "$ref" in schema:
            inner = api["schemas"][schema["$ref"]]["properties"].items()
            found += [
                [name, key]
                for key, one in inner
                if method_id in one.get("annotations", {}).get("required", [])
            ]
    return found


def check(api: Mapping[str, Any], request: Request) -> str:
    """The id of the method that this request is a right call of."""
    method = method_of(api, request)
    check_query(api, method, request.query)
    assert request.headers["authorization"].startswith("Bearer ")
    if "request" in method:
        schema = method["request"]["$ref"]
        body = json.loads(_document(request))
        check_value(api, {"$ref": schema}, body, schema)
        for path in required_in(api, schema, method["id"]):
            value: Any = body
            for key in path:
                assert key in value, path
                value = value[key]
        assert set(body) <= set(request.query["part"].split(","))
    return str(method["id"])


def _document(request: Request) -> bytes:
    """The JSON of a body, which stands first where a file follows."""
    content_type = request.headers["content-type"]
    if content_type.startswith("multipart/related"):
        return request.body.split(b"\r\n\r\n")[1].split(b"\r\n--")[0]
    assert content_type == "application/json"
    return request.body


FULL = {
    "privacy": "private",
    "publish_at": "2026-12-01T09:00:00+01:00",
    "tags": ["bread"],
    "category": "Howto",
    "language": "en",
    "made_for_kids": False,
    "synthetic_media": True,
    "notify": False,
    "license": "creativeCommon",
    "embeddable": True,
    "public_stats": False,
    "playlist": "PL123",
    "captions_language": "en",
    "captions_name": "Words",
}


@pytest.fixture
def everything(post: Post, tmp_path: Path) -> Publication:
    srt = tmp_path / "a.srt"
    srt.write_bytes(b"1\n00:00:00,000 --> 00:00:02,000\nBread.\n")
    picture = Path(__file__).parents[3] / "examples" / "media" / "shop-front.jpg"
    files = {"thumbnail": Media(file=str(picture)), "captions": Media(file=str(srt))}
    whole = replace(post, options=FULL, attachments=files, first_comment="First!", link="https://example.com")
    return publication(whole)


def test_every_request_is_a_right_call_by_googles_own_description(
    api: dict[str, Any], publisher: Make, youtube: YouTube, server: Server, everything: Publication
) -> None:
    server.on("GET /youtube/v3/videos", status("processed"))
    for what in ("playlistItems", "captions", "commentThreads"):
        server.on(f"GET /youtube/v3/{what}", {"items": []})
        server.on(f"POST /youtube/v3/{what}", {"id": "made"})
    server.on("POST /upload/youtube/v3/captions", {"id": "made"})
    server.on("POST /upload/youtube/v3/thumbnails/set", {})
    channel = {"id": CHANNEL, "contentDetails": {"relatedPlaylists": {"uploads": "UU1"}}, "snippet": {}}
    server.on("GET /youtube/v3/channels", {"items": [channel]})
    made = publisher()
    sent = drive(made.publish, everything)
    looked = drive(made.publish, sent.after)
    drive(made.follow_up, replace(looked.after, remote_id=VIDEO, published_at=NOW))
    lost = replace(everything, checkpoint={"comment_intended": True}, remote_id=VIDEO, published_at=NOW)
    drive(made.follow_up, lost)
    begun = drive(made.publish, everything, stop_after=2)
    youtube.asked = [Answer(404, b"")]
    made.find(begun.after)
    made.look_at(everything, VIDEO)
    made.identify(Tokens(Secret("token")), None)
    called = {check(api, request) for request in server.requests if request.method != "PUT"}
    assert called == {
        "youtube.videos.insert",
        "youtube.videos.list",
        "youtube.thumbnails.set",
        "youtube.captions.list",
        "youtube.captions.insert",
        "youtube.playlistItems.list",
        "youtube.playlistItems.insert",
        "youtube.commentThreads.list",
        "youtube.commentThreads.insert",
        "youtube.channels.list",
    }
    start = next(request for request in server.requests if request.path == "/upload/youtube/v3/videos")
    assert set(json.loads(start.body)) == set(start.query["part"].split(","))


def test_the_check_itself_would_notice(api: dict[str, Any]) -> None:
    """An unknown parameter, a wrong type, an unknown field."""
    method = next(one for one in methods(api) if one["id"] == "youtube.videos.list")
    with pytest.raises(AssertionError):
        check_query(api, method, {"part": "id", "ids": "x"})
    with pytest.raises(AssertionError):
        check_query(api, method, {})
    for body in (
        {"snippet": {"titel": "x"}},
        {"snippet": {"title": 3}},
        {"status": {"privacyStatus": "secret"}},
    ):
        with pytest.raises(AssertionError):
            check_value(api, {"$ref": "Video"}, body, "Video")


def test_the_sizes_that_we_check_are_googles(api: dict[str, Any]) -> None:
    known = {method["id"]: method.get("mediaUpload", {}).get("maxSize") for method in methods(api)}
    assert int(known["youtube.videos.insert"]) == VIDEO_BYTES.value
    assert int(known["youtube.thumbnails.set"]) == THUMBNAIL_BYTES.value
    assert int(known["youtube.captions.insert"]) == CAPTIONS_BYTES.value


def test_every_reason_for_a_lost_video_has_a_sentence(api: dict[str, Any]) -> None:
    schemas = api["schemas"]
    video = schemas["VideoStatus"]["properties"]
    assert set(video["rejectionReason"]["enum"]) == set(REJECTIONS)
    failing = schemas["VideoProcessingDetails"]["properties"]["processingFailureReason"]["enum"]
    assert {*video["failureReason"]["enum"], *failing} == set(UNPROCESSABLE)


@pytest.mark.parametrize("granted", ["youtube", "youtube.upload", "youtube.readonly", "youtube.force-ssl"])
def test_a_scope_allows_what_google_says_that_it_allows(granted: str, api: dict[str, Any]) -> None:
    allowed = {method["id"] for method in methods(api) if PREFIX + granted in method.get("scopes", ())}
    scopes = Scopes(frozenset({granted}))
    assert scopes.may_upload is ("youtube.videos.insert" in allowed)
    assert scopes.may_upload is ("youtube.thumbnails.set" in allowed)
    for method in ("videos.list", "channels.list", "playlistItems.list"):
        assert scopes.may_read is (f"youtube.{method}" in allowed)
    assert scopes.may_write is ("youtube.playlistItems.insert" in allowed)
    for method in ("captions.list", "captions.insert", "commentThreads.insert"):
        assert scopes.may_comment is (f"youtube.{method}" in allowed)
