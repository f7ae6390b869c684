"""What can be read of an account and its posts, changed and deleted; comments."""

from datetime import datetime

import pytest

from tests.sandbox.instagram.conftest import code_of

PARAMETER = (400, 100, None)
GONE = (400, 100, 33)


def now(creator):
    return int(datetime.fromisoformat(creator.control("GET", "clock")["now"]).timestamp())


def test_the_list_shows_posts_newest_first_and_only_what_was_asked(either):
    posts = []
    for number in range(3):
        posts.append(either.published(either.image(caption=f"number {number}")))
        either.advance(10)
    assert either.listed() == [{"id": post} for post in reversed(posts)]
    newest = either.listed(fields="id,caption,timestamp,media_type,media_product_type,username", limit=1)[0]
    assert newest["caption"] == "number 2" and newest["username"] == either.username
    assert (newest["media_type"], newest["media_product_type"]) == ("IMAGE", "FEED")
    assert newest["timestamp"].endswith("+0000")


def test_the_list_can_be_cut_by_time(either):
    first = either.published(either.image())
    either.advance(100)
    second = either.published(either.image())
    moment = now(either)
    assert [one["id"] for one in either.listed(since=moment - 50)] == [second]
    assert [one["id"] for one in either.listed(until=moment - 50)] == [first]
    assert len(either.listed(since=moment - 200, until=moment)) == 2
    assert code_of(either.get(f"{either.id}/media", since="yesterday")) == PARAMETER


def test_the_list_has_pages(either):
    posts = [either.published(either.image()) for _ in range(5)]
    seen, answer = [], either.get(f"{either.id}/media", limit=2).json()
    while True:
        seen += [one["id"] for one in answer["data"]]
        if "next" not in answer["paging"]:
            break
        assert either.token in answer["paging"]["next"]
        after = answer["paging"]["cursors"]["after"]
        assert either.http.get(answer["paging"]["next"]).json()["data"]
        answer = either.get(f"{either.id}/media", limit=2, after=after).json()
    assert seen == posts[::-1]
    before = answer["paging"]["cursors"]["before"]
    assert [one["id"] for one in either.listed(limit=2, before=before)] == posts[2:0:-1]
    for query in ({"limit": 0}, {"limit": 101}, {"after": "nowhere"}, {"order": "oldest"}):
        assert code_of(either.get(f"{either.id}/media", **query)) == PARAMETER


def test_an_empty_list_has_no_pages(shop):
    assert shop.get(f"{shop.id}/media").json() == {"data": []}


def test_somebody_elses_posts_are_listed_but_not_in_the_ledger(either):
    mine = either.published(either.image(caption="Ours"))
    either.change(foreign_posts=[{"caption": "Theirs"}, {"caption": "Ours", "seconds_ago": 600}])
    listed = either.listed(fields="caption")
    assert [one["caption"] for one in listed] == ["Theirs", "Ours", "Ours"] and listed[1]["id"] == mine
    assert len(either.ledger()) == 1 and either.quota()["quota_usage"] == 1


def test_a_hidden_post_is_public_but_cannot_be_found_for_a_while(either):
    either.fault("instagram.media.publish", "hide:60", "after")
    container = either.image()
    media = either.published(container)
    assert either.status(container) == "PUBLISHED" and len(either.ledger()) == 1
    assert either.listed() == [] and code_of(either.get(media)) == GONE
    either.advance(61)
    assert either.listed() == [{"id": media}]


def test_the_status_may_lag_behind_the_publish(either):
    either.change(status_lag=20)
    container = either.image()
    either.published(container)
    assert either.status(container) == "FINISHED"
    assert code_of(either.publish(container)) == (400, 24, 2207008)
    either.advance(21)
    assert either.status(container) == "PUBLISHED" and len(either.ledger()) == 1


def test_publishing_may_go_on_for_some_looks(shop):
    shop.fault("instagram.media.publish", "processing:2", "after")
    container = shop.image()
    shop.published(container)
    assert [shop.status(container) for _ in range(3)] == ["IN_PROGRESS", "IN_PROGRESS", "PUBLISHED"]
    assert len(shop.ledger()) == 1


