"""What every way to sign in has in common: the address of its page, what it asks for, and what answers mean."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from planrrr_cli.commands.way_back import way_back
from planrrr_cli.domain.connections import Platform
from planrrr_cli.domain.errors import (
    ConfigError,
    PlanrrrError,
    PlatformError,
    PlatformUnavailable,
    RateLimited,
    UsageError,
)
from planrrr_cli.platforms import PLATFORMS
from planrrr_cli.platforms.base import App
from planrrr_cli.platforms.meta.sign_in import granted_for
from planrrr_cli.platforms.redeeming import ends_after, redeemed, scopes_in
from planrrr_cli.platforms.signing_in import SIGN_INS, SignIn, SignInRefused, sign_in_of
from planrrr_cli.platforms.wire import Reply
from planrrr_cli.settings import load_settings

WAYS = [(platform, way) for platform, ways in SIGN_INS.items() for way in ways]
REAL = {
    ("facebook", ""): "https://www.facebook.com/v25.0/dialog/oauth",
    ("instagram", "instagram"): "https://www.instagram.com/oauth/authorize",
    ("instagram", "facebook"): "https://www.facebook.com/v25.0/dialog/oauth",
    ("x", ""): "https://x.com/i/oauth2/authorize",
    ("youtube", ""): "https://accounts.google.com/o/oauth2/v2/auth",
    ("linkedin", "person"): "https://www.linkedin.com/oauth/v2/authorization",
    ("linkedin", "organization"): "https://www.linkedin.com/oauth/v2/authorization",
}


def app_of(sign_in: SignIn, tmp_path, **settings: str) -> App:
    """The app as the command would have it, with ``settings`` in the environment."""
    from planrrr_cli.context import SystemClock, open_context

    environ = {"HOME": str(tmp_path), "DATABASE_URL": f"sqlite:///{tmp_path}/p.db", **settings}
    environ |= dict.fromkeys(sign_in.settings[1:], "an-app-secret-of-ours")
    environ[sign_in.settings[0]] = "our-app"
    with open_context(environ, cwd=tmp_path, clock=SystemClock(), use_store=False) as ctx:
        return sign_in.app_of(ctx.app(sign_in.platform))


def address(sign_in: SignIn, app: App) -> str:
    return sign_in.address(
        app,
        redirect_uri="http://127.0.0.1:8912/",
        state="a state",
        challenge="challenge" if sign_in.pkce else None,
        scopes=tuple(one.scope for one in sign_in.wanted),
    )


def test_every_platform_has_a_way_to_sign_in() -> None:
    assert list(SIGN_INS) == list(PLATFORMS)


@pytest.mark.parametrize(("platform", "way"), WAYS)
def test_the_page_is_the_platforms_own_and_is_told_no_secret(tmp_path, platform: Platform, way: str) -> None:
    sign_in = sign_in_of(platform, way)
    found = address(sign_in, app_of(sign_in, tmp_path))
    parts = urlsplit(found)
    assert f"{parts.scheme}://{parts.netloc}{parts.path}" == REAL[platform.value, way]
    told = parse_qs(parts.query)
    assert told["response_type"] == ["code"] and told["client_id"] == ["our-app"]
    assert told["redirect_uri"] == ["http://127.0.0.1:8912/"] and told["state"] == ["a state"]
    assert told["scope"] == [sign_in.separator.join(one.scope for one in sign_in.wanted)]
    assert ("code_challenge" in told) is sign_in.pkce
    assert "an-app-secret" not in found and " " not in found


@pytest.mark.parametrize(("platform", "way"), WAYS)
def test_the_page_stands_beside_an_api_that_was_pointed_elsewhere(
    tmp_path, platform: Platform, way: str
) -> None:
    sign_in = sign_in_of(platform, way)
    app = app_of(sign_in, tmp_path, PLANRRR_SANDBOX_URL="http://127.0.0.1:9300")
    assert address(sign_in, app).startswith(
        f"http://127.0.0.1:9300{urlsplit(REAL[platform.value, way]).path}?"
    )


@pytest.mark.parametrize(("platform", "way"), WAYS)
def test_what_is_asked_for_says_why(platform: Platform, way: str) -> None:
    wanted = sign_in_of(platform, way).wanted
    assert any(one.needed for one in wanted)
    assert all(one.why for one in wanted)
    assert len({one.scope for one in wanted}) == len(wanted)


def test_what_includes_a_permission_stands_for_it() -> None:
    youtube = sign_in_of(Platform.YOUTUBE)
    whole = ("https://www.googleapis.com/auth/youtube.force-ssl",)
    assert youtube.lacking(whole, youtube.wanted) == ()
    assert [one.scope.rpartition(".")[2] for one in youtube.lacking(("openid",), youtube.wanted)] == [
        "upload",
        "readonly",
        "force-ssl",
    ]


def test_where_nobody_knows_what_was_granted_nothing_is_missing() -> None:
    x = sign_in_of(Platform.X)
    assert x.lacking((), x.wanted) == ()


@pytest.mark.parametrize(
    ("targets", "holds"),
    [(None, True), ([], True), (["1"], True), ([1], True), (["1784"], True), (["2", "3"], False)],
)
def test_a_permission_may_hold_for_some_pages_only(targets, holds: bool) -> None:
    one = {"scope": "pages_manage_posts"} | ({} if targets is None else {"target_ids": targets})
    facts = {"scopes": ["pages_manage_posts", "pages_show_list"], "granular_scopes": [one]}
    assert ("pages_manage_posts" in granted_for(facts, {"1", "1784"})) is holds
    assert "pages_show_list" in granted_for(facts, {"1", "1784"})


@pytest.mark.parametrize("granular", [None, "x", [None, 3, {"scope": None, "target_ids": "all"}]])
def test_what_is_no_list_of_pages_takes_nothing_away(granular) -> None:
    facts = {"scopes": ["pages_manage_posts"], "granular_scopes": granular}
    assert granted_for(facts, {"1"}) == ("pages_manage_posts",)


@pytest.mark.parametrize(
    ("status", "body", "means"),
    [
        (400, {"error": "invalid_grant", "error_description": "Malformed auth code."}, SignInRefused),
        (400, {"error": "invalid_request"}, SignInRefused),
        (401, {"error": "invalid_client"}, ConfigError),
        (400, {"error": "redirect_uri_mismatch"}, ConfigError),
        (400, {"error": "unauthorized_client"}, ConfigError),
        (400, "<html>", SignInRefused),
        (429, {}, RateLimited),
        (500, {"error": "server_error"}, PlatformUnavailable),
        (503, "<html>", PlatformUnavailable),
        (200, {"token_type": "bearer"}, PlatformUnavailable),
        (200, {"access_token": ""}, PlatformUnavailable),
        (200, {"access_token": 7}, PlatformUnavailable),
        (200, [1], PlatformUnavailable),
        (200, "not json", PlatformUnavailable),
    ],
)
def test_an_answer_without_a_token_says_what_it_means(status: int, body, means: type[PlanrrrError]) -> None:
    text = body if isinstance(body, str) else json.dumps(body)
    with pytest.raises(means) as told:
        redeemed(sign_in_of(Platform.X), Reply(status, {}, text.encode()))
    said = str(told.value) + (told.value.next_step if isinstance(told.value, PlatformError) else "")
    assert "nothing was changed" in said and "\n" not in said


def test_a_platforms_words_are_one_short_line() -> None:
    reply = Reply(400, {}, json.dumps({"error_description": "a\n\x1b[2J" + "b" * 1000}).encode())
    with pytest.raises(SignInRefused) as told:
        redeemed(sign_in_of(Platform.X), reply)
    assert "\x1b" not in str(told.value) and "\n" not in str(told.value) and len(str(told.value)) < 400


class _At:
    def now(self) -> datetime:
        return datetime(2026, 11, 24, tzinfo=UTC)

    def monotonic(self) -> float:
        return 0.0


@pytest.mark.parametrize(
    ("seconds", "ends"),
    [(60, 60), ("60", 60), (0, None), (-1, None), (None, None), (True, None), ("soon", None), (10**12, None)],
)  # fmt: skip
def test_a_lifetime_is_a_moment_and_nothing_is_made_up(seconds, ends: int | None) -> None:
    expected = None if ends is None else _At().now() + timedelta(seconds=ends)
    assert ends_after(seconds, _At()) == expected


@pytest.mark.parametrize("value", ["a b", "a,b", "a, b", ["a", "b", 3, ""]])
def test_permissions_are_read_in_every_form(value) -> None:
    assert scopes_in(value) == ("a", "b")


def back(platform: Platform, *, way: str | None = None, imitated: bool = False, port: int | None = None,
         uri: str | None = None, setting: str | None = None):  # fmt: skip
    sign_in = sign_in_of(platform, way)
    return way_back(sign_in, imitated=imitated, port=port, redirect_uri=uri, setting=setting)


@pytest.mark.parametrize(
    ("platform", "host"),
    [(Platform.YOUTUBE, "127.0.0.1"), (Platform.FACEBOOK, "localhost")],
)
def test_any_free_port_will_do_for_some(platform: Platform, host: str) -> None:
    found = back(platform)
    assert (found.listens, found.port, found.host) == (True, 0, host)
    assert found.at(f"{host}:1234") == f"http://{host}:1234/"


@pytest.mark.parametrize(
    ("platform", "says"),
    [
        (Platform.X, "http://127.0.0.1:8912/"),
        (Platform.LINKEDIN, "http://localhost:8912/"),
        (Platform.INSTAGRAM, "https address"),
    ],
)
def test_others_take_what_is_registered_and_that_is_said_before_the_page_is_opened(
    platform: Platform, says: str
) -> None:
    with pytest.raises(ConfigError, match="registered") as told:
        back(platform)
    assert says in str(told.value) and "--redirect-uri" in str(told.value)
    assert back(platform, imitated=True).listens


def test_a_registered_port_a_registered_address_and_the_setting_are_taken() -> None:
    assert back(Platform.X, port=8912).uri == "http://127.0.0.1:8912/"
    named = back(Platform.X, uri="http://localhost:8080/callback")
    assert (named.listens, named.port, named.path) == (True, 8080, "/callback")
    assert back(Platform.X, setting="http://127.0.0.1:9/").port == 9
    assert back(Platform.X, setting="http://127.0.0.1:9/", port=8912).port == 8912
    assert not back(Platform.INSTAGRAM, uri="https://example.com/back").listens
    assert back(Platform.INSTAGRAM, uri="https://example.com/back").at("") == "https://example.com/back"


def test_a_registered_https_address_of_others_is_nothing_to_google() -> None:
    assert back(Platform.YOUTUBE, setting="https://example.com/back").port == 0
    assert back(Platform.YOUTUBE, setting="http://127.0.0.1:9/").port == 9
    assert not back(Platform.YOUTUBE, uri="https://example.com/back").listens


@pytest.mark.parametrize("given", [{"port": 8912}, {"uri": "http://127.0.0.1:8912/"}])
def test_instagram_takes_no_plain_http(given) -> None:
    with pytest.raises(UsageError, match="https"):
        back(Platform.INSTAGRAM, **given)


@pytest.mark.parametrize(
    "wrong", ["8912", "http://example.com/", "http://127.0.0.1:1/?a", "http://127.0.0.1:99999/"]
)
def test_a_wrong_setting_is_told_as_one(tmp_path, wrong: str) -> None:
    with pytest.raises(ConfigError, match="PLANRRR_REDIRECT_URI"):
        load_settings({"HOME": str(tmp_path), "PLANRRR_REDIRECT_URI": wrong}, cwd=tmp_path, buckets=set)
