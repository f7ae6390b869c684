"""`publish-due` and `publish-one` against the sandbox: what is due goes out once, and the report says what happened."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from planrrr_cli.domain.publications import State
from tests.commands.conftest import EXAMPLES, samples


def only(ran):
    (publication,) = ran.json["publications"]
    return publication


def first(accounts) -> str:
    return f"facebook:{accounts[0]['account_id']}"


def queued(planrrr, write, accounts, text: str = "Fresh bread.", at: str = "now") -> str:
    """The id of a post that is in the queue."""
    name = write(f"{abs(hash(text))}.md", text=text, front="")
    ran = planrrr("add", name, "--to", first(accounts), "--at", at, "--json")
    return str(ran.json["posts"][0]["id"])


@pytest.mark.slow
def test_the_samples_go_out_once_each_and_their_pages_open(process, accounts, control, folder) -> None:
    shutil.copytree(EXAMPLES, folder / "samples")
    served = {
        "MEDIA_ROOT": str(folder / "samples"),
        "MEDIA_PUBLIC_BASE_URL": f"{control.url}/_sandbox/media",
    }
    names = [f"samples/{path.name}" for path in samples()]
    first_of_each = {one["platform"]: one["account_id"] for one in reversed(accounts)}
    for platform, account_id in first_of_each.items():
        named = re.compile(rf"^to: .*\b{platform}\b", re.MULTILINE)
        mine = [name for name in names if named.search(Path(name).read_text(encoding="utf-8"))]
        assert mine, f"no sample is for {platform}"
        process("add", *mine, "--to", f"{platform}:{account_id}", "--at", "now", env=served)
    for _ in range(5):
        report = process("publish-due", "--json", env=served).json
        if not report["processing"]:
            break
    seen = [entry["remote_id"] for entry in control.posts()]
    assert len(seen) == len(names)
    shown = process("list", "--state", "published", "--json").json["posts"]
    assert len(shown) == len(names)
    assert process("publish-due", "--json").json["publications"] == []
    assert [entry["remote_id"] for entry in control.posts()] == seen


def test_the_report_has_ids_permalink_and_counts(planrrr, accounts, write, control) -> None:
    post_id = queued(planrrr, write, accounts)
    ran = planrrr("publish-due", "--json")
    assert ran.json["schema"] == "planrrr.publish-due/1"
    assert (ran.json["published"], ran.json["failed"]) == (1, 0)
    line = only(ran)
    assert (line["post_id"], line["platform"], line["outcome"]) == (post_id, "facebook", "published")
    (entry,) = control.posts()
    assert entry["remote_id"] == line["remote_id"]
    assert entry["permalink"] == line["permalink"]


def test_people_get_a_table_and_one_line_of_summary(planrrr, accounts, write) -> None:
    queued(planrrr, write, accounts)
    said = planrrr("publish-due").out
    assert "published" in said
    assert said.splitlines()[-1].endswith(": 1 published")


def test_a_dry_run_writes_and_sends_nothing(planrrr, accounts, write, control) -> None:
    queued(planrrr, write, accounts)
    ran = planrrr("publish-due", "--dry-run", "--json")
    assert ran.json["dry_run"] is True
    assert only(ran)["admitted"] is True
    assert only(ran)["text"] == "Fresh bread."
    assert control.posts() == []
    assert planrrr("list", "--state", "scheduled", "--json").json["posts"]


def test_what_is_not_due_stays(planrrr, accounts, write, control) -> None:
    queued(planrrr, write, accounts, at="2027-03-01T09:00:00Z")
    assert planrrr("publish-due", "--json").json["publications"] == []
    assert control.posts() == []


def test_publish_one_sends_now_what_is_due_later(planrrr, accounts, write, control) -> None:
    post_id = queued(planrrr, write, accounts, at="2027-03-01T09:00:00Z")
    assert only(planrrr("publish-one", post_id[:8], "--json"))["outcome"] == "published"
    assert len(control.posts()) == 1


def test_publish_one_refuses_what_is_out_and_says_where(planrrr, accounts, write, control) -> None:
    post_id = queued(planrrr, write, accounts)
    where = only(planrrr("publish-due", "--json"))["permalink"]
    ran = planrrr("publish-one", post_id, code=1)
    assert where in ran.err
    assert "--force" in ran.err
    assert len(control.posts()) == 1


def test_force_asks_and_then_publishes_a_second_time(planrrr, accounts, write, control) -> None:
    post_id = queued(planrrr, write, accounts)
    planrrr("publish-due")
    assert "--yes" in planrrr("publish-one", post_id, "--force", code=2).err
    assert len(control.posts()) == 1
    queued(
        planrrr, write, accounts, text="Something else"
    )  # Facebook refuses to repeat the newest post of a Page
    planrrr("publish-due")
    assert only(planrrr("publish-one", post_id, "--force", "--yes", "--json"))["outcome"] == "published"
    assert len(control.posts()) == 3
    assert planrrr("show", post_id, "--json").json["posts"][0]["publications"][0]["generation"] == 2


@pytest.mark.parametrize(
    ("state", "says"),
    [
        (State.IN_DOUBT, "may be out already"),
        (State.PUBLISHING, "right now"),
        (State.CANCELLED, "planrrr reschedule"),
    ],
)
def test_publish_one_refuses_what_may_be_out_even_with_force(planrrr, connect, made, state, says) -> None:
    publication = made.publication_in(state, connect())
    assert says in planrrr("publish-one", publication.id, "--force", "--yes", code=1).err
    assert made.reload(publication).state is state


def test_publish_one_tells_when_the_account_is_paused(planrrr, accounts, write, control) -> None:
    post_id = queued(planrrr, write, accounts)
    planrrr("connections", "pause", accounts[0]["account_id"])
    line = only(planrrr("publish-one", post_id, "--json", code=1))
    assert line["outcome"] == "deferred"
    assert "paused" in line["error"]["message"]
    assert control.posts() == []


def test_publish_one_on_a_platform_where_the_post_is_not(planrrr, accounts, write) -> None:
    post_id = queued(planrrr, write, accounts)
    assert "no publication on x" in planrrr("publish-one", post_id, "--platform", "x", code=1).err


def test_a_failed_post_is_published_by_publish_one(planrrr, accounts, ctx, made, control) -> None:
    from planrrr_cli.store import connections

    with ctx.store.reading() as tx:
        connection = connections.find(tx, accounts[0]["account_id"])
    publication = made.publication_in(State.FAILED, connection)
    assert only(planrrr("publish-one", publication.id, "--json"))["outcome"] == "published"


@pytest.mark.slow
def test_a_lost_answer_is_told_and_never_sent_twice(planrrr, accounts, write, control) -> None:
    queued(planrrr, write, accounts)
    (call,) = [name for name in control.get("calls")["calls"] if name.endswith("feed.create")] or ["*"]
    control.fault(call=call, strike="after", kind="lost", times=1)
    for _ in range(6):
        report = planrrr("publish-due", "--json", code=None).json
        if not report["in_doubt"]:
            break
    assert len(control.posts()) == 1


def test_no_token_is_in_anything_that_a_run_writes(process, accounts, write, control, folder) -> None:
    tokens = {one["accessToken"] for one in control.get("accounts")["connections"]}
    queued(process, write, accounts)
    ran = process("publish-due", "--json", env={"LOG_LEVEL": "debug"})
    said = ran.out + ran.err + process("explain", only(ran)["id"], "--json").out
    assert tokens
    assert not any(token in said for token in tokens)
    assert not any(token.encode() in (folder / "planrrr.db").read_bytes() for token in tokens)


def test_a_dry_run_of_force_says_what_would_appear_again(planrrr, accounts, write, control) -> None:
    added = planrrr("add", write("a.md"), "--to", "facebook:Harbour Bakery", "--at", "now", "--json")
    (post,) = added.json["posts"]
    planrrr("publish-due")
    ran = planrrr("publish-one", post["id"], "--force", "--dry-run")
    assert f"{post['publications'][0]['id'][:8]} would appear a second time on facebook" in ran.err
    assert len(control.posts()) == 1


def test_what_a_platform_still_works_on_says_so_and_when_it_is_looked_at(
    planrrr, accounts, write, control, folder
) -> None:
    shutil.copy(EXAMPLES / "media" / "bread-rises.mp4", folder)
    control.fault(call="facebook.reel.finish", kind="processing:50")
    write("reel.md", front=f"to: ['{first(accounts)}']\nmedia: [bread-rises.mp4]")
    planrrr("add", "reel.md", "--at", "now")
    ran = planrrr("publish-due", "--max-seconds", "2")
    assert "processing" in ran.out and "looked at again" in ran.out, ran.out
    assert "the platform is asked" in planrrr("list").out
