"""Videos that exist: listing, processing, the uploads playlist, changing, deleting, searching."""

import pytest

from tests.sandbox.youtube.answers import refused


def test_a_video_is_processed_at_the_first_look(channel):
    video = channel.upload()
    assert video["status"]["uploadStatus"] == "uploaded"
    parts = "status,processingDetails,fileDetails,snippet,contentDetails,statistics,player"
    (told,) = channel.items("videos", part=parts, id=video["id"])
    assert told["status"]["uploadStatus"] == "processed"
    assert told["processingDetails"]["processingStatus"] == "succeeded"
    assert set(told) == {"kind", "etag", "id", *parts.split(",")}


def test_processing_lasts_for_as_many_looks_as_the_fault_says(channel, mp4):
    channel.fault("youtube.upload.final", "processing:2", "after")
    video = channel.upload(headers={"Slug": "mine.mp4"})["id"]
    for _ in range(2):
        (told,) = channel.items("videos", part="status,processingDetails,fileDetails", id=video)
        assert told["status"]["uploadStatus"] == "uploaded" and "fileDetails" not in told
        assert told["processingDetails"]["processingStatus"] == "processing"
        assert channel.ledger()[0]["extra"]["upload_status"] == "uploaded"
    (told,) = channel.items("videos", part="status,fileDetails", id=video)
    assert told["status"]["uploadStatus"] == "processed"
    assert told["fileDetails"] == {"fileName": "mine.mp4", "fileSize": str(len(mp4)), "fileType": "video"}
    assert channel.ledger()[0]["extra"]["upload_status"] == "processed"


def test_bytes_that_are_no_video_fail_and_stay_in_the_ledger(channel):
    video = channel.upload(content=b"no film at all" * 10)["id"]
    status = channel.status(video)
    assert (status["uploadStatus"], status["failureReason"]) == ("failed", "invalidFile")
    (told,) = channel.items("videos", part="processingDetails", id=video)
    assert told["processingDetails"]["processingStatus"] == "failed"
    extra = channel.ledger()[0]["extra"]
    assert (extra["upload_status"], extra["reason"]) == ("failed", "invalidFile")


@pytest.mark.parametrize("head", [b"\x1a\x45\xdf\xa3", b"RIFF\0\0\0\0AVI LIST", b"FLV\x01", b"\0\0\x01\xba"])
def test_other_containers_are_videos_too(channel, head):
    assert channel.status(channel.upload(content=head + b"x" * 100)["id"])["uploadStatus"] == "processed"


def test_how_the_coming_uploads_end_can_be_told(channel):
    channel.change(endings=["rejected:length", "failed:codec", "processed"])
    videos = [channel.film() for _ in range(3)]
    told = [channel.status(video) for video in videos]
    assert [one["uploadStatus"] for one in told] == ["rejected", "failed", "processed"]
    assert told[0]["rejectionReason"] == "length" and told[1]["failureReason"] == "codec"
    assert [one["extra"]["upload_status"] for one in channel.ledger()] == ["rejected", "failed", "processed"]
    (told,) = channel.items("videos", part="processingDetails", id=videos[0])
    assert told["processingDetails"]["processingStatus"] == "terminated"


def test_unknown_videos_are_left_out_without_a_word(channel):
    answer = channel.get("videos", part="id", id="AAAAAAAAAAA").json()
    assert answer["items"] == [] and answer["pageInfo"]["totalResults"] == 0
    video = channel.film()
    (told,) = channel.items("videos", part="id", id=[video, "AAAAAAAAAAA", video])
    assert set(told) == {"kind", "etag", "id"} and told["id"] == video


def test_private_videos_are_their_owner_s_alone(channel, other):
    private, unlisted = channel.film(privacyStatus="private"), channel.film()
    both = f"{private},{unlisted}"
    assert [one["id"] for one in channel.items("videos", part="id", id=both)] == [private, unlisted]
    assert [one["id"] for one in other.items("videos", part="id", id=both)] == [unlisted]
    found = other.items("playlistItems", part="contentDetails", playlistId=channel.uploads)
    assert [one["contentDetails"]["videoId"] for one in found] == [unlisted]
    for part in ("fileDetails", "processingDetails"):
        assert refused(other.get("videos", part=part, id=unlisted)) == (403, "forbidden")


