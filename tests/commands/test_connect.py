"""Signing in without a browser of its own: a program follows the platform's redirect, as a browser would."""

from __future__ import annotations

import json
import socket
from datetime import timedelta

import pytest
import requests

from planrrr_cli.domain.connections import Connection, Platform
from planrrr_cli.store import connections
from tests.commands.conftest import Control
from tests.commands.signing import PATIENCE, last_sentence


def stored(ctx, platform: str) -> list[Connection]:
    with ctx.store.reading() as tx:
        return connections.listing(tx, platform=Platform(platform))


def accounts_of(control: Control, platform: str):
    return [one for one in control.get("accounts")["connections"] if one["platform"] == platform]


@pytest.fixture
def pages_app(developer_apps, folder) -> list[str]:
    """The developer app that LinkedIn wants for organizations."""
    (folder / "secret.txt").write_text(developer_apps["linkedin"]["client_secret"])
    return ["--app-id", developer_apps["linkedin"]["client_id"], "--app-secret-file", "secret.txt"]


@pytest.mark.parametrize(
    ("arguments", "scope", "lives", "renewed"),
    [
        (["facebook", "--account", "Harbour Bakery"], "pages_manage_posts", None, True),
        (["instagram"], "instagram_business_content_publish", timedelta(days=60), False),
        (["instagram", "--login", "facebook"], "instagram_content_publish", None, True),
        (["x"], "media.write", timedelta(hours=2), True),
        (["youtube"], "https://www.googleapis.com/auth/youtube.upload", timedelta(hours=1), True),
        (["linkedin"], "w_member_social", timedelta(days=60), False),
    ],
    ids=lambda value: "-".join(value[:1] + value[2:]) if isinstance(value, list) else "",
)
def test_an_account_is_stored_with_its_name_scopes_and_ends(
    sign_in, ctx, arguments: list[str], scope: str, lives: timedelta | None, renewed: bool
) -> None:
    begun = sign_in(*arguments, "--json", own=True)
    page = begun.agree()
    shape = json.loads(begun.end().out)
    (kept,) = stored(ctx, arguments[0])
    assert shape["schema"] == "planrrr.connect/1"
    assert (shape["added"], shape["updated"], shape["missing"]) == (1, 0, [])
    assert [one["id"] for one in shape["connections"]] == [kept.id]
    assert f"Connected: {kept.account_name}." in page.text
    assert scope in kept.scopes
    assert kept.granted_at is not None
    assert bool(kept.tokens.refresh) is renewed
    assert kept.tokens.refresh != kept.tokens.access
    left = kept.tokens.expires_at - ctx.clock.now() if kept.tokens.expires_at else None
    assert (left is None) is (lives is None)
    assert left is None or lives is None or lives - timedelta(minutes=5) < left <= lives


def test_what_was_signed_in_to_can_be_posted_on(sign_in, control, planrrr, write) -> None:
    begun = sign_in("x")
    begun.agree()
    assert "connected: x @" in begun.end().err
    planrrr("add", write("a.md", front="to: x"), "--at", "now")
    planrrr("publish-due")
    assert [entry["text"] for entry in control.posts()] == ["Fresh bread."]


def test_facebooks_long_lived_user_token_stands_behind_the_pages_own(sign_in, ctx, control) -> None:
    begun = sign_in("facebook", "--account", "Harbour Bakery")
    begun.agree()
    begun.end()
    (kept,) = stored(ctx, "facebook")
    asked = [one["call"] for one in control.get("requests")["requests"]]
    assert asked.count("facebook.token.debug") == 2  # the user token, and the Page's
    assert asked.count("facebook.token.exchange") == 2  # the code, and the short-lived token
    left = kept.tokens.refresh_expires_at - ctx.clock.now()
    assert timedelta(days=55) < left < timedelta(days=61)
    assert kept.options["page_id"] == kept.account_id


