"""Reading back: nodes, lists, paging, comments, as an outsider sees them."""

import json
import time

import pytest


def code_of(answer):
    return answer.json()["error"]["code"]


def test_the_feed_tells_enough_to_recognise_a_post(page):
    photos = [page.photo(), page.photo()]
    media = json.dumps([{"media_fbid": photo} for photo in photos])
    post = page.post("feed", message="two pictures", attached_media=media).json()["id"]
    wanted = "id,message,created_time,is_published,permalink_url,application,"
    wanted += "attachments{media_type,target{id},subattachments{target{id}}}"
    (found,) = page.get(f"{page.page}/feed", fields=wanted, since=int(time.time()) - 120, limit=100).json()[
        "data"
    ]
    assert (found["id"], found["message"], found["is_published"]) == (post, "two pictures", True)
    assert found["application"]["id"] == page.app["app_id"]
    (album,) = found["attachments"]["data"]
    assert [each["target"]["id"] for each in album["subattachments"]["data"]] == photos


def test_pages_of_the_feed_follow_by_cursor_newest_first(page):
    posts = [page.post("feed", message=f"number {number}").json()["id"] for number in range(7)]
    seen, query = [], {"limit": 3}
    while True:
        answer = page.get(f"{page.page}/feed", **query).json()
        seen += [each["id"] for each in answer["data"]]
        if "next" not in answer["paging"]:
            break
        query["after"] = answer["paging"]["cursors"]["after"]
    assert seen == posts[::-1]


def test_next_links_work_as_they_are(page):
    for number in range(3):
        page.post("feed", message=f"number {number}")
    first = page.get(f"{page.page}/feed", limit=2).json()
    assert len(page.http.get(first["paging"]["next"]).json()["data"]) == 1


@pytest.mark.parametrize(
    "edge", ["feed", "published_posts", "posts", "scheduled_posts", "video_reels", "videos"]
)
@pytest.mark.parametrize(
    "query", [{"limit": 101}, {"limit": "x"}, {"after": "nonsense"}, {"since": "yesterday"}, {"odd": "1"}]
)
def test_lists_refuse_what_graph_refuses(page, edge, query):
    assert code_of(page.get(f"{page.page}/{edge}", **query)) == 100


def test_unpublished_posts_are_in_the_feed_but_not_in_published_posts(page):
    post = page.post("feed", message="hidden", published="false").json()["id"]
    assert [each["id"] for each in page.get(f"{page.page}/feed").json()["data"]] == [post]
    assert page.get(f"{page.page}/published_posts").json()["data"] == []


def test_since_and_until_choose_by_time(page):
    page.post("feed", message="old")
    page.advance(3600)
    page.post("feed", message="new")
    middle = int(time.time()) + 1800
    assert [each["message"] for each in page.get(f"{page.page}/feed", since=middle).json()["data"]] == ["new"]
    assert [each["message"] for each in page.get(f"{page.page}/feed", until=middle).json()["data"]] == ["old"]


@pytest.mark.parametrize(
    "fields", ["nonsense", "id,nonsense", "attachments{nonsense}", "id{", "a,,b", "}", "{" * 50]
)
def test_unknown_fields_and_broken_expressions_are_refused(page, fields):
    post = page.post("feed", message="m", link="https://example.com").json()["id"]
    assert code_of(page.get(post, fields=fields)) in (100, 2500)


def test_what_does_not_exist_cannot_be_told_from_what_is_not_readable(page, other_page):
    photo = other_page.photo()
    missing, foreign = page.get("999999"), page.get(photo)
    assert code_of(missing) == 100 and missing.json()["error"]["error_subcode"] == 33
    assert code_of(foreign) == 10


def test_comments_are_posted_as_the_page_and_read_back(page):
    post = page.post("feed", message="m").json()["id"]
    comment = page.graph("POST", f"{post}/comments", data={"message": "first!"}).json()["id"]
    reply = page.graph("POST", f"{comment}/comments", data={"message": "second"}).json()["id"]
    entry = page.ledger()[1]
    assert (entry["remote_id"], entry["parent"], entry["text"]) == (comment, post, "first!")
    fields = "id,message,from,created_time"
    stream = page.get(f"{post}/comments", fields=fields, filter="stream", limit=100).json()["data"]
    assert [(each["id"], each["from"]["id"]) for each in stream] == [(comment, page.page), (reply, page.page)]
    assert [each["id"] for each in page.get(f"{post}/comments").json()["data"]] == [comment]
    assert page.http.get(entry["permalink"]).text.count("first!") == 1


def test_a_comment_on_a_reel_belongs_to_the_reel(page):
    reel = page.uploaded_reel()
    page.finish_reel(reel)
    page.graph("POST", f"{reel}/comments", data={"message": "nice"})
    assert page.ledger()[1]["parent"] == reel


