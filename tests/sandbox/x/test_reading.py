"""Reading back: one post, several, the timeline, me, and both generations of names."""

import re
from datetime import UTC, datetime

import pytest

from tests.sandbox.x.answers import refused


def ids(document):
    return [post["id"] for post in document.get("data", [])]


def test_a_post_shows_what_is_asked_for_and_nothing_else(author):
    post = author.post("plain")
    assert author.read(post) == {"data": {"id": post, "text": "plain", "edit_history_tweet_ids": [post]}}
    fields = "author_id,conversation_id,created_at,lang,possibly_sensitive,public_metrics,source,attachments"
    read = author.read(post, tweet_fields=fields)["data"]
    assert set(read) == {"id", "text", "edit_history_tweet_ids", *fields.split(",")} - {"attachments"}
    assert (read["author_id"], read["conversation_id"]) == (author.id, post)
    assert read["public_metrics"]["retweet_count"] == 0


def test_both_generations_of_names_are_spoken_as_the_selector_says(author):
    first = author.post("one")
    post = author.post("two", reply={"in_reply_to_tweet_id": first})
    old = author.read(post, tweet_fields="referenced_tweets,public_metrics,author_id")["data"]
    new = author.read(post, post_fields="public_metrics", expansions="referenced_posts,author_id")
    reference = [{"type": "replied_to", "id": first}]
    assert (old["referenced_tweets"], old["edit_history_tweet_ids"]) == (reference, [post])
    assert (new["data"]["referenced_posts"], new["data"]["edit_history_post_ids"]) == (reference, [post])
    assert "retweet_count" in old["public_metrics"] and "repost_count" in new["data"]["public_metrics"]
    assert old["author_id"] == new["data"]["author_id"] == new["includes"]["users"][0]["id"]
    assert [each["id"] for each in new["includes"]["posts"]] == [first]
    assert refused(author.get(f"/2/tweets/{post}", tweet_fields="id", post_fields="id"))[0] == 400


def test_what_is_an_expansion_in_the_new_names_is_dropped_from_the_fields_without_a_word(author):
    post = author.post("one")
    read = author.read(post, post_fields="author_id,referenced_posts,created_at")["data"]
    assert set(read) == {"id", "text", "edit_history_post_ids", "created_at"}


def test_a_service_of_one_generation_refuses_the_other_s_selector_by_name(author):
    post = author.post("one")
    author.change(generation="post")
    answer = author.get(f"/2/tweets/{post}", tweet_fields="created_at").json()
    assert (answer["status"], answer["parameter"]) == (400, "tweet.fields")
    assert answer["type"] == "https://api.x.com/2/problems/invalid-request" and "errors" not in answer
    assert author.read(post)["data"]["edit_history_post_ids"] == [post]
    author.change(generation="tweet")
    answer = author.get(f"/2/tweets/{post}", post_fields="created_at").json()
    assert list(answer["errors"][0]["parameters"]) == ["post.fields"]
    assert answer["type"] == "https://api.twitter.com/2/problems/invalid-request"
    assert author.read(post)["data"]["edit_history_tweet_ids"] == [post]
    assert set(author.create("two").json()["data"]) == {"id", "text", "edit_history_tweet_ids"}


def test_entities_tell_where_each_thing_lies_and_where_links_lead(author):
    text = (
        "é <see> example.com/x?y=1&z=2, @NorthsideBikes #Brot_1 #5 $ABC https://www.example.org/" + "a" * 40
    )
    post = author.post(text)
    read = author.read(post, tweet_fields="entities")["data"]
    shown, entities = read["text"], read["entities"]
    assert "&lt;see&gt;" in shown and "example" not in shown
    for kind, sign, name in (
        ("hashtags", "#", "tag"),
        ("cashtags", "$", "tag"),
        ("mentions", "@", "username"),
    ):
        (one,) = entities[kind]
        assert shown[one["start"] : one["end"]] == sign + one[name]
    for link in entities["urls"]:
        assert shown[link["start"] : link["end"]] == link["url"]
        assert re.fullmatch(r"https://t\.co/\w{10}", link["url"])
    assert [link["expanded_url"] for link in entities["urls"]] == [
        "http://example.com/x?y=1&z=2",
        "https://www.example.org/" + "a" * 40,
    ]
    assert entities["urls"][1]["display_url"] == "example.org/" + "a" * 14 + "…"


@pytest.mark.parametrize("post_id", ["1", "9999999999999999999"])
def test_a_missing_post_is_200_with_nothing_but_errors(author, post_id):
    document = author.read(post_id)
    (error,) = document["errors"]
    assert set(document) == {"errors"}
    assert (error["resource_id"], error["title"]) == (post_id, "Not Found Error")
    assert error["type"].endswith("/resource-not-found")


def test_several_posts_come_in_the_order_asked_for_and_the_missing_are_named(author):
    first, second = author.post("one"), author.post("two")
    document = author.get("/2/tweets", ids=f"{second},5,{first}").json()
    assert ids(document) == [second, first]
    assert [error["resource_id"] for error in document["errors"]] == ["5"]
    for wrong in ("", "a", ",".join(["1"] * 101)):
        assert author.get("/2/tweets", ids=wrong).status_code == 400


def test_a_hidden_post_is_public_but_not_read_back_until_its_time(author):
    author.fault("x.post.create", "hide:20")
    post = author.post("lagging")
    assert len(author.ledger()) == 1 and "errors" in author.read(post)
    assert author.timeline() == {"meta": {"result_count": 0}}
    author.advance(21)
    assert ids(author.timeline()) == [post] and "data" in author.read(post)


