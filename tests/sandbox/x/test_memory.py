"""The state file, reset, many clients at once, and the pages for people."""

import concurrent.futures
import json

import pytest

from planrrr_cli.sandbox import SandboxServer
from planrrr_cli.sandbox.x.snowflake import Snowflakes


def test_the_state_file_opens_the_same_sandbox_again(tmp_path, author, jpeg):
    file = tmp_path / "state.json"
    with SandboxServer(port=0, seed=3, accounts=2, state_file=file) as first:
        visitor, signer = type(author)(first.url), type(author)(first.url, 1)
        picture, film = visitor.image(), visitor.video()
        begun = visitor.begin(100)
        post = visitor.post("kept & <kept>", media={"media_ids": [picture]})
        visitor.post("kept too", reply={"in_reply_to_tweet_id": post})
        visitor.post("poll", poll={"options": ["a", "b"], "duration_minutes": 5})
        renewed = visitor.renew().json()
        spent, visitor.token, visitor.refresh = (
            visitor.refresh,
            renewed["access_token"],
            renewed["refresh_token"],
        )
        visitor.change(plan="enterprise", long_posts=True)
        visitor.advance(60)
        before = visitor.ledger()
        fields = "attachments,entities,conversation_id,referenced_tweets"
        read = visitor.read(post, tweet_fields=fields)
    assert file.stat().st_mode & 0o077 == 0
    with SandboxServer(port=0, seed=99, accounts=5, state_file=file) as second:
        visitor.url = signer.url = second.url
        assert visitor.read(post, tweet_fields=fields) == read
        assert visitor.ledger() == json.loads(json.dumps(before).replace(first.url, second.url))
        assert visitor.renew(spent).status_code == 400
        assert visitor.create("kept too").status_code == 403
        newest = visitor.post("film", media={"media_ids": [film]})
        assert newest not in [entry["remote_id"] for entry in before]
        assert visitor.finalize(begun).status_code == 400
        assert signer.create("signed as before").status_code == 201
        assert visitor.create("x" * 300).status_code == 201
        assert visitor.renew().status_code == 200
    visitor.http.close()
    signer.http.close()


def test_reset_forgets_everything_but_the_accounts(author):
    author.change(plan="enterprise", credits=False)
    author.control("POST", "reset")
    author.sign_in()
    assert author.ledger() == [] and author.connection["metadata"]["plan"] == "self-serve"
    assert author.create("fresh").status_code == 201


def test_many_clients_post_at_the_same_time_and_each_once(author, server):
    with SandboxServer(port=0, accounts=32, seed=5) as crowd:

        def client(number):
            visitor = type(author)(crowd.url, number)
            codes = [visitor.create(f"{number}-{each}").status_code for each in range(5)]
            visitor.http.close()
            return codes

        with concurrent.futures.ThreadPoolExecutor(32) as pool:
            codes = [code for each in pool.map(client, range(32)) for code in each]
        visitor = type(author)(crowd.url)
        entries = visitor.ledger()
        visitor.http.close()
    assert codes == [201] * 160
    assert len({entry["remote_id"] for entry in entries}) == len({entry["text"] for entry in entries}) == 160


def test_ids_stay_unique_when_the_clock_goes_back(author):
    posts = set()
    for number in range(6):
        posts.add(author.post(f"number {number}"))
        author.advance(-1 if number % 2 else 1)
    assert len(posts) == 6


def test_no_moment_gives_an_id_twice_however_the_clock_goes():
    snowflakes = Snowflakes()
    moments = [1_800_000_000.0 + step for step in (0, 1, 0, 1, 1, 0, -5, 0)]
    made = [snowflakes.next(moment) for moment in moments for _ in range(5000)]
    assert len(set(made)) == len(made)
    assert (int(made[0]) >> 22) + 1288834974657 == moments[0] * 1000


def test_the_pages_escape_everything(author, jpeg):
    evil = "<script>alert(1)</script>"
    picture = author.image()
    alt = {"id": picture, "metadata": {"alt_text": {"text": f'"{evil}'}}}
    author.call("POST", "/2/media/metadata", json=alt)
    first = author.post(evil, media={"media_ids": [picture]})
    author.post(
        "p", poll={"options": ["<script>", "b"], "duration_minutes": 5}, reply={"in_reply_to_tweet_id": first}
    )
    for address in ("/", *(entry["permalink"].removeprefix(author.url) for entry in author.ledger())):
        answer = author.http.get(author.url + address)
        assert answer.status_code == 200 and "<script" not in answer.text


def test_a_long_thread_has_pages_that_go_on(author):
    author.change(limits={"x.post.create": 1000})
    parent = author.post("part 0")
    for number in range(1, 60):
        parent = author.post(f"part {number}", reply={"in_reply_to_tweet_id": parent})
    first = author.http.get(author.ledger()[0]["permalink"]).text
    assert "part 29" in first and "part 31" not in first and "The thread goes on" in first
    assert "part 59" in author.http.get(author.ledger()[40]["permalink"]).text


@pytest.mark.parametrize("accounts", [1, 40])
def test_accounts_are_all_different_and_have_names_that_x_would_take(author, accounts):
    with SandboxServer(port=0, accounts=accounts) as server:
        found = author.http.get(f"{server.url}/_sandbox/accounts").json()["connections"]
        mine = [one for one in found if one["platform"] == "x"]
    assert len({one["accountName"] for one in mine}) == len({one["accountId"] for one in mine}) == accounts
    assert all(len(one["accountName"]) <= 15 and one["accountName"].isalnum() for one in mine)
    assert [bool(one["accessTokenSecret"]) for one in mine] == [number % 3 == 1 for number in range(accounts)]