@pytest.mark.parametrize(
    ("name", "query", "reason"),
    [
        ("videos", {}, "missingRequiredParameter"),
        ("videos", {"id": "a", "chart": "mostPopular"}, "incompatibleParameters"),
        ("videos", {"id": ",".join(map(str, range(51)))}, "invalidFilters"),
        ("videos", {"id": "a", "maxResults": "51"}, "invalidParameter"),
        ("videos", {"id": "a", "maxResults": "many"}, "badRequest"),
        ("videos", {"id": "a", "ids": "b"}, "badRequest"),
        ("videos", {"id": "a", "chart": "best"}, "badRequest"),
        ("videos", {"id": "a", "alt": "proto"}, "badRequest"),
        ("channels", {"mine": "false"}, "missingRequiredParameter"),
        ("channels", {"mine": "true", "id": "UC"}, "incompatibleParameters"),
        ("playlistItems", {"videoId": "a"}, "missingRequiredParameter"),
        ("playlists", {}, "missingRequiredParameter"),
        ("commentThreads", {}, "missingRequiredParameter"),
        ("videoCategories", {}, "missingRequiredParameter"),
        ("captions", {}, "required"),
        ("search", {"forMine": "true"}, "incompatibleParameters"),
    ],
)
def test_a_list_has_one_filter_and_known_parameters(channel, name, query, reason):
    assert refused(channel.get(name, part="snippet", **query)) == (400, reason)


def test_a_list_needs_known_parts(channel):
    assert refused(channel.get("videos", id="a")) == (400, "required")
    assert refused(channel.get("videos", id="a", part="snippet,nonsense")) == (400, "unknownPart")


def test_a_channel_tells_of_itself_and_its_uploads(channel, other):
    (mine,) = channel.items("channels", part="snippet,contentDetails,status,statistics", mine="true")
    assert mine["id"] == channel.id and mine["snippet"]["title"] == channel.connection["accountName"]
    assert mine["contentDetails"]["relatedPlaylists"]["uploads"] == f"UU{channel.id[2:]}"
    found = channel.items("channels", part="id", id=f"{other.id},{channel.id}")
    assert {one["id"] for one in found} == {channel.id, other.id}
    assert refused(channel.get("channels", part="id", managedByMe="true")) == (403, "forbidden")


def test_the_uploads_playlist_has_the_newest_first_in_pages(channel):
    videos = [channel.film(title=f"Number {number}") for number in range(7)]
    seen, token = [], {}
    while True:
        query = {"part": "snippet,contentDetails,status", "playlistId": channel.uploads, "maxResults": 3}
        answer = channel.get("playlistItems", **query, **token).json()
        assert answer["pageInfo"] == {"totalResults": 7, "resultsPerPage": 3}
        seen += [item["snippet"]["resourceId"]["videoId"] for item in answer["items"]]
        assert answer["items"][0]["snippet"]["position"] == len(seen) - len(answer["items"])
        if "nextPageToken" not in answer:
            break
        token = {"pageToken": answer["nextPageToken"]}
    assert seen == videos[::-1] and answer["items"][0]["status"] == {"privacyStatus": "unlisted"}
    bad = channel.get("playlistItems", part="id", playlistId=channel.uploads, pageToken="nonsense")
    assert refused(bad) == (400, "invalidPageToken")
    assert refused(channel.get("playlistItems", part="id", playlistId="UUx")) == (404, "playlistNotFound")


def test_a_hidden_video_exists_for_nobody_until_its_time(channel):
    channel.fault("youtube.upload.final", "hide:120", "after")
    video = channel.film()
    playlist = channel.playlist()
    assert channel.items("videos", part="id", id=video) == [] and channel.uploaded() == []
    assert channel.ledger()[0]["remote_id"] == video
    assert refused(channel.thumbnail(video)) == (404, "videoNotFound")
    assert refused(channel.into(playlist, video)) == (404, "videoNotFound")
    assert refused(channel.comment(video)) == (404, "videoNotFound")
    assert refused(channel.caption(video)) == (404, "videoNotFound")
    channel.advance(121)
    assert channel.uploaded() == [video] and channel.status(video)["uploadStatus"] == "processed"
    assert channel.thumbnail(video).status_code == channel.into(playlist, video).status_code == 200