def test_empty_comments_and_comments_on_nothing_are_refused(page):
    post = page.post("feed", message="m").json()["id"]
    assert code_of(page.graph("POST", f"{post}/comments", data={})) == 100
    assert code_of(page.graph("POST", "12345/comments", data={"message": "m"})) == 100
    assert len(page.ledger()) == 1


def test_a_deleted_post_is_gone_but_stays_in_the_ledger(page):
    post = page.post("feed", message="m").json()["id"]
    assert page.graph("DELETE", post).json() == {"success": True}
    assert code_of(page.get(post)) == 100
    assert page.get(f"{page.page}/feed").json()["data"] == []
    assert page.ledger()[0]["deleted"] is True


@pytest.mark.parametrize(
    "path", ["nonsense/thing", "a/b/c/d", "%2e%2e/%2e%2e/etc/passwd", "../../etc/passwd", "1/nothing"]
)
def test_unknown_paths_are_refused_as_graph_does(page, path):
    answer = page.get(path)
    assert answer.status_code == 400 and code_of(answer) == 2500
    assert "Unknown path components" in answer.json()["error"]["message"]


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "OPTIONS"])
def test_methods_that_an_edge_does_not_have_are_refused(page, method):
    answer = page.graph(method, f"{page.page}/feed")
    assert answer.status_code == 400 and code_of(answer) == 100


@pytest.mark.parametrize(
    ("asked", "served"),
    [("v25.0/", "v25.0"), ("v27.0/", "v27.0"), ("v18.0/", "v21.0"), ("v2.12/", "v21.0"), ("", "v21.0")],
)
def test_an_expired_version_is_served_by_the_oldest_living_one(page, asked, served):
    page.advance(1795500000 - time.time())  # 2026-11-24: versions die by the sandbox's calendar
    answer = page.http.get(f"{page.url}/{asked}me", params={"access_token": page.token})
    assert answer.headers["facebook-api-version"] == served and answer.json()["id"] == page.page


@pytest.mark.parametrize("version", ["v99.0", "v25.1", "v0.0"])
def test_a_version_that_never_was_is_an_unknown_path(page, version):
    assert "Unknown path components" in page.http.get(f"{page.url}/{version}/me").json()["error"]["message"]


def test_without_a_token_me_tells_that_one_is_needed(page):
    answer = page.http.get(f"{page.url}/v25.0/me")
    assert code_of(answer) == 2500 and "active access token" in answer.json()["error"]["message"]


def test_deleting_a_post_takes_its_comments_along(page):
    post = page.post("feed", message="m").json()["id"]
    comment = page.graph("POST", f"{post}/comments", data={"message": "c"}).json()["id"]
    page.graph("DELETE", post)
    assert code_of(page.get(comment)) == 100 and code_of(page.get(f"{post}/comments")) == 100
    assert [entry["deleted"] for entry in page.ledger()] == [True, True]


def test_a_page_before_a_cursor_is_the_page_before_it(page):
    posts = [page.post("feed", message=f"number {number}").json()["id"] for number in range(5)][::-1]
    first = page.get(f"{page.page}/feed", limit=2).json()
    second = page.get(f"{page.page}/feed", limit=2, after=first["paging"]["cursors"]["after"]).json()
    again = page.get(f"{page.page}/feed", limit=2, before=second["paging"]["cursors"]["before"]).json()
    assert [each["id"] for each in again["data"]] == posts[:2]


def test_a_comment_may_carry_a_picture_by_url(page, web_host, jpeg):
    post = page.post("feed", message="m").json()["id"]
    url = {"attachment_url": f"{web_host}/a.jpg"}
    comment = page.graph("POST", f"{post}/comments", data=url).json()["id"]
    assert page.ledger()[1]["media"][0]["size"] == len(jpeg)
    assert page.get(comment, fields="attachment,from").json()["attachment"]["type"] == "photo"
    newest_first = page.get(f"{post}/comments", order="reverse_chronological").json()
    assert [each["id"] for each in newest_first["data"]] == [comment]


def test_fields_expand_and_narrow(page):
    post = page.post("feed", message="m", link="https://example.com/a").json()["id"]
    page.graph("POST", f"{post}/comments", data={"message": "c"})
    found = page.get(
        post, fields="from{name},comments.limit(5){message},attachments{media_type,unshimmed_url}"
    ).json()
    assert set(found["from"]) == {"name", "id"}
    assert found["comments"]["data"][0]["message"] == "c"
    link = {"media_type": "link", "unshimmed_url": "https://example.com/a"}
    assert found["attachments"]["data"] == [link]


def test_me_is_the_page_or_the_person(page):
    assert page.get("me", fields="name,tasks").json()["id"] == page.page
    person = page.http.get(f"{page.url}/me", params={"access_token": page.user_token}).json()
    assert person["id"] != page.page and person["name"]
    app = {"access_token": f"{page.app['app_id']}|{page.app['app_secret']}"}
    assert code_of(page.http.get(f"{page.url}/me", params=app)) == 2500
    assert page.graph("POST", "me/feed", data={"message": "as myself"}).json()["id"].startswith(page.page)
