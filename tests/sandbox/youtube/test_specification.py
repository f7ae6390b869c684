"""The twin's answers, requests and scopes against Google's own discovery document, as its client package brings it.

The check is stricter than JSON Schema: a field that the document does not know is a fault too.
"""

import json
from functools import cache
from importlib import resources

import pytest

pytest.importorskip("googleapiclient")


@cache
def specification():
    folder = resources.files("googleapiclient") / "discovery_cache" / "documents"
    return json.loads((folder / "youtube.v3.json").read_text(encoding="utf-8"))


KINDS = {
    "object": dict,
    "array": list,
    "string": str,
    "integer": int,
    "boolean": bool,
    "number": (int, float),
}


def faults(value, schema, path="$"):
    """Everything in which the value differs from the schema."""
    if "$ref" in schema:
        schema = specification()["schemas"][schema["$ref"]]
    if schema["type"] == "any":
        return []
    kind = KINDS[schema["type"]]
    if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
        return [f"{path}: {value!r} is no {schema['type']}"]
    found = []
    if isinstance(value, dict):
        for name, part in value.items():
            known = schema.get("properties", {}).get(name) or schema.get("additionalProperties")
            found += faults(part, known, f"{path}.{name}") if known else [f"{path}.{name}: unknown"]
    elif isinstance(value, list):
        for index, part in enumerate(value):
            found += faults(part, schema["items"], f"{path}[{index}]")
    elif isinstance(value, str) and "enum" in schema and value not in schema["enum"]:
        found.append(f"{path}: {value!r} is not one of {schema['enum']}")
    elif isinstance(value, str) and schema.get("format") in ("uint64", "int64") and not value.isdecimal():
        found.append(f"{path}: {value!r} is no number")
    elif isinstance(value, str) and schema.get("format") == "date-time" and not value.endswith("Z"):
        found.append(f"{path}: {value!r} is no time in UTC")
    return found


def judged(answer, schema):
    assert answer.status_code in (200, 201), answer.text
    assert faults(answer.json(), {"$ref": schema}) == []
    return answer.json()


EVERY_PART = (
    "brandPartner,contentDetails,fileDetails,id,liveStreamingDetails,localizations,paidProductPlacementDetails,"
    "player,processingDetails,recordingDetails,snippet,statistics,status,suggestions,topicDetails"
)


def test_videos_are_what_the_document_says(channel, mp4):
    status = {
        "privacyStatus": "private",
        "publishAt": "2035-01-01T00:00:00Z",
        "selfDeclaredMadeForKids": False,
    }
    body = {
        "snippet": {"title": "T", "description": "D", "tags": ["a"], "defaultLanguage": "en"},
        "status": status | {"containsSyntheticMedia": True, "license": "creativeCommon"},
        "localizations": {"de": {"title": "T", "description": "D"}},
        "recordingDetails": {"recordingDate": "2026-01-01T00:00:00Z"},
        "paidProductPlacementDetails": {"hasPaidProductPlacement": True},
    }
    part = ",".join(body)
    video = judged(channel.put(channel.session(body, part=part), mp4), "Video")
    assert set(body) <= set(video)
    channel.change(endings=["failed:codec", "rejected:length", "processed"])
    channel.fault("youtube.upload.final", "processing:1", skip=2)
    videos = [video["id"], *(channel.film() for _ in range(3))]
    channel.thumbnail(videos[0])
    told = judged(channel.get("videos", part=EVERY_PART, id=",".join(videos)), "VideoListResponse")
    assert [one["status"]["uploadStatus"] for one in told["items"]] == [
        "processed",
        "failed",
        "rejected",
        "uploaded",
    ]
    body = {"id": videos[0], "status": status}
    body["snippet"] = {"title": "T", "categoryId": "22", "defaultLanguage": "en"}
    judged(channel.call("PUT", "/youtube/v3/videos?part=status,snippet", json=body), "Video")


def test_what_hangs_on_videos_is_what_the_document_says(channel, srt):
    video, playlist = channel.film(), channel.playlist()
    judged(channel.thumbnail(video), "ThumbnailSetResponse")
    judged(channel.caption(video), "Caption")
    judged(channel.get("captions", part="id,snippet", videoId=video), "CaptionListResponse")
    judged(channel.comment(video), "CommentThread")
    threads = channel.get("commentThreads", part="id,snippet,replies", videoId=video)
    judged(threads, "CommentThreadListResponse")
    channel.comment(video, "Second")
    page = channel.get("commentThreads", part="id", videoId=video, maxResults=1).json()["nextPageToken"]
    threads = channel.get("commentThreads", part="snippet", videoId=video, maxResults=1, pageToken=page)
    assert len(judged(threads, "CommentThreadListResponse")["items"]) == 1
    judged(channel.into(playlist, video), "PlaylistItem")
    for _ in range(2):
        channel.into(playlist, video)
    items = "contentDetails,id,snippet,status"
    pages = channel.get("playlistItems", part=items, playlistId=playlist, maxResults=1)
    token = judged(pages, "PlaylistItemListResponse")["nextPageToken"]
    pages = channel.get("playlistItems", part=items, playlistId=playlist, maxResults=1, pageToken=token)
    assert judged(pages, "PlaylistItemListResponse")["prevPageToken"]
    parts = "contentDetails,id,localizations,player,snippet,status"
    judged(channel.post("playlists", {"snippet": {"title": "T"}}, part=parts), "Playlist")
    judged(channel.get("playlists", part=parts, mine="true"), "PlaylistListResponse")


