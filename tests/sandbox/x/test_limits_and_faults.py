"""Rate limits, money, and misbehaviour on demand, in X's dialect."""

import time

import pytest
import requests

from tests.sandbox.x.answers import refused


def limits(answer):
    return tuple(int(answer.headers[f"x-rate-limit-{name}"]) for name in ("limit", "remaining", "reset"))


def test_every_answer_tells_the_limit_of_its_window(author):
    for number in range(3):
        answer = author.create(f"number {number}")
        limit, remaining, reset = limits(answer)
        assert (limit, remaining) == (100, 99 - number) and 0 < reset - time.time() <= 900
    assert author.create("").status_code == 400
    assert limits(author.create(""))[1] == 95
    assert limits(author.get("/2/users/me"))[0] == 75
    assert limits(author.timeline and author.get(f"/2/users/{author.id}/tweets"))[0] == 900
    assert answer.headers["api-version"] == "2.167" and answer.headers["x-access-level"] == "read-write"
    assert len(answer.headers["x-transaction-id"]) == 16
    assert not [name for name in answer.headers if "24hour" in name]


def test_the_hundred_and_first_post_waits_for_the_next_quarter_of_an_hour(author, other):
    codes = [author.create(f"number {number}").status_code for number in range(101)]
    assert codes == [201] * 100 + [429]
    answer = author.create("still too many")
    assert answer.json() == {
        "title": "Too Many Requests",
        "detail": "Too Many Requests",
        "type": "about:blank",
        "status": 429,
    }
    assert limits(answer)[1] == 0 and "Retry-After" not in answer.headers
    assert other.create("not my limit").status_code == 201
    author.advance(901)
    assert author.create("in the next window").status_code == 201


def test_an_account_can_be_given_other_limits_than_the_documented_ones(author):
    author.change(limits={"x.posts.list": 1})
    answers = [author.get(f"/2/users/{author.id}/tweets") for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 429] and limits(answers[0])[:2] == (1, 0)


def test_older_plans_are_told_the_day_s_limit_too(author):
    author.change(plan="legacy")
    answer = author.create("a day has ten thousand")
    assert answer.headers["x-app-limit-24hour-limit"] == "10000"
    assert answer.headers["x-app-limit-24hour-remaining"] == "9999"
    assert int(answer.headers["x-app-limit-24hour-reset"]) > time.time() + 80_000


def test_without_credits_the_whole_application_stands_still(author, other):
    author.change(credits=False)
    for each in (author, other):
        for answer in (each.create("a"), each.get("/2/users/me"), each.upload()):
            assert answer.status_code == 402
            problem = answer.json()
            assert problem["title"] == "CreditsDepleted" and problem["type"].endswith("/problems/credits")
            assert "does not have any credits" in problem["detail"]
    assert author.renew().status_code == 200
    author.change(credits=True)
    assert author.create("a").status_code == 201


@pytest.mark.parametrize(
    ("kind", "status", "tail", "says"),
    [
        ("error:400", 400, "invalid-request", "$.text"),
        ("error:400:1", 400, "invalid-request", "Your media IDs are invalid."),
        ("error:401", 401, "about:blank", "Unauthorized"),
        ("error:402", 402, "credits", "does not have any credits"),
        ("error:402:1", 402, "credits", "spend cap"),
        ("error:403", 403, "about:blank", "Forbidden"),
        ("error:403:1", 403, "about:blank", "duplicate content"),
        ("error:403:2", 403, "about:blank", "not permitted to perform"),
        ("error:403:3", 403, "not-authorized-for-resource", "mentioned or are the author"),
        ("error:403:4", 403, "about:blank", "deleted or not visible"),
        ("error:403:5", 403, "about:blank", "one cashtag"),
        ("error:403:6", 403, "unsupported-authentication", "OAuth 2.0 User Context"),
        ("error:403:7", 403, "client-forbidden", "attached to a Project"),
        ("error:403:8", 403, "about:blank", "not permitted to access this feature"),
        ("error:403:9", 403, "about:blank", "invalid URL"),
        ("error:403:10", 403, "about:blank", "longer than 2 minutes"),
        ("error:403:11", 403, "about:blank", "Reply to this conversation"),
        ("error:404", 404, "resource-not-found", "Could not find"),
        ("error:429", 429, "about:blank", "Too Many Requests"),
        ("error:429:1", 429, "usage-capped", "Daily product cap"),
        ("error:429:2", 429, "usage-capped", "Monthly product cap"),
        ("status:500", 500, "about:blank", "Internal Server Error"),
        ("status:503", 503, "about:blank", "Service Unavailable"),
        ("status:418", 418, "about:blank", "Request Refused"),
    ],
)
def test_each_scripted_error_is_the_problem_that_x_sends(author, kind, status, tail, says):
    author.fault("x.post.create", kind)
    answer = author.create("a")
    assert refused(answer)[:2] == (status, tail) and says in refused(answer)[2]
    assert limits(answer)[0] == 100 and author.ledger() == []
    assert author.create("a").status_code == 201


