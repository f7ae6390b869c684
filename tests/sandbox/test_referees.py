"""Judged by others: Meta's own client and curl, neither of which knows the sandbox."""

import json
import shutil
import subprocess

import pytest

pytestmark = pytest.mark.filterwarnings("ignore")


@pytest.fixture
def official(page, monkeypatch):
    """Meta's facebook_business, pointed at the sandbox."""
    pytest.importorskip("facebook_business", reason="Meta's official client is not installed")
    from facebook_business.adobjects.page import Page
    from facebook_business.api import FacebookAdsApi
    from facebook_business.session import FacebookSession

    monkeypatch.setattr(FacebookSession, "GRAPH", page.url)
    session = FacebookSession(page.app["app_id"], page.app["app_secret"], page.token)
    yield Page(page.page, api=FacebookAdsApi(session))
    session.requests.close()


def test_the_official_client_posts_and_reads_back(official, page):
    made = official.create_feed(params={"message": "from the official client", "published": True})
    read = official.get_feed(fields=["message", "is_published", "permalink_url"], params={"limit": 10})
    assert [(post["id"], post["message"]) for post in read] == [(made["id"], "from the official client")]
    assert [entry["remote_id"] for entry in page.ledger()] == [made["id"]]


def test_the_official_client_attaches_photos(official, page, tmp_path, jpeg):
    file = tmp_path / "a.jpg"
    file.write_bytes(jpeg)
    request = official.create_photo(params={"published": False}, pending=True)
    request.add_file(str(file))
    photo = request.execute()
    official.create_feed(params={"message": "m", "attached_media": [{"media_fbid": photo["id"]}]})
    assert [len(entry["media"]) for entry in page.ledger()] == [1]


def test_the_official_client_pages_through_the_feed(official, page):
    for number in range(5):
        page.post("feed", message=f"number {number}")
    assert len(list(official.get_feed(params={"limit": 2}))) == 5


def test_the_official_client_publishes_a_reel(official, page, mp4):
    begun = official.create_video_reel(params={"upload_phase": "start"})
    headers = {"Authorization": f"OAuth {page.token}", "offset": "0", "file_size": str(len(mp4))}
    page.http.post(begun["upload_url"], data=mp4, headers=headers).raise_for_status()
    official.create_video_reel(
        params={
            "upload_phase": "finish",
            "video_id": begun["video_id"],
            "video_state": "PUBLISHED",
            "title": "t",
        }
    )
    assert [entry["remote_id"] for entry in page.ledger()] == [begun["video_id"]]


def test_the_official_client_publishes_a_video_in_chunks(official, page, tmp_path, mp4):
    """The phases and the loop of Meta's own video_uploader.py, which itself knows ad accounts only."""
    film = mp4.ljust(2_500_000, b"\0")
    begun = official.create_video(params={"upload_phase": "start", "file_size": len(film)}, pending=True)
    told = begun.execute().export_all_data()
    session, chunks = told["upload_session_id"], 0
    while told["start_offset"] != told["end_offset"]:
        piece = tmp_path / "chunk"
        piece.write_bytes(film[int(told["start_offset"]) : int(told["end_offset"])])
        fields = {
            "upload_phase": "transfer",
            "upload_session_id": session,
            "start_offset": told["start_offset"],
        }
        request = official.create_video(params=fields, pending=True)
        request._file_params["video_file_chunk"] = str(piece)
        told, chunks = request.execute().export_all_data(), chunks + 1
    official.create_video(params={"upload_phase": "finish", "upload_session_id": session, "title": "t"})
    assert chunks == 3
    assert [entry["media"][0]["size"] for entry in page.ledger()] == [len(film)]


def test_the_official_client_prolongs_a_sign_in_and_reads_the_pages_behind_it(official, page):
    from facebook_business.adobjects.user import User
    from facebook_business.api import FacebookAdsApi
    from facebook_business.session import FacebookSession

    app = {"client_id": page.app["app_id"], "client_secret": page.app["app_secret"]}
    params = app | {"grant_type": "fb_exchange_token", "fb_exchange_token": page.user_token}
    told = official._api.call("GET", ("oauth", "access_token"), params=params).json()
    assert told["token_type"] == "bearer" and told["expires_in"] > 50 * 86_400
    session = FacebookSession(page.app["app_id"], page.app["app_secret"], told["access_token"])
    person = User("me", api=FacebookAdsApi(session))
    pages = list(person.get_accounts(fields=["id", "name", "access_token", "tasks"]))
    session.requests.close()
    assert page.page in [one["id"] for one in pages]
    assert all(one["access_token"] and "CREATE_CONTENT" in one["tasks"] for one in pages)


def test_the_official_client_reads_how_far_a_video_is(official, page, mp4):
    from facebook_business.adobjects.advideo import AdVideo

    video = page.uploaded_reel(mp4)
    page.finish_reel(video)
    read = AdVideo(video, api=official._api).api_get(
        fields=["status", "published", "post_id", "permalink_url"]
    )
    assert read["published"] is True and read["post_id"].startswith(page.page)
    assert read["status"]["publishing_phase"]["publish_status"] == "published"


def test_the_official_client_comments(official, page):
    from facebook_business.adobjects.pagepost import PagePost

    made = official.create_feed(params={"message": "m"})
    PagePost(made["id"], api=official._api).create_comment(params={"message": "hello"})
    assert [entry["text"] for entry in page.ledger()] == ["m", "hello"]


