"""Signing in again: the same account keeps its id, its queue and its history, and goes on where it waited."""

from __future__ import annotations

from planrrr_cli.domain.connections import Connection, ConnectionStatus, Platform
from planrrr_cli.store import connections

GRANTED = "https://www.googleapis.com/auth/youtube."


def only(ctx, platform: Platform = Platform.X) -> Connection:
    with ctx.store.reading() as tx:
        (found,) = connections.listing(tx, platform=platform)
    return found


def signed_in(sign_in, *arguments: str, **more):
    begun = sign_in(*arguments, **more)
    begun.agree()
    return begun.end()


def needs_reauth(ctx, connection: Connection) -> None:
    with ctx.store.transaction() as tx:
        connections.set_needs_reauth(
            tx, connection.id, "the sign-in is over", claim_id=None, now=ctx.clock.now()
        )


def test_a_dead_account_is_woken_and_what_waited_goes_out_in_order(
    sign_in, ctx, planrrr, write, control
) -> None:
    signed_in(sign_in, "x")
    before = only(ctx)
    planrrr("add", write("old.md", "Out already.", "to: x"), "--at", "now")
    planrrr("publish-due")
    needs_reauth(ctx, before)
    for name in ("first", "second"):
        planrrr("add", write(f"{name}.md", f"The {name} one.", "to: x"), "--at", "now")
    planrrr("publish-due", code=None)
    assert [entry["text"] for entry in control.posts()] == ["Out already."]
    assert "signed in again: x @" in signed_in(sign_in, "x", "--account", before.account_name).err
    after = only(ctx)
    assert (after.id, after.status, after.status_reason) == (before.id, ConnectionStatus.ACTIVE, None)
    assert after.tokens.access != before.tokens.access
    planrrr("publish-due")
    said = [entry["text"] for entry in control.posts()]
    assert said == ["Out already.", "The first one.", "The second one."]
    history = planrrr("list", "--state", "published", "--json").json["posts"]
    assert {one["publications"][0]["connection_id"] for one in history} == {before.id}


def test_without_being_named_the_same_account_is_known_again(sign_in, ctx) -> None:
    signed_in(sign_in, "youtube")
    before = only(ctx, Platform.YOUTUBE)
    signed_in(sign_in, "youtube")
    assert only(ctx, Platform.YOUTUBE).id == before.id


def test_a_paused_account_stays_paused_and_says_so(sign_in, ctx, planrrr) -> None:
    signed_in(sign_in, "x")
    planrrr("connections", "pause", only(ctx).id)
    assert "planrrr connections resume" in signed_in(sign_in, "x").err
    assert only(ctx).status is ConnectionStatus.PAUSED


def test_a_sign_in_without_a_refresh_token_does_not_forget_the_one_that_is_there(
    sign_in, ctx, control
) -> None:
    signed_in(sign_in, "x")
    before = only(ctx)
    control.consent("x", scopes=["tweet.read", "tweet.write", "users.read", "media.write"])
    said = signed_in(sign_in, "x").err
    assert "not granted: offline.access; without it the sign-in ends after two hours" in said
    after = only(ctx)
    assert after.tokens.access != before.tokens.access
    assert after.tokens.refresh == before.tokens.refresh


def test_what_the_settings_app_was_agreed_to_is_not_ascribed_to_an_own_app(
    sign_in, ctx, developer_apps
) -> None:
    signed_in(sign_in, "x", "--app-id", developer_apps["x"]["public_client_id"])
    assert only(ctx).app_id
    signed_in(sign_in, "x")
    after = only(ctx)
    assert (after.app_id, after.app_secret) == (None, None)


def test_an_account_behind_a_page_is_signed_in_to_by_the_login_that_it_has(sign_in, ctx) -> None:
    signed_in(sign_in, "instagram", "--login", "facebook")
    before = only(ctx, Platform.INSTAGRAM)
    begun = sign_in("instagram", "--account", before.account_name)
    assert "/dialog/oauth" in begun.address
    begun.agree()
    begun.end()
    after = only(ctx, Platform.INSTAGRAM)
    assert (after.id, after.options) == (before.id, before.options)


def test_an_organization_that_is_stored_by_its_number_is_known_again(
    sign_in, ctx, developer_apps, folder, control, planrrr
) -> None:
    told = control.get("accounts")["connections"]
    urn = next(one["accountId"] for one in told if one["accountId"].startswith("urn:li:organization"))
    number = urn.rpartition(":")[2]
    (folder / "token.txt").write_text("an-older-token")
    planrrr("connections", "add", "linkedin", "--token-file", "token.txt", "--no-check", "--account-id", number,
            "--name", "Rowers")  # fmt: skip
    before = only(ctx, Platform.LINKEDIN)
    (folder / "secret.txt").write_text(developer_apps["linkedin"]["client_secret"])
    app = ["--app-id", developer_apps["linkedin"]["client_id"], "--app-secret-file", "secret.txt"]
    signed_in(sign_in, "linkedin", "--account", "Rowers", *app)
    after = only(ctx, Platform.LINKEDIN)
    assert (after.id, after.account_id) == (before.id, number)
    assert "w_organization_social" in after.scopes


def test_keys_of_oauth_1_give_way_to_a_sign_in(sign_in, ctx, control, planrrr, folder) -> None:
    account = next(one for one in control.get("accounts")["connections"] if one.get("accessTokenSecret"))
    for name in ("accessToken", "accessTokenSecret", "appSecret"):
        (folder / name).write_text(account[name])
    planrrr("connections", "add", "x", "--token-file", "accessToken", "--token-secret-file", "accessTokenSecret",
            "--app-id", account["appId"], "--app-secret-file", "appSecret")  # fmt: skip
    before = only(ctx)
    control.consent("x", account=account["accountId"])
    signed_in(sign_in, "x", "--account", before.account_name)
    after = only(ctx)
    assert after.id == before.id
    assert after.tokens.secret is None and after.tokens.refresh
    assert (after.app_id, after.app_secret) == (None, None)
