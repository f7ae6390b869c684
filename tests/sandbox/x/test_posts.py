"""POST and DELETE /2/tweets, as an outsider sees them."""

import unicodedata
from datetime import datetime

import pytest

from tests.sandbox.x.answers import refused

DUPLICATE = "You are not allowed to create a Tweet with duplicate content."


def test_a_post_is_created_with_an_id_that_tells_its_moment(author):
    author.advance(3600)
    answer = author.create("Hello <b>X</b> & co: https://example.com/a?b=c")
    now = author.control("GET", "clock")["now"]
    data = answer.json()["data"]
    assert answer.status_code == 201 and set(data) == {"id", "text", "edit_history_post_ids"}
    assert data["edit_history_post_ids"] == [data["id"]]
    assert data["text"].startswith("Hello &lt;b&gt;X&lt;/b&gt; &amp; co: https://t.co/")
    made = ((int(data["id"]) >> 22) + 1288834974657) / 1000
    read = author.read(data["id"], tweet_fields="created_at")["data"]["created_at"]
    assert abs(datetime.fromisoformat(now).timestamp() - made) < 10
    assert int(datetime.fromisoformat(read).timestamp()) == int(made) and read.endswith(".000Z")


def test_the_ledger_has_what_was_written_not_what_x_makes_of_it(author):
    post = author.post("a & b https://example.com")
    (entry,) = author.ledger()
    assert (entry["text"], entry["remote_id"], entry["platform"]) == ("a & b https://example.com", post, "x")
    assert entry["permalink"] == f"{author.url}/{author.username}/status/{post}"
    assert author.http.get(entry["permalink"]).status_code == 200
    assert author.http.get(f"{author.url}/i/web/status/{post}").status_code == 200
    assert author.http.get(f"{author.url}/{author.username}/status/1").status_code == 404


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ({}, "$.text"),
        ({"text": ""}, "$.text"),
        ({"text": " \n"}, "$.text"),
        ({"text": 5}, "$.text: integer found, string expected"),
        ({"text": None}, "$.text: null found, string expected"),
        ({"text": "a", "txt": "b"}, "$.txt: is not defined in the schema"),
        ({"text": "a", "made_with_ai": "yes"}, "$.made_with_ai: string found, boolean expected"),
        ({"text": "a", "reply_settings": "everyone"}, "$.reply_settings: does not have a value"),
        ({"text": "a", "reply": {}}, "$.reply.in_reply_to_tweet_id: is missing"),
        ({"text": "a", "reply": {"in_reply_to_tweet_id": 5}}, "integer found, string expected"),
        ({"text": "a", "reply": {"in_reply_to_tweet_id": "5a"}}, "does not match the regex"),
        ({"text": "a", "media": {"media_ids": []}}, "minimum of 1 items"),
        ({"text": "a", "media": {"media_ids": ["1"] * 5}}, "maximum of 4 items"),
        ({"text": "a", "media": {"media_ids": ["1"], "alt_text": "x"}}, "$.media.alt_text"),
        ({"text": "a", "poll": {"options": ["a"], "duration_minutes": 60}}, "minimum of 2 items"),
        ({"text": "a", "poll": {"options": ["a", "b" * 26], "duration_minutes": 60}}, "maximum of 25"),
        ({"text": "a", "poll": {"options": ["a", ""], "duration_minutes": 60}}, "minimum of 1 characters"),
        ({"text": "a", "poll": {"options": ["a", "b"], "duration_minutes": 4}}, "minimum value of 5"),
        ({"text": "a", "poll": {"options": ["a", "b"], "duration_minutes": 10081}}, "maximum value of 10080"),
        ({"text": "a", "poll": {"options": ["a", "b"], "duration_minutes": 60.5}}, "number found"),
        ({"text": "a", "poll": {"options": ["a", "b"]}}, "duration_minutes: is missing"),
        ({"text": "a", "geo": {}}, "$.geo.place_id"),
        ({"text": "a", "quote_tweet_id": "1", "card_uri": "c"}, "You can only provide one of"),
        (
            {"text": "a", "poll": {"options": ["a", "b"], "duration_minutes": 60}, "quote_tweet_id": "1"},
            "one of",
        ),
        ({"text": "\ufeffa"}, "not allowed"),
        ({"text": "a\ud800"}, "not valid Unicode"),
    ],
)
def test_what_the_specification_does_not_allow_is_an_invalid_request(author, body, says):
    status, kind, said = refused(author.call("POST", "/2/tweets", json=body))
    assert (status, kind) == (400, "invalid-request") and says in said
    assert author.ledger() == []


