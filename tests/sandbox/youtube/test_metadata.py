"""What YouTube refuses of a video's metadata, and what it makes of what is left out."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.sandbox.youtube.answers import location, refused


def body(status=None, **snippet):
    return {"snippet": {"title": "A film"} | snippet, "status": {"privacyStatus": "private"} | (status or {})}


@pytest.mark.parametrize(
    ("metadata", "reason", "place"),
    [
        (body(title=""), "invalidTitle", "body.snippet.title"),
        (body(title="   "), "invalidTitle", "body.snippet.title"),
        (body(title="x" * 101), "invalidTitle", "body.snippet.title"),
        (body(title="a < b"), "invalidTitle", "body.snippet.title"),
        ({"snippet": {}, "status": {}}, "invalidTitle", "body.snippet.title"),
        (body(description="ä" * 2501), "invalidDescription", "body.snippet.description"),
        (body(description="a > b"), "invalidDescription", "body.snippet.description"),
        (body(description="bell \a"), "invalidDescription", "body.snippet.description"),
        (body(tags=["x" * 501]), "invalidTags", "body.snippet.tags"),
        (body(tags=["a b"] * 84), "invalidTags", "body.snippet.tags"),
        (body(categoryId="42"), "invalidCategoryId", "body.snippet.categoryId"),
        (body(categoryId="999"), "invalidCategoryId", "body.snippet.categoryId"),
        (
            body({"privacyStatus": "public", "publishAt": "2035-01-01T00:00:00Z"}),
            "invalidPublishAt",
            "body.status.publishAt",
        ),
    ],
)
def test_each_refusal_has_its_reason_and_place(channel, metadata, reason, place):
    answer = channel.start(metadata)
    assert (refused(answer), location(answer)) == ((400, reason), place)
    assert answer.json()["error"]["errors"][0]["domain"] == "youtube.video" and channel.ledger() == []


@pytest.mark.parametrize(
    "metadata",
    [
        body(title="ä" * 100),
        body(title="\U0001f3ac" * 100),
        body(description="ä" * 2500),
        body(description="two\nlines"),
        body(tags=["x" * 250, "y" * 249]),
        body(tags=["a b"] * 83),
        body(categoryId="29"),
        body(defaultLanguage="de"),
    ],
)
def test_what_just_fits_is_taken(channel, metadata):
    assert channel.start(metadata).status_code == 200


def test_localizations_need_a_default_language(channel):
    words = {"localizations": {"de": {"title": "Ein Film"}}}
    wanted = "snippet,status,localizations"
    assert refused(channel.start(body() | words, part=wanted)) == (400, "defaultLanguageNotSet")
    told = channel.upload(body(defaultLanguage="en") | words, part=wanted)
    assert told["localizations"] == words["localizations"]


@pytest.mark.parametrize(
    ("metadata", "says"),
    [
        (body() | {"snipet": {}}, "Unknown name \"snipet\" at 'video': Cannot find field."),
        (body(titel="x"), "Unknown name \"titel\" at 'video.snippet': Cannot find field."),
        (body({"privacy": "x"}), "Unknown name \"privacy\" at 'video.status': Cannot find field."),
        (body(title=5), "Invalid value at 'video.snippet.title' (TYPE_STRING), 5"),
        (body(tags="a,b"), "Invalid value at 'video.snippet.tags'"),
        (body(tags=["a", 5]), "Invalid value at 'video.snippet.tags[1]'"),
        (body({"privacyStatus": "friends"}), "Invalid value at 'video.status.privacy_status'"),
        (body({"license": "mit"}), "Invalid value at 'video.status.license'"),
        (body({"embeddable": "yes"}), "Invalid value at 'video.status.embeddable' (TYPE_BOOL)"),
        (body({"publishAt": "tomorrow"}), "Invalid value at 'video.status.publish_at'"),
        ({"snippet": "title"}, "Invalid value at 'video.snippet' (TYPE_MESSAGE)"),
    ],
)
def test_unknown_fields_and_wrong_types_are_invalid_arguments(channel, metadata, says):
    answer = channel.start(metadata)
    error = answer.json()["error"]
    assert refused(answer) == (400, "badRequest") and error["status"] == "INVALID_ARGUMENT"
    assert says in error["message"]
    assert error["details"][0]["fieldViolations"][0]["description"] == error["message"]


@pytest.mark.parametrize("raw", [b"{", b"[]", b'"x"', b"\xff"])
def test_what_is_no_json_object_is_a_parse_error(channel, raw):
    path = "/upload/youtube/v3/videos?uploadType=resumable&part=snippet"
    assert refused(channel.call("POST", path, data=raw)) == (400, "parseError")


def test_parts_are_checked_and_the_body_has_only_those(channel):
    assert refused(channel.start(part="")) == (400, "required")
    assert refused(channel.start(part="snippet,statuses")) == (400, "unknownPart")
    assert refused(channel.start(part="snippet")) == (400, "unexpectedPart")
    assert refused(channel.start(part="snippet,status", unheard="1")) == (400, "badRequest")
    assert refused(channel.start(notifySubscribers="maybe")) == (400, "badRequest")


def test_a_privacy_that_is_left_out_means_public_and_the_ledger_says_so(channel):
    told = channel.upload({"snippet": {"title": "Oops"}})
    assert told["status"]["privacyStatus"] == "public" and told["snippet"]["categoryId"] == "22"
    assert channel.ledger()[0]["extra"]["privacy"] == "public"
    assert channel.ledger()[0]["extra"]["privacy_left_out"] is True
    channel.upload(body())
    assert channel.ledger()[1]["extra"]["privacy"] == "private"
    assert "privacy_left_out" not in channel.ledger()[1]["extra"]


def test_what_was_said_is_told_again_and_seen_in_the_ledger(channel):
    status = {
        "privacyStatus": "unlisted",
        "license": "creativeCommon",
        "embeddable": False,
        "selfDeclaredMadeForKids": True,
        "containsSyntheticMedia": True,
    }
    snippet = {"title": "T", "description": "D", "tags": ["a", "two words"], "categoryId": "27"}
    headers = {"Slug": "holiday.mp4"}
    told = channel.upload({"snippet": snippet, "status": status}, headers=headers, notifySubscribers="false")
    assert told["snippet"].items() >= snippet.items() and told["status"].items() >= status.items()
    assert told["status"]["madeForKids"] is True
    entry = channel.ledger()[0]
    assert (entry["title"], entry["text"]) == ("T", "D")
    assert entry["extra"] == {
        "notify_subscribers": False,
        "privacy": "unlisted",
        "upload_status": "processed",
        "category": "27",
        "tags": ["a", "two words"],
        "made_for_kids": True,
        "synthetic_media": True,
        "license": "creativeCommon",
        "file_name": "holiday.mp4",
    }


def moment(channel, **later):
    now = datetime.fromisoformat(channel.control("GET", "clock")["now"])
    return (now + timedelta(**later)).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def test_a_scheduled_video_becomes_public_when_its_time_has_come(channel, other):
    due = moment(channel, hours=2)
    video = channel.upload(body({"publishAt": due}))
    assert video["status"]["publishAt"] == due and channel.ledger()[0]["extra"]["publish_at"] == due
    assert other.items("videos", part="id", id=video["id"]) == []
    channel.advance(7201)
    channel.sign_in()
    other.sign_in()
    assert other.items("videos", part="id", id=video["id"]) != []
    assert channel.status(video["id"])["privacyStatus"] == "public"
    extra = channel.ledger()[0]["extra"]
    assert extra["privacy"] == "public" and "publish_at" not in extra


def test_a_publishing_time_is_told_in_utc(channel):
    video = channel.upload(body({"publishAt": "2035-06-01T12:30:00.5+02:00"}))
    assert video["status"]["publishAt"] == "2035-06-01T10:30:00Z"


def test_a_publishing_time_in_the_past_publishes_at_once(channel):
    video = channel.upload(body({"publishAt": moment(channel, hours=-1)}))
    assert video["status"]["privacyStatus"] == "public" and "publishAt" not in video["status"]
