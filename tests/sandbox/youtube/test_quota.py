"""The project's day and the channel's: what is counted, when it ends, and how it is told."""

from datetime import UTC, datetime

import pytest

from planrrr_cli.sandbox.youtube.quota import Bucket, Quota
from tests.sandbox.youtube.answers import refused


def at(channel, moment):
    """Move the sandbox to a moment, and sign in again there."""
    now = datetime.fromisoformat(channel.control("GET", "clock")["now"])
    channel.advance((datetime.fromisoformat(moment).replace(tzinfo=UTC) - now).total_seconds())
    channel.sign_in()


def test_a_hundred_session_starts_a_day_for_all_channels_of_the_project(channel, other):
    for number in range(100):
        assert (channel if number % 2 else other).start().status_code == 200
    for one in (channel, other):
        answer = one.start()
        assert refused(answer) == (429, "rateLimitExceeded")
        error = answer.json()["error"]
        assert "'Video Uploads per day'" in error["message"] and error["status"] == "RESOURCE_EXHAUSTED"
        assert error["errors"][0]["domain"] == "global"
    assert channel.get("channels", part="id", mine="true").status_code == 200


def test_invalid_starts_count_and_pieces_and_queries_do_not(channel, mp4):
    channel.change(uploads_per_day=3)
    session = channel.session(size=len(mp4))
    assert refused(channel.start({"snippet": {}, "status": {}})) == (400, "invalidTitle")
    assert refused(channel.start(part="nonsense")) == (400, "unknownPart")
    assert channel.start().status_code == 429
    for _ in range(5):
        assert channel.ask(session, len(mp4)).status_code == 308
    assert channel.put(session, mp4).json()["id"] == channel.ledger()[0]["remote_id"]


def test_who_is_not_known_or_may_not_is_not_counted(channel):
    channel.change(uploads_per_day=1)
    assert channel.start(headers={"Authorization": "Bearer x"}).status_code == 401
    channel.scopes("youtube.readonly")
    assert channel.start().status_code == 403
    channel.scopes("youtube.upload")
    assert channel.start().status_code == 200 and channel.start().status_code == 429


def test_what_a_fault_refused_is_not_counted(channel):
    channel.change(uploads_per_day=1)
    channel.fault("youtube.videos.insert", "status:503")
    assert channel.start().status_code == 503
    assert channel.start().status_code == 200 and channel.start().status_code == 429


def test_units_are_counted_by_the_documented_costs(channel):
    video, playlist = channel.film(), channel.playlist()
    body = {"id": video, "snippet": {"title": "T", "categoryId": "22"}}
    calls = {
        "videos.list": (1, lambda: channel.get("videos", part="id", id=video)),
        "channels.list": (1, lambda: channel.get("channels", part="id", mine="true")),
        "playlistItems.list": (1, lambda: channel.get("playlistItems", part="id", playlistId=playlist)),
        "playlists.list": (1, lambda: channel.get("playlists", part="id", mine="true")),
        "videoCategories.list": (1, lambda: channel.get("videoCategories", part="id", regionCode="US")),
        "commentThreads.list": (1, lambda: channel.get("commentThreads", part="id", videoId=video)),
        "captions.list": (50, lambda: channel.get("captions", part="id", videoId=video)),
        "videos.update": (50, lambda: channel.call("PUT", "/youtube/v3/videos?part=snippet", json=body)),
        "thumbnails.set": (50, lambda: channel.thumbnail(video)),
        "playlistItems.insert": (50, lambda: channel.into(playlist, video)),
        "playlists.insert": (
            50,
            lambda: channel.post("playlists", {"snippet": {"title": "T"}}, part="snippet"),
        ),
        "commentThreads.insert": (50, lambda: channel.comment(video)),
        "captions.insert": (400, lambda: channel.caption(video)),
    }
    for name, (cost, call) in calls.items():
        used = 0
        channel.advance(86_400)
        channel.sign_in()
        channel.change(units_per_day=cost)
        answer = call()
        assert answer.status_code == 200, (name, answer.text)
        answer = call()
        assert refused(answer) == (403, "quotaExceeded"), (name, used)
        assert answer.json()["error"]["errors"][0]["domain"] == "youtube.quota"
        assert '<a href="/youtube/v3/getting-started#quota">quota</a>' in answer.json()["error"]["message"]
        channel.advance(86_400)
        channel.sign_in()
        channel.change(units_per_day=cost - 1)
        assert call().status_code == 403, name


def test_searches_have_a_bucket_of_their_own(channel):
    channel.change(searches_per_day=1, units_per_day=0)
    assert channel.get("search", part="id", q="x").status_code == 200
    answer = channel.get("search", part="id", q="x")
    assert refused(answer) == (429, "rateLimitExceeded") and "per day" in answer.json()["error"]["message"]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("2027-01-15T07:59:50", "2027-01-15T08:00:10"),  # winter: UTC-8
        ("2027-07-15T06:59:50", "2027-07-15T07:00:10"),  # summer: UTC-7
    ],
)
def test_the_day_ends_at_midnight_in_california(channel, before, after):
    channel.change(uploads_per_day=1)
    at(channel, before)
    assert channel.start().status_code == 200 and channel.start().status_code == 429
    at(channel, after)
    assert channel.start().status_code == 200 and channel.start().status_code == 429


def test_the_days_on_which_the_clocks_change_have_23_and_25_hours():
    def resets(first, last):
        """The hours after `first` at which a used up day begins anew."""
        quota, found = Quota(dict.fromkeys(Bucket, 1)), []
        start, end = (datetime.fromisoformat(f"{each}+00:00").timestamp() for each in (first, last))
        for half in range(int((end - start) // 1800)):
            if quota.take("youtube.videos.insert", start + half * 1800) is None:
                found += [half / 2]
        return found

    assert resets("2027-03-13T08:00", "2027-03-16T07:00") == [0, 24, 47]  # 14 March: 23 hours
    assert resets("2027-11-06T07:00", "2027-11-09T08:00") == [0, 24, 49]  # 7 November: 25 hours


def test_a_channel_has_a_limit_of_its_own_for_24_hours(channel, other):
    channel.change(upload_limit=2)
    for _ in range(2):
        channel.film()
    answer = channel.start()
    assert refused(answer) == (400, "uploadLimitExceeded")
    assert answer.json()["error"]["errors"][0]["domain"] == "youtube.video"
    assert other.start().status_code == 200
    channel.advance(86_401)
    channel.sign_in()
    assert channel.start().status_code == 200


def test_the_channel_s_limit_is_met_at_the_last_byte_too(channel, mp4):
    channel.change(upload_limit=1)
    first, second = channel.session(size=len(mp4)), channel.session(size=len(mp4))
    assert channel.put(first, mp4).status_code in (200, 201)
    assert refused(channel.put(second, mp4)) == (400, "uploadLimitExceeded")
    assert len(channel.ledger()) == 1
