"""Posting texts, links and photos through /feed, as an outsider sees it."""

import json
import time

import pytest


def error_of(answer):
    assert answer.headers["Content-Type"] == "application/json; charset=UTF-8"
    error = answer.json()["error"]
    assert error["fbtrace_id"]
    return error["code"], error.get("error_subcode")


def test_a_message_is_posted_once_and_stands_in_the_ledger(page):
    answer = page.post("feed", message="Grüße 🎈")
    assert answer.json() == {"id": answer.json()["id"]}
    (entry,) = page.ledger()
    assert entry["remote_id"] == answer.json()["id"] and entry["remote_id"].startswith(f"{page.page}_")
    assert (entry["text"], entry["platform"], entry["account_id"]) == ("Grüße 🎈", "facebook", page.page)
    assert entry["sequence"] == 1 and entry["media"] == []
    assert page.http.get(entry["permalink"]).status_code == 200


@pytest.mark.parametrize("encoding", ["form", "json", "multipart", "query"])
def test_every_encoding_of_parameters_is_read(page, encoding):
    path = f"{page.page}/feed"
    if encoding == "form":
        page.graph("POST", path, data={"message": "hello"})
    elif encoding == "json":
        page.graph("POST", path, json={"message": "hello", "published": True})
    elif encoding == "multipart":
        page.graph("POST", path, files={"message": (None, "hello")})
    else:
        page.graph("POST", path, params={"message": "hello"})
    assert [entry["text"] for entry in page.ledger()] == ["hello"]


@pytest.mark.parametrize("way", ["query", "form", "Bearer", "OAuth", "json"])
def test_the_token_is_read_wherever_graph_reads_it(page, way):
    path, token = f"{page.page}/feed", page.token
    if way in ("Bearer", "OAuth"):
        answer = page.graph("POST", path, data={"message": "m"}, headers={"Authorization": f"{way} {token}"})
    elif way == "json":
        answer = page.graph("POST", path, json={"message": "m", "access_token": token}, headers={})
    else:
        part = "params" if way == "query" else "data"
        fields = {"params": {}, "data": {"message": "m"}}
        fields[part] = fields[part] | {"access_token": token}
        answer = page.graph("POST", path, headers={}, **fields)
    assert answer.status_code == 200
    assert token not in json.dumps(page.journal())


def test_photos_are_attached_in_every_documented_form(page):
    one, two, three, four = (page.photo() for _ in range(4))
    indexed = {
        "attached_media[0]": json.dumps({"media_fbid": one}),
        "attached_media[1]": f'{{"media_fbid":"{two}"}}',
    }
    assert page.post("feed", message="a", **indexed).status_code == 200
    assert (
        page.post("feed", message="b", attached_media=json.dumps([{"media_fbid": three}])).status_code == 200
    )
    body = {"message": "c", "attached_media": [{"media_fbid": four}]}
    assert page.graph("POST", f"{page.page}/feed", json=body).status_code == 200
    assert [len(entry["media"]) for entry in page.ledger()] == [2, 1, 1]
    assert page.ledger()[0]["requests"] == [1, 2, 5]


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({}, 100),
        ({"message": "m", "mesage": "typo"}, 100),
        ({"message": "m", "published": "perhaps"}, 100),
        ({"message": "m", "targeting": "not json"}, 100),
        ({"message": "m", "attached_media": '["123"]'}, 100),
        ({"message": "m", "attached_media": "123"}, 100),
        ({"message": "m", "attached_media": '[{"media_fbid":"999"}]'}, 100),
        ({"message": "x" * 63_207}, 100),
        ({"link": "not a link"}, 100),
        ({"link": "https://nowhere.invalid/"}, 1609005),
        ({"message": "m", "unpublished_content_type": "SOMETHING"}, 100),
        ({"message": "m", "published": "false", "scheduled_publish_time": "5"}, 100),
    ],
)
def test_what_graph_would_not_take_is_refused_and_leaves_nothing(page, fields, code):
    answer = page.post("feed", **fields)
    assert answer.status_code == 400 and error_of(answer)[0] == code
    assert page.ledger() == []
    assert page.journal()[0]["effect"] is False


def test_an_unknown_parameter_is_named(page):
    assert "'mesage'" in page.post("feed", mesage="typo").json()["error"]["message"]


def test_links_to_facebook_are_refused(page):
    assert error_of(page.post("feed", link="https://www.facebook.com/x")) == (100, 1609008)


def test_the_same_message_twice_in_a_row_is_a_duplicate(page, other_page):
    page.post("feed", message="again")
    assert error_of(page.post("feed", message="again")) == (506, None)
    assert other_page.post("feed", message="again").status_code == 200
    page.post("feed", message="something else")
    assert page.post("feed", message="again").status_code == 200
    assert len(page.ledger()) == 4


def test_a_photo_serves_one_post_only(page):
    media = json.dumps([{"media_fbid": page.photo()}])
    page.post("feed", message="first", attached_media=media)
    assert error_of(page.post("feed", message="second", attached_media=media)) == (100, 1366051)


def test_a_photo_of_another_page_cannot_be_attached(page, other_page):
    media = json.dumps([{"media_fbid": other_page.photo()}])
    assert error_of(page.post("feed", message="m", attached_media=media)) == (100, 33)


def test_unpublished_photos_die_after_a_day(page):
    media = json.dumps([{"media_fbid": page.photo()}])
    page.advance(24 * 3600 + 1)
    assert error_of(page.post("feed", message="late", attached_media=media)) == (100, 33)
    assert page.ledger() == []


def test_an_unpublished_post_is_public_only_after_it_was_flipped(page):
    post = page.post("feed", message="two phases", published="false").json()["id"]
    assert page.ledger() == []
    assert page.get(post, fields="is_published").json()["is_published"] is False
    for _ in range(2):
        assert page.graph("POST", post, data={"is_published": "true"}).json() == {"success": True}
    assert [entry["remote_id"] for entry in page.ledger()] == [post]


def test_a_scheduled_post_appears_when_its_time_has_come(page):
    when = time.time() + 900
    post = page.post("feed", message="later", published="false", scheduled_publish_time=int(when)).json()[
        "id"
    ]
    assert [each["id"] for each in page.get(f"{page.page}/scheduled_posts").json()["data"]] == [post]
    assert page.ledger() == []
    page.advance(1000)
    assert [entry["remote_id"] for entry in page.ledger()] == [post]


def test_fields_on_the_post_answer_with_the_post(page):
    answer = page.post("feed", message="m", fields="id,permalink_url").json()
    assert set(answer) == {"id", "permalink_url"}
    assert page.http.get(answer["permalink_url"]).status_code == 200
