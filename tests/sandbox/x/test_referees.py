"""Judged by others: tweepy and curl, neither of which knows the sandbox."""

import json
import shutil
import subprocess
import time
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import pytest
import requests

tweepy = pytest.importorskip("tweepy")


class Detour(requests.adapters.HTTPAdapter):
    """tweepy knows X's own address only; its requests are signed for that, and led to the sandbox."""

    def __init__(self, url):
        super().__init__()
        self._url = url

    def send(self, request, **options):
        parts = urlsplit(request.url)
        request.headers["Host"] = parts.netloc
        request.url = request.url.replace(f"{parts.scheme}://{parts.netloc}", self._url, 1)
        return super().send(request, **options)


def detoured(client, url):
    client.session.mount("https://", Detour(url))
    return client


@pytest.fixture(params=["OAuth 1.0a", "OAuth 2.0"])
def client(request, author, signer):
    """A client with its way of saying who it is, and its account."""
    if request.param == "OAuth 1.0a":
        app = signer.app
        keys = (app["consumer_key"], app["consumer_secret"], signer.token, signer.secret)
        made = tweepy.Client(None, *keys)
        account, user_auth = signer, True
    else:
        made, account, user_auth = tweepy.Client(author.token), author, False
    yield detoured(made, author.url), account, user_auth
    made.session.close()


def test_tweepy_posts_reads_and_deletes(client):
    api, account, user_auth = client
    made = api.create_tweet(text="from tweepy: ä & b https://example.com", user_auth=user_auth).data
    told = api.get_me(user_auth=user_auth, user_fields=["created_at", "public_metrics", "verified_type"]).data
    assert (str(told.id), told.username) == (account.id, account.username)
    fields = ["author_id", "conversation_id", "created_at", "entities", "edit_controls", "public_metrics"]
    read = api.get_tweet(made["id"], user_auth=user_auth, tweet_fields=fields, expansions=["author_id"])
    assert (str(read.data.id), str(read.data.author_id)) == (made["id"], account.id)
    assert abs(read.data.created_at - datetime.now(UTC)) < timedelta(minutes=1)
    assert read.data.entities["urls"][0]["expanded_url"] == "https://example.com"
    assert read.includes["users"][0].username == account.username
    assert api.delete_tweet(made["id"], user_auth=user_auth).data == {"deleted": True}
    gone = api.get_tweet(made["id"], user_auth=user_auth)
    assert gone.data is None and gone.errors[0]["title"] == "Not Found Error"
    assert [(entry["account_id"], entry["deleted"]) for entry in account.ledger()] == [(account.id, True)]


def test_tweepy_makes_a_thread_and_pages_through_the_timeline(client):
    api, account, user_auth = client
    parent = api.create_tweet(text="part 0", user_auth=user_auth).data["id"]
    for number in range(1, 12):
        made = api.create_tweet(text=f"part {number}", in_reply_to_tweet_id=parent, user_auth=user_auth)
        parent = made.data["id"]
    since = datetime.now(UTC) - timedelta(minutes=5)
    pages = tweepy.Paginator(
        api.get_users_tweets,
        account.id,
        user_auth=user_auth,
        max_results=5,
        start_time=since,
        tweet_fields=["referenced_tweets", "conversation_id"],
    )
    posts = list(pages.flatten())
    assert [post.text for post in posts] == [f"part {number}" for number in range(11, -1, -1)]
    assert [str(posts[0].referenced_tweets[0].id), posts[0].referenced_tweets[0].type] == [
        str(posts[1].id),
        "replied_to",
    ]
    empty = api.get_users_tweets(account.id, user_auth=user_auth, exclude=["replies"], since_id=posts[0].id)
    assert empty.data is None and empty.meta["result_count"] == 0


def test_tweepy_posts_with_media_and_polls(client):
    api, account, user_auth = client
    picture = account.image()
    api.create_tweet(text="picture", media_ids=[picture], user_auth=user_auth)
    options = {"poll_options": ["yes", "no"], "poll_duration_minutes": 60, "reply_settings": "mentionedUsers"}
    made = api.create_tweet(text="poll", user_auth=user_auth, **options).data
    read = api.get_tweet(
        made["id"], user_auth=user_auth, expansions=["attachments.poll_ids"], poll_fields=["end_datetime"]
    )
    assert [option["label"] for option in read.includes["polls"][0].options] == ["yes", "no"]
    read = api.get_users_tweets(
        account.id,
        user_auth=user_auth,
        expansions=["attachments.media_keys"],
        media_fields=["type", "alt_text"],
    )
    assert [medium.type for medium in read.includes["media"]] == ["photo"]