@pytest.mark.parametrize(
    ("kind", "body", "says"),
    [
        ("application/json", b"{", "not valid JSON"),
        ("application/json", b"[1]", "must be a JSON object"),
        ("application/json", b"", "not valid JSON"),
        ("application/json", b'{"text": NaN}', "not valid JSON"),
        ("application/json", b"\xff", "not valid JSON"),
        ("application/x-www-form-urlencoded", b"text=a", "content-type of application/json"),
        ("multipart/form-data; boundary=x", b"x", "cannot be read"),
        ("text/plain", b"a", "content-type of application/json"),
    ],
)
def test_a_body_that_is_no_json_object_is_an_invalid_request(author, kind, body, says):
    headers = {"Content-Type": kind, "Authorization": f"Bearer {author.token}"}
    answer = author.call("POST", "/2/tweets", data=body, headers=headers)
    assert refused(answer)[:2] == (400, "invalid-request") and says in refused(answer)[2]
    assert author.ledger() == []


def test_a_body_over_the_limit_is_413(author):
    assert author.create("x" * 9_000_000).status_code == 413
    assert author.create("after it").status_code == 201


def test_280_is_the_weighted_limit_and_a_link_counts_23(author):
    link = "https://example.com/" + "a" * 200
    assert author.create("x" * 256 + " " + link).status_code == 201
    assert author.create("日" * 140).status_code == 201
    for text in ("x" * 281, "日" * 141, "x" * 257 + " " + link):
        assert refused(author.create(text)) == (
            403,
            "about:blank",
            "You are not permitted to perform this action.",
        )


def test_premium_writes_25000_and_readers_get_the_whole_in_a_note(author):
    author.change(long_posts=True)
    text = "word " * 4990 + "https://example.com/end"
    post = author.post(text)
    for name, selector in (("note_tweet", "tweet_fields"), ("note_post", "post_fields")):
        read = author.read(post, **{selector: f"{name},entities"})["data"]
        assert read[name]["text"].startswith("word word") and "t.co" in read[name]["text"]
        assert read[name]["entities"]["urls"][0]["expanded_url"] == "https://example.com/end"
        assert len(read["text"]) < 300 and "… https://t.co/" in read["text"]
    assert author.ledger()[0]["text"] == text
    assert author.create("x" * 25_001).status_code == 403


def test_the_same_text_again_is_a_duplicate_for_a_day_whatever_comes_with_it(author, other):
    author.post("the same")
    assert refused(author.create("the same ")) == (403, "about:blank", DUPLICATE)
    media = {"media_ids": [author.image()]}
    assert refused(author.create("the same", media=media)) == (403, "about:blank", DUPLICATE)
    assert other.create("the same").status_code == 201
    author.advance(86_401)
    author.sign_in()
    assert author.create("the same").status_code == 201
    assert len(author.ledger()) == 3


def test_a_deleted_post_is_no_duplicate_any_more(author):
    post = author.post("again")
    author.call("DELETE", f"/2/tweets/{post}")
    assert author.create("again").status_code == 201


def test_two_pictures_without_words_are_no_duplicates(author, jpeg):
    first, second = ({"media_ids": [author.image(jpeg + bytes([number]))]} for number in (1, 2))
    assert author.create("", media=first).status_code == 201
    assert author.create(None, media=second).status_code == 201


def test_a_thread_is_a_chain_of_replies_to_oneself(author):
    first = author.post("one")
    second = author.post("two", reply={"in_reply_to_tweet_id": first})
    third = author.post("three", reply={"in_reply_to_tweet_id": second})
    assert [entry.get("parent") for entry in author.ledger()] == [None, first, second]
    fields = "conversation_id,referenced_tweets,in_reply_to_user_id"
    read = author.read(third, tweet_fields=fields)["data"]
    assert read["conversation_id"] == first and read["in_reply_to_user_id"] == author.id
    assert read["referenced_tweets"] == [{"type": "replied_to", "id": second}]
    assert all(record["effect"] for record in author.journal() if record["method"] == "POST")
    page = author.http.get(author.ledger()[0]["permalink"]).text
    assert "one" in page and "two" in page and "three" in page
    part = author.http.get(author.ledger()[1]["permalink"]).text
    assert "In reply to this post" in part and "three" in part


def test_on_self_serve_plans_only_those_who_spoke_of_the_account_are_answered(author, other):
    theirs = other.post("nothing about you")
    answer = author.create("hi", reply={"in_reply_to_tweet_id": theirs})
    assert refused(answer)[:2] == (403, "not-authorized-for-resource")
    assert "where you are mentioned or are the author" in refused(answer)[2]
    mention = other.post(f"hello @{author.username}!")
    assert author.create("hi", reply={"in_reply_to_tweet_id": mention}).status_code == 201
    author.change(plan="enterprise")
    assert author.create("hi all", reply={"in_reply_to_tweet_id": theirs}).status_code == 201


def test_a_conversation_can_be_closed(author, other):
    author.change(plan="enterprise")
    theirs = other.post("not for all", reply_settings="mentionedUsers")
    status, kind, said = refused(author.create("hi", reply={"in_reply_to_tweet_id": theirs}))
    assert (status, kind) == (403, "about:blank") and said.startswith("Reply to this conversation")


