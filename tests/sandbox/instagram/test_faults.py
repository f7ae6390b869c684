"""Faults on Instagram's calls: every documented error, and the general ones of the sandbox."""

import json

import pytest
import requests

from tests.sandbox.instagram.conftest import code_of

ROWS = [
    (-2, 2207003),
    (-2, 2207020),
    (-1, 2207001),
    (-1, 2207032),
    (-1, 2207053),
    (1, 2207057),
    (4, 2207051),
    (9, 2207042),
    (24, 2207006),
    (24, 2207008),
    (25, 2207050),
    (100, 2207023),
    (100, 2207028),
    (100, 2207035),
    (100, 2207036),
    (100, 2207037),
    (100, 2207040),
    (100, 2207089),
    (352, 2207026),
    (9004, 2207052),
    (9007, 2207027),
    (36000, 2207004),
    (36001, 2207005),
    (36003, 2207009),
    (36004, 2207010),
    (100, 2207077),
    (100, 2207081),
    (352, 2207082),
    (352, 2207085),
]


@pytest.mark.parametrize(("code", "subcode"), ROWS)
def test_every_subcode_of_instagram_can_be_scripted(shop, code, subcode):
    shop.fault("instagram.media.publish", f"error:{code}:{subcode}")
    answer = shop.publish(shop.image())
    assert code_of(answer) == (400, code, subcode)
    error = answer.json()["error"]
    assert error["type"] == "OAuthException" and error["is_transient"] is False and error["fbtrace_id"]
    assert error["error_user_title"] and error["error_user_msg"] and error["message"]
    assert shop.ledger() == []


@pytest.mark.parametrize(
    ("script", "told"),
    [
        ("error:4", (403, 4, None)),
        ("error:17", (400, 17, None)),
        ("error:32", (403, 32, None)),
        ("error:613", (400, 613, None)),
        ("error:80002", (400, 80002, None)),
        ("error:368", (400, 368, None)),
        ("error:1", (500, 1, None)),
        ("error:2", (500, 2, None)),
        ("error:10", (403, 10, None)),
        ("error:10:1", (400, 10, None)),
        ("error:200", (403, 200, None)),
        ("error:3", (400, 3, None)),
        ("error:100:33", (400, 100, 33)),
        ("error:190", (400, 190, None)),
        ("error:190:458", (400, 190, 458)),
        ("error:190:460", (400, 190, 460)),
        ("error:190:467", (400, 190, 467)),
        ("status:500", (500, 2, None)),
        ("status:503", (503, 2, None)),
        ("status:429", (429, 4, None)),
        ("status:401", (401, 190, 467)),
    ],
)
def test_errors_that_all_of_graph_shares_can_be_scripted(shop, script, told):
    shop.fault("instagram.container.read", script)
    assert code_of(shop.get(shop.image(), fields="status_code")) == told


def test_a_switched_account_says_so(shop):
    shop.fault("instagram.media.list", "error:10:1")
    answer = shop.get(f"{shop.id}/media")
    assert "not an Instagram Business" in answer.json()["error"]["message"]


def test_a_negative_code_is_for_errors_alone(shop):
    for kind in ("status:-1", "hold:-1", "error:1:-5", "error:--1", "error:-"):
        document = {"call": "instagram.media.publish", "kind": kind, "strike": "before"}
        assert requests.post(f"{shop.url}/_sandbox/faults", json=document, timeout=20).status_code == 400


def test_a_post_may_be_live_behind_a_block(either):
    """As reported in July 2026: 4/2207051, and the post is there."""
    container = either.image(caption="live")
    either.fault("instagram.media.publish", "error:4:2207051", "after")
    assert code_of(either.publish(container)) == (400, 4, 2207051)
    assert either.status(container) == "PUBLISHED"
    assert [entry["text"] for entry in either.ledger()] == ["live"] and len(either.listed()) == 1
    effects = [record["effect"] for record in either.journal() if record["call"] == "instagram.media.publish"]
    assert effects == [True]


@pytest.mark.parametrize(
    "kind", ["lost", "reset", "status:500", "html:500", "html", "truncated", "empty", "error_200"]
)
def test_a_post_may_be_live_behind_every_broken_answer(shop, kind):
    container = shop.image()
    shop.fault("instagram.media.publish", kind, "after")
    try:
        answer = shop.publish(container)
    except requests.RequestException:
        answer = None
    assert answer is None or "error" in answer.text or not answer.text.endswith("}")
    assert shop.status(container) == "PUBLISHED" and len(shop.ledger()) == 1