def test_tweepy_understands_the_refusals(client):
    api, account, user_auth = client
    api.create_tweet(text="once", user_auth=user_auth)
    cases = [
        (tweepy.Forbidden, {"text": "once"}, "duplicate content"),
        (tweepy.Forbidden, {"text": "x" * 281}, "not permitted"),
        (tweepy.BadRequest, {"text": "a", "media_ids": ["5"]}, "media IDs are invalid"),
        (
            tweepy.BadRequest,
            {"text": "a", "poll_options": ["only one"], "poll_duration_minutes": 5},
            "minimum of 2",
        ),
    ]
    for error, fields, says in cases:
        with pytest.raises(error) as refused:
            api.create_tweet(user_auth=user_auth, **fields)
        assert says in str(refused.value)
    account.fault("x.me.read", "rate:3")
    with pytest.raises(tweepy.TooManyRequests) as limited:
        api.get_me(user_auth=user_auth)
    assert 100 < limited.value.reset_time - time.time() < 190
    for kind, error in (("status:401", tweepy.Unauthorized), ("status:503", tweepy.TwitterServerError)):
        account.fault("x.me.read", kind)
        with pytest.raises(error):
            api.get_me(user_auth=user_auth)


def test_tweepy_signs_in_and_refreshes_by_oauth_2(author, monkeypatch):
    app, back = author.app, "http://127.0.0.1:8000/back"
    handler = tweepy.OAuth2UserHandler(
        client_id=app["client_id"],
        client_secret=app["client_secret"],
        redirect_uri=back,
        scope=["tweet.read", "tweet.write", "users.read", "offline.access"],
    )
    handler.mount("https://", Detour(author.url))
    page = handler.get_authorization_url().replace("https://twitter.com", author.url)
    answer = author.http.get(page, allow_redirects=False)
    told = handler.fetch_token(answer.headers["Location"].replace("http:", "https:"))
    assert told["token_type"] == "bearer" and told["expires_in"] == 7200
    before = told["refresh_token"]
    auth = (app["client_id"], app["client_secret"])
    again = handler.refresh_token("https://api.twitter.com/2/oauth2/token", refresh_token=before, auth=auth)
    assert again["refresh_token"] != before and again["access_token"] != told["access_token"]
    from oauthlib.oauth2.rfc6749.errors import OAuth2Error

    with pytest.raises(OAuth2Error) as spent:
        handler.refresh_token("https://api.twitter.com/2/oauth2/token", refresh_token=before, auth=auth)
    assert (spent.value.error, spent.value.description) == (
        "invalid_request",
        "Value passed for the token was invalid.",
    )
    client = detoured(tweepy.Client(again["access_token"]), author.url)
    assert (
        client.create_tweet(text="signed in", user_auth=False).data["id"] == author.ledger()[0]["remote_id"]
    )
    client.session.close()
    handler.close()


def curl(*arguments):
    if shutil.which("curl") is None:
        pytest.skip("curl is not installed")
    return subprocess.run(["curl", "-sS", "--max-time", "20", *arguments], capture_output=True, check=False)


def test_curl_uploads_a_film_in_segments_and_posts_it(author, tmp_path, mp4):
    token, film = ["-H", f"Authorization: Bearer {author.token}"], mp4.ljust(1_500_000, b"\0")
    kind = ["-H", "Content-Type: application/json"]
    body = {"media_type": "video/mp4", "total_bytes": len(film), "media_category": "tweet_video"}
    address = f"{author.url}/2/media/upload"
    begun = json.loads(curl(*token, *kind, "-d", json.dumps(body), f"{address}/initialize").stdout)
    media = begun["data"]["id"]
    for index, start in enumerate(range(0, len(film), 600_000)):
        piece = tmp_path / "segment"
        piece.write_bytes(film[start : start + 600_000])
        parts = ["-F", f"segment_index={index}", "-F", f"media=@{piece}"]
        assert "expires_at" in json.loads(curl(*token, *parts, f"{address}/{media}/append").stdout)["data"]
    done = json.loads(curl(*token, "-X", "POST", f"{address}/{media}/finalize").stdout)
    assert done["data"]["processing_info"]["state"] == "pending"
    look = json.loads(curl(*token, f"{address}?command=STATUS&media_id={media}").stdout)
    assert look["data"]["processing_info"]["state"] == "succeeded"
    post = json.dumps({"text": "from curl", "media": {"media_ids": [media]}})
    answer = curl("-i", *token, *kind, "-d", post, f"{author.url}/2/tweets").stdout
    assert answer.startswith(b"HTTP/1.1 201 Created\r\n") and b"x-rate-limit-remaining: 99\r\n" in answer
    assert author.ledger()[0]["media"][0]["size"] == len(film)


def test_curl_sees_each_broken_answer_for_what_it_is(author):
    address = [f"{author.url}/2/users/me", "-H", f"Authorization: Bearer {author.token}"]
    for kind, code in [("lost", 52), ("reset", 56), ("truncated", 18), ("empty", 0)]:
        author.fault("x.me.read", kind, "after")
        assert curl(*address).returncode == code, kind
