"""On X one refusal is no proof that a token is dead: the account rests, and nobody has to sign in."""

from __future__ import annotations

from planrrr_cli.domain.connections import Connection, ConnectionStatus, Platform
from planrrr_cli.domain.publications import State
from tests.publishing.test_run import run
from tests.world import World

CREATE = "x.post.create"


def account(world: World) -> Connection:
    return next(one.connection for one in world.publications() if one.platform is Platform.X)


def test_a_token_that_has_run_out_is_renewed_once_and_the_post_goes_out(world: World) -> None:
    world.add("---\nto: [x]\n---\nFresh rye.\n")
    before = world.sandbox.accounts()["connections"]
    world.sandbox.fault(CREATE, "expire_token")
    assert run(world).counts["published"] == 1
    after = world.sandbox.accounts()["connections"]
    assert [one["accessToken"] for one in before if one["platform"] == "x"] != [
        one["accessToken"] for one in after if one["platform"] == "x"
    ]
    assert len(world.sandbox.posts()) == 1


def test_a_second_post_that_is_refused_after_the_renewal_rests_and_needs_nobody(world: World) -> None:
    for number in (1, 2):
        world.add(f"---\nto: [x]\n---\nBread number {number}.\n", name=f"{number}.md")
    world.sandbox.fault(CREATE, "status:401")
    world.sandbox.fault(CREATE, "status:401", skip=1)
    run(world)
    one, two = sorted(world.publications(), key=lambda each: each.post.text)
    assert (one.state, two.state) == (State.PUBLISHED, State.SCHEDULED)
    assert account(world).status is ConnectionStatus.ACTIVE
    assert account(world).held_until is not None
    world.later(360)
    run(world)
    assert {each.state for each in world.publications()} == {State.PUBLISHED}
    assert [post["text"] for post in world.sandbox.posts()] == ["Bread number 1.", "Bread number 2."]


def test_a_post_that_is_out_is_not_reported_as_put_off_while_its_account_rests(world: World) -> None:
    world.add("---\nto: [x]\nx: {first_comment: At nine.}\n---\nBread.\n")
    world.sandbox.fault(CREATE, "status:401")  # the post: its token is renewed
    world.sandbox.fault(CREATE, "status:401", skip=1)  # the comment, just afterwards
    report = run(world)
    assert (report.counts["published"], report.counts["deferred"]) == (1, 0)
    assert account(world).held_until is not None
    world.later(360)
    run(world)
    [comment] = world.sandbox.comments()
    assert comment["text"] == "At nine."