@pytest.mark.parametrize("kind", ["lost", "status:500", "html:502", "error:1", "rate:5"])
def test_nothing_is_live_behind_an_answer_that_broke_before(shop, kind):
    container = shop.image()
    shop.fault("instagram.media.publish", kind)
    try:
        assert shop.publish(container).status_code >= 400
    except requests.RequestException:
        assert kind == "lost"
    assert shop.status(container) == "FINISHED" and shop.ledger() == []
    shop.published(container)


def test_the_accounts_limit_tells_when_it_ends(either):
    either.fault("instagram.media.publish", "rate:42")
    answer = either.publish(either.image())
    assert code_of(answer) == (400, 80002, None)
    [entry] = json.loads(answer.headers["X-Business-Use-Case-Usage"])[either.id]
    assert (entry["type"], entry["estimated_time_to_regain_access"]) == ("instagram", 42)
    assert entry["call_count"] == 100


def test_usage_is_told_beside_the_true_answer(either):
    either.fault("instagram.media.list", "usage:91", "after")
    answer = either.get(f"{either.id}/media")
    [entry] = json.loads(answer.headers["X-Business-Use-Case-Usage"])[either.id]
    assert answer.json() == {"data": []} and (entry["type"], entry["call_count"]) == ("instagram", 91)


def test_a_fault_may_aim_at_one_account(creator):
    shop, cafe = creator(0), creator(1)
    shop.fault("instagram.*", "status:500", account_id=cafe.id, times=-1)
    container = shop.image()
    shop.published(container)
    assert cafe.create(image_url="a.jpg").status_code == cafe.get(f"{cafe.id}/media").status_code == 500


def test_nine_thousand_and_seven_may_come_first(shop):
    shop.fault("instagram.media.publish", "error:9007:2207027")
    container = shop.image()
    assert code_of(shop.publish(container)) == (400, 9007, 2207027)
    shop.published(container)


def test_a_lost_answer_to_a_new_container_leaves_it_behind(shop):
    shop.fault("instagram.container.create", "lost", "after")
    with pytest.raises(requests.ConnectionError):
        shop.create(image_url="a.jpg")
    shop.change(container_limit=1)
    assert code_of(shop.create(image_url="a.jpg")) == (400, 9, 2207042)


def test_the_token_endpoints_have_faults_too(shop):
    shop.advance(2 * 86_400)
    asked = {"grant_type": "ig_refresh_token", "access_token": shop.token}
    address = f"{shop.url}/refresh_access_token"
    shop.fault("instagram.token.refresh", "status:500")
    assert code_of(shop.http.get(address, params=asked)) == (500, 2, None)
    shop.fault("instagram.token.refresh", "error:190:467", account_id=shop.id)
    assert code_of(shop.http.get(address, params=asked)) == (400, 190, 467)
    assert shop.http.get(address, params=asked).status_code == 200
    shop.fault("instagram.token.redeem", "status:500")
    form = {"grant_type": "authorization_code", "client_id": shop.app["app_id"]}
    answer = shop.http.post(f"{shop.url}/oauth/access_token", data=form, timeout=20)
    assert answer.status_code == 500 and answer.json()["error_type"] == "OAuthException"


@pytest.mark.parametrize(
    ("call", "kind"),
    [
        ("instagram.media.list", "hide:5"),
        ("instagram.media.publish", "break:5"),
        ("instagram.media.read", "processing:1"),
    ],
)
def test_a_call_that_cannot_obey_a_fault_is_refused(shop, call, kind):
    document = {"call": call, "kind": kind, "strike": "before"}
    answer = requests.post(f"{shop.url}/_sandbox/faults", json=document, timeout=20)
    assert answer.status_code == 400 and "cannot obey" in answer.json()["error"]


def test_every_answer_has_the_headers_of_graph(shop):
    for answer in (shop.get("me"), shop.get(f"{shop.id}/media", "unknown")):
        assert answer.headers["facebook-api-version"] == "v25.0"
        assert answer.headers["x-fb-trace-id"].startswith("A")
    old = shop.http.get(f"{shop.url}/v20.0/me", headers={"Authorization": f"Bearer {shop.token}"}, timeout=20)
    assert old.headers["facebook-api-version"] == "v21.0"


def test_bodies_that_cannot_be_read_are_refused(shop):
    headers = {"Content-Type": "application/json"}
    for body in (b"{", b"[]", b"\xff"):
        answer = shop.graph("POST", f"{shop.id}/media", data=body, headers=headers)
        assert code_of(answer) == (400, 100, None)
    answer = shop.graph("POST", f"{shop.id}/media", files={"source": b"bytes"})
    assert code_of(answer) == (400, 100, None)