@pytest.mark.parametrize(
    ("kind", "status", "document"),
    [
        ("error:88", 429, {"errors": [{"code": 88, "message": "Rate limit exceeded"}]}),
        ("error:187", 403, {"errors": [{"code": 187, "message": "Status is a duplicate."}]}),
        ("error:131", 500, {"errors": [{"code": 131, "message": "Internal error"}]}),
        ("error:500:1", 500, {"code": 0, "message": "Internal error"}),
    ],
)
def test_older_and_plainer_forms_can_be_had_too(author, kind, status, document):
    author.fault("x.post.create", kind)
    answer = author.create("a")
    assert (answer.status_code, answer.json()) == (status, document)


def test_some_refusals_are_wrapped_and_all_have_the_old_addresses_in_the_older_generation(author):
    author.change(generation="tweet")
    author.fault("x.post.create", "error:403:3")
    (problem,) = author.create("a").json()["errors"]
    assert problem["type"] == "https://api.twitter.com/2/problems/not-authorized-for-resource"


def test_the_token_endpoint_errs_in_its_own_form(author):
    for kind, status, error in (
        ("error:400", 400, "invalid_request"),
        ("error:400:1", 400, "invalid_grant"),
        ("error:401", 401, "unauthorized_client"),
        ("status:401", 401, "unauthorized_client"),
    ):
        author.fault("x.token.refresh", kind)
        answer = author.renew()
        assert (answer.status_code, answer.json()["error"]) == (status, error)
    author.fault("x.token.refresh", "status:503")
    assert author.renew().status_code == 503
    assert author.renew().status_code == 200


def test_a_refresh_whose_answer_is_lost_has_spent_the_token(author):
    author.fault("x.token.refresh", "lost", "after", account_id=author.id)
    with pytest.raises(requests.ConnectionError):
        author.renew()
    assert author.renew().status_code == 400


def test_a_rate_fault_names_the_moment_at_which_it_ends(author):
    author.fault("x.post.create", "rate:7")
    answer = author.create("a")
    limit, remaining, reset = limits(answer)
    assert (answer.status_code, limit, remaining) == (429, 100, 0)
    assert 410 < reset - time.time() <= 421


def test_an_after_fault_posts_and_then_errs(author):
    for number, kind in enumerate(["lost", "reset", "status:503", "html", "html:502", "truncated", "empty"]):
        author.fault("x.post.create", kind, "after")
        try:
            answer = author.create(f"number {number}")
        except requests.RequestException:
            continue
        assert answer.status_code != 201 or kind == "truncated"
    assert [entry["text"] for entry in author.ledger()] == [f"number {number}" for number in range(7)]


def test_a_token_dies_before_the_call_or_with_its_answer(author, signer):
    author.fault("x.post.create", "expire_token", account_id=author.id)
    assert author.create("a").status_code == 401 and author.ledger() == []
    author.token = author.renew().json()["access_token"]
    author.fault("x.post.create", "expire_token", "after", account_id=author.id)
    assert author.create("a").status_code == 201
    assert author.create("b").status_code == 401
    signer.fault("x.post.create", "expire_token", account_id=signer.id)
    assert signer.create("c").status_code == 401


def test_usage_is_told_beside_the_true_answer(author):
    author.fault("x.post.create", "usage:90", "after")
    answer = author.create("a")
    assert answer.headers["x-user-limit-24hour-limit"] == "10000"
    assert answer.headers["x-user-limit-24hour-remaining"] == "1000"


def test_a_fault_may_aim_at_one_account_signed_or_not(author, signer):
    author.fault("x.*", "status:503", account_id=signer.id, times=-1)
    assert author.create("a").status_code == 201 and signer.create("b").status_code == 503


@pytest.mark.parametrize(
    ("call", "kind"),
    [("x.post.create", "processing:1"), ("x.media.upload", "break:5"), ("x.me.read", "hide:5")],
)
def test_a_call_is_not_told_what_it_cannot_do(author, call, kind):
    document = {"call": call, "kind": kind, "strike": "before"}
    answer = author.http.post(f"{author.url}/_sandbox/faults", json=document)
    assert answer.status_code == 400 and "cannot obey" in answer.json()["error"]


def test_every_call_is_in_the_journal_by_its_name(author, mp4):
    author.video()
    author.post("a")
    author.renew()
    author.token_call(grant_type="authorization_code")
    names = [record["call"] for record in author.journal()]
    assert names == [
        "x.media.initialize",
        "x.media.append",
        "x.media.append",
        "x.media.finalize",
        "x.media.status",
        "x.post.create",
        "x.token.refresh",
        "x.token.exchange",
    ]
    known = author.control("GET", "calls")["calls"]
    assert set(names) <= set(known)
    assert {record["account_id"] for record in author.journal()[:-1]} == {author.id}
    assert not any(
        author.token in str(record) or author.refresh in str(record) for record in author.journal()
    )
