"""Tokens: whom they open, and how they are renewed without being rotated."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from planrrr_cli.domain.connections import Tokens
from planrrr_cli.domain.errors import (
    ConnectionRevoked,
    NotFound,
    PlatformUnavailable,
    RateLimited,
    Scope,
    UnexpectedReply,
)
from planrrr_cli.domain.secrets import Secret
from planrrr_cli.platforms.linkedin.publisher import LinkedInPublisher
from tests.platforms.linkedin.stage import ORGANIZATION, PERSON, connection, cut, refusal
from tests.platforms.rig import NOW, Answer, Server

Make = Callable[..., LinkedInPublisher]
TOKEN_URL = "POST /oauth/v2/accessToken"
INTROSPECT = "POST /oauth/v2/introspectToken"
USERINFO, ACLS = "GET /v2/userinfo", "GET /rest/organizationAcls"
REFRESHABLE = connection(tokens=Tokens(Secret("old"), refresh=Secret("refresh-1")))


def denied(status: int, error: str, description: str = "") -> Answer:
    return Answer(status, {"error": error, "error_description": description})


def acl(urn: str = ORGANIZATION, role: str = "ADMINISTRATOR", **other: Any) -> dict[str, Any]:
    return {"organization": urn, "role": role, "state": "APPROVED"} | other


def test_a_token_is_renewed_and_the_refresh_token_stays(publisher: Make, server: Server) -> None:
    server.on(TOKEN_URL, {"access_token": "new", "expires_in": 5184000, "scope": "w_member_social"})
    known = publisher(secret="s3cret")
    assert known.can_refresh(REFRESHABLE)
    expected = Tokens(Secret("new"), refresh=Secret("refresh-1"), expires_at=NOW + timedelta(days=60))
    assert known.refresh(REFRESHABLE) == expected
    assert server.requests[0].form == {
        "grant_type": "refresh_token",
        "refresh_token": "refresh-1",
        "client_id": "86id",
        "client_secret": "s3cret",
    }
    assert server.requests[0].target == "/oauth/v2/accessToken"
    assert "s3cret" not in repr(known.api.calls) and "refresh-1" not in repr(known.api.calls)


def test_a_refresh_token_of_the_answer_is_kept(publisher: Make, server: Server) -> None:
    server.on(TOKEN_URL, {"access_token": "new", "refresh_token": "refresh-2"})
    assert publisher(secret="s").refresh(REFRESHABLE) == Tokens(Secret("new"), refresh=Secret("refresh-2"))


def test_most_connections_cannot_be_renewed(publisher: Make) -> None:
    assert not publisher(secret="s").can_refresh(connection())
    with pytest.raises(ConnectionRevoked, match="no refresh token"):
        publisher(secret="s").refresh(connection())


@pytest.mark.parametrize(
    ("answer", "error", "says"),
    [
        (
            denied(
                400,
                "invalid_request",
                "The provided authorization grant or refresh token is invalid, expired or revoked",
            ),
            ConnectionRevoked,
            "expired or revoked",
        ),
        (denied(400, "invalid_grant"), ConnectionRevoked, "invalid_grant"),
        (
            denied(401, "invalid_client", "Client authentication failed"),
            RateLimited,
            "LINKEDIN_CLIENT_SECRET",
        ),
        (
            denied(400, "invalid_request", "A required parameter is missing"),
            RateLimited,
            "LINKEDIN_CLIENT_ID",
        ),
        (Answer(500, b""), PlatformUnavailable, "trouble"),
        (Answer(503, b"<html>"), PlatformUnavailable, "trouble"),
        (denied(429, "too_many"), RateLimited, "limits"),
        (cut, PlatformUnavailable, "could not be reached"),
        (Answer(200, {}), UnexpectedReply, "access_token"),
        (Answer(200, b"<html>"), UnexpectedReply, "readable"),
        (Answer(302, b""), PlatformUnavailable, "trouble"),
    ],
)
def test_what_the_token_service_refuses_has_a_class_and_a_sentence(
    answer: Any, error: type[Exception], says: str, publisher: Make, server: Server
) -> None:
    server.on(TOKEN_URL, answer)
    with pytest.raises(error, match=says):
        publisher(secret="s").refresh(REFRESHABLE)


def test_wrong_settings_hold_what_needs_them_for_a_while(publisher: Make, server: Server) -> None:
    server.on(TOKEN_URL, denied(401, "invalid_client"))
    for known in (publisher(secret="s"), publisher()):
        with pytest.raises(RateLimited) as held:
            known.refresh(REFRESHABLE)
        assert held.value.scope is Scope.APP
        assert held.value.retry_at == NOW + timedelta(minutes=15)
    assert len(server.requests) == 1


def test_a_token_names_the_person_who_signed_in(publisher: Make, server: Server) -> None:
    server.on(USERINFO, {"sub": "AbC-123", "name": "Ada Baker"})
    account = publisher().identify(Tokens(Secret("t")), None)
    assert (account.account_id, account.account_name) == (PERSON, "Ada Baker")
    assert account.tokens == Tokens(Secret("t"))
    assert "linkedin-version" not in server.requests[0].headers
    for named in (PERSON, "AbC-123"):
        assert publisher().identify(Tokens(Secret("t")), named).account_id == PERSON
    with pytest.raises(NotFound, match="not urn:li:person:Other"):
        publisher().identify(Tokens(Secret("t")), "urn:li:person:Other")


def test_an_organization_is_chosen_by_its_id_and_named_if_it_can_be(publisher: Make, server: Server) -> None:
    server.on(ACLS, {"elements": [acl("urn:li:organization:1"), acl()]})
    server.on("GET /rest/organizations/5515715", {"localizedName": "The Bakery"})
    for named in (ORGANIZATION, "5515715"):
        account = publisher().identify(Tokens(Secret("t")), named)
        assert (account.account_id, account.account_name) == (ORGANIZATION, "The Bakery")
    assert server.requests[0].query == {"q": "roleAssignee", "state": "APPROVED"}
    server.on("GET /rest/organizations/5515715", refusal(403, "ACCESS_DENIED", 100))
    assert publisher().identify(Tokens(Secret("t")), ORGANIZATION).account_name == ORGANIZATION
    with pytest.raises(NotFound, match="it opens: urn:li:organization:1, urn:li:organization:5515715"):
        publisher().identify(Tokens(Secret("t")), "urn:li:organization:7")


def test_a_token_for_organizations_only_needs_a_choice_when_there_are_several(
    publisher: Make, server: Server
) -> None:
    server.on(USERINFO, refusal(403, "ACCESS_DENIED", 100))
    server.on(ACLS, {"elements": [{"organizationTarget": ORGANIZATION, "role": "CONTENT_ADMIN"}]})
    assert publisher().identify(Tokens(Secret("t")), None).account_id == ORGANIZATION
    server.on(ACLS, {"elements": [acl(), acl("urn:li:organization:1")]})
    with pytest.raises(NotFound, match="choose one"):
        publisher().identify(Tokens(Secret("t")), None)
    server.on(ACLS, {"elements": [acl(state="REVOKED"), None]})
    with pytest.raises(NotFound, match="no organization"):
        publisher().identify(Tokens(Secret("t")), None)


def test_a_role_that_may_not_post_is_named(publisher: Make, server: Server) -> None:
    server.on(ACLS, {"elements": [acl(role="ANALYST")]})
    with pytest.raises(ConnectionRevoked, match="may not post"):
        publisher().identify(Tokens(Secret("t")), ORGANIZATION)


def test_an_id_of_nothing_that_writes_is_refused_before_any_call(publisher: Make, server: Server) -> None:
    with pytest.raises(NotFound, match="no author"):
        publisher().identify(Tokens(Secret("t")), "urn:li:share:1")
    assert server.requests == []


def test_a_dead_token_is_told_when_signing_in(publisher: Make, server: Server) -> None:
    server.on(USERINFO, refusal(401, "REVOKED_ACCESS_TOKEN", 65601))
    with pytest.raises(ConnectionRevoked):
        publisher().identify(Tokens(Secret("t")), None)
    server.on(USERINFO, Answer(200, {}))
    with pytest.raises(UnexpectedReply):
        publisher().identify(Tokens(Secret("t")), None)


def test_expiry_and_scopes_come_from_linkedin_and_never_from_a_guess(publisher: Make, server: Server) -> None:
    server.on(USERINFO, {"sub": "AbC-123"})
    server.on(
        INTROSPECT, {"active": True, "scope": "openid,w_member_social profile", "expires_at": 1790000000}
    )
    account = publisher(secret="s3cret").identify(Tokens(Secret("t")), None)
    assert account.tokens.expires_at == datetime.fromtimestamp(1790000000, UTC)
    assert account.scopes == ("openid", "w_member_social", "profile")
    assert account.account_name == PERSON
    given = Tokens(Secret("t"), expires_at=NOW)
    for answer in (Answer(500, b""), Answer(200, {"expires_at": True, "scope": 1})):
        server.on(INTROSPECT, answer)
        account = publisher(secret="s3cret").identify(given, None)
        assert (account.tokens, account.scopes) == (given, ())
