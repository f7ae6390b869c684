"""Whatever comes back instead of a good answer: one sentence, nothing changed, and a second sign-in works."""

from __future__ import annotations

import re
import socket
import time
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
import requests

from planrrr_cli.commands.connect import Asked, connect
from planrrr_cli.context import open_context
from planrrr_cli.domain.connections import Platform
from planrrr_cli.domain.errors import Refused
from planrrr_cli.store import connections
from tests.commands.signing import PATIENCE, last_sentence


@pytest.fixture
def nothing_stored(ctx):
    """``nothing_stored()``: whether there is still no account."""

    def look() -> bool:
        with ctx.store.reading() as tx:
            return connections.listing(tx, tokens=False) == []

    return look


def works(sign_in, *arguments: str) -> None:
    again = sign_in(*(arguments or ("x",)))
    again.agree()
    again.end()


PLATFORMS = ["facebook", "instagram", "x", "youtube", "linkedin"]


@pytest.mark.parametrize("platform", PLATFORMS)
def test_a_person_who_says_no_changes_nothing(sign_in, control, nothing_stored, platform: str) -> None:
    control.consent(platform, answer="deny")
    begun = sign_in(platform)
    page = begun.agree()
    said = last_sentence(begun.end(code=1))
    assert said.endswith("says that you did not agree; nothing was changed")
    assert "you did not agree" in page.text
    assert nothing_stored()


@pytest.mark.parametrize("platform", PLATFORMS)
def test_a_state_that_is_not_ours_ends_the_sign_in(sign_in, control, nothing_stored, platform: str) -> None:
    control.consent(platform, tamper_state=True)
    begun = sign_in(platform)
    page = begun.agree()
    said = last_sentence(begun.end(code=1))
    assert "not the answer to this sign-in" in said and "nothing was changed" in said
    assert "did not succeed" in page.text
    assert not [one for one in control.get("requests")["requests"] if ".token." in one["call"]]
    assert nothing_stored()


@pytest.mark.parametrize("platform", PLATFORMS)
def test_a_code_that_was_used_already_is_refused(sign_in, platform: str) -> None:
    first = sign_in(platform)
    back = first.led_back_to()
    code = re.search(r"code=([^&#]+)", urlsplit(back).query)
    assert code is not None
    requests.get(back, timeout=PATIENCE)
    first.end(code=2 if platform == "facebook" else 0)
    other = sign_in(platform)
    requests.get(f"{other.way_back}?code={code[1]}&state={other.asked('state')}", timeout=PATIENCE)
    said = last_sentence(other.end(code=1))
    assert "does not take the code" in said and "planrrr connect" in said and "nothing was changed" in said
    assert code[1] not in other.said


def test_a_wrong_secret_of_the_app_is_told_as_that(sign_in, nothing_stored) -> None:
    for platform, name in [
        ("x", "X_CLIENT_SECRET"),
        ("facebook", "FACEBOOK_APP_SECRET"),
        ("instagram", "INSTAGRAM_APP_SECRET"),
        ("youtube", "YOUTUBE_CLIENT_SECRET"),
        ("linkedin", "LINKEDIN_CLIENT_SECRET"),
    ]:
        begun = sign_in(platform, env={name: "not-the-secret-of-it"})
        begun.agree()
        said = last_sentence(begun.end(code=78))
        assert name in said and "nothing was changed" in said
        assert "not-the-secret" not in begun.said
    assert nothing_stored()


@pytest.mark.parametrize(
    ("arguments", "missing"),
    [
        (["facebook"], "FACEBOOK_APP_SECRET"),
        (["instagram"], "INSTAGRAM_APP_ID"),
        (["instagram", "--login", "facebook"], "FACEBOOK_APP_ID"),
        (["x"], "X_CLIENT_ID"),
        (["youtube"], "YOUTUBE_CLIENT_SECRET"),
        (["linkedin"], "LINKEDIN_CLIENT_ID"),
    ],
)
def test_a_missing_developer_app_is_told_before_anything_is_opened(
    planrrr, developer_apps, arguments: list[str], missing: str
) -> None:
    ran = planrrr("connect", *arguments, "--no-browser", code=78, env={missing: ""})
    assert missing in ran.err and "--app-id" in ran.err
    assert "http" not in ran.err