def test_a_deleted_parent_takes_no_reply(author):
    post = author.post("soon gone")
    author.call("DELETE", f"/2/tweets/{post}")
    for parent in (post, "123"):
        status, kind, said = refused(author.create("late", reply={"in_reply_to_tweet_id": parent}))
        assert (status, kind) == (403, "about:blank") and "deleted or not visible to you" in said


def test_a_hidden_parent_takes_replies(author):
    author.fault("x.post.create", "hide:60")
    post = author.post("not to be read yet")
    assert author.create("part two", reply={"in_reply_to_tweet_id": post}).status_code == 201


def test_quotes_are_for_enterprise_plans(author, other):
    theirs = other.post("quotable")
    assert refused(author.create("look", quote_tweet_id=theirs))[:2] == (403, "not-authorized-for-resource")
    author.change(plan="enterprise")
    post = author.post("look", quote_tweet_id=theirs)
    read = author.read(post, tweet_fields="referenced_tweets", expansions="referenced_tweets.id")
    assert read["data"]["referenced_tweets"] == [{"type": "quoted", "id": theirs}]
    assert [each["id"] for each in read["includes"]["tweets"]] == [theirs]
    assert author.create("look there", quote_tweet_id="5").status_code == 404


def test_one_cashtag_is_enough(author):
    assert author.create("buy $ABC for $5").status_code == 201
    assert "maximum of one cashtag" in refused(author.create("$ABC and $XYZ"))[2]
    assert author.create("see https://example.com/$ABC and $XYZ").status_code == 201
    author.change(plan="enterprise")
    assert author.create("$ABC and $XYZ").status_code == 201


def test_a_poll_is_seen_in_the_ledger_on_the_page_and_by_readers(author):
    options = ["Rye", "Spelt <3", unicodedata.normalize("NFC", "Café au lait")]
    post = author.post(
        "Which?", poll={"options": options, "duration_minutes": 1440}, reply_settings="following"
    )
    (entry,) = author.ledger()
    assert entry["extra"]["poll"] == {"options": options, "duration_minutes": 1440}
    assert entry["extra"]["reply_settings"] == "following"
    assert "Spelt &lt;3" in author.http.get(entry["permalink"]).text
    read = author.read(
        post,
        tweet_fields="reply_settings",
        expansions="attachments.poll_ids",
        poll_fields="duration_minutes,end_datetime,voting_status",
    )
    (poll,) = read["includes"]["polls"]
    assert [option["label"] for option in poll["options"]] == options and poll["duration_minutes"] == 1440
    assert read["data"]["attachments"]["poll_ids"] == [poll["id"]]
    assert read["data"]["reply_settings"] == "following"


def test_labels_and_what_only_x_has_are_in_the_ledger(author):
    author.post("made", made_with_ai=True, paid_partnership=True, geo={"place_id": "abc"})
    assert author.ledger()[0]["extra"] == {"made_with_ai": True, "paid_partnership": True}


def test_an_advertisement_is_public_but_not_on_the_timeline(author):
    post = author.post("for some", nullcast=True)
    assert author.timeline() == {"meta": {"result_count": 0}}
    assert author.read(post)["data"]["id"] == post and len(author.ledger()) == 1


def test_an_edit_is_a_new_version_for_premium_within_half_an_hour(author):
    first = author.post("tipo")
    edit = {"edit_options": {"previous_post_id": first}}
    assert author.create("typo", **edit).status_code == 403
    author.change(long_posts=True)
    answer = author.create("typo", **edit).json()["data"]
    assert answer["edit_history_post_ids"] == [first, answer["id"]]
    assert [post["id"] for post in author.timeline()["data"]] == [answer["id"]]
    assert author.ledger()[1]["extra"] == {"edit_of": first}
    author.advance(1801)
    late = author.create("typos", edit_options={"previous_post_id": answer["id"]})
    assert late.status_code == 403
    assert author.create("x", edit_options={"previous_post_id": "7"}).status_code == 400


def test_deleting_is_for_the_author_and_once(author, other):
    post = author.post("mine")
    assert refused(other.call("DELETE", f"/2/tweets/{post}"))[2].startswith(
        "You are not authorized to delete"
    )
    answer = author.call("DELETE", f"/2/tweets/{post}")
    assert (answer.status_code, answer.json()) == (200, {"data": {"deleted": True}})
    again = author.call("DELETE", f"/2/tweets/{post}")
    assert refused(again)[:2] == (404, "resource-not-found")
    assert author.ledger()[0]["deleted"] is True and author.timeline()["meta"]["result_count"] == 0


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/2/nothing", 404),
        ("PUT", "/2/tweets", 405),
        ("GET", "/2/tweets/abc", 404),
        ("POST", "/2/users/me", 405),
    ],
)
def test_what_does_not_exist_is_refused_as_a_problem(author, method, path, status):
    answer = author.call(method, path)
    assert answer.status_code == status and answer.json()["type"] == "about:blank"
