"""What hangs on a video: thumbnails, playlists, captions, comments."""

import hashlib

import pytest

from tests.sandbox.youtube.answers import location, refused

PNG = b"\x89PNG\r\n\x1a\n" + b"pixels" * 10


@pytest.mark.parametrize("content", [PNG, b"\xff\xd8\xff" + b"x" * 100])
def test_a_thumbnail_is_set_and_set_again(channel, jpeg, content):
    video = channel.film()
    assert channel.thumbnail(video).status_code == 200
    told = channel.thumbnail(video, content, "image/png").json()
    assert told["kind"] == "youtube#thumbnailSetResponse" and told["items"][0]["default"]["width"] == 120
    media = channel.ledger()[0]["media"]
    assert [one["kind"] for one in media] == ["video", "thumbnail"]
    assert media[1]["sha256"] == hashlib.sha256(content).hexdigest()
    (told,) = channel.items("videos", part="snippet", id=video)
    shown = channel.http.get(told["snippet"]["thumbnails"]["maxres"]["url"])
    assert shown.content == content


def test_a_thumbnail_can_be_refused_for_every_documented_reason(channel, other):
    video = channel.film()
    assert refused(channel.thumbnail(video, b"no picture", "image/png")) == (400, "invalidImage")
    assert refused(channel.thumbnail(video, b"", "image/png")) == (400, "mediaBodyRequired")
    assert refused(channel.thumbnail(video, b"x", "text/plain")) == (400, "badContent")
    assert refused(channel.thumbnail("AAAAAAAAAAA")) == (404, "videoNotFound")
    assert refused(other.thumbnail(video)) == (403, "forbidden")
    answer = channel.thumbnail(video, b"\xff\xd8\xff".ljust(50 * 1024**2 + 1))
    assert answer.status_code == 413
    assert [one["kind"] for one in channel.ledger()[0]["media"]] == ["video"]


def test_a_thumbnail_of_fifty_megabytes_is_taken(channel):
    picture = b"\xff\xd8\xff".ljust(50 * 1024**2)
    assert channel.thumbnail(channel.film(), picture).status_code == 200
    assert channel.ledger()[0]["media"][1]["size"] == 50 * 1024**2


def test_a_channel_that_is_not_verified_has_no_thumbnails(channel):
    video = channel.film()
    channel.change(verified=False)
    answer = channel.thumbnail(video)
    assert refused(answer) == (403, "forbidden") and location(answer) == "Authorization"
    assert answer.json()["error"]["errors"][0]["domain"] == "youtube.thumbnail"
    assert "set custom video thumbnails" in answer.json()["error"]["message"]


def test_a_thumbnail_may_come_in_a_session(channel, jpeg):
    video = channel.film()
    path = f"/upload/youtube/v3/thumbnails/set?videoId={video}&uploadType=resumable"
    session = channel.call("POST", path).headers["Location"]
    assert channel.put(session, jpeg).json()["kind"] == "youtube#thumbnailSetResponse"
    assert channel.ledger()[0]["media"][1]["kind"] == "thumbnail" and len(channel.ledger()) == 1
    assert not channel.journal()[-1]["effect"]


def test_a_video_that_is_inserted_twice_is_in_the_playlist_twice(channel):
    playlist, video = channel.playlist(), channel.film()
    items = [channel.into(playlist, video).json() for _ in range(2)]
    assert items[0]["id"] != items[1]["id"] and items[1]["snippet"]["position"] == 1
    found = channel.items("playlistItems", part="snippet", playlistId=playlist, videoId=video)
    assert [one["id"] for one in found] == [one["id"] for one in items]
    assert channel.ledger()[0]["extra"]["playlists"] == [playlist, playlist]
    assert channel.items("playlistItems", part="id", playlistId=playlist, videoId="AAAAAAAAAAA") == []
    (one,) = channel.items("playlistItems", part="snippet", id=items[1]["id"])
    assert one["snippet"]["position"] == 1


def test_a_place_in_the_playlist_may_be_asked_for(channel):
    playlist = channel.playlist()
    first, second = channel.film(), channel.film()
    channel.into(playlist, first)
    channel.into(playlist, second, position=0)
    found = channel.items("playlistItems", part="contentDetails", playlistId=playlist)
    assert [one["contentDetails"]["videoId"] for one in found] == [second, first]
    assert refused(channel.into(playlist, first, position=9)) == (400, "invalidPlaylistItemPosition")


def test_playlists_are_made_and_listed(channel, other):
    open_one, private = (
        channel.playlist("Open", privacyStatus="public"),
        channel.playlist(privacyStatus="private"),
    )
    mine = channel.items("playlists", part="snippet,status,contentDetails", mine="true")
    assert [one["id"] for one in mine] == [private, open_one] and mine[1]["snippet"]["title"] == "Open"
    assert mine[0]["contentDetails"] == {"itemCount": 0}
    assert [one["id"] for one in other.items("playlists", part="id", channelId=channel.id)] == [open_one]
    assert other.items("playlists", part="id", id=private) == []
    answer = other.get("playlistItems", part="id", playlistId=private)
    assert refused(answer) == (404, "playlistNotFound")


