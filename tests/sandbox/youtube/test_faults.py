"""The faults as YouTube obeys them: what strikes where, and in whose words."""

import pytest
import requests

from tests.sandbox.youtube.answers import refused
from tests.sandbox.youtube.conftest import BLOCK, MP4

FILM = MP4.ljust(3 * BLOCK, b"x") + b"the end"


def stands(channel, session):
    answer = channel.ask(session, len(FILM))
    assert answer.status_code == 308
    return int(answer.headers.get("Range", "bytes=0--1").removeprefix("bytes=0-")) + 1


def chunk(channel, session, start, size=BLOCK):
    content = FILM[start : start + size]
    return channel.put(session, content, f"{start}-{start + len(content) - 1}/{len(FILM)}")


@pytest.mark.parametrize(
    "kind", ["lost", "reset", "status:503", "html", "html:502", "truncated", "empty", "error_200"]
)
def test_the_video_exists_although_the_last_answer_was_lost(channel, kind):
    session = channel.session(size=len(FILM))
    channel.fault("youtube.upload.final", kind, "after")
    try:
        answer = channel.put(session, FILM)
        assert kind not in ("lost", "reset") and (answer.status_code != 201 or kind == "truncated")
    except requests.RequestException:
        assert kind in ("lost", "reset", "truncated")
    video = channel.ask(session, len(FILM)).json()["id"]
    assert [one["remote_id"] for one in channel.ledger()] == [video] == channel.uploaded()


@pytest.mark.parametrize("kind", ["lost", "reset", "status:500", "status:502", "html", "empty"])
def test_a_fault_before_the_last_piece_leaves_the_session_as_it_was(channel, kind):
    session = channel.session(size=len(FILM))
    chunk(channel, session, 0)
    channel.fault("youtube.upload.final", kind)
    try:
        chunk(channel, session, BLOCK, len(FILM))
    except requests.RequestException:
        assert kind in ("lost", "reset")
    assert stands(channel, session) == BLOCK and channel.ledger() == []
    assert chunk(channel, session, BLOCK, len(FILM)).json()["id"] == channel.ledger()[0]["remote_id"]


@pytest.mark.parametrize(
    ("breaks", "kept"),
    [(0, 0), (BLOCK - 1, 0), (BLOCK, BLOCK), (2 * BLOCK + 9, 2 * BLOCK), (10**9, 3 * BLOCK)],
)
def test_a_broken_upload_keeps_its_whole_blocks_and_is_never_a_video(channel, breaks, kept):
    session = channel.session(size=len(FILM))
    channel.fault("youtube.upload.final", f"break:{breaks}")
    with pytest.raises(requests.ConnectionError):
        channel.put(session, FILM)
    assert stands(channel, session) == kept and channel.ledger() == []
    assert chunk(channel, session, kept, len(FILM)).json()["id"] == channel.ledger()[0]["remote_id"]


def test_a_broken_upload_of_whole_blocks_keeps_back_its_last(channel):
    film = MP4.ljust(2 * BLOCK, b"x")
    session = channel.session(size=len(film))
    channel.fault("youtube.upload.final", f"break:{len(film)}")
    with pytest.raises(requests.ConnectionError):
        channel.put(session, film)
    answer = channel.ask(session, len(film))
    assert (answer.status_code, answer.headers["Range"]) == (308, f"bytes=0-{BLOCK - 1}")


def test_a_broken_chunk_goes_on_where_it_stands(channel):
    session = channel.session(size=len(FILM))
    channel.fault("youtube.upload.chunk", f"break:{BLOCK + 5}")
    with pytest.raises(requests.ConnectionError):
        chunk(channel, session, 0, 2 * BLOCK)
    assert stands(channel, session) == BLOCK
    assert chunk(channel, session, BLOCK, 2 * BLOCK).status_code == 308
    assert chunk(channel, session, 3 * BLOCK).json()["kind"] == "youtube#video"


def test_a_query_may_say_308_with_everything_for_a_while(channel):
    session = channel.session(size=len(FILM))
    channel.fault("youtube.upload.final", "error:308", "after")
    channel.fault("youtube.upload.query", "error:308", times=2)
    answers = [channel.put(session, FILM), *(channel.ask(session, len(FILM)) for _ in range(3))]
    assert [one.status_code for one in answers[:3]] == [308] * 3
    assert {one.headers["Range"] for one in answers[:3]} == {f"bytes=0-{len(FILM) - 1}"}
    assert answers[3].json()["id"] == channel.ledger()[0]["remote_id"]


