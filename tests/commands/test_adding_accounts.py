"""Accounts of X with both kinds of token, apps of their own and options: asked of the platform, and kept in secret."""

from __future__ import annotations

from typing import Any

import pytest

from planrrr_cli.domain.connections import Platform
from planrrr_cli.store import connections


@pytest.fixture
def told(control):
    """What the sandbox tells of its accounts of X: ``told(signed)``, for OAuth 1.0a or not."""

    def account(*, signed: bool) -> dict[str, Any]:
        mine = [one for one in control.get("accounts")["connections"] if one["platform"] == "x"]
        return next(one for one in mine if bool(one["accessTokenSecret"]) is signed)

    return account


@pytest.fixture
def files(folder):
    """Writes secrets into files; their names by key."""

    def write(**secrets: str) -> dict[str, str]:
        for name, secret in secrets.items():
            (folder / f"{name}.txt").write_text(f"{secret}\n")
        return {name: f"{name}.txt" for name in secrets}

    return write


def stored(ctx, account_id: str):
    with ctx.store.reading() as tx:
        return connections.find(tx, f"x:{account_id}")


def test_a_signed_token_of_x_comes_with_its_secret_and_its_own_app(planrrr, told, files, ctx) -> None:
    account = told(signed=True)
    secrets = {
        "token": account["accessToken"],
        "secret": account["accessTokenSecret"],
        "app": account["appSecret"],
    }
    named = files(**secrets)
    ran = planrrr(
        "connections", "add", "x", "--token-file", named["token"], "--token-secret-file", named["secret"],
        "--app-id", account["appId"], "--app-secret-file", named["app"], "--option", "long_posts=true", "--json",
    )  # fmt: skip
    (shown,) = ran.json["connections"]
    assert (shown["account_id"], shown["account_name"]) == (
        account["accountId"],
        f"@{account['accountName']}",
    )
    assert shown["options"]["long_posts"] is True
    kept = stored(ctx, account["accountId"])
    assert kept.tokens.secret.reveal() == account["accessTokenSecret"]
    assert kept.tokens.refresh is None
    assert (kept.app_id, kept.app_secret.reveal()) == (account["appId"], account["appSecret"])
    everything = ran.out + ran.err + planrrr("connections", "list", "--json").out
    everything += planrrr("connections", "show", account["accountId"]).out
    assert not [name for name, secret in secrets.items() if secret in everything]


def test_a_signed_token_with_a_wrong_secret_is_refused_and_nothing_is_kept(planrrr, told, files) -> None:
    account = told(signed=True)
    named = files(token=account["accessToken"], secret="wrong", app=account["appSecret"])
    ran = planrrr(
        "connections", "add", "x", "--token-file", named["token"], "--token-secret-file", named["secret"],
        "--app-id", account["appId"], "--app-secret-file", named["app"], code=1,
    )  # fmt: skip
    assert ran.err.count("\n") == 1
    assert account["accessToken"] not in ran.err
    assert planrrr("connections", "list", "--json").json["connections"] == []


def test_a_bearer_token_of_x_comes_with_its_refresh_token_and_can_post(
    planrrr, told, files, ctx, write, control
) -> None:
    account = told(signed=False)
    named = files(token=account["accessToken"], refresh=account["refreshToken"], app=account["appSecret"])
    planrrr(
        "connections", "add", "x", "--token-file", named["token"], "--refresh-token-file", named["refresh"],
        "--app-id", account["appId"], "--app-secret-file", named["app"],
    )  # fmt: skip
    kept = stored(ctx, account["accountId"])
    assert kept.tokens.refresh.reveal() == account["refreshToken"]
    assert kept.tokens.secret is None
    planrrr("add", write("a.md", front="to: x"), "--at", "now")
    planrrr("publish-due")
    assert [entry["account_id"] for entry in control.posts()] == [account["accountId"]]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["x", "--token-secret-file", "s", "--refresh-token-file", "r"], "one of the two"),
        (["facebook", "--token-secret-file", "s"], "--token-secret-file is for OAuth 1.0a tokens of x"),
        (["facebook", "--refresh-token-file", "r"], "--user-token-file"),
        (["x", "--user-token-file", "u"], "--refresh-token-file"),
        (["x", "--app-secret-file", "a"], "needs --app-id"),
        (["x", "--app-id", ""], "--app-id"),
        (["x", "--app-id", "ä"], "--app-id"),
        (["x", "--option", "long_post=true"], "did you mean long_posts?"),
        (["x", "--option", "long_posts"], "long_posts=true"),
        (["x", "--option", "long_posts=perhaps"], "true or false"),
        (["x", "--option", "plan=gold"], "self-serve or enterprise"),
        (["linkedin", "--option", "long_posts=true"], "linkedin accounts have no option long_posts"),
        (["x", "--token-secret-file", "-"], "only one secret"),
        (["x", "--token-secret-file", "missing.txt"], "missing.txt"),
    ],
)
def test_what_does_not_fit_together_is_refused_in_a_sentence(
    planrrr, folder, arguments: list[str], says: str
) -> None:
    for name in "srua":
        (folder / name).write_text("a-secret\n")
    ran = planrrr("connections", "add", *arguments, "--token-file", "-", stdin="a-token", code=2)
    assert says in ran.err
    assert "Traceback" not in ran.err and "a-secret" not in ran.err
    assert planrrr("connections", "list", "--json").json["connections"] == []


def test_an_account_of_linkedin_is_found_out_by_its_token(planrrr, control, files) -> None:
    accounts = [one for one in control.get("accounts")["connections"] if one["platform"] == Platform.LINKEDIN]
    for account in accounts:
        named = files(token=account["accessToken"], app=account["appSecret"])
        ran = planrrr(
            "connections", "add", "linkedin", "--token-file", named["token"], "--app-id", account["appId"],
            "--app-secret-file", named["app"], "--account-id", account["accountId"], "--json",
        )  # fmt: skip
        (shown,) = ran.json["connections"]
        assert (shown["account_id"], shown["account_name"]) == (account["accountId"], account["accountName"])