def test_reads_may_fail_for_page_tokens_alone(cafe):
    container = cafe.image()
    media = cafe.published(container)
    cafe.change(page_reads_fail=True)
    assert code_of(cafe.get(container, fields="status_code")) == GONE
    assert code_of(cafe.get(media, fields="permalink")) == GONE
    assert cafe.get(container, cafe.user_token, fields="status_code").json()["status_code"] == "PUBLISHED"
    assert cafe.get(media, cafe.user_token, fields="permalink").status_code == 200
    assert cafe.listed() == [{"id": media}] and cafe.quota()["quota_usage"] == 1
    cafe.published(cafe.image())


def test_captions_may_lose_their_at_signs(cafe):
    media = cafe.published(cafe.image(caption="With @mill"))
    cafe.change(captions_without_at=True)
    assert cafe.get(media, fields="caption").json()["caption"] == "With mill"
    assert cafe.ledger()[0]["text"] == "With @mill"


def test_an_account_tells_its_ids_by_its_login(shop, cafe):
    mine = shop.get("me", fields="user_id,username,account_type").json()
    assert (mine["user_id"], mine["username"], mine["account_type"]) == (shop.id, shop.username, "BUSINESS")
    assert mine["id"] != shop.id
    assert shop.get(shop.id, fields="media_count").json() == {"media_count": 0, "id": mine["id"]}
    assert cafe.get(cafe.id, fields="id,username,name").json()["id"] == cafe.id
    assert code_of(cafe.get(cafe.id, fields="user_id")) == PARAMETER
    assert code_of(shop.get(shop.id, fields="ig_id")) == PARAMETER


def test_me_stands_for_the_account_of_the_token(shop, cafe):
    assert shop.get("me/media").json() == {"data": []}
    assert shop.get("me/content_publishing_limit").json() == {"data": [{"quota_usage": 0}]}
    answer = shop.graph("POST", "me/media", data={"image_url": shop.media("a.jpg")})
    assert (
        shop.graph("POST", "me/media_publish", data={"creation_id": answer.json()["id"]}).status_code == 200
    )
    assert code_of(cafe.get("me/media")) == GONE


def test_nodes_tell_only_known_fields(either):
    media = either.published(either.image())
    assert either.get(media).json() == {"id": media}
    assert code_of(either.get(media, fields="status_code")) == PARAMETER
    assert code_of(either.get(media, fields="id", summary="1", weather="fine")) == PARAMETER


@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
def test_what_nobody_knows_is_unsupported(either, method):
    assert code_of(either.graph(method, "17999999999999999")) == GONE
    assert code_of(either.graph(method, f"{either.id}/insights")) == GONE


def test_paths_that_make_no_sense_are_told_so(shop):
    for path in ("v25.0/me/media_publish/now", "v99.0/me/media", "v25.0/access_token"):
        answer = shop.http.get(
            f"{shop.url}/{path}", headers={"Authorization": f"Bearer {shop.token}"}, timeout=20
        )
        assert answer.json()["error"]["code"] == 2500, path


# Deleting and changing


def test_a_post_is_deleted_with_facebook_login_only(creator):
    shop, cafe = creator(0), creator(1)
    mine, theirs = shop.published(shop.image()), cafe.published(cafe.carousel(cafe.items()))
    assert code_of(shop.graph("DELETE", mine)) == GONE
    child = cafe.get(f"{theirs}/children").json()["data"][0]["id"]
    assert code_of(cafe.graph("DELETE", child)) == GONE
    assert cafe.graph("DELETE", theirs).json() == {"success": True, "deleted_id": theirs}
    assert (
        code_of(cafe.get(theirs)) == code_of(cafe.get(child)) == code_of(cafe.graph("DELETE", theirs)) == GONE
    )
    assert cafe.listed() == [] and [entry.get("deleted", False) for entry in cafe.ledger()] == [False, True]
    assert cafe.quota()["quota_usage"] == 1