def test_a_308_may_keep_nothing_of_a_chunk_and_may_move_the_session(channel):
    session = channel.session(size=len(FILM))
    channel.fault("youtube.upload.chunk", "error:308")
    answer = chunk(channel, session, 0)
    assert answer.status_code == 308 and "Range" not in answer.headers and "Location" not in answer.headers
    channel.fault("youtube.upload.chunk", "error:308:1", "after")
    answer = chunk(channel, session, 0)
    moved = answer.headers["Location"]
    assert answer.headers["Range"] == f"bytes=0-{BLOCK - 1}" and moved != session
    assert chunk(channel, moved, BLOCK, len(FILM)).json()["id"] == channel.ledger()[0]["remote_id"]


@pytest.mark.parametrize("status", [404, 410])
def test_a_session_can_be_ended_by_a_fault_and_stays_so(channel, status):
    session = channel.session(size=len(FILM))
    channel.put(session, FILM)
    channel.fault("youtube.upload.query", f"error:{status}")
    answer = channel.ask(session, len(FILM))
    assert answer.status_code == status and answer.headers["Content-Type"].startswith("text/plain")
    assert channel.ask(session, len(FILM)).status_code == 404
    assert len(channel.ledger()) == 1 and len(channel.uploaded()) == 1


def test_the_kth_chunk_can_fail_alone(channel):
    session = channel.session(size=len(FILM))
    channel.fault("youtube.upload.chunk", "status:503", skip=1)
    assert chunk(channel, session, 0).status_code == 308
    assert refused(chunk(channel, session, BLOCK)) == (503, "backendError")
    assert stands(channel, session) == BLOCK and chunk(channel, session, BLOCK).status_code == 308


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("400", "invalidVideoMetadata"),
        ("400:1", "uploadLimitExceeded"),
        ("400:2", "invalidTitle"),
        ("400:3", "invalidDescription"),
        ("400:4", "invalidTags"),
        ("400:5", "invalidCategoryId"),
        ("400:6", "invalidPublishAt"),
        ("400:7", "invalidFilename"),
        ("400:8", "mediaBodyRequired"),
        ("400:11", "invalidImage"),
        ("400:12", "defaultLanguageNotSet"),
        ("400:13", "invalidRecordingDetails"),
        ("400:14", "invalidVideoGameRating"),
        ("400:15", "required"),
        ("400:16", "unexpectedParameter"),
        ("400:17", "incompatibleParameters"),
        ("400:18", "processingFailure"),
        ("400:19", "failedPrecondition"),
        ("401", "authError"),
        ("401:1", "youtubeSignupRequired"),
        ("403", "forbidden"),
        ("403:1", "quotaExceeded"),
        ("403:2", "dailyLimitExceeded"),
        ("403:3", "rateLimitExceeded"),
        ("403:4", "userRateLimitExceeded"),
        ("403:5", "forbiddenPrivacySetting"),
        ("403:6", "forbiddenLicenseSetting"),
        ("403:7", "insufficientPermissions"),
        ("403:8", "accessNotConfigured"),
        ("403:9", "authenticatedUserAccountClosed"),
        ("403:10", "authenticatedUserAccountSuspended"),
        ("403:11", "authenticatedUserNotChannel"),
        ("403:12", "accountDelegationForbidden"),
        ("403:13", "channelClosed"),
        ("403:14", "channelSuspended"),
        ("403:15", "uploadLimitExceeded"),
        ("403:16", "commentsDisabled"),
        ("404", "videoNotFound"),
        ("404:1", "playlistNotFound"),
        ("409", "alreadyExists"),
        ("409:1", "captionExists"),
        ("429", "rateLimitExceeded"),
        ("429:1", "rateLimitExceeded"),
        ("429:2", "uploadRateLimitExceeded"),
        ("500", "internalError"),
        ("503", "backendError"),
        ("501", "backendError"),
        ("418:7", "badRequest"),
    ],
)
def test_every_code_is_the_refusal_that_the_table_names(channel, code, reason):
    channel.fault("youtube.videos.insert", f"error:{code}")
    assert refused(channel.start()) == (int(code.partition(":")[0]), reason)
    assert channel.start().status_code == 200


def test_only_the_second_429_is_that_of_the_day(channel):
    words = []
    for code in ("429", "429:1"):
        channel.fault("youtube.videos.insert", f"error:{code}")
        words.append("per day" in channel.start().json()["error"]["message"])
    assert words == [False, True]