def test_every_page_of_an_organization_that_the_person_may_post_for_can_be_connected(
    sign_in, ctx, pages_app
) -> None:
    begun = sign_in("linkedin", "--login", "organization", *pages_app)
    begun.agree()
    begun.end()
    (kept,) = stored(ctx, "linkedin")
    assert kept.account_id.startswith("urn:li:organization:")
    assert kept.account_name != kept.account_id
    assert {"w_organization_social", "r_organization_social"} <= set(kept.scopes)
    assert kept.app_id == pages_app[1] and kept.app_secret
    assert kept.tokens.refresh_expires_at > ctx.clock.now() + timedelta(days=300)


def test_a_person_with_several_organizations_chooses_by_name(sign_in, ctx, control, pages_app) -> None:
    control.post("reset", accounts=4)
    names = [
        one["accountName"] for one in accounts_of(control, "linkedin") if "organization" in one["accountId"]
    ]
    assert len(names) == 2
    begun = sign_in("linkedin", "--login", "organization", *pages_app)
    begun.agree()
    said = last_sentence(begun.end(code=2))
    assert all(name in said for name in names)
    begun = sign_in("linkedin", "--login", "organization", "--account", names[1], *pages_app)
    begun.agree()
    begun.end()
    assert [one.account_name for one in stored(ctx, "linkedin")] == names[1:]


@pytest.mark.parametrize("platform", ["x", "youtube"])
def test_a_challenge_goes_to_the_page_and_what_it_was_made_of_does_not(sign_in, platform: str) -> None:
    begun = sign_in(platform)
    assert begun.asked("code_challenge_method") == "S256"
    assert len(begun.asked("code_challenge")) == 43
    assert "verifier" not in begun.address
    begun.agree()
    begun.end()


def test_google_is_asked_for_a_refresh_token_each_time(sign_in) -> None:
    begun = sign_in("youtube")
    assert (begun.asked("access_type"), begun.asked("prompt")) == ("offline", "consent")


def test_a_sign_in_to_an_app_in_testing_ends_after_a_week_and_that_is_kept(sign_in, ctx, control) -> None:
    control.post("accounts", account_id=accounts_of(control, "youtube")[0]["accountId"], testing=True)
    begun = sign_in("youtube")
    begun.agree()
    begun.end()
    left = stored(ctx, "youtube")[0].tokens.refresh_expires_at - ctx.clock.now()
    assert timedelta(days=6) < left <= timedelta(days=7)


@pytest.mark.parametrize(
    ("platform", "strange"),
    [("facebook", {"expires_in_left_out": True}), ("instagram", {"flat_answers": True})],
)
def test_answers_of_another_documented_form_are_taken_too(
    sign_in, ctx, control, platform: str, strange: dict[str, bool]
) -> None:
    control.post("apps", platform=platform, **strange)
    begun = sign_in(platform, *(["--account", "Harbour Bakery"] if platform == "facebook" else []))
    begun.agree()
    begun.end()
    tokens = stored(ctx, platform)[0].tokens
    end = tokens.refresh_expires_at or tokens.expires_at
    assert end is not None and timedelta(days=59) < end - ctx.clock.now() < timedelta(days=61)


@pytest.mark.parametrize(
    ("platform", "address"),
    [("x", "http://127.0.0.1:{port}/"), ("linkedin", "http://localhost:{port}/"), ("facebook", "http://localhost:{port}/")],
)  # fmt: skip
def test_a_platform_that_compares_the_whole_address_is_met_at_the_registered_port(
    sign_in, ctx, control, free_port, platform: str, address: str
) -> None:
    control.post("apps", platform=platform, redirect_uris=[address.format(port=free_port)])
    refused = requests.get(sign_in(platform).address, timeout=PATIENCE, allow_redirects=False)
    assert refused.status_code not in {302, 303}
    more = ["--account", "Harbour Bakery"] if platform == "facebook" else []
    begun = sign_in(platform, "--port", str(free_port), *more)
    begun.agree()
    begun.end()
    assert len(stored(ctx, platform)) == 1


