"""Two apps, their tokens, and what becomes of them by the sandbox's clock."""

from urllib.parse import parse_qs, urlsplit

import pytest

from tests.sandbox.linkedin.conftest import code_of

DAY = 86_400
CALLBACK = "http://127.0.0.1:8099/callback"
GRANT_DEAD = {
    "error": "invalid_request",
    "error_description": "The provided authorization grant or refresh token is invalid, expired or revoked",
}


def sign_in(visitor, scope, **more):
    asked = {"response_type": "code", "client_id": visitor.app["client_id"], "redirect_uri": CALLBACK}
    answer = visitor.http.get(
        f"{visitor.url}/oauth/v2/authorization",
        params=asked | {"scope": scope, "state": "s"} | more,
        allow_redirects=False,
    )
    if answer.status_code != 302:
        return answer
    return {name: values[0] for name, values in parse_qs(urlsplit(answer.headers["Location"]).query).items()}


def exchange(visitor, code, **more):
    asked = {"grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK}
    return visitor.oauth("accessToken", **asked | visitor.app | more)


def test_accounts_are_listed_as_an_import_takes_them(club, person, member):
    assert club.urn.startswith("urn:li:organization:") and person.urn.startswith("urn:li:person:")
    assert member(2).urn.startswith("urn:li:organization:")
    assert {"w_organization_social", "r_organization_social", "w_organization_social_feed"} <= set(
        club.connection["scopes"]
    )
    assert set(person.connection["scopes"]) == {"openid", "profile", "w_member_social"}
    assert club.refresh and person.refresh is None
    assert club.app != person.app and 400 < len(club.token) < 1000
    assert club.connection["expiresAt"].endswith("Z")
    apps = club.accounts()["apps"]["linkedin"]
    assert (apps["client_id"], apps["client_secret"]) == tuple(club.app.values())
    assert (apps["share_client_id"], apps["share_client_secret"]) == tuple(person.app.values())


def test_a_token_dies_after_sixty_days_and_is_renewed_without_another_refresh_token(club, person):
    club.advance(60 * DAY + 1)
    assert code_of(club.post("m")) == (401, "EXPIRED_ACCESS_TOKEN")
    assert club.post("m").json()["serviceErrorCode"] == 65602
    told = club.renew().json()
    assert told["refresh_token"] == club.refresh
    assert told["expires_in"] in range(60 * DAY - 5, 60 * DAY + 1)
    assert told["refresh_token_expires_in"] in range(305 * DAY - 5, 305 * DAY + 1)
    club.token = told["access_token"]
    assert club.post("m").status_code == 201
    assert code_of(person.post("m")) == (401, "EXPIRED_ACCESS_TOKEN")


def test_renewing_twice_at_once_harms_nobody(club):
    first, second = club.renew().json()["access_token"], club.renew().json()["access_token"]
    for token in (club.token, first, second):
        club.token = token
        assert club.mine().status_code == 200


def test_the_year_of_a_refresh_token_is_not_extended_and_cuts_the_last_access_token(club):
    club.advance(200 * DAY)
    club.renew()
    club.advance(160 * DAY)
    told = club.renew().json()
    assert told["expires_in"] == told["refresh_token_expires_in"] in range(5 * DAY - 5, 5 * DAY + 1)
    club.advance(5 * DAY)
    answer = club.renew()
    assert (answer.status_code, answer.json()) == (400, GRANT_DEAD)
    assert type(club)(club.url).refresh != club.refresh


def test_the_app_of_the_people_has_no_refresh_tokens(person):
    assert set(exchange(person, sign_in(person, "openid w_member_social")["code"]).json()) == {
        "access_token",
        "expires_in",
        "scope",
        "token_type",
    }


@pytest.mark.parametrize(
    ("form", "status", "error"),
    [
        ({"client_secret": "wrong"}, 401, "invalid_client"),
        ({"client_id": "wrong"}, 401, "invalid_client"),
        ({"refresh_token": "wrong"}, 400, "invalid_request"),
        ({"refresh_token": ""}, 400, "invalid_request"),
        ({"client_id": ""}, 400, "invalid_request"),
        ({"scope": "openid"}, 400, "invalid_request"),
        ({"grant_type": ""}, 400, "invalid_request"),
        ({"grant_type": "password"}, 400, "unsupported_grant_type"),
        ({"grant_type": "client_credentials"}, 401, "access_denied"),
    ],
)
def test_the_token_endpoint_refuses_in_its_own_dialect(club, form, status, error):
    asked = {"grant_type": "refresh_token", "refresh_token": club.refresh, **club.app}
    answer = club.oauth("accessToken", **asked | form)
    assert (answer.status_code, answer.json()["error"]) == (status, error)
    assert answer.json()["error_description"]


def test_a_refresh_token_is_its_own_apps(club, person):
    asked = {"grant_type": "refresh_token", "refresh_token": club.refresh, **person.app}
    assert club.oauth("accessToken", **asked).json() == GRANT_DEAD


def test_only_forms_are_read(club):
    asked = {"grant_type": "refresh_token", "refresh_token": club.refresh, **club.app}
    assert club.http.post(f"{club.url}/oauth/v2/accessToken", json=asked).status_code == 400
    assert club.http.get(f"{club.url}/oauth/v2/accessToken").status_code == 405


def test_somebody_signs_in(club):
    back = sign_in(club, "w_organization_social r_organization_social")
    assert back["state"] == "s"
    told = exchange(club, back["code"]).json()
    assert told["scope"] == "w_organization_social,r_organization_social"
    assert told["refresh_token_expires_in"] in range(365 * DAY - 5, 365 * DAY + 1)
    assert exchange(club, back["code"]).json() == GRANT_DEAD
    club.token = told["access_token"]
    assert club.post("m").status_code == 201


def test_the_page_for_people_reads_an_ordinary_query(club):
    query = f"response_type=code&client_id={club.app['client_id']}&redirect_uri={CALLBACK}"
    address = f"{club.url}/oauth/v2/authorization?{query}&scope=w_organization_social+r_organization_social"
    answer = club.http.get(address, allow_redirects=False)
    assert answer.headers["Location"].startswith(f"{CALLBACK}?code=")


def test_asking_for_other_scopes_ends_the_earlier_tokens(club):
    found = club.rest("GET", "organizationAcls?q=roleAssignee").json()["elements"]
    club.control("POST", "consent", {"platform": "linkedin", "account": found[0]["roleAssignee"]})
    exchange(club, sign_in(club, "w_organization_social")["code"])
    assert code_of(club.mine()) == (401, "REVOKED_ACCESS_TOKEN")
    assert club.renew().json() == GRANT_DEAD


def test_a_code_lives_for_half_an_hour_and_knows_its_redirect(club):
    code = sign_in(club, "w_organization_social")["code"]
    answer = exchange(club, code, redirect_uri="http://127.0.0.1:1/")
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_redirect_uri")
    club.advance(1801)
    assert exchange(club, code).json() == GRANT_DEAD


def test_a_scope_that_the_app_does_not_have_breaks_the_consent(club, person):
    assert sign_in(club, "w_organization_social openid")["error"] == "unauthorized_scope_error"
    assert sign_in(person, "openid w_organization_social")["error"] == "unauthorized_scope_error"


@pytest.mark.parametrize(
    "more",
    [
        {"redirect_uri": "https://example.com/"},
        {"redirect_uri": "http://127.0.0.1:x/"},
        {"client_id": "wrong"},
        {"response_type": "token"},
        {"scope": ""},
        {"prompt": "none"},
    ],
)
def test_a_sign_in_that_makes_no_sense_is_refused(club, more):
    answer = sign_in(club, **{"scope": "w_organization_social"} | more)
    assert answer.status_code in (400, 401) and "Location" not in answer.headers


def test_a_token_is_looked_at(club, person):
    told = club.oauth("introspectToken", token=club.token, **club.app).json()
    assert (told["active"], told["status"], told["auth_type"]) == (True, "active", "3L")
    assert told["client_id"] == club.app["client_id"] and "w_organization_social" in told["scope"]
    assert told["expires_at"] - told["created_at"] == 60 * DAY
    assert club.oauth("introspectToken", token=person.token, **club.app).json() == {"active": False}
    club.advance(60 * DAY + 1)
    assert club.oauth("introspectToken", token=club.token, **club.app).json()["status"] == "expired"
    assert (
        code_of(club.oauth("introspectToken", token=club.token, client_id="x", client_secret="y"))[0] == 401
    )


def test_a_revoked_token_is_dead_and_the_accounts_document_has_a_fresh_one(club):
    assert club.oauth("revoke", token=club.token, **club.app).status_code == 200
    answer = club.post("m").json()
    assert (answer["code"], answer["serviceErrorCode"]) == ("REVOKED_ACCESS_TOKEN", 65601)
    assert club.oauth("introspectToken", token=club.token, **club.app).json()["status"] == "revoked"
    fresh = type(club)(club.url)
    assert fresh.token != club.token and fresh.post("m").status_code == 201
    fresh.http.close()