def test_updating_sets_every_field_of_the_named_parts(channel):
    video = channel.film(tags=["a"], description="Before", privacyStatus="private", embeddable=False)
    body = {"id": video, "status": {"privacyStatus": "public"}}
    told = channel.call("PUT", "/youtube/v3/videos?part=status", json=body).json()
    assert told["status"]["privacyStatus"] == "public" and told["status"]["embeddable"] is True
    assert channel.ledger()[0]["extra"]["privacy"] == "public"
    body = {"id": video, "snippet": {"title": "After", "categoryId": "10"}}
    told = channel.call("PUT", "/youtube/v3/videos?part=snippet", json=body).json()
    assert told["snippet"]["description"] == "" and "tags" not in told["snippet"]
    entry = channel.ledger()[0]
    assert (entry["title"], entry["text"], entry["extra"]["category"]) == ("After", "", "10")
    assert channel.status(video)["privacyStatus"] == "public" and len(channel.ledger()) == 1


def test_updating_refuses_what_inserting_refuses_and_more(channel, other):
    video = channel.film()

    def update(part, **fields):
        return channel.call("PUT", f"/youtube/v3/videos?part={part}", json={"id": video} | fields)

    assert refused(update("snippet", snippet={"title": "T"})) == (400, "invalidCategoryId")
    assert refused(update("snippet", snippet={"title": "<", "categoryId": "22"})) == (400, "invalidTitle")
    assert refused(update("status", snippet={"title": "T"})) == (400, "unexpectedPart")
    later = {"privacyStatus": "private", "publishAt": "2035-01-01T00:00:00Z"}
    assert refused(update("status", status=later)) == (400, "invalidPublishAt")
    assert refused(update("status", id="AAAAAAAAAAA", status={})) == (404, "videoNotFound")
    assert refused(update("status", id="", status={})) == (400, "required")
    theirs = other.call("PUT", "/youtube/v3/videos?part=status", json={"id": video, "status": {}})
    assert refused(theirs) == (403, "forbidden")


def test_a_schedule_stays_when_an_update_leaves_it_out(channel):
    video = channel.film(privacyStatus="private")

    def update(**status):
        body = {"id": video, "status": {"privacyStatus": "private"} | status}
        return channel.call("PUT", "/youtube/v3/videos?part=status", json=body).json()["status"]

    assert update(publishAt="2035-01-01T00:00:00Z")["publishAt"] == "2035-01-01T00:00:00Z"
    assert update(embeddable=False)["publishAt"] == "2035-01-01T00:00:00Z"
    assert update(publishAt="2020-01-01T00:00:00Z")["privacyStatus"] == "public"


def test_a_deleted_video_is_gone_and_its_entry_says_so(channel, other):
    video = channel.film()
    assert refused(other.call("DELETE", f"/youtube/v3/videos?id={video}")) == (403, "forbidden")
    answer = channel.call("DELETE", f"/youtube/v3/videos?id={video}")
    assert (answer.status_code, answer.content) == (204, b"")
    assert refused(channel.call("DELETE", f"/youtube/v3/videos?id={video}")) == (404, "videoNotFound")
    assert refused(channel.call("DELETE", "/youtube/v3/videos")) == (400, "required")
    assert channel.items("videos", part="id", id=video) == [] and channel.uploaded() == []
    assert channel.ledger()[0]["deleted"] is True


def test_the_search_knows_a_video_only_after_a_while(channel, other):
    private = channel.film(title="Hidden treasure", privacyStatus="private")
    public = channel.film(title="Open treasure", privacyStatus="public")
    query = {"part": "snippet", "q": "treasure", "type": "video"}
    assert channel.items("search", **query) == []
    channel.advance(901)
    found = [one["id"]["videoId"] for one in channel.items("search", **query, forMine="true")]
    assert set(found) == {private, public}
    assert [one["id"]["videoId"] for one in other.items("search", **query)] == [public]
    assert other.items("search", **query, forDeveloper="true") == []


def test_categories_say_what_can_be_assigned(channel):
    found = channel.items("videoCategories", part="snippet", regionCode="DE")
    assignable = {one["id"] for one in found if one["snippet"]["assignable"]}
    assert "22" in assignable and "42" not in assignable and len(assignable) == 15
    (one,) = channel.items("videoCategories", part="snippet", id="27")
    assert one["snippet"]["title"] == "Education"
    answer = channel.get("videoCategories", part="snippet", id="999")
    assert refused(answer) == (404, "videoCategoryNotFound")


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/youtube/v3/nothing"), ("DELETE", "/youtube/v3/channels"), ("PATCH", "/youtube/v3/videos")],
)
def test_what_does_not_exist_is_a_page_of_google_s(channel, method, path):
    answer = channel.call(method, path)
    assert answer.status_code == 404 and "text/html" in answer.headers["Content-Type"]
    assert channel.journal()[0]["call"] == "youtube.unknown"
