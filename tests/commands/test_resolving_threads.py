"""A doubt in the middle of a thread: a person's word about one part lets the others follow, and none goes out twice."""

from __future__ import annotations

import pytest

CREATE = "x.post.create"
THREAD = 'x: {thread: ["The second part.", "The third part."]}'


@pytest.fixture
def doubtful(planrrr, accounts, write, control):
    """A thread whose part ``nth`` was sent, with its answer lost, and cannot be read back."""
    account = next(one["account_id"] for one in accounts if one["platform"] == "x")

    def make(nth: int) -> str:
        planrrr("add", write("t.md", "The first part.", f'to: ["x:{account}"]\n{THREAD}'), "--at", "now")
        control.fault(call=CREATE, kind="lost", strike="after", skip=nth - 1)
        control.fault(call="x.posts.list", kind="status:503", strike="before", times=-1)
        planrrr("publish-due", "--json", code=1)
        return str(planrrr("list", "--json").json["posts"][0]["publications"][0]["id"])

    return make


@pytest.mark.parametrize("nth", [1, 2, 3])
def test_a_named_part_lets_the_rest_follow(planrrr, control, doubtful, nth: int) -> None:
    publication = doubtful(nth)
    part = control.get("posts")["posts"][-1]
    assert len(control.get("posts")["posts"]) == nth
    address = f"https://x.com/i/web/status/{part['remote_id']}"
    planrrr("resolve", publication, "--published", address, "--reason", "saw it", "--yes")
    control.clear()
    planrrr("publish-due", "--json", code=None)
    shown = planrrr("show", publication, "--json").json["posts"][0]["publications"][0]
    entries = control.get("posts")["posts"]
    assert [entry["text"] for entry in entries] == [
        "The first part.",
        "The second part.",
        "The third part.",
    ]
    assert (shown["state"], shown["remote_id"]) == ("published", entries[0]["remote_id"])
    assert shown["permalink"]