def test_the_official_client_understands_the_errors(official, page):
    from facebook_business.exceptions import FacebookRequestError

    page.fault("facebook.feed.create", "error:190:460")
    for params, code, subcode in [({"message": "m"}, 190, 460), ({}, 100, None)]:
        with pytest.raises(FacebookRequestError) as refused:
            official.create_feed(params=params)
        assert (refused.value.api_error_code(), refused.value.api_error_subcode()) == (code, subcode)


def test_the_official_client_takes_no_failure_for_success(official, page):
    from facebook_business.exceptions import FacebookRequestError

    for kind in ("error_200", "success_false", "status:500"):
        page.fault("facebook.feed.create", kind)
        with pytest.raises(FacebookRequestError):
            official.create_feed(params={"message": "m"})
    assert page.ledger() == []


def curl(*arguments):
    if shutil.which("curl") is None:
        pytest.skip("curl is not installed")
    return subprocess.run(["curl", "-sS", "--max-time", "20", *arguments], capture_output=True, check=False)


def test_curl_posts_a_form_and_a_file(page, tmp_path, jpeg):
    file = tmp_path / "a.jpg"
    file.write_bytes(jpeg + bytes(3_000_000))
    photo = curl(
        "-F",
        f"source=@{file}",
        "-F",
        "published=false",
        f"{page.url}/{page.page}/photos?access_token={page.token}",
    )
    media = json.dumps({"media_fbid": json.loads(photo.stdout)["id"]})
    fields = [
        "-d",
        "message=m",
        "--data-urlencode",
        f"attached_media[0]={media}",
        "-d",
        f"access_token={page.token}",
    ]
    assert "id" in json.loads(curl(*fields, f"{page.url}/v25.0/{page.page}/feed").stdout)
    assert page.ledger()[0]["media"][0]["size"] == len(jpeg) + 3_000_000


def test_curl_reads_a_refusal_as_an_envelope_of_graph(page):
    token = ["-H", f"Authorization: Bearer {page.token}"]
    answer = curl("-i", *token, "-d", 'attached_media=["1"]', f"{page.url}/v25.0/{page.page}/feed").stdout
    head, _, body = answer.partition(b"\r\n\r\n")
    error = json.loads(body)["error"]
    assert head.startswith(b"HTTP/1.1 400") and b"facebook-api-version: v25.0" in head
    assert {"message", "type", "code", "fbtrace_id"} <= set(error)
    assert (error["code"], error["type"]) == (100, "OAuthException")


def test_curl_exchanges_and_looks_at_a_token(page):
    app = [f"client_id={page.app['app_id']}", f"client_secret={page.app['app_secret']}"]
    asked = [*app, "grant_type=fb_exchange_token", f"fb_exchange_token={page.user_token}"]
    flags = [part for one in asked for part in ("--data-urlencode", one)]
    token = json.loads(curl("-G", *flags, f"{page.url}/v25.0/oauth/access_token").stdout)["access_token"]
    asked = [f"input_token={token}", f"access_token={page.app['app_id']}|{page.app['app_secret']}"]
    flags = [part for one in asked for part in ("--data-urlencode", one)]
    data = json.loads(curl("-G", *flags, f"{page.url}/v25.0/debug_token").stdout)["data"]
    assert data["is_valid"] and data["type"] == "USER" and "pages_manage_posts" in data["scopes"]


def test_curl_publishes_a_video_in_chunks(page, tmp_path, mp4):
    address, token = f"{page.url}/v25.0/{page.page}/videos", ["-H", f"Authorization: Bearer {page.token}"]
    film = mp4.ljust(1_500_000, b"\0")
    fields = ["-F", "upload_phase=start", "-F", f"file_size={len(film)}"]
    told = json.loads(curl(*token, *fields, address).stdout)
    session = ["-F", f"upload_session_id={told['upload_session_id']}"]
    while told["start_offset"] != told["end_offset"]:
        piece = tmp_path / "chunk"
        piece.write_bytes(film[int(told["start_offset"]) : int(told["end_offset"])])
        offset = ["-F", f"start_offset={told['start_offset']}", "-F", f"video_file_chunk=@{piece}"]
        told = json.loads(curl(*token, "-F", "upload_phase=transfer", *session, *offset, address).stdout)
    done = json.loads(curl(*token, "-F", "upload_phase=finish", *session, address).stdout)
    assert done == {"success": True}
    assert [entry["media"][0]["size"] for entry in page.ledger()] == [len(film)]


def test_curl_sees_each_broken_answer_for_what_it_is(page):
    address = [f"{page.url}/v25.0/me", "-H", f"Authorization: Bearer {page.token}"]
    for kind, code in [("lost", 52), ("reset", 56), ("truncated", 18), ("empty", 0)]:
        page.fault("facebook.me.read", kind, "after")
        assert curl(*address).returncode == code, kind


def test_curl_uploads_a_reel(page, tmp_path, mp4):
    file = tmp_path / "a.mp4"
    file.write_bytes(mp4 * 1000)
    begun = page.post("video_reels", upload_phase="start").json()
    headers = [f"Authorization: OAuth {page.token}", "offset: 0", f"file_size: {len(mp4) * 1000}"]
    flags = [part for header in headers for part in ("-H", header)]
    sent = curl("-X", "POST", *flags, "--data-binary", f"@{file}", begun["upload_url"])
    assert json.loads(sent.stdout) == {"success": True}
