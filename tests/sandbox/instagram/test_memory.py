"""The state file, the seed, and resetting."""

import json

import pytest
import requests

from planrrr_cli.sandbox import SandboxServer
from tests.sandbox.instagram.conftest import Creator, code_of
from tests.sandbox.instagram.pictures import mp4


def test_the_state_file_opens_the_same_sandbox_again(tmp_path, media_folder):
    file, film = tmp_path / "state.json", mp4()
    with SandboxServer(port=0, seed=3, accounts=2, state_file=file, media_folder=media_folder) as first:
        shop, cafe = Creator(first.url, 0), Creator(first.url, 1)
        media = shop.published(shop.carousel(shop.items(), caption="kept"))
        comment = shop.comment(media, "kept too").json()["id"]
        waiting, begun = shop.reel(caption="later"), cafe.begun()
        cafe.send(begun["uri"], film[:100], size=len(film))
        cafe.change(quota_total=7, failing_containers=[2207085], page_reads_fail=True)
        shop.advance(2 * 86_400 - 60)
        late = shop.image()
        before = shop.ledger()
        shop.http.close()
        cafe.http.close()
    with SandboxServer(port=0, seed=99, accounts=5, state_file=file, media_folder=media_folder) as second:
        again, other = Creator(second.url, 0), Creator(second.url, 1)
        assert (again.id, again.token, again.username) == (shop.id, shop.token, shop.username)
        assert (other.id, other.token, other.user_token) == (cafe.id, cafe.token, cafe.user_token)
        assert again.ledger() == json.loads(json.dumps(before).replace(first.url, second.url))
        read = again.get(media, fields="caption,children{media_type},comments{text}").json()
        assert read["caption"] == "kept" and len(read["children"]["data"]) == 2
        assert read["comments"]["data"] == [{"text": "kept too", "id": comment}]
        assert "kept too" in again.http.get(before[0]["permalink"].replace(first.url, second.url)).text
        assert again.status(waiting) == "EXPIRED" and again.status(late) == "FINISHED"
        again.published(late)
        assert len({entry["remote_id"] for entry in again.ledger()}) == 3
        assert other.quota()["config"]["quota_total"] == 7
        page = other.connection["metadata"]["pageId"]
        linked = other.get(page, fields="instagram_business_account").json()
        assert linked["instagram_business_account"]["id"] == other.id
        again.http.close()
        other.http.close()


def test_an_upload_begins_again_after_a_restart(tmp_path, media_folder):
    file, film = tmp_path / "state.json", mp4()
    with SandboxServer(port=0, accounts=2, state_file=file) as first:
        cafe = Creator(first.url, 1)
        begun = cafe.begun()
        cafe.send(begun["uri"], film[:100], size=len(film))
        cafe.http.close()
    with SandboxServer(port=0, accounts=2, state_file=file) as second:
        again = Creator(second.url, 1)
        uri = begun["uri"].replace(first.url, second.url)
        told = again.get(begun["id"], fields="video_status").json()["video_status"]["uploading_phase"]
        assert told == {"status": "not_started", "bytes_transferred": 0}
        assert again.send(uri, film).status_code == 200
        again.published(begun["id"])
        again.http.close()


def test_the_same_seed_gives_the_same_ids_and_tokens():
    seen = []
    for seed in (5, 5, 6):
        with SandboxServer(port=0, accounts=2, seed=seed) as server:
            found = requests.get(f"{server.url}/_sandbox/accounts", timeout=20).json()["connections"]
            mine = [one for one in found if one["platform"] == "instagram"]
            seen.append([(one["accountId"], one["accessToken"], one["refreshToken"]) for one in mine])
    assert seen[0] == seen[1] != seen[2]


def test_a_reset_forgets_posts_tokens_and_changes(creator):
    shop, cafe = creator(0), creator(1)
    shop.published(shop.image())
    cafe.change(scopes=[], quota_total=1)
    shop.fault("instagram.media.list", "expire_token", "after")
    first = shop.token
    shop.listed()
    shop.sign_in()
    requests.post(f"{shop.url}/_sandbox/reset", timeout=20).raise_for_status()
    shop.sign_in()
    cafe.sign_in()
    assert shop.token == first and shop.ledger() == [] and shop.listed() == []
    assert cafe.connection["scopes"] and cafe.quota()["config"]["quota_total"] == 50
    linked = cafe.get(cafe.connection["metadata"]["pageId"], fields="instagram_business_account").json()
    assert linked["instagram_business_account"]["id"] == cafe.id


def test_a_reset_may_bring_other_accounts(media_folder):
    with SandboxServer(port=0, accounts=1, media_folder=media_folder) as server:
        requests.post(f"{server.url}/_sandbox/reset", json={"accounts": 3}, timeout=20).raise_for_status()
        third = Creator(server.url, 2)
        third.published(third.image())
        assert third.ledger()[0]["account_id"] == third.id
        third.http.close()


@pytest.mark.parametrize("kind", ["status:500", "hold:0.1"])
def test_the_control_document_needs_no_call(shop, kind):
    """Faults strike platform calls only: the accounts document and the media folder stay as they are."""
    shop.fault("*", kind, times=-1)
    assert shop.control("GET", "accounts")["connections"]
    assert requests.get(shop.media("a.jpg"), timeout=20).status_code == 200


def test_a_foreign_id_of_seventeen_digits_is_no_account(shop):
    assert code_of(shop.get("17841111111111111/media")) == (400, 100, 33)