@pytest.fixture
def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as held:
        return int(held.getsockname()[1])


def test_among_several_accounts_a_pipe_has_to_name_one(sign_in, ctx, control) -> None:
    begun = sign_in("facebook")
    page = begun.agree()
    said = last_sentence(begun.end(code=2))
    for one in accounts_of(control, "facebook"):
        assert f"{one['accountName']} ({one['accountId']})" in said
    assert "--account" in said and "nothing was changed" in said
    assert "terminal" in page.text
    assert stored(ctx, "facebook") == []


@pytest.mark.parametrize("named", ["accountId", "accountName"])
def test_an_account_is_named_by_its_id_or_its_name(sign_in, ctx, control, named: str) -> None:
    wanted = accounts_of(control, "facebook")[1]
    begun = sign_in("facebook", "--account", wanted[named])
    begun.agree()
    begun.end()
    assert [one.account_id for one in stored(ctx, "facebook")] == [wanted["accountId"]]


def test_what_was_not_granted_is_named_at_once_with_what_will_not_work(sign_in, ctx, control) -> None:
    control.consent("facebook", scopes=["pages_show_list", "pages_manage_posts", "pages_read_engagement"])
    begun = sign_in("facebook", "--account", "Harbour Bakery", "--json")
    begun.agree()
    ran = begun.end()
    assert "not granted: pages_manage_engagement; without it first comments are refused" in ran.err
    missing = json.loads(ran.out)["missing"]
    assert [one["scope"] for one in missing] == ["pages_read_user_content", "pages_manage_engagement"]
    assert "pages_manage_engagement" not in stored(ctx, "facebook")[0].scopes


@pytest.mark.parametrize(
    ("platform", "granted", "lacking"),
    [
        ("facebook", ["pages_show_list", "pages_read_engagement"], "pages_manage_posts"),
        ("instagram", ["instagram_business_basic"], "instagram_business_content_publish"),
        ("youtube", ["https://www.googleapis.com/auth/youtube.readonly"], "youtube.upload"),
        ("x", ["users.read", "tweet.read"], "tweet.write"),
        ("linkedin", ["openid", "profile"], "w_member_social"),
    ],
)
def test_without_what_publishing_needs_nothing_is_stored(
    sign_in, ctx, control, platform: str, granted: list[str], lacking: str
) -> None:
    control.consent(platform, scopes=granted)
    begun = sign_in(platform, *(["--account", "Harbour Bakery"] if platform == "facebook" else []))
    begun.agree()
    said = last_sentence(begun.end(code=1))
    assert lacking in said and "nothing can be published" in said and "nothing was changed" in said
    assert stored(ctx, platform) == []


def test_a_permission_is_asked_for_or_left_out_as_a_person_says(sign_in) -> None:
    begun = sign_in(
        "youtube", "--without", "youtube.force-ssl", "--scope", "https://www.googleapis.com/auth/youtube"
    )
    asked = begun.asked("scope").split()
    assert [one.rpartition("/")[2] for one in asked] == ["youtube.upload", "youtube.readonly", "youtube"]


def test_an_app_of_its_own_is_kept_with_the_connection_and_used_again(
    sign_in, ctx, developer_apps, environ, folder
) -> None:
    for name in ("X_CLIENT_ID", "X_CLIENT_SECRET"):
        del environ[name]
    client = developer_apps["x"]["public_client_id"]
    begun = sign_in("x", "--app-id", client)
    begun.agree()
    begun.end()
    (kept,) = stored(ctx, "x")
    assert (kept.app_id, kept.app_secret) == (client, None)
    again = sign_in("x", "--account", kept.account_name)
    assert again.asked("client_id") == client
    again.agree()
    again.end()
    assert stored(ctx, "x")[0].app_id == client