def test_the_timeline_goes_newest_first_page_by_page_both_ways(author):
    posts = [author.post(f"number {number}") for number in range(12)][::-1]
    first = author.timeline(max_results="5")
    assert ids(first) == posts[:5] and first["meta"]["result_count"] == 5
    assert (first["meta"]["newest_id"], first["meta"]["oldest_id"]) == (posts[0], posts[4])
    later = author.post("meanwhile")
    second = author.timeline(max_results="5", pagination_token=first["meta"]["next_token"])
    third = author.timeline(max_results="5", pagination_token=second["meta"]["next_token"])
    assert (ids(second), ids(third)) == (posts[5:10], posts[10:])
    assert "next_token" not in third["meta"] and "previous_token" not in first["meta"]
    back = author.timeline(max_results="5", pagination_token=second["meta"]["previous_token"])
    assert ids(back) == posts[:5] and later not in ids(back)


def test_the_timeline_can_be_bounded_by_ids_and_moments(author):
    posts = []
    for number in range(4):
        posts.append(author.post(f"number {number}"))
        author.advance(60)
    moments = [((int(post) >> 22) + 1288834974657) / 1000 for post in posts]
    second = datetime.fromtimestamp(int(moments[1]), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    assert ids(author.timeline(since_id=posts[1])) == posts[:1:-1]
    assert ids(author.timeline(until_id=posts[1])) == posts[:1]
    assert ids(author.timeline(start_time=second)) == posts[:0:-1]
    assert ids(author.timeline(end_time=second)) == posts[:1]
    assert ids(author.timeline(since_id=posts[0], until_id=posts[3])) == posts[2:0:-1]
    assert author.timeline(since_id=posts[3]) == {"meta": {"result_count": 0}}


def test_replies_can_be_left_out_and_others_can_read(author, other):
    first = author.post("one")
    second = author.post("two", reply={"in_reply_to_tweet_id": first})
    assert ids(author.timeline()) == [second, first]
    assert ids(author.timeline(exclude="replies,retweets")) == [first]
    assert ids(other.get(f"/2/users/{author.id}/tweets").json()) == [second, first]
    nobody = author.get("/2/users/77/tweets").json()
    assert nobody["errors"][0]["resource_type"] == "user" and "data" not in nobody


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ({"max_results": "4"}, "max_results"),
        ({"max_results": "101"}, "max_results"),
        ({"max_results": "x"}, "max_results"),
        ({"since_id": "x"}, "since_id"),
        ({"until_id": "1" * 20}, "until_id"),
        ({"start_time": "2026-11-24"}, "start_time"),
        ({"start_time": "2026-11-24T09:00:00+01:00"}, "start_time"),
        ({"start_time": "2026-11-24T09:00:00.5Z"}, "start_time"),
        ({"start_time": "2026-13-24T09:00:00Z"}, "start_time"),
        ({"start_time": "2026-11-24T09:00:00Z", "end_time": "2026-11-24T08:00:00Z"}, "end_time"),
        ({"exclude": "likes"}, "exclude"),
        ({"pagination_token": "x"}, "pagination_token"),
        ({"tweet.fields": "created"}, "tweet.fields"),
        ({"tweet.fields": "note_post"}, "tweet.fields"),
        ({"tweet.fields": "id,id"}, "tweet.fields"),
        ({"tweet.fields": ""}, "tweet.fields"),
        ({"post.fields": "note_tweet"}, "post.fields"),
        ({"expansions": "author"}, "expansions"),
        ({"media.fields": "size"}, "media.fields"),
        ({"poll.fields": "votes"}, "poll.fields"),
        ({"user.fields": "age"}, "user.fields"),
        ({"count": "5"}, "count"),
        ({"fields": "id"}, "fields"),
    ],
)
def test_a_query_that_the_call_does_not_take_is_refused_by_name(author, query, name):
    answer = author.call("GET", f"/2/users/{author.id}/tweets", params=query)
    assert refused(answer)[:2] == (400, "invalid-request")
    assert list(answer.json()["errors"][0]["parameters"]) == [name]


def test_a_parameter_that_comes_twice_or_is_no_text_is_refused(author):
    for query in ("max_results=5&max_results=5", "max_results=%ff"):
        assert author.call("GET", f"/2/users/{author.id}/tweets?{query}").status_code == 400


def test_me_tells_who_it_is_and_what_it_may(author):
    answer = author.get("/2/users/me")
    assert answer.json() == {"data": {"id": author.id, "name": "Harbour Bakery", "username": author.username}}
    asked = "subscription_type,verified_type,verified,most_recent_post_id,public_metrics,created_at"
    before = author.get("/2/users/me", user_fields=asked).json()["data"]
    assert (before["subscription_type"], before["verified_type"]) == ("None", "none")
    assert "most_recent_post_id" not in before
    author.change(long_posts=True)
    post = author.post("newest")
    after = author.get("/2/users/me", user_fields=asked).json()["data"]
    assert (after["subscription_type"], after["verified_type"]) == ("Premium", "blue")
    assert after["most_recent_post_id"] == post
    expanded = author.get("/2/users/me", expansions="most_recent_post_id").json()
    assert expanded["includes"]["tweets"][0]["id"] == post
    assert author.get("/2/users/me", max_results="5").status_code == 400
