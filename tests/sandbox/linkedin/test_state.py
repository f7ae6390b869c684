"""The state file, the seed, the page for people, and many at once."""

import json
import threading
from urllib.parse import quote

import requests

from planrrr_cli.sandbox import SandboxServer
from tests.sandbox.linkedin.conftest import JPEG, MP4, PDF, Member, code_of


def test_the_state_file_opens_the_same_sandbox_again(tmp_path):
    file = tmp_path / "state.json"
    with SandboxServer(port=0, seed=3, accounts=2, state_file=file) as first:
        club, person = Member(first.url, 0), Member(first.url, 1)
        image, film, begun = club.uploaded("image", JPEG), club.film(), club.begin("document")
        urn = club.published("kept", {"media": {"id": image, "altText": "a picture"}})
        comment = club.comment(urn, "kept too").json()
        person.published("a person's")
        club.change(club.urn, day_limit=4, role="CONTENT_ADMIN")
        before = club.ledger()
        club.http.close()
        person.http.close()
    with SandboxServer(port=0, seed=99, accounts=5, state_file=file) as second:
        again = Member(second.url, 0)
        assert (again.urn, again.token, again.refresh) == (club.urn, club.token, club.refresh)
        assert again.ledger() == json.loads(json.dumps(before).replace(first.url, second.url))
        assert again.read(urn).json()["content"]["media"]["id"] == image
        [kept] = again.rest("GET", f"socialActions/{quote(urn, safe='')}/comments").json()["elements"]
        assert kept["$URN"] == comment["$URN"]
        assert code_of(again.post("kept", {"media": {"id": image, "altText": "a picture"}})) == (
            422,
            "DUPLICATE_POST",
        )
        assert again.post("later", {"media": {"id": film}}).status_code == 201
        assert again.read(begun["document"]).json()["status"] == "WAITING_UPLOAD"
        moved = begun["uploadUrl"].replace(first.url, second.url)
        assert again.put(moved, PDF).status_code == 201
        assert again.post("one too many for the day").status_code == 201
        assert again.post("really").status_code == 429
        assert again.renew().status_code == 200
        again.http.close()


def test_a_video_without_all_its_parts_starts_again_after_a_restart(tmp_path):
    file, film = tmp_path / "state.json", MP4.ljust(5_000_000, b"\0")
    with SandboxServer(port=0, state_file=file) as first:
        club = Member(first.url)
        begun = club.begin("video", fileSizeBytes=len(film))
        club.upload_parts(begun, film)
        club.http.close()
    with SandboxServer(port=0, state_file=file) as second:
        again = Member(second.url)
        begun = json.loads(json.dumps(begun).replace(first.url, second.url))
        assert code_of(again.finalize(begun, ["x"])) == (400, "MEDIA_ASSET_WAITING_UPLOAD")
        assert again.finalize(begun, again.upload_parts(begun, film)).status_code == 200
        again.http.close()


def test_accounts_and_tokens_follow_from_the_seed():
    found = []
    for seed in (5, 5, 6):
        with SandboxServer(port=0, seed=seed) as server:
            document = requests.get(f"{server.url}/_sandbox/accounts").json()
            [mine] = [each for each in document["connections"] if each["platform"] == "linkedin"]
            found.append((mine["accountId"], mine["accessToken"], mine["appSecret"]))
    assert found[0] == found[1] and not set(found[0]) & set(found[2])


def test_a_single_account_is_an_organization_with_everything_it_needs():
    with SandboxServer(port=0) as server:
        club = Member(server.url)
        urn = club.published("m", {"media": {"id": club.film()}})
        assert club.urn.startswith("urn:li:organization:")
        assert club.comment(urn, "c").status_code == 201 and club.read(urn).status_code == 200
        club.http.close()


def test_the_page_shows_posts_escaped_under_the_names_of_their_accounts(club, person):
    evil = "\\<script\\>alert(1)"
    urn = club.published(evil.replace("(1)", "\\(1\\)"))
    club.published(
        "Vote",
        {
            "poll": {
                "question": "<b>?",
                "options": [{"text": "a"}, {"text": "b"}],
                "settings": {"duration": "ONE_DAY"},
            }
        },
    )
    person.published("m")
    page = club.http.get(club.url).text
    assert "<script" not in page and "&lt;script&gt;alert(1)" in page and "<b>?" not in page
    assert club.connection["accountName"] in page and person.connection["accountName"] in page
    for address in (f"/feed/update/{urn}/", f"/feed/update/{urn}", f"/feed/update/{quote(urn, safe='')}/"):
        assert "alert(1)" in club.http.get(club.url + address).text
    assert club.http.get(f"{club.url}/feed/update/urn:li:share:5/").status_code == 404


def test_many_post_at_the_same_time_and_each_once(club, person):
    def client(number):
        with requests.Session() as http:
            for each in range(4):
                body = club.body(f"{number}-{each}")
                codes.append(
                    http.post(f"{club.url}/rest/posts", json=body, headers=club.headers()).status_code
                )

    codes: list[int] = []
    threads = [threading.Thread(target=client, args=(number,)) for number in range(32)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    ledger = club.ledger()
    assert codes == [201] * 128
    assert len({entry["text"] for entry in ledger}) == len({entry["remote_id"] for entry in ledger}) == 128


def test_of_many_who_say_the_same_at_once_one_is_public(club):
    codes: list[int] = []
    threads = [
        threading.Thread(target=lambda: codes.append(club.post("same").status_code)) for _ in range(16)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(codes) == [201] + [422] * 15 and club.texts() == ["same"]