def test_channels_categories_and_the_search_are_what_the_document_says(channel):
    channel.film(privacyStatus="public")
    channel.advance(1000)
    parts = "auditDetails,brandingSettings,contentDetails,id,localizations,snippet,statistics,status"
    judged(channel.get("channels", part=parts, mine="true"), "ChannelListResponse")
    judged(channel.get("videoCategories", part="snippet", regionCode="US"), "VideoCategoryListResponse")
    found = judged(channel.get("search", part="id,snippet", q="film"), "SearchListResponse")
    assert len(found["items"]) == 1


def test_the_check_itself_finds_what_is_wrong(channel):
    video = channel.film()
    (told,) = channel.items("videos", part="status,statistics", id=video)
    assert faults(told, {"$ref": "Video"}) == []
    for path, value in (("privacyStatus", "friends"), ("embeddable", "yes"), ("mood", "good")):
        assert faults(told | {"status": {path: value}}, {"$ref": "Video"}) != []
    assert faults(told | {"statistics": {"viewCount": "many"}}, {"$ref": "Video"}) != []


def test_paths_scopes_and_parameters_are_the_document_s():
    from planrrr_cli.sandbox.youtube.methods import TABLE

    described = {}
    for name, resource in specification()["resources"].items():
        if name != "youtube":
            for verb, method in resource.get("methods", {}).items():
                described[f"youtube.{name}.{verb}"] = method
    ours = [method for method in TABLE if method.scopes]
    assert {method.call for method in ours} <= set(described)
    for method in ours:
        theirs = described[method.call]
        media = theirs.get("mediaUpload")
        assert method.verb == theirs["httpMethod"], method.call
        assert method.path == (media["protocols"]["simple"]["path"] if media else f"/{theirs['path']}")
        scopes = {scope for scope in theirs["scopes"] if not scope.endswith("-channel-audit")}
        assert set(method.scopes) == scopes, method.call
        known = set(theirs["parameters"])
        assert set(method.parameters) <= known, method.call
        assert bool(method.parts) == ("part" in known), method.call
        for name, kind in method.parameters.items():
            told = theirs["parameters"][name]
            if told["type"] == "integer":
                assert kind == f"{told['minimum']}..{told['maximum']}", (method.call, name)
            elif "enum" in told and "|" in kind:
                assert set(kind.split("|")) == set(told["enum"]), (method.call, name)
            else:
                plain = "[string]" if told.get("repeated") else told["type"]
                assert kind == plain, (method.call, name)
        if method.call != "youtube.search.list":  # the search's many filters are not all imitated
            assert set(method.parameters) == known - {"part"}, method.call
        if media:
            assert method.media is not None and method.media.limit == int(media["maxSize"])
            assert set(method.media.accepts) == set(media["accept"])


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("VIDEO", "Video"),
        ("PLAYLIST", "Playlist"),
        ("PLAYLIST_ITEM", "PlaylistItem"),
        ("CAPTION", "Caption"),
        ("COMMENT_THREAD", "CommentThread"),
        ("COMMENT", "Comment"),
    ],
)
def test_bodies_may_hold_what_the_document_says(ours, theirs):
    from planrrr_cli.sandbox.youtube import schemas

    def same(mine, theirs, path):
        if "$ref" in theirs:
            theirs = specification()["schemas"][theirs["$ref"]]
        if mine == "object":
            assert theirs["type"] == "object", path
        elif isinstance(mine, dict) and "*" in mine:
            same(mine["*"], theirs["additionalProperties"], f"{path}.*")
        elif isinstance(mine, dict):
            assert set(mine) == set(theirs["properties"]), path
            for name, part in mine.items():
                same(part, theirs["properties"][name], f"{path}.{name}")
        elif mine.startswith("["):
            assert theirs["type"] == "array", path
            if mine != "[object]":
                same(mine[1:-1], theirs["items"], f"{path}[]")
        elif mine == "time":
            assert theirs["format"] == "date-time", path
        elif "|" in mine:
            assert set(mine.split("|")) == set(theirs["enum"]), path
        else:
            assert (theirs["type"], "enum" in theirs, theirs.get("format") == "date-time") == (
                mine,
                False,
                False,
            ), path

    same(getattr(schemas, ours), {"$ref": theirs}, theirs)