@pytest.mark.parametrize(("code", "says"), [("400:9", "equal or greater than 262144"), ("400:10", "exceeds")])
def test_the_upload_server_s_refusals_are_plain_text(channel, code, says):
    session = channel.session(size=len(FILM))
    channel.fault("youtube.upload.chunk", f"error:{code}")
    answer = chunk(channel, session, 0)
    assert (answer.status_code, answer.headers["Server"]) == (400, "UploadServer") and says in answer.text
    assert answer.headers["Content-Type"].startswith("text/plain")


@pytest.mark.parametrize(
    ("code", "error"),
    [
        ("400", "invalid_grant"),
        ("400:1", "invalid_request"),
        ("400:2", "invalid_scope"),
        ("400:3", "unauthorized_client"),
        ("401", "invalid_client"),
        ("403", "access_denied"),
        ("429", "rate_limit_exceeded"),
        ("500", "internal_failure"),
        ("503", "temporarily_unavailable"),
    ],
)
def test_the_token_endpoint_has_codes_of_its_own(channel, code, error):
    channel.fault("youtube.token.refresh", f"error:{code}")
    answer = channel.renew()
    assert (answer.status_code, answer.json()["error"]) == (int(code[:3]), error)
    assert channel.renew().status_code == 200


def test_a_fault_may_kill_the_refresh_token(channel):
    channel.fault("youtube.token.refresh", "expire_token")
    assert channel.renew().json()["error"] == "invalid_grant"
    assert channel.renew().json()["error"] == "invalid_grant"


def test_a_missing_video_is_told_in_the_words_of_the_call(channel, jpeg):
    video = channel.film()
    channel.fault("youtube.thumbnails.set", "error:404", times=2)
    answers = [channel.thumbnail(video) for _ in range(3)]
    assert [one.status_code for one in answers] == [404, 404, 200]
    assert answers[0].json()["error"]["errors"][0]["domain"] == "youtube.thumbnail"


def test_a_rate_fault_is_the_limit_that_the_call_has(channel):
    video = channel.film()
    cases = {
        "youtube.videos.insert": (channel.start, (400, "uploadLimitExceeded")),
        "youtube.thumbnails.set": (lambda: channel.thumbnail(video), (429, "uploadRateLimitExceeded")),
        "youtube.videos.list": (
            lambda: channel.get("videos", part="id", id=video),
            (403, "userRateLimitExceeded"),
        ),
    }
    for call, (do, answer) in cases.items():
        channel.fault(call, "rate:5")
        assert refused(do()) == answer


def test_a_fault_may_aim_at_one_channel_s_sessions(channel, other):
    channel.fault("youtube.upload.*", "status:503", account_id=other.id, times=-1)
    mine, theirs = channel.session(size=len(FILM)), other.session(size=len(FILM))
    assert channel.put(mine, FILM).status_code in (200, 201) and other.put(theirs, FILM).status_code == 503


@pytest.mark.parametrize(
    ("call", "kind"),
    [
        ("youtube.upload.query", "break:5"),
        ("youtube.videos.insert", "processing:1"),
        ("youtube.videos.list", "hide:5"),
        ("youtube.upload.chunk", "hide:5"),
    ],
)
def test_a_call_is_not_told_what_it_cannot_do(channel, call, kind):
    document = {"call": call, "kind": kind, "strike": "before"}
    answer = channel.http.post(f"{channel.url}/_sandbox/faults", json=document)
    assert answer.status_code == 400 and "cannot obey" in answer.json()["error"]


def test_every_call_is_in_the_journal_by_its_name(channel):
    session = channel.session(size=len(FILM))
    chunk(channel, session, 0)
    channel.ask(session, len(FILM))
    chunk(channel, session, BLOCK, len(FILM))
    video = channel.ledger()[0]["remote_id"]
    channel.thumbnail(video)
    channel.renew()
    channel.token_call(grant_type="authorization_code")
    channel.http.post(f"{channel.url}/revoke", data={"token": channel.token})
    channel.http.get(f"{channel.url}/o/oauth2/v2/auth")
    names = [one["call"] for one in channel.journal()]
    assert names == [
        "youtube.videos.insert",
        "youtube.upload.chunk",
        "youtube.upload.query",
        "youtube.upload.final",
        "youtube.thumbnails.set",
        "youtube.token.refresh",
        "youtube.token.exchange",
        "youtube.token.revoke",
        "youtube.login.authorize",
    ]
    assert set(names) <= set(channel.control("GET", "calls")["calls"])
    assert {one["account_id"] for one in channel.journal()[:6]} == {channel.id}
    assert not any(secret in str(channel.journal()) for secret in (channel.token, channel.refresh, session))