def test_playlists_refuse_what_makes_no_sense(channel, other):
    playlist, video = channel.playlist(), channel.film()
    assert refused(channel.post("playlists", {"snippet": {}})) == (400, "playlistTitleRequired")
    answer = channel.post("playlists", {"snippet": {"title": "x" * 151}})
    assert refused(answer) == (400, "invalidPlaylistSnippet")
    thing = {"kind": "youtube#video", "videoId": video}
    cases = [
        ({"resourceId": thing}, (400, "playlistIdRequired")),
        ({"playlistId": playlist}, (400, "resourceIdRequired")),
        (
            {"playlistId": playlist, "resourceId": thing | {"kind": "youtube#channel"}},
            (400, "invalidResourceType"),
        ),
        ({"playlistId": "PLx", "resourceId": thing}, (404, "playlistNotFound")),
        ({"playlistId": channel.uploads, "resourceId": thing}, (400, "playlistOperationUnsupported")),
        ({"playlistId": playlist, "resourceId": thing | {"videoId": "x"}}, (404, "videoNotFound")),
        ({"playlistId": playlist, "resourceId": thing, "colour": "red"}, (400, "badRequest")),
    ]
    for snippet, answer in cases:
        assert refused(channel.post("playlistItems", {"snippet": snippet}, part="snippet")) == answer, snippet
    assert refused(other.into(playlist, video)) == (403, "playlistItemsNotAccessible")


def test_a_caption_track_is_added_once_per_language_and_name(channel, srt):
    video = channel.film()
    told = channel.caption(video, "de", "Deutsch").json()
    assert told["kind"] == "youtube#caption" and told["snippet"]["status"] == "serving"
    assert refused(channel.caption(video, "de", "Deutsch")) == (409, "captionExists")
    assert channel.caption(video, "de", "Für Hörgeschädigte").status_code == 200
    assert channel.caption(video, "en").status_code == 200
    found = channel.items("captions", part="snippet", videoId=video)
    assert [one["snippet"]["language"] for one in found] == ["de", "de", "en"]
    tracks = [one for one in channel.ledger()[0]["media"] if one["kind"] == "subtitles"]
    assert [one["alt"] for one in tracks] == ["de Deutsch", "de Für Hörgeschädigte", "en"]
    assert tracks[0]["sha256"] == hashlib.sha256(srt).hexdigest()
    (told,) = channel.items("videos", part="contentDetails", id=video)
    assert told["contentDetails"]["caption"] == "true"


def test_captions_refuse_what_makes_no_sense(channel, other):
    video = channel.film()
    assert refused(channel.caption(video, "")) == (400, "invalidMetadata")
    assert refused(channel.caption("AAAAAAAAAAA")) == (404, "videoNotFound")
    assert refused(channel.caption(video, name="x" * 151)) == (400, "nameTooLong")
    assert refused(channel.caption(video, content=b"")) == (400, "mediaBodyRequired")
    assert refused(other.caption(video)) == (403, "forbidden")
    path = "/upload/youtube/v3/captions?part=snippet&uploadType=media"
    assert refused(channel.call("POST", path, data=b"1")) == (400, "invalidMetadata")
    assert refused(other.get("captions", part="id", videoId=video)) == (403, "forbidden")


def test_captions_may_come_in_a_session(channel, srt):
    video = channel.film()
    body = {"snippet": {"videoId": video, "language": "en", "name": "English"}}
    path = "/upload/youtube/v3/captions?part=snippet&uploadType=resumable"
    session = channel.call("POST", path, json=body).headers["Location"]
    assert channel.put(session, srt).json()["snippet"]["name"] == "English"
    assert channel.put(session, srt).json()["snippet"]["name"] == "English"
    assert len(channel.items("captions", part="id", videoId=video)) == 1


def test_a_comment_is_an_entry_under_its_video(channel, other):
    video = channel.film(privacyStatus="public")
    told = channel.comment(video, "a < b\nc").json()
    other.comment(video, "Nice")
    entry = channel.ledger()[1]
    assert (entry["parent"], entry["text"], entry["remote_id"]) == (video, "a < b\nc", told["id"])
    assert channel.ledger()[2]["account_id"] == other.id
    found = channel.items("commentThreads", part="snippet", videoId=video)
    words = [one["snippet"]["topLevelComment"]["snippet"] for one in found]
    assert [one["textOriginal"] for one in words] == ["Nice", "a < b\nc"]
    assert words[1]["textDisplay"] == "a &lt; b<br>c"
    found = channel.items("commentThreads", part="snippet", id=told["id"], textFormat="plainText")
    assert found[0]["snippet"]["topLevelComment"]["snippet"]["textDisplay"] == "a < b\nc"
    page = channel.http.get(channel.ledger()[0]["permalink"]).text
    assert "Nice" in page and channel.http.get(entry["permalink"]).status_code == 200


def test_a_hidden_comment_is_listed_later(channel):
    video = channel.film()
    channel.fault("youtube.commentThreads.insert", "hide:60")
    channel.comment(video)
    assert channel.items("commentThreads", part="id", videoId=video) == []
    channel.advance(61)
    assert len(channel.items("commentThreads", part="id", videoId=video)) == 1


def test_comments_are_refused_for_every_documented_reason(channel, other):
    video, private = channel.film(), channel.film(privacyStatus="private")
    kids = channel.film(selfDeclaredMadeForKids=True)
    assert refused(channel.comment("")) == (400, "channelOrVideoIdMissing")
    assert refused(channel.comment(video, " ")) == (400, "commentTextRequired")
    assert refused(channel.comment(video, "x" * 10_001)) == (400, "commentTextTooLong")
    assert refused(channel.comment("AAAAAAAAAAA")) == (404, "videoNotFound")
    assert refused(channel.comment(video, channelId=other.id)) == (404, "channelNotFound")
    assert refused(channel.comment(private)) == (403, "commentsDisabled")
    assert refused(channel.comment(kids)) == (403, "commentsDisabled")
    assert refused(channel.get("commentThreads", part="id", videoId="AAAAAAAAAAA")) == (404, "videoNotFound")
    assert channel.comment(video, channelId=channel.id).status_code == 200
