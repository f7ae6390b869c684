"""Every request of every flow is one that X's own specification allows.

The whole document is used where there is one: beside the repository, or where ``PLANRRR_SPECS`` says.
"""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator, ValidationError

from planrrr_cli.domain.posts import Media, MediaKind, Post
from planrrr_cli.domain.steps import Published
from tests.flows import MEDIA
from tests.platforms.rig import NOW, Answer, Request, Server, drive
from tests.platforms.x.rig import (
    CREATE,
    INITIALIZE,
    ME,
    METADATA,
    STATUS,
    SUBTITLES,
    TIMELINE,
    UPLOAD,
    Make,
    created,
    fields_of,
    listed,
    problem,
    publication,
    snowflake,
)

NAME = "openapi-2.167.json"
SPECS = Path(os.environ.get("PLANRRR_SPECS") or Path(__file__).resolve().parents[4] / "shared" / "specs")
EXTRACT = Path(__file__).with_name("openapi_extract.json")
DOCUMENTS = {
    "extract": json.loads(EXTRACT.read_text()),
    **({"whole": json.loads((SPECS / "x" / NAME).read_text())} if (SPECS / "x" / NAME).is_file() else {}),
}
ID = snowflake(NOW)


def operation(document: dict[str, Any], request: Request) -> tuple[str, dict[str, Any]]:
    for path, methods in document["paths"].items():
        pattern = re.sub(r"\{\w+\}", "[^/]+", path)
        if re.fullmatch(pattern, request.path) and request.method.lower() in methods:
            return path, methods[request.method.lower()]
    raise AssertionError(f"{request.method} {request.path} is not specified")


def parameters(document: dict[str, Any], found: dict[str, Any]) -> dict[str, Any]:
    known = document["components"]["parameters"]
    listed_ = [
        known[one["$ref"].rpartition("/")[2]] if "$ref" in one else one for one in found.get("parameters", [])
    ]
    return {one["name"]: one for one in listed_}


def judge(document: dict[str, Any], request: Request) -> None:
    """Raises what is wrong with one request."""
    _, found = operation(document, request)
    query = parameters(document, found)
    for name, value in request.query.items():
        assert name in query, f"{name} is no parameter of {request.path}"
        schema = query[name]["schema"]
        whole = schema.get("type") == "array"
        validate(
            document,
            schema,
            value.split(",") if whole else int(value) if schema.get("type") == "integer" else value,
        )
    missing = [name for name, one in query.items() if one.get("required") and one["in"] == "query"]
    assert set(missing) <= set(request.query)
    if "requestBody" not in found:
        assert request.body == b""
        return
    content_type = request.headers["content-type"].partition(";")[0]
    schema = found["requestBody"]["content"][content_type]["schema"]
    validate(
        document, schema, json.loads(request.body) if content_type == "application/json" else form_of(request)
    )


def form_of(request: Request) -> dict[str, Any]:
    """Numbers of a form come as text; files are strings in the specification's eyes."""
    fields = {name: value.decode("latin-1") for name, value in fields_of(request).items()}
    if "segment_index" in fields:
        return {**fields, "segment_index": int(fields["segment_index"])}
    return fields


def validate(document: dict[str, Any], schema: dict[str, Any], value: Any) -> None:
    Draft202012Validator({"components": document["components"], **schema}).validate(value)


@pytest.fixture
def everything(server: Server) -> Server:
    for name in ("81", "82"):
        server.on(f"POST /2/media/upload/{name}/append", Answer(204, b""))
        server.on(
            f"POST /2/media/upload/{name}/finalize",
            {"data": {"id": name, "processing_info": {"state": "pending"}}},
        )
    server.on(UPLOAD, {"data": {"id": "71"}})
    server.on(INITIALIZE, {"data": {"id": "81"}}, {"data": {"id": "82"}})
    server.on(STATUS, {"data": {"id": "81"}})
    server.on(METADATA, {})
    server.on(SUBTITLES, {})
    server.on(CREATE, created(ID))
    server.on(ME, {"data": {"id": "1", "name": "A", "username": "a"}})
    return server


def posts(tmp_path: Path) -> list[Post]:
    srt = tmp_path / "a.srt"
    srt.write_text("1\n00:00:01,000 --> 00:00:02,000\nHello\n")
    subtitles = {"subtitles": Media(file=str(srt), kind=MediaKind.SUBTITLES, content_type="text/srt")}

    def media(name: str, alt: str | None = None) -> Media:
        return Media(file=str(MEDIA / name), alt=alt)

    spoken = {"subtitles_language": "en", "subtitles_name": "English"}
    return [
        Post("Text", link="https://example.com", first_comment="A comment"),
        Post("", (media("croissants.jpg", "x" * 1000), media("bread-calendar.png"))),
        Post(
            "GIF",
            (media("warm-bread.gif", "steam"),),
            options={"made_with_ai": True, "paid_partnership": True},
        ),
        Post("Video", (media("bread-rises.mp4"),), options=spoken, attachments=subtitles),
        Post(
            "Poll", options={"poll": {"options": ["a", "b"], "duration": "7d"}, "reply_settings": "verified"}
        ),
        Post("Reply", options={"reply_to": 12, "community_id": 5, "share_with_followers": True}),
        Post("Quote", options={"quote": 12}),
        Post("1", options={"thread": ["2", "3"], "reply_settings": "mentionedUsers"}),
    ]


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_request_fits_the_specification(
    name: str, publisher: Make, everything: Server, tmp_path: Path
) -> None:
    known = publisher()
    for post in posts(tmp_path):
        given = publication(post)
        for _ in range(3):
            went = drive(known.publish, given)
            given = went.after
        assert isinstance(went.ending, Published), went.ending
        drive(known.follow_up, publication(post, remote_id=ID))
    known.identify(given.connection.tokens, None)
    old = problem(400, "x", "invalid-request", parameter="tweet.fields")
    everything.on(TIMELINE, old, listed(next_token="n"), listed())
    known.find(publication(Post("Hello"), first_sent_at=NOW))
    known.find(
        publication(Post("1", options={"thread": ["2"]}), first_sent_at=NOW, checkpoint={"parts": ["5"]})
    )
    judged = 0
    for request in everything.requests:
        if "tweet.fields" in request.query:
            continue  # the other generation's name, of which this document does not know any more
        judge(DOCUMENTS[name], request)
        judged += 1
    assert judged > 25
    assert {operation(DOCUMENTS[name], request)[0] for request in everything.requests} == set(
        DOCUMENTS["extract"]["paths"]
    )


@pytest.mark.parametrize(
    "body",
    [{"text": 5}, {"text": "a", "reply": {}}, {"txt": "a"}, {"text": "a", "media": {"media_ids": []}}],
)
def test_the_judge_finds_what_is_wrong(body: dict[str, Any]) -> None:
    request = Request(
        "POST", "/2/tweets", {}, {"content-type": "application/json"}, json.dumps(body).encode()
    )
    with pytest.raises(ValidationError):
        judge(DOCUMENTS["extract"], request)
