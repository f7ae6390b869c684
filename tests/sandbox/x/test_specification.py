"""The twin's answers against X's own OpenAPI document, where that is at hand (PLANRRR_SPECS names the folder).

The check is stricter than JSON Schema: a field that the document does not know is a fault too.
"""

import json
import os
import re
from functools import cache
from pathlib import Path

import pytest

FOLDERS = (os.environ.get("PLANRRR_SPECS"), Path(__file__).resolve().parents[4] / "shared" / "specs")


@cache
def specification():
    for folder in filter(None, FOLDERS):
        for file in sorted(Path(folder).glob("x/openapi-*.json")):
            return json.loads(file.read_text(encoding="utf-8"))
    return None


pytestmark = pytest.mark.skipif(
    specification() is None, reason="X's OpenAPI document is not here; PLANRRR_SPECS can name its folder"
)


def faults(value, schema, path="$"):
    """Everything in which the value differs from the schema."""
    if "$ref" in schema:
        schema = specification()["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    if "oneOf" in schema:
        mapping = schema.get("discriminator", {}).get("mapping")
        if mapping is not None:
            kind = value.get(schema["discriminator"]["propertyName"])
            if kind not in mapping:
                return [f"{path}: unknown kind {kind}"]
            return faults(value, {"$ref": mapping[kind]}, path)
        found = [faults(value, each, path) for each in schema["oneOf"]]
        return [] if any(not each for each in found) else found[0]
    if value is None:
        return [] if schema.get("nullable") else [f"{path}: null"]
    kinds = {
        "object": dict,
        "array": list,
        "string": str,
        "integer": int,
        "boolean": bool,
        "number": (int, float),
    }
    kind = kinds[schema["type"]]
    if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
        return [f"{path}: {value!r} is no {schema['type']}"]
    found = []
    if isinstance(value, dict) and "properties" in schema:
        found += [f"{path}.{name}: missing" for name in schema.get("required", []) if name not in value]
        for name, part in value.items():
            known = schema["properties"].get(name)
            found += faults(part, known, f"{path}.{name}") if known else [f"{path}.{name}: unknown"]
    elif isinstance(value, list):
        for index, part in enumerate(value):
            found += faults(part, schema["items"], f"{path}[{index}]")
    elif isinstance(value, str):
        if "enum" in schema and value not in schema["enum"]:
            found.append(f"{path}: {value!r} is not one of {schema['enum']}")
        if "pattern" in schema and not re.search(schema["pattern"], value):
            found.append(f"{path}: {value!r} does not match {schema['pattern']}")
    return found


def judged(answer, path, method):
    """The answer's document, once it is what the specification says of this call and status."""
    responses = specification()["paths"][path][method]["responses"]
    wanted = responses.get(str(answer.status_code), responses["default"])["content"]
    kind = answer.headers["Content-Type"].partition(";")[0]
    assert kind in wanted, (answer.status_code, kind)
    assert faults(answer.json(), wanted[kind]["schema"]) == []
    return answer.json()


@pytest.fixture
def modern(author):
    """An account that X speaks to in the names of the specification."""
    author.change(generation="post", long_posts=True)
    return author


EVERYTHING = {
    "post_fields": ",".join(
        (
            "attachments,conversation_id,created_at,edit_controls,entities,id,lang,note_post,paid_partnership",
            "possibly_sensitive,public_metrics,reply_settings,source,text,community_id,card_uri,geo,withheld",
        )
    ),
    "expansions": "attachments.media_keys,attachments.poll_ids,author_id,edit_history_post_ids,"
    "in_reply_to_user_id,referenced_posts,username",
    "user_fields": "created_at,public_metrics,protected,subscription_type,verified,verified_type",
    "media_fields": "alt_text,type,public_metrics,media_key",
    "poll_fields": "duration_minutes,end_datetime,options,voting_status",
}


def test_posts_of_every_kind_are_what_the_specification_says(modern):
    tweets, one, many = "/2/tweets", "/2/tweets/{id}", "/2/users/{id}/tweets"
    first = judged(
        modern.create("Hi @x $ABC #tag https://example.com", paid_partnership=True), tweets, "post"
    )
    parent = first["data"]["id"]
    kinds = [
        {"text": "reply", "reply": {"in_reply_to_tweet_id": parent}},
        {"text": "poll", "poll": {"options": ["a", "b"], "duration_minutes": 5}},
        {"text": "picture", "media": {"media_ids": [modern.image()]}},
        {"text": "film", "media": {"media_ids": [modern.video()]}},
        {"text": "long " * 100 + "https://example.org", "reply_settings": "verified"},
    ]
    for body in kinds:
        made = judged(modern.create(body.pop("text"), **body), tweets, "post")
        read = judged(modern.get(f"/2/tweets/{made['data']['id']}", **EVERYTHING), one, "get")
        assert read["data"]["author_id"] == modern.id
    found = judged(modern.get(f"/2/users/{modern.id}/tweets", max_results="5", **EVERYTHING), many, "get")
    assert found["meta"]["next_token"] and set(found["includes"]) == {"users", "posts", "media", "polls"}
    assert judged(modern.get(f"/2/users/{modern.id}/tweets", since_id=made["data"]["id"]), many, "get")
    assert judged(modern.get("/2/tweets", ids=f"{parent},5", **EVERYTHING), tweets, "get")["errors"]
    assert judged(modern.get("/2/tweets/5"), one, "get")["errors"]
    assert judged(modern.get("/2/users/5/tweets"), many, "get")["errors"]
    assert judged(modern.call("DELETE", f"/2/tweets/{parent}"), one, "delete") == {"data": {"deleted": True}}


def test_me_is_what_the_specification_says(modern):
    modern.post("newest")
    query = {"user_fields": EVERYTHING["user_fields"], "expansions": "most_recent_post_id"}
    told = judged(modern.get("/2/users/me", **query), "/2/users/me", "get")
    assert told["includes"]["posts"]


def test_media_answers_are_what_the_specification_says(modern, mp4, srt, gif):
    base = "/2/media/upload"
    body = {"media_type": "video/mp4", "total_bytes": len(mp4), "media_category": "tweet_video"}
    begun = judged(modern.call("POST", f"{base}/initialize", json=body), f"{base}/initialize", "post")
    media = begun["data"]["id"]
    judged(modern.append(media, 0, mp4), f"{base}/{{id}}/append", "post")
    modern.fault("x.media.finalize", "processing:1")
    judged(modern.finalize(media), f"{base}/{{id}}/finalize", "post")
    for _ in range(2):
        judged(modern.status(media), base, "get")
    judged(modern.status(modern.sent(b"no film" * 100)), base, "get")
    picture = judged(modern.upload(), base, "post")["data"]["id"]
    judged(modern.upload(gif, "tweet_gif"), base, "post")
    alt = {"id": picture, "metadata": {"alt_text": {"text": "alt"}}}
    judged(modern.call("POST", "/2/media/metadata", json=alt), "/2/media/metadata", "post")
    words = judged(modern.upload(srt, "subtitles"), base, "post")["data"]["id"]
    track = {"id": words, "language_code": "EN", "display_name": "English"}
    body = {"id": media, "media_category": "TweetVideo", "subtitles": track}
    judged(modern.call("POST", "/2/media/subtitles", json=body), "/2/media/subtitles", "post")
    gone = {"id": media, "media_category": "TweetVideo", "language_code": "EN"}
    judged(modern.call("DELETE", "/2/media/subtitles", json=gone), "/2/media/subtitles", "delete")


def test_refusals_that_the_specification_has_a_problem_for_are_what_it_says(modern, other):
    theirs = other.post("not yours")
    for answer in (
        modern.create(""),
        modern.create("a", media={"media_ids": ["5"]}),
        modern.create("a", reply={"in_reply_to_tweet_id": theirs}),
    ):
        assert answer.status_code in (400, 403)
        judged(answer, "/2/tweets", "post")
    judged(modern.status("5"), "/2/media/upload", "get")
    judged(modern.call("DELETE", "/2/tweets/5"), "/2/tweets/{id}", "delete")
    judged(modern.get("/2/users/me", count="5"), "/2/users/me", "get")
    modern.fault("x.me.read", "error:500:1")
    judged(modern.get("/2/users/me"), "/2/users/me", "get")


def test_the_check_itself_finds_what_is_wrong(author):
    author.change(generation="tweet")
    with pytest.raises(AssertionError, match="edit_history_tweet_ids"):
        judged(author.create("in the older names"), "/2/tweets", "post")


def test_request_bodies_and_query_names_are_the_specification_s():
    from planrrr_cli.sandbox.x import bodies, queries

    schemas = specification()["components"]["schemas"]

    def same(ours, theirs, path):
        if "$ref" in theirs:
            theirs = schemas[theirs["$ref"].rpartition("/")[2]]
        if "anyOf" in theirs:
            return
        assert ours["type"] == theirs["type"], path
        for name in ("minimum", "maximum", "minItems", "maxItems", "minLength", "maxLength", "pattern"):
            assert ours.get(name) == theirs.get(name), (path, name)
        assert set(ours.get("enum", ())) == set(theirs.get("enum", ())), path
        if "items" in theirs:
            same(ours["items"], theirs["items"], f"{path}[]")
        if "properties" in ours:
            assert set(ours["properties"]) == set(theirs["properties"]), path
            assert set(ours["required"]) == set(theirs.get("required", ())), path
            for name, part in ours["properties"].items():
                same(part, theirs["properties"][name], f"{path}.{name}")

    for ours, name in (
        (bodies.CREATE, "CreatePostsRequest"),
        (bodies.UPLOAD, "MediaUploadRequest"),
        (bodies.INITIALIZE, "InitializeMediaUploadRequest"),
        (bodies.APPEND, "AppendMediaUploadRequest"),
        (bodies.METADATA, "CreateMediaMetadataRequest"),
        (bodies.SUBTITLES, "CreateMediaSubtitlesRequest"),
        (bodies.NO_SUBTITLES, "DeleteMediaSubtitlesRequest"),
    ):
        same(ours, {"$ref": name}, name)
    parameters = specification()["components"]["parameters"]
    listed = specification()["paths"]["/2/users/{id}/tweets"]["get"]["parameters"]
    known = {}
    for each in listed:
        one = parameters[each["$ref"].rpartition("/")[2]] if "$ref" in each else each
        known[one["name"]] = set(one["schema"].get("items", {}).get("enum", ()))
    assert known["post.fields"] == queries.POST_FIELDS
    assert known["expansions"] == queries.POST_EXPANSIONS
    assert known["media.fields"] == queries.MEDIA_FIELDS
    assert known["poll.fields"] == queries.POLL_FIELDS
    assert known["place.fields"] == queries.PLACE_FIELDS
    assert known["user.fields"] <= queries.USER_FIELDS