def test_a_wrong_key_is_told_before_anybody_signs_in(planrrr, connect, developer_apps, folder) -> None:
    connect()
    (folder / "planrrr.key").write_text("ab" * 32)
    ran = planrrr("connect", "x", "--no-browser", code=78)
    assert "key" in ran.err and "http" not in ran.err


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["mastodon"], "facebook"),
        (["x", "--login", "facebook"], "one way"),
        (["instagram", "--login", "google"], "instagram or facebook"),
        (["x", "--without", "tweet.write"], "nothing can be published"),
        (["x", "--without", "like.write"], "media.write"),
        (["x", "--scope", "two words"], "one permission"),
        (["x", "--app-secret-file", "a"], "needs --app-id"),
        (["facebook", "--app-id", "1"], "--app-secret-file"),
        (["x", "--option", "plan=gold"], "self-serve or enterprise"),
        (["facebook", "--oauth1"], "for x"),
        (["x", "--oauth1", "--port", "9000"], "no page"),
        (["x", "--port", "9000", "--redirect-uri", "http://127.0.0.1:9000/"], "one of them"),
        (["x", "--redirect-uri", "http://example.com/"], "use https"),
        (["x", "--redirect-uri", "http://[::1]:9000/"], "127.0.0.1"),
        (["x", "--redirect-uri", "ftp://127.0.0.1/"], "not an address"),
        (["x", "--redirect-uri", "https://example.com/?a=b"], "query"),
    ],
)
def test_what_does_not_fit_together_is_refused_in_a_sentence(
    planrrr, developer_apps, arguments: list[str], says: str
) -> None:
    ran = planrrr("connect", *arguments, "--no-browser", code=2)
    assert says in ran.err and ran.err.count("\n") == 1


def test_a_port_in_use_is_told_before_anything_is_opened(planrrr, developer_apps) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        ran = planrrr("connect", "x", "--port", str(port), "--no-browser", code=1)
    assert f"port {port} of this machine is in use" in ran.err and ran.err.count("\n") == 1


def test_after_its_time_the_wait_is_over(environ, folder, developer_apps, nothing_stored) -> None:
    with open_context(environ, cwd=folder) as ctx, pytest.raises(Refused) as told:
        connect(ctx, "x", Asked(browser=False), as_json=False, patience=timedelta(seconds=0.3))
    assert "no answer came from X's page" in str(told.value) and "nothing was changed" in str(told.value)
    assert nothing_stored()


def test_an_interrupted_sign_in_changes_nothing(sign_in, nothing_stored) -> None:
    begun = sign_in("x", own=True)
    assert begun.address
    begun.interrupt()
    assert last_sentence(begun.end(code=130)) == "interrupted"
    assert nothing_stored()
    works(sign_in)


@pytest.mark.crash
@pytest.mark.parametrize(
    ("platform", "call"),
    [
        ("facebook", "facebook.accounts.read"),
        ("instagram", "instagram.account.read"),
        ("x", "x.me.read"),
        ("youtube", "youtube.channels.list"),
        ("linkedin", "linkedin.userinfo.read"),
    ],
)
def test_killed_between_the_tokens_and_the_save_it_stored_nothing_and_a_second_sign_in_works(
    sign_in, control, nothing_stored, platform: str, call: str
) -> None:
    control.fault(call=call, kind="hold:20", strike="before", times=1)
    more = ["--account", "Harbour Bakery"] if platform == "facebook" else []
    begun = sign_in(platform, *more, own=True)
    requests.get(begun.led_back_to(), timeout=PATIENCE, allow_redirects=False)
    deadline = time.monotonic() + PATIENCE
    while call not in [one["call"] for one in control.get("requests")["requests"]]:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    begun.kill()
    assert nothing_stored()
    control.clear()
    works(sign_in, platform, *more)
    assert not nothing_stored()


@pytest.mark.parametrize(
    ("platform", "call"),
    [("x", "x.token.exchange"), ("youtube", "youtube.token.exchange"), ("linkedin", "linkedin.token.exchange"),
     ("facebook", "facebook.token.exchange"), ("instagram", "instagram.token.redeem")],
)  # fmt: skip
@pytest.mark.parametrize("kind", ["lost", "status:503", "html", "truncated"])
def test_a_token_whose_answer_is_lost_is_no_sign_in(
    sign_in, control, nothing_stored, platform: str, call: str, kind: str
) -> None:
    control.fault(call=call, kind=kind, strike="after", times=1)
    begun = sign_in(platform)
    begun.agree()
    assert last_sentence(begun.end(code=1))
    assert nothing_stored()


def test_a_sign_in_to_another_account_than_the_one_that_was_meant_changes_nothing(
    sign_in, ctx, control
) -> None:
    works(sign_in, "youtube")
    with ctx.store.reading() as tx:
        (kept,) = connections.listing(tx, platform=Platform.YOUTUBE)
    other = [one for one in control.get("accounts")["connections"] if one["platform"] == "youtube"][1]
    control.consent("youtube", account=other["accountId"])
    begun = sign_in("youtube", "--account", kept.id[:8])
    begun.agree()
    said = last_sentence(begun.end(code=1))
    assert f"{other['accountName']} ({other['accountId']})" in said and kept.account_name in said
    assert f"planrrr connect youtube --account {other['accountId']}" in said and "nothing was changed" in said
    with ctx.store.reading() as tx:
        assert connections.listing(tx, platform=Platform.YOUTUBE) == [kept]


def test_an_account_that_the_sign_in_does_not_open_is_told_with_those_that_it_does(
    sign_in, control, nothing_stored
) -> None:
    begun = sign_in("facebook", "--account", "Nobody's Page")
    begun.agree()
    said = last_sentence(begun.end(code=1))
    assert "opens no account" in said and "Harbour Bakery" in said and "nothing was changed" in said
    assert nothing_stored()
