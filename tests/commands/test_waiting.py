"""What waits is told by every run and by the list, whether or not the run had anything to do with it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from planrrr_cli import render
from planrrr_cli.commands.reporting import MOST_SHOWN, show_report
from planrrr_cli.domain.errors import ErrorKind
from planrrr_cli.domain.publications import ErrorNote, Outcome, State
from planrrr_cli.publishing.report import ReportLine, RunReport
from planrrr_cli.store import connections


def after(run, *arguments: str, code: int = 0):
    """What a run says beside its table, and its document."""
    plain = run("publish-due", *arguments, code=code)
    return plain.out + plain.err, run("publish-due", *arguments, "--json", code=code).json


@pytest.mark.parametrize("more", [(), ("--limit", "9")], ids=["quick look", "whole run"])
def test_due_posts_on_a_paused_account_are_counted(planrrr, connect, made, more) -> None:
    connection = connect()
    made.publication(connection, text="one")
    planrrr("connections", "pause", "Bakery")
    said, document = after(planrrr, *more)
    assert "1 due publication waits on a paused account: planrrr connections list" in said
    assert document["waiting"]["paused"] == 1
    made.publication(connection, text="two")
    made.publication(connection, text="later", at=made.now + timedelta(hours=1))
    said, document = after(planrrr, *more)
    assert "2 due publications wait on paused accounts: planrrr connections list" in said
    assert "othing was due" not in said and "othing is due" not in said
    assert document["waiting"]["paused"] == 2


@pytest.mark.parametrize("more", [(), ("--limit", "9")], ids=["quick look", "whole run"])
def test_due_posts_that_the_platform_lets_wait_are_counted(planrrr, connect, made, ctx, more) -> None:
    publication = made.publication(connect())
    hold = {"until": made.now + timedelta(hours=1), "reason": "slow down", "claim_id": None, "now": made.now}
    with ctx.store.transaction() as tx:
        connections.hold(tx, publication.connection.id, **hold)
    said, document = after(planrrr, *more)
    assert "1 due publication waits until the platform lets the account go on" in said
    assert document["waiting"] == {"paused": 0, "needs_reauth": 0, "held": 1, "other_run": 0, "next_run": 0}


def test_due_posts_on_an_account_that_another_run_holds_are_counted(planrrr, connect, made) -> None:
    made.publication(connect())
    made.claim()
    said, document = after(planrrr)
    assert "1 due publication on accounts that another run is working on" in said
    assert "nothing could begin" in said
    assert document["waiting"]["other_run"] == 1


def test_a_doubt_that_is_still_looked_at_is_told_by_a_run_that_has_nothing_to_do(
    planrrr, connect, made
) -> None:
    made.publication_in(State.IN_DOUBT, connect())
    said, document = after(planrrr)
    assert "1 publication in doubt, and the platform is asked at 20" in said
    assert "planrrr list --state in_doubt" in said
    assert (document["doubts_pending"], document["doubts_waiting"]) == (1, 0)
    assert document["next_look"].endswith("Z")


def test_a_doubt_on_a_paused_account_is_told_although_nobody_can_look(planrrr, connect, made) -> None:
    made.now -= timedelta(hours=1)
    made.publication_in(State.IN_DOUBT, connect())
    planrrr("connections", "pause", "Bakery")
    said, document = after(planrrr)
    assert "1 publication in doubt, and the platform is asked as soon as its account can be read" in said
    assert (document["doubts_pending"], document["waiting"]["paused"]) == (1, 1)


def test_a_doubt_that_waits_for_a_person_ends_every_run_with_1(planrrr, connect, made, ctx) -> None:
    made.publication_in(State.IN_DOUBT, connect())
    with ctx.store.transaction() as tx:
        tx.conn.exec_driver_sql("UPDATE publications SET wake_at = NULL")
    said, document = after(planrrr, code=1)
    assert "1 publication in doubt and waiting for a person: planrrr list --state in_doubt" in said
    assert (document["doubts_pending"], document["doubts_waiting"]) == (0, 1)


def test_the_quick_look_and_the_whole_run_write_the_same_names(planrrr, connect, made) -> None:
    planrrr("init")
    quick, whole = (planrrr("publish-due", *more, "--json").json for more in ((), ("--max-seconds", "1")))
    assert (quick["run_id"], whole["run_id"] is None) == (None, False)
    assert list(quick) == list(whole)
    assert quick | {"run_id": 0} == whole | {"run_id": 0}


def test_what_a_limited_run_leaves_is_counted(planrrr, accounts, write) -> None:
    for name in ("a.md", "b.md"):
        planrrr("add", write(name, text=name, front="to: ['facebook:Harbour Bakery']"), "--at", "now")
    said = planrrr("publish-due", "--limit", "1")
    assert said.out.splitlines()[-1].endswith(": 1 published")
    assert "1 due publication left for the next run" in said.err


# the list


def test_the_list_of_doubts_tells_of_each_what_to_do(planrrr, connect, made, ctx) -> None:
    made.publication_in(State.IN_DOUBT, connect())
    with ctx.store.transaction() as tx:
        tx.conn.exec_driver_sql(
            f"UPDATE publications SET error_message = '{'x' * 200}', error_next = 'planrrr resolve it'"
        )
    assert planrrr("list", "--state", "in_doubt").out.rstrip().endswith("xxx; planrrr resolve it")


def test_of_a_post_only_the_publications_in_the_wanted_state_are_listed(planrrr, connect, made) -> None:
    post_id = made.post(connect("1"), connect("2", "Café"))
    one, other = made.shown(post_id).publications
    planrrr("cancel", one.id, "--yes")
    shown = planrrr("list", "--state", "cancelled").out
    assert one.id[:8] in shown and other.id[:8] not in shown
    (post,) = planrrr("list", "--state", "cancelled", "--json").json["posts"]
    assert len(post["publications"]) == 2


def test_the_list_says_what_a_post_on_a_paused_account_waits_for(planrrr, connect, made) -> None:
    made.publication(connect())
    planrrr("connections", "pause", "Bakery")
    assert "posts wait until: planrrr connections resume" in planrrr("list").out


# the report of a run with many posts


def many(count: int) -> tuple[ReportLine, ...]:
    """Published ones, with a failed one at the very end."""
    lines = [
        ReportLine(f"{n:08d}-0", f"{n}", "facebook", "c", Outcome.PUBLISHED, notices=("a notice",))
        for n in range(count - 1)
    ]
    error = ErrorNote(ErrorKind.VALIDATION_ERROR, "too long", "shorten it")
    return (*lines, ReportLine("ffffffff-0", "f", "facebook", "c", Outcome.FAILED, error=error))


def test_the_table_of_a_large_run_is_short_and_shows_first_of_all_what_needs_a_person(ctx, capsys) -> None:
    lines = many(1000)
    show_report(RunReport("r", {"published": 999, "failed": 1}, lines), ctx, "publish-due", as_json=False)
    out, err = capsys.readouterr()
    assert len(out.splitlines()) == 1 + MOST_SHOWN + 2
    assert "ffffffff" in out and "00000000" in out
    assert "and 950 more: planrrr list --limit 1000; --json tells them all" in out
    assert out.splitlines()[-1] == "run r: 999 published, 1 failed"
    assert err.count("a notice") == MOST_SHOWN - 1


def test_the_document_of_a_large_run_is_whole(ctx, planrrr, capsys) -> None:
    show_report(RunReport("r", {}, many(1000)), ctx, "publish-due", as_json=True)
    assert capsys.readouterr().out.count('"outcome"') == 1000


def test_no_color_means_no_escape_at_all(capsys, monkeypatch) -> None:
    monkeypatch.setattr(render, "is_terminal", lambda stream: True)
    for value, coloured in (("", True), ("1", False)):
        monkeypatch.setenv("NO_COLOR", value)
        monkeypatch.setenv("FORCE_COLOR", "1")
        render.table(["id", "state"], [["1", "in_doubt"]])
        assert ("\x1b[" in capsys.readouterr().out) is coloured
