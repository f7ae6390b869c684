"""Accounts come in without their tokens ever showing, and go without losing history."""

from __future__ import annotations

import json

import pytest

from planrrr_cli.commands.connections_import import import_connections
from planrrr_cli.context import Context
from planrrr_cli.store import connections

ENTRY = {
    "platform": "FACEBOOK",
    "accountName": "Bakery",
    "accountId": "111",
    "accessToken": "EAAB-page-token-111",
    "refreshToken": None,
    "expiresAt": "2027-01-01T00:00:00.000Z",
    "metadata": {"pageId": "111", "category": "Food"},
    "teamId": "somebody",
    "scopes": ["pages_manage_posts"],
}


def imported(planrrr, *entries: object, code: int = 0):
    return planrrr("connections", "import", "-", "--json", stdin=json.dumps(list(entries)), code=code)


def test_an_unchecked_account_is_added_from_stdin_and_its_token_shows_nowhere(planrrr) -> None:
    arguments = ["--token-file", "-", "--no-check", "--account-id", "222", "--name", "Shop"]
    ran = planrrr("connections", "add", "facebook", *arguments, "--json", stdin="EAAB-secret-222\n")
    (shown,) = ran.json["connections"]
    assert (shown["platform"], shown["account_id"], shown["account_name"]) == ("facebook", "222", "Shop")
    everything = ran.out + ran.err + planrrr("connections", "list", "--json").out
    assert "EAAB-secret-222" not in everything


def test_an_unchecked_account_needs_its_id_and_name(planrrr) -> None:
    ran = planrrr(
        "connections", "add", "facebook", "--token-file", "-", "--no-check", stdin="token-x", code=2
    )
    assert "--account-id" in ran.err


@pytest.mark.parametrize(
    ("token", "says"),
    [("", "empty"), ("two words", "look like"), ("naïve", "look like"), ("a\x1bb", "look like")],
)
def test_what_is_no_token_is_refused_without_being_shown(planrrr, token: str, says: str) -> None:
    arguments = ["--token-file", "-", "--no-check", "--account-id", "1", "--name", "n"]
    ran = planrrr("connections", "add", "facebook", *arguments, stdin=token, code=2)
    assert says in ran.err
    assert not token or token not in ran.err


def test_without_a_terminal_a_token_is_not_asked_for(planrrr) -> None:
    assert "--token-file" in planrrr("connections", "add", "facebook", code=2).err


def test_a_document_of_the_node_worker_is_imported(planrrr, ctx: Context) -> None:
    ran = imported(planrrr, ENTRY)
    assert (ran.json["added"], ran.json["updated"]) == (1, 0)
    (shown,) = ran.json["connections"]
    assert shown["expires_at"] == "2027-01-01T00:00:00Z"
    assert shown["scopes"] == ["pages_manage_posts"]
    assert shown["options"] == {"page_id": "111"}
    with ctx.store.reading() as tx:
        assert connections.find(tx, "Bakery").tokens.access.reveal() == "EAAB-page-token-111"
    assert "EAAB" not in ran.out + ran.err


def test_an_import_again_renews_the_tokens_and_adds_nothing(planrrr, ctx: Context) -> None:
    imported(planrrr, ENTRY)
    ran = imported(planrrr, ENTRY | {"accessToken": "EAAB-newer-111"})
    assert (ran.json["added"], ran.json["updated"]) == (0, 1)
    with ctx.store.reading() as tx:
        assert connections.find(tx, "111").tokens.access.reveal() == "EAAB-newer-111"


def test_one_bad_entry_keeps_all_of_a_document_out(planrrr) -> None:
    ran = imported(planrrr, ENTRY, ENTRY | {"platform": "myspace"}, {"platform": "x"}, 7, code=1)
    assert [error["entry"] for error in ran.json["errors"]] == [2, 3, 4]
    assert planrrr("connections", "list", "--json").json["connections"] == []


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"accessToken": ""}, "accessToken"),
        ({"accessToken": 5}, "accessToken"),
        ({"accountId": None}, "accountId"),
        ({"expiresAt": "tomorrow"}, "expiresAt"),
        ({"expiresAt": "2027-01-01T00:00:00"}, "zone"),
        ({"scopes": {"a": 1}}, "scopes"),
        ({"metadata": "x"}, "metadata"),
        ({"platform": 3}, "platform"),
        ({"accountName": "a\ud800"}, "accountName"),
    ],
)
def test_each_bad_field_is_named_in_a_sentence(planrrr, change: dict[str, object], says: str) -> None:
    (error,) = imported(planrrr, ENTRY | change, code=1).json["errors"]
    assert says in error["message"]


def test_the_same_account_twice_in_a_document_is_refused(planrrr) -> None:
    (error,) = imported(planrrr, ENTRY, ENTRY, code=1).json["errors"]
    assert "entry 1" in error["message"]


def test_twitter_is_the_old_name_of_x(planrrr) -> None:
    ran = imported(planrrr, ENTRY | {"platform": "TWITTER", "accountId": "9"})
    assert ran.json["connections"][0]["platform"] == "x"
    assert ran.json["notices"] == []


@pytest.mark.parametrize("text", ["", "{", "7", '{"accounts": []}', "[" * 100_000])
def test_what_is_no_document_is_refused_in_a_sentence(planrrr, text: str) -> None:
    ran = planrrr("connections", "import", "-", stdin=text, code=1)
    assert ran.err.startswith("planrrr: the document")


