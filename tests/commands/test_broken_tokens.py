"""A stored token that cannot be decrypted holds its own account and no other; a wrong key holds everything."""

from __future__ import annotations

import pytest

from planrrr_cli.domain.secrets import Secret
from planrrr_cli.store import Cipher

JUNK = {
    "changed": lambda row: row["access_token"][:-8] + "AAAAAAA=",
    "moved here from another row": lambda row: row["other"],
    "no envelope at all": lambda row: "EAAB",
    "of an unknown version": lambda row: "v9" + row["access_token"][2:],
    "of another key": lambda row: Cipher(Secret("aa" * 32)).encrypt(
        "EAAB", table="connections", column="access_token", row_id=row["id"]
    ),
}


@pytest.fixture
def spoil(ctx):
    """Overwrites the token of the account that is called so."""

    def make(account_id: str, how: str) -> None:
        columns = "SELECT id, access_token FROM connections WHERE platform = 'facebook' AND account_id"
        with ctx.store.transaction() as tx:
            mine = tx.conn.exec_driver_sql(f"{columns} = '{account_id}'").mappings().one()
            other = tx.conn.exec_driver_sql(f"{columns} <> '{account_id}'").mappings().first()
            token = JUNK[how](dict(mine) | {"other": other["access_token"] if other else ""})
            tx.conn.exec_driver_sql(
                f"UPDATE connections SET access_token = '{token}' WHERE id = '{mine['id']}'"
            )

    return make


@pytest.fixture
def queued(planrrr, pages, write):
    """A due post on each of the two accounts; their publications by account id."""
    for account in pages:
        front = f"to: 'facebook:{account['account_id']}'"
        planrrr("add", write("a.md", text=account["account_name"], front=front), "--at", "now")
    shown = planrrr("list", "--json").json["posts"]
    by_connection = {one["id"]: one["account_id"] for one in pages}
    return {
        by_connection[post["publications"][0]["connection_id"]]: post["publications"][0]["id"]
        for post in shown
    }


@pytest.mark.parametrize("how", list(JUNK))
def test_the_others_publish_and_the_one_is_told_to_need_somebody(
    planrrr, pages, queued, control, spoil, how
) -> None:
    broken, sound = pages[0]["account_id"], pages[1]["account_id"]
    spoil(broken, how)
    ran = planrrr("publish-due", "--json", code=1)
    assert {line["id"]: line["outcome"] for line in ran.json["publications"]} == {
        queued[broken]: "deferred",
        queued[sound]: "published",
    }
    assert [entry["account_id"] for entry in control.posts()] == [sound]
    shown = {one["account_id"]: one for one in planrrr("connections", "list", "--json").json["connections"]}
    assert (shown[broken]["status"], shown[sound]["status"]) == ("needs_reauth", "active")
    assert shown[broken]["status_reason"]
    said = planrrr("explain", queued[broken]).out
    assert "error       AUTH_FAILED_ERROR: " in said
    assert "posts wait until: planrrr connect facebook" in said
    assert planrrr("publish-due", code=1).err.count("somebody must sign in again") == 1


def test_a_new_sign_in_heals_it(planrrr, pages, queued, control, spoil) -> None:
    spoil(pages[0]["account_id"], "changed")
    planrrr("publish-due", code=1)
    planrrr("connections", "import", "accounts.json")
    planrrr("publish-due")
    assert len(control.posts()) == 2


def test_it_does_not_keep_new_posts_from_being_added_or_doubts_from_being_resolved(
    planrrr, pages, made, write, ctx, spoil
) -> None:
    from planrrr_cli.domain.publications import State
    from planrrr_cli.store import connections

    broken = pages[0]["account_id"]
    with ctx.store.reading() as tx:
        doubtful = made.publication_in(State.IN_DOUBT, connections.find(tx, broken))
    spoil(broken, "changed")
    planrrr("add", write("a.md", front=f"to: 'facebook:{broken}'"), "--at", "now")
    ran = planrrr("resolve", doubtful.id, "--not-published", "--yes")
    assert "facebook could not be asked: connections.access_token of" in ran.err


def test_the_only_token_there_is_may_be_broken_too(planrrr, connect, made, spoil) -> None:
    made.publication(connect())
    spoil("111", "no envelope at all")
    (line,) = planrrr("publish-due", "--json", code=1).json["publications"]
    assert line["outcome"] == "deferred"
    assert "add the connection again" in line["error"]["message"]


def test_a_key_that_opens_nothing_ends_every_run_with_78(planrrr, pages, queued, folder, control) -> None:
    (folder / "planrrr.key").write_text("ab" * 32)
    ran = planrrr("publish-due", code=78)
    assert "the encryption key is not the one that the stored tokens were written with" in ran.err
    shown = planrrr("connections", "list", "--json").json["connections"]
    assert {one["status"] for one in shown} == {"active"}
    assert control.posts() == []
