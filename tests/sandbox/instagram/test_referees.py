"""Judged by others: Meta's own client and curl, neither of which knows the sandbox."""

import json
import shutil
import subprocess

import pytest

from tests.sandbox.instagram.pictures import mp4

pytestmark = pytest.mark.filterwarnings("ignore")


@pytest.fixture
def official(cafe, monkeypatch):
    """Meta's facebook_business, pointed at the sandbox."""
    pytest.importorskip("facebook_business", reason="Meta's official client is not installed")
    from facebook_business.adobjects.iguser import IGUser
    from facebook_business.api import FacebookAdsApi
    from facebook_business.session import FacebookSession

    monkeypatch.setattr(FacebookSession, "GRAPH", cafe.url)
    session = FacebookSession(cafe.connection["appId"], cafe.connection["appSecret"], cafe.token)
    yield IGUser(cafe.id, api=FacebookAdsApi(session))
    session.requests.close()


def status(official, container):
    """By the client's own class for containers."""
    from facebook_business.adobjects.shadowigmediabuilder import ShadowIGMediaBuilder

    return ShadowIGMediaBuilder(container, api=official._api).api_get(fields=["status_code", "status"])


def test_the_official_client_publishes_an_image_and_reads_it_back(official, cafe):
    made = official.create_media(
        params={"image_url": cafe.media("a.jpg"), "caption": "from the official client"}
    )
    assert status(official, made["id"])["status_code"] == "FINISHED"
    post = official.create_media_publish(params={"creation_id": made["id"]})
    assert status(official, made["id"])["status_code"] == "PUBLISHED"
    fields = ["caption", "media_type", "media_product_type", "permalink", "timestamp", "shortcode"]
    [read] = list(official.get_media(fields=fields))
    assert read["id"] == post["id"] and read["caption"] == "from the official client"
    assert [entry["remote_id"] for entry in cafe.ledger()] == [post["id"]]


def test_the_official_client_publishes_a_reel(official, cafe):
    params = {
        "media_type": "REELS",
        "video_url": cafe.media("a.mp4"),
        "caption": "c",
        "share_to_feed": True,
        "collaborators": ["mill"],
        "thumb_offset": "500",
    }
    made = official.create_media(params=params)
    assert status(official, made["id"])["status_code"] == "FINISHED"
    official.create_media_publish(params={"creation_id": made["id"]})
    [entry] = cafe.ledger()
    assert entry["extra"]["collaborators"] == ["mill"] and entry["media"][0]["kind"] == "video"


def test_the_official_client_publishes_a_carousel(official, cafe):
    from facebook_business.adobjects.igmedia import IGMedia

    items = [
        official.create_media(params={"image_url": cafe.media("a.jpg"), "is_carousel_item": True})["id"],
        official.create_media(
            params={"video_url": cafe.media("a.mp4"), "media_type": "VIDEO", "is_carousel_item": True}
        )["id"],
    ]
    parent = official.create_media(params={"media_type": "CAROUSEL", "children": items, "caption": "c"})
    post = official.create_media_publish(params={"creation_id": parent["id"]})
    children = list(IGMedia(post["id"], api=official._api).get_children(fields=["media_type"]))
    assert [child["media_type"] for child in children] == ["IMAGE", "VIDEO"]
    assert len(cafe.ledger()) == 1


def test_the_official_client_reads_the_quota(official, cafe):
    cafe.published(cafe.image())
    [limit] = list(official.get_content_publishing_limit(fields=["config", "quota_usage"]))
    assert limit["quota_usage"] == 1
    assert limit["config"] == {"quota_total": 50, "quota_duration": 86_400}


def test_the_official_client_pages_through_the_list(official, cafe):
    for _ in range(5):
        cafe.published(cafe.image())
    assert len(list(official.get_media(params={"limit": 2}))) == 5


def test_the_official_client_comments_and_deletes(official, cafe):
    from facebook_business.adobjects.igmedia import IGMedia

    media = IGMedia(cafe.published(cafe.image()), api=official._api)
    made = media.create_comment(params={"message": "hello"})
    [read] = list(media.get_comments(fields=["text", "username", "timestamp"]))
    assert (read["id"], read["text"]) == (made["id"], "hello")
    media.api_delete()
    assert [entry.get("deleted", False) for entry in cafe.ledger()] == [True, False]


def test_the_official_client_finds_the_account_behind_the_page(official, cafe):
    from facebook_business.adobjects.page import Page

    page = Page(cafe.connection["metadata"]["pageId"], api=official._api)
    read = page.api_get(fields=["instagram_business_account"])
    assert read["instagram_business_account"]["id"] == cafe.id
    assert official.api_get(fields=["username", "name"])["username"] == cafe.username


def test_the_official_client_understands_the_errors(official, cafe):
    from facebook_business.exceptions import FacebookRequestError

    calls = [
        ({"image_url": cafe.media("a.png")}, 36001, 2207005),
        ({"image_url": cafe.media("none.jpg")}, 9004, 2207052),
        ({"caption": "nothing to see"}, 100, None),
    ]
    for params, code, subcode in calls:
        with pytest.raises(FacebookRequestError) as refused:
            official.create_media(params=params)
        assert (refused.value.api_error_code(), refused.value.api_error_subcode()) == (code, subcode)


def test_the_official_client_takes_no_failure_for_success(official, cafe):
    from facebook_business.exceptions import FacebookRequestError

    for kind in ("error_200", "success_false", "status:500", "error:-1:2207001"):
        cafe.fault("instagram.media.publish", kind)
        with pytest.raises(FacebookRequestError):
            official.create_media_publish(params={"creation_id": cafe.image()})
    assert cafe.ledger() == []


def test_curl_publishes_from_the_bytes_of_a_film(cafe, tmp_path):
    if shutil.which("curl") is None:
        pytest.skip("curl is not installed")
    film = tmp_path / "film.mp4"
    film.write_bytes(mp4(size=3_000_000))
    address = f"{cafe.url}/v25.0/{cafe.id}"
    token = ["-H", f"Authorization: Bearer {cafe.token}"]

    def curl(*arguments):
        command = ["curl", "-sS", "--max-time", "20", *arguments]
        return json.loads(subprocess.run(command, capture_output=True, check=True).stdout)

    fields = [
        "-d",
        "media_type=REELS",
        "-d",
        "upload_type=resumable",
        "--data-urlencode",
        "caption=#1 & more",
    ]
    begun = curl(*token, *fields, f"{address}/media")
    headers = ["-H", f"Authorization: OAuth {cafe.token}", "-H", "offset: 0", "-H", "file_size: 3000000"]
    done = curl("-X", "POST", *headers, "--data-binary", f"@{film}", begun["uri"])
    assert done == {"success": True, "message": "Upload successful."}
    curl(*token, "-d", f"creation_id={begun['id']}", f"{address}/media_publish")
    [entry] = cafe.ledger()
    assert (entry["text"], entry["media"][0]["size"]) == ("#1 & more", 3_000_000)