def test_milliseconds_since_1970_are_an_end_too(ctx: Context, folder, capsys) -> None:
    (folder / "c.json").write_text(json.dumps({"connections": [ENTRY | {"expiresAt": 1798761600000}]}))
    assert import_connections(ctx, "c.json", as_json=True) == 0
    assert json.loads(capsys.readouterr().out)["connections"][0]["expires_at"] == "2027-01-01T00:00:00Z"


def test_a_paused_account_is_resumed(planrrr, connect) -> None:
    connect()
    assert planrrr("connections", "pause", "Bakery", "--json").json["connections"][0]["status"] == "paused"
    assert planrrr("connections", "resume", "bakery", "--json").json["connections"][0]["status"] == "active"


def test_an_account_is_removed_only_after_asking(planrrr, connect) -> None:
    connect()
    assert "--yes" in planrrr("connections", "remove", "Bakery", code=2).err
    assert planrrr("connections", "remove", "Bakery", "--yes", "--json").json["cancelled"] == 0
    assert planrrr("connections", "list", "--json").json["connections"] == []


def test_a_name_that_fits_two_accounts_is_refused_with_both(planrrr, connect) -> None:
    connect("1", "Shop")
    connect("2", "Shop")
    ran = planrrr("connections", "show", "Shop", code=1)
    assert "fits 2" in ran.err


def test_an_account_of_another_team_does_not_exist(planrrr, connect) -> None:
    connect()
    ran = planrrr("connections", "show", "Bakery", code=1, env={"PLANRRR_TEAM": "others"})
    assert "there is no connection" in ran.err


def test_names_cannot_steer_the_terminal(planrrr, connect) -> None:
    connect("1", "Evil \x1b[2J\u202e[red]")
    shown = planrrr("connections", "list").out
    assert "\x1b" not in shown
    assert "\\x1b[2J\\u202e[red]" in shown


@pytest.fixture
def tokens(control, sandbox):
    """The sandbox's accounts as it tells them: two pages of one person."""
    return control.get("accounts")["connections"]


def test_a_page_token_tells_whose_it_is(planrrr, tokens, control) -> None:
    app = control.get("accounts")["apps"]["facebook"]
    env = {"FACEBOOK_APP_ID": app["app_id"], "FACEBOOK_APP_SECRET": app["app_secret"]}
    token = tokens[0]["accessToken"]
    ran = planrrr("connections", "add", "facebook", "--token-file", "-", "--json", stdin=token, env=env)
    (shown,) = ran.json["connections"]
    assert (shown["account_id"], shown["account_name"]) == (tokens[0]["accountId"], tokens[0]["accountName"])
    assert "pages_manage_posts" in shown["scopes"]
    again = planrrr("connections", "add", "facebook", "--token-file", "-", "--json", stdin=token)
    assert (again.json["added"], again.json["updated"]) == (0, 1)


def test_a_user_token_needs_the_choice_of_a_page(planrrr, tokens, folder, ctx: Context) -> None:
    (folder / "user.txt").write_text(tokens[0]["refreshToken"] + "\n")
    ran = planrrr("connections", "add", "facebook", "--user-token-file", "user.txt", code=1)
    assert tokens[1]["accountName"] in ran.err
    chosen = ["--user-token-file", "user.txt", "--account-id", tokens[1]["accountId"], "--name", "Books"]
    planrrr("connections", "add", "facebook", *chosen)
    with ctx.store.reading() as tx:
        found = connections.find(tx, "Books")
    assert found.tokens.access.reveal() == tokens[1]["accessToken"]
    assert found.tokens.refresh is not None


def test_a_token_that_the_platform_does_not_know_is_refused(planrrr, sandbox) -> None:
    ran = planrrr("connections", "add", "facebook", "--token-file", "-", stdin="EAAB-unknown-token", code=1)
    assert "EAAB" not in ran.err
    assert planrrr("connections", "list", "--json").json["connections"] == []


@pytest.mark.parametrize("name", ["a" * 501, "a\nb", "a\x1b[2J", "a\x00b", "a\udcfcb", "  "])
def test_a_name_that_no_table_could_show_is_refused(planrrr, name: str) -> None:
    arguments = ["--no-check", "--account-id", "1", "--token-file", "-", "--name", name]
    ran = planrrr("connections", "add", "facebook", *arguments, stdin="EAAgood", code=2)
    assert "--name" in ran.err
    assert planrrr("connections", "list", "--json").json["connections"] == []


def test_a_refused_token_tells_how_to_go_on(planrrr, sandbox) -> None:
    ran = planrrr("connections", "add", "facebook", "--token-file", "-", stdin="EAAwrong", code=1)
    assert "nothing was stored; make a new token and try again" in ran.err


@pytest.mark.parametrize("account_id", ["a b", "a\nb", "a\udcfcb", "1" * 501])
def test_what_is_no_account_id_is_refused(planrrr, account_id: str) -> None:
    arguments = ["--no-check", "--name", "Bakery", "--token-file", "-", "--account-id", account_id]
    ran = planrrr("connections", "add", "facebook", *arguments, stdin="EAAgood", code=2)
    assert "--account-id" in ran.err
