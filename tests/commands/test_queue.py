"""The queue as a person sees and changes it: list, show, reschedule, cancel, by any unambiguous beginning of an id."""

from __future__ import annotations

import pytest

from planrrr_cli.commands.reschedule import cancel, reschedule
from planrrr_cli.domain.errors import Refused
from planrrr_cli.domain.publications import State


def only(planrrr, *arguments: str):
    (post,) = planrrr(*arguments, "--json").json["posts"]
    return post


def test_the_list_is_filtered_by_state_platform_and_account(planrrr, connect, made) -> None:
    bakery, cafe = connect("1", "Bakery"), connect("2", "Café")
    made.publication(bakery, text="one")
    made.publication_in(State.PUBLISHED, cafe, text="two")
    assert len(planrrr("list", "--json").json["posts"]) == 2
    assert only(planrrr, "list", "--state", "published")["text"] == "two"
    assert only(planrrr, "list", "--connection", "Bakery")["text"] == "one"
    assert planrrr("list", "--platform", "x", "--json").json["posts"] == []
    assert "the first 1 post;" in planrrr("list", "--limit", "1").err


def test_show_takes_the_beginning_of_a_posts_or_publications_id(planrrr, connect, made) -> None:
    publication = made.publication(connect())
    assert only(planrrr, "show", publication.post.id[:8])["id"] == publication.post.id
    assert only(planrrr, "show", publication.id[:8])["id"] == publication.post.id
    assert "We have moved." in planrrr("show", publication.id).out


def test_an_id_that_fits_several_is_refused_with_the_candidates(planrrr, connect, made) -> None:
    connection = connect()
    found = [made.publication(connection, text=str(number)) for number in range(20)]
    ids = [one.id for one in found] + [one.post.id for one in found]
    shared = next(c for c in "0123456789abcdef" if sum(one.startswith(c) for one in ids) > 1)
    ran = planrrr("show", shared, code=1)
    assert "fits" in ran.err


def test_a_posts_id_reschedules_all_that_can_be_moved(planrrr, connect, made) -> None:
    post_id = made.post(connect("1"), connect("2"))
    post = only(planrrr, "reschedule", post_id, "--at", "2027-03-01T09:00:00+01:00")
    assert post["scheduled_at"] == "2027-03-01T08:00:00Z"
    assert {one["due_at"] for one in post["publications"]} == {"2027-03-01T08:00:00Z"}


def test_a_publications_id_reschedules_that_one_only(planrrr, connect, made) -> None:
    post_id = made.post(connect("1"), connect("2"))
    one, other = made.shown(post_id).publications
    planrrr("reschedule", one.id[:13], "--at", "2027-03-01T09:00:00Z")
    assert made.reload(other).due_at == other.due_at
    assert made.reload(one).due_at != one.due_at


@pytest.mark.parametrize("state", [State.FAILED, State.MISSED, State.CANCELLED, State.DRAFT])
def test_what_stands_still_comes_back_with_a_new_time(planrrr, connect, made, state) -> None:
    publication = made.publication_in(state, connect())
    planrrr("reschedule", publication.id, "--at", "now")
    assert made.reload(publication).state is State.SCHEDULED


@pytest.mark.parametrize(
    ("state", "says"),
    [
        (State.PUBLISHED, "is published"),
        (State.IN_DOUBT, "planrrr resolve"),
        (State.PROCESSING, "works on its media"),
        (State.PUBLISHING, "right now"),
    ],
)
def test_what_is_out_or_under_way_is_neither_moved_nor_cancelled(ctx, connect, made, state, says) -> None:
    publication = made.publication_in(state, connect())
    with pytest.raises(Refused, match=says):
        reschedule(ctx, publication.id, at="now", zone_name=None, as_json=False)
    with pytest.raises(Refused, match=says):
        cancel(ctx, [publication.id], yes=True, as_json=False)
    assert made.reload(publication).state is state


def test_what_the_platform_has_accepted_is_beyond_a_persons_reach_and_says_so(ctx, connect, made) -> None:
    publication = made.publication_in(State.PROCESSING, connect())
    with ctx.store.transaction() as tx:
        tx.conn.exec_driver_sql("UPDATE publications SET checkpoint = '{\"accepted\": true}'")
    with pytest.raises(Refused, match="the platform has it and is still processing it"):
        cancel(ctx, [publication.id], yes=True, as_json=False)


def test_cancelling_asks_first(planrrr, connect, made) -> None:
    publication = made.publication(connect())
    assert "--yes" in planrrr("cancel", publication.id, code=2).err
    assert only(planrrr, "cancel", publication.id, "--yes")["status"] == "cancelled"


def test_one_id_that_cannot_be_cancelled_keeps_the_others(planrrr, connect, made) -> None:
    connection = connect()
    out, waiting = made.publication_in(State.PUBLISHED, connection), made.publication(connection, text="b")
    assert "nothing was cancelled" in planrrr("cancel", waiting.id, out.id, "--yes", code=1).err
    assert made.reload(waiting).state is State.SCHEDULED


@pytest.mark.parametrize("command", [["show"], ["explain"], ["cancel", "--yes"], ["publish-one"]])
def test_an_id_that_is_no_text_fits_nothing(planrrr, command: list[str]) -> None:
    planrrr("init")
    assert "there is no post 'gr\\udcfcn'" in planrrr(*command, "gr\udcfcn", code=1).err


def test_a_post_whose_account_was_removed_is_not_rescheduled_into_nothing(planrrr, connect, made) -> None:
    publication = made.publication(connect())
    planrrr("connections", "remove", "Bakery", "--yes")
    ran = planrrr("reschedule", publication.id, "--at", "now", code=1)
    assert "its account was removed; add it (planrrr connect facebook) and the post again" in ran.err
    assert only(planrrr, "show", publication.id)["publications"][0]["state"] == "cancelled"


def test_explain_says_that_the_account_was_removed(planrrr, connect, made) -> None:
    publication = made.publication(connect())
    planrrr("connections", "remove", "Bakery", "--yes")
    told = planrrr("explain", publication.id).out
    assert "connection  removed" in told
    assert "brings it back" not in told
    (one,) = planrrr("explain", publication.id, "--json").json["publications"]
    assert "its account was removed" in one["next"]