def test_comments_can_be_turned_off(either):
    media = either.published(either.image())
    assert code_of(either.graph("POST", media)) == PARAMETER
    assert either.graph("POST", media, data={"comment_enabled": "false"}).json() == {"success": True}
    assert either.get(media, fields="is_comment_enabled").json()["is_comment_enabled"] is False
    assert code_of(either.comment(media, "hello")) == PARAMETER


# Comments


def test_a_comment_is_an_entry_below_its_post(either):
    media = either.published(either.image(caption="A post"))
    first = either.comment(media, "The first").json()["id"]
    either.advance(1)
    second = either.comment(media, "The first").json()["id"]
    fields = "id,text,username,timestamp"
    shown = either.get(f"{media}/comments", fields=fields).json()["data"]
    assert [one["id"] for one in shown] == [second, first] and shown[0]["username"] == either.username
    entries = either.ledger()
    assert [(entry["text"], entry.get("parent")) for entry in entries] == [
        ("A post", None),
        ("The first", media),
        ("The first", media),
    ]
    for entry in entries:
        page = either.http.get(entry["permalink"])
        assert page.status_code == 200 and "The first" in page.text
    assert either.get(media, fields="comments_count,comments{text}").json()["comments_count"] == 2
    assert either.get(first, fields="text,from").json()["text"] == "The first"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "a" * 301,
        "#a #b #c #d #e",
        "https://example.com/a https://example.com/b",
        "ALL CAPITALS",
    ],
)
def test_a_comment_has_limits(either, text):
    media = either.published(either.image())
    assert code_of(either.comment(media, text)) == PARAMETER


@pytest.mark.parametrize("text", ["a" * 300, "#a #b #c #d https://example.com", "Mostly CAPITALS"])
def test_a_comment_within_its_limits_is_taken(shop, text):
    assert shop.comment(shop.published(shop.image()), text).status_code == 200


def test_comments_are_listed_fifty_at_a_time_without_a_filter_by_time(shop):
    media = shop.published(shop.image())
    for number in range(52):
        shop.comment(media, f"number {number}")
    shown = shop.get(f"{media}/comments", limit=100, fields="text").json()
    assert len(shown["data"]) == 50 and shown["data"][0]["text"] == "number 51"
    after = shown["paging"]["cursors"]["after"]
    assert len(shop.get(f"{media}/comments", after=after).json()["data"]) == 2
    assert code_of(shop.get(f"{media}/comments", since="1")) == PARAMETER


def test_only_posts_can_be_commented_on(either):
    story = either.published(either.made(media_type="STORIES", image_url="a.jpg"))
    for node in (story, either.image(), "17999999999999999"):
        assert code_of(either.comment(node, "hello")) == GONE


def test_a_hidden_comment_cannot_be_found_for_a_while(shop):
    media = shop.published(shop.image())
    shop.fault("instagram.comment.create", "hide:30", "after")
    comment = shop.comment(media, "hello").json()["id"]
    assert shop.get(f"{media}/comments").json() == {"data": []} and code_of(shop.get(comment)) == GONE
    shop.advance(31)
    assert shop.get(f"{media}/comments").json()["data"] == [
        {"timestamp": now_told(shop, comment), **told(comment)}
    ]


def told(comment):
    return {"text": "hello", "id": comment}


def now_told(creator, comment):
    return creator.get(comment, fields="timestamp").json()["timestamp"]


def test_a_comment_is_hidden_and_deleted(creator):
    shop, cafe = creator(0), creator(1)
    theirs = cafe.comment(cafe.published(cafe.image()), "hello").json()["id"]
    assert cafe.graph("POST", theirs, data={"hide": "true"}).json() == {"success": True}
    assert cafe.get(theirs, fields="hidden").json()["hidden"] is True
    assert code_of(cafe.graph("POST", theirs)) == PARAMETER
    assert cafe.graph("DELETE", theirs).json() == {"success": True}
    assert code_of(cafe.get(theirs)) == GONE
    mine = shop.comment(shop.published(shop.image()), "hello").json()["id"]
    assert code_of(shop.graph("DELETE", mine)) == GONE
