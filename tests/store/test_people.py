"""What people do to the queue: nothing they type can send a post twice or lose one."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import insert, select, text

from planrrr_cli.domain.connections import ConnectionStatus, Platform, Tokens
from planrrr_cli.domain.errors import NotFound, Refused
from planrrr_cli.domain.posts import Media, MediaKind, Post
from planrrr_cli.domain.publications import CANCELLABLE, RESCHEDULABLE, AttemptKind, Outcome, State
from planrrr_cli.domain.secrets import Secret
from planrrr_cli.domain.settlement import Settlement
from planrrr_cli.store import connections, posts, publications, renewals, schema
from tests.factory import NOW, Factory, error, new_id

LATER = NOW + timedelta(days=1)


def in_transaction(factory, operation, *args, **more):
    with factory.store.transaction() as tx:
        return operation(tx, *args, **more)


# publications


@pytest.mark.parametrize("state", list(State))
def test_what_can_be_rescheduled_starts_with_a_clean_slate_and_the_rest_is_refused(factory, state):
    made = factory.publication_in(state)
    if state not in RESCHEDULABLE:
        with pytest.raises(Refused, match="cannot be rescheduled"):
            in_transaction(factory, publications.reschedule, made.id, due_at=LATER, now=NOW)
        assert factory.reload(made) == made
        return
    in_transaction(factory, publications.reschedule, made.id, due_at=LATER, now=NOW)
    now = factory.reload(made)
    assert (now.state, now.due_at, now.wake_at, now.spent, now.error) == (
        State.SCHEDULED,
        LATER,
        LATER,
        0,
        None,
    )
    assert now.attempts == made.attempts


@pytest.mark.parametrize("state", list(State))
def test_what_can_be_cancelled_is_and_the_rest_is_refused(factory, state):
    made = factory.publication_in(state)
    if state in CANCELLABLE:
        in_transaction(factory, publications.cancel, made.id, now=NOW)
        assert (factory.reload(made).state, factory.reload(made).wake_at) == (State.CANCELLED, None)
    else:
        with pytest.raises(
            Refused, match="cannot be cancelled; only what is draft or failed or missed or scheduled can"
        ):
            in_transaction(factory, publications.cancel, made.id, now=NOW)


@pytest.mark.parametrize("sent", [False, True])
def test_a_checkpoint_survives_rescheduling_only_when_nothing_was_ever_sent(factory, sent):
    made = factory.publication()
    attempt = factory.begin(made, factory.claim())
    factory.note(attempt, checkpoint={"container": "1"}, sending_since=NOW if sent else None)
    factory.settle(attempt, Settlement(Outcome.FAILED, State.FAILED, clear_sending=True, error=error()))
    in_transaction(factory, publications.reschedule, made.id, due_at=LATER, now=NOW)
    assert factory.reload(made).checkpoint == ({} if sent else {"container": "1"})


def test_another_time_forgets_that_it_had_to_wait_at_the_old_one(factory):
    made = factory.publication()
    attempt = factory.begin(made, factory.claim())
    factory.note(attempt, checkpoint={"container": "1", "waited": True}, sending_since=None)
    factory.settle(attempt, Settlement(Outcome.FAILED, State.FAILED, clear_sending=True, error=error()))
    in_transaction(factory, publications.reschedule, made.id, due_at=LATER, now=NOW)
    assert factory.reload(made).checkpoint == {"container": "1"}


def test_a_person_ends_a_doubt_with_the_published_post(factory):
    made = factory.publication_in(State.IN_DOUBT)
    in_transaction(
        factory,
        publications.resolve,
        made.id,
        published="77",
        permalink="https://x.example/77",
        by="ada",
        now=LATER,
    )
    now = factory.reload(made)
    assert (now.state, now.remote_id, now.permalink, now.wake_at) == (
        State.PUBLISHED,
        "77",
        "https://x.example/77",
        None,
    )
    assert (now.published_at, now.sending_since, now.error) == (NOW, None, None)
    last = factory.attempts(made)[-1]
    said = {"at": LATER.isoformat(), "step": "resolved", "by": "ada", "answer": "published"}
    assert (last.kind, last.outcome, last.steps, last.number) == (
        AttemptKind.RECONCILE,
        Outcome.PUBLISHED,
        (said,),
        2,
    )
    assert (last.run_id, last.claim_id) == ("", "")


def test_a_person_ends_a_doubt_with_not_published_and_it_is_sent_again(factory):
    made = factory.publication_in(State.IN_DOUBT)
    in_transaction(
        factory, publications.resolve, made.id, published=None, permalink=None, by="ada", now=LATER
    )
    now = factory.reload(made)
    assert (now.state, now.wake_at, now.due_at, now.doubts, now.sending_since) == (
        State.SCHEDULED,
        LATER,
        NOW,
        1,
        None,
    )
    assert factory.attempts(made)[-1].outcome is Outcome.RETRIED
    claims = factory.claim(now=LATER)
    assert factory.begin(factory.next(claims, now=LATER)[made.connection.id], claims).number == 3


@pytest.mark.parametrize(
    ("notes", "state"), [({"accepted": True}, State.PROCESSING), ({"parts": ["1"]}, State.SCHEDULED)]
)
def test_what_the_platform_had_accepted_is_followed_and_what_has_more_to_send_is_in_line(
    factory, notes, state
):
    made = factory.publication_in(State.IN_DOUBT)
    says = {"published": None, "permalink": None, "landed": notes}
    in_transaction(factory, publications.resolve, made.id, by="ada", now=LATER, **says)
    now = factory.reload(made)
    assert (now.state, now.wake_at, now.sending_since) == (state, LATER, None)


@pytest.mark.parametrize("state", [state for state in State if state is not State.IN_DOUBT])
def test_only_a_doubt_can_be_resolved(factory, state):
    made = factory.publication_in(state)
    with pytest.raises(Refused, match="only what is in doubt can"):
        in_transaction(
            factory, publications.resolve, made.id, published=None, permalink=None, by="ada", now=NOW
        )
    assert factory.reload(made) == made


def test_a_doubt_cannot_be_resolved_to_another_publications_post(factory):
    out = factory.publication_in(State.PUBLISHED)
    made = factory.publication_in(State.IN_DOUBT, out.connection)
    with pytest.raises(Refused, match=out.id[:8]):
        in_transaction(
            factory, publications.resolve, made.id, published=out.remote_id, permalink=None, by="ada", now=NOW
        )


def test_a_doubt_cannot_be_resolved_to_the_address_of_another_publication(factory):
    out = factory.publication_in(State.PUBLISHED)
    made = factory.publication_in(State.IN_DOUBT, out.connection)
    resolving = {"published": "another id", "permalink": out.permalink, "by": "ada", "now": NOW}
    with pytest.raises(Refused, match=f"is publication {out.id[:8]} already"):
        in_transaction(factory, publications.resolve, made.id, **resolving)
    elsewhere = factory.publication_in(State.IN_DOUBT)
    in_transaction(factory, publications.resolve, elsewhere.id, **resolving)


def test_an_answer_about_an_earlier_doubt_does_not_end_a_later_one(factory):
    """Somebody was asked, and before the answer came it was proved absent and sent once more."""
    made = factory.publication_in(State.IN_DOUBT)
    evidence = publications.Evidence(made.doubts, made.sending_since)
    answer = {"published": None, "permalink": None, "by": "ada", "evidence": evidence}
    in_transaction(factory, publications.resolve, made.id, now=LATER, **answer)
    claims = factory.claim(now=LATER)
    factory.now = LATER
    attempt = factory.begin(factory.next(claims, now=LATER)[made.connection.id], claims)
    factory.note(attempt, sending_since=LATER)
    factory.settle(attempt, Settlement(Outcome.IN_DOUBT, State.IN_DOUBT, wake_at=LATER, error=error()))
    with pytest.raises(Refused, match="this is another doubt"):
        in_transaction(factory, publications.resolve, made.id, now=LATER, **answer)
    assert factory.reload(made).state is State.IN_DOUBT


def test_what_the_answer_rests_on_is_kept_with_it(factory):
    made = factory.publication_in(State.IN_DOUBT)
    call = {"call": "x.posts.read", "status": 200}
    evidence = publications.Evidence(
        made.doubts, made.sending_since, "x was asked: nothing there", [call], True
    )
    resolving = {"published": "77", "permalink": None, "by": "ada", "now": LATER, "reason": "saw it"}
    in_transaction(factory, publications.resolve, made.id, evidence=evidence, **resolving)
    last = factory.attempts(made)[-1]
    assert last.calls == (call,)
    told = {"reason": "saw it", "platform_said": "x was asked: nothing there"}
    assert told.items() <= last.steps[0].items()
    assert factory.reload(made).wake_at == LATER


def test_a_person_who_resolves_wins_over_a_look_under_way(factory):
    made = factory.publication_in(State.IN_DOUBT)
    claims = factory.claim(now=LATER)
    look = factory.begin(factory.reload(made), claims, AttemptKind.RECONCILE)
    in_transaction(
        factory, publications.resolve, made.id, published="77", permalink=None, by="ada", now=LATER
    )
    assert not factory.settle(
        look, Settlement(Outcome.RETRIED, State.SCHEDULED, wake_at=LATER, clear_sending=True)
    )
    assert factory.reload(made).state is State.PUBLISHED


def test_only_the_latest_published_generation_is_published_again(factory):
    made = factory.publication_in(State.PUBLISHED)
    new = in_transaction(factory, publications.new_generation, made.id, now=LATER)
    with factory.store.reading() as tx:
        again = publications.find(tx, new)
        [shown] = posts.find(tx, made.post.id).publications
    assert (again.generation, again.state, again.due_at, again.wake_at) == (2, State.SCHEDULED, LATER, LATER)
    assert (again.checkpoint, again.attempts, again.remote_id) == ({}, 0, None)
    assert shown == again
    assert factory.reload(made) == made
    with pytest.raises(
        Refused, match=f"latest is generation 2: planrrr explain {new[:8]}, or planrrr publish-one"
    ):
        in_transaction(factory, publications.new_generation, made.id, now=LATER)
    for state in (State.SCHEDULED, State.IN_DOUBT, State.FAILED, State.PROCESSING):
        with pytest.raises(Refused, match="cannot be published again; only what is published can"):
            in_transaction(factory, publications.new_generation, factory.publication_in(state).id, now=LATER)


def test_a_publication_is_found_by_any_unambiguous_prefix(factory):
    factory.publication()
    with factory.store.transaction() as tx:
        ids = ["aaaa0000-0000-4000-8000-000000000001", "aaaa0000-0000-4000-8000-000000000002"]
        known = tx.conn.execute(select(schema.publications)).mappings().one()
        for generation, one in enumerate(ids, 2):
            tx.conn.execute(
                insert(schema.publications).values({**known, "id": one, "generation": generation})
            )
        assert publications.find(tx, ids[0].upper()).id == ids[0]
        with pytest.raises(NotFound, match=r"'aaaa' fits 2: aaaa0000-.*1, aaaa0000-.*2; write more of it"):
            publications.find(tx, "aaaa")
        for nothing in ("", "zzz", "%", "_", "' OR 1=1"):
            with pytest.raises(NotFound, match="there is no publication"):
                publications.find(tx, nothing)


@pytest.mark.parametrize("operation", ["cancel", "new_generation", "reschedule"])
def test_other_teams_publications_do_not_exist(factory, database_url, open_url, operation):
    made = factory.publication()
    others = Factory(open_url(database_url, team="others"))
    more = {"due_at": LATER} if operation == "reschedule" else {}
    with pytest.raises(NotFound):
        in_transaction(others, getattr(publications, operation), made.id, now=NOW, **more)
    with pytest.raises(NotFound):
        others.shown(made.post.id)
    with others.store.reading() as tx:
        assert publications.attempts_of(tx, made.id) == []
        assert posts.listing(tx) == []
        assert connections.listing(tx) == []


# posts


def test_a_post_comes_back_as_it_was_written(factory):
    lane, other = factory.connection(Platform.X), factory.connection(Platform.FACEBOOK)
    written = Post(
        "Grüße 🍞\n",
        (
            Media(
                file="/a.jpg",
                alt="a",
                kind=MediaKind.IMAGE,
                content_type="image/jpeg",
                size=2**40,
                sha256="00",
            ),
            Media(url="https://e.example/b.mp4?sig=1"),
        ),
        link="https://e.example/",
        title="t",
        first_comment="c",
        options={"a": [1, {"b": None}]},
        overrides={"x": {"text": "short"}},
        scheduled_at=NOW,
        wall_time="2026-12-01 09:00",
        zone="UTC",
        max_lateness=timedelta(hours=1, seconds=0.5),
    )
    new = posts.NewPost(written, "print", "a.md", [lane.id, other.id, lane.id], False, 3)
    post_id, added = in_transaction(factory, posts.add, new, now=NOW)
    view = factory.shown(post_id[:10])
    assert added
    assert view.post == Post(**{f: getattr(written, f) for f in written.__slots__} | {"id": post_id})
    assert (view.document, view.created_at) == ("a.md", NOW)
    assert [one.connection.id for one in view.publications] == [other.id, lane.id]
    assert [one.post.text for one in view.publications] == ["Grüße 🍞\n", "short"]


def test_the_same_document_again_changes_nothing(factory):
    lane = factory.connection()
    new = posts.NewPost(Post("one", scheduled_at=NOW), "print", "a.md", [lane.id], False, 0)
    first = in_transaction(factory, posts.add, new, now=NOW)
    second = in_transaction(factory, posts.add, new, now=LATER)
    assert (first[1], second) == (True, (first[0], False))
    assert len(factory.shown(first[0]).publications) == 1


def test_a_draft_waits_for_a_person(factory):
    made = factory.publication_in(State.DRAFT)
    assert (made.due_at, made.wake_at) == (None, None)
    in_transaction(factory, publications.reschedule, made.id, due_at=NOW, now=NOW)
    assert list(factory.claim()) == [made.connection.id]


def test_a_post_without_a_place_or_a_time_or_for_strangers_is_refused(factory, database_url, open_url):
    strange = Factory(open_url(database_url, team="others")).connection()
    lane = factory.connection()
    at = Post("one", scheduled_at=NOW)
    for new, refused in (
        (posts.NewPost(at, "1", None, [], False, 0), Refused),
        (posts.NewPost(Post("one"), "1", None, [lane.id], False, 0), Refused),
        (posts.NewPost(at, "1", None, [lane.id, strange.id], False, 0), NotFound),
        (posts.NewPost(at, "1", None, [new_id()], False, 0), NotFound),
    ):
        with pytest.raises(refused):
            in_transaction(factory, posts.add, new, now=NOW)
    with factory.store.reading() as tx:
        assert posts.listing(tx) == []


def test_a_post_is_found_by_a_prefix_of_its_own_or_a_publications_id(factory):
    made = factory.publication()
    for prefix in (made.post.id, made.post.id[:9], made.id, made.id[:9], made.id.upper()):
        assert factory.shown(prefix).post.id == made.post.id
    for nothing in ("", "zz", "%"):
        with pytest.raises(NotFound, match="there is no post"):
            factory.shown(nothing)
    ids = [made.post.id, made.id]
    for _ in range(10):  # more ids than digits: two begin alike
        another = factory.publication()
        ids += [another.post.id, another.id]
    digit = max("0123456789abcdef", key=lambda digit: sum(one.startswith(digit) for one in ids))
    with pytest.raises(NotFound, match=r"fits .*write more of it"):
        factory.shown(digit)


def test_the_listing_is_ordered_by_time_and_narrowed(factory):
    lane, page = factory.connection(Platform.X), factory.connection(Platform.FACEBOOK)
    draft = factory.post(lane, draft=True)
    ids = [factory.post(lane, at=NOW + timedelta(hours=hour)) for hour in (3, 1, 2)]
    both = factory.post(lane, page, at=NOW)
    failed = factory.publication_in(State.FAILED, page, at=NOW - timedelta(hours=1))

    def listed(**more):
        with factory.store.reading() as tx:
            return [one.post.id for one in posts.listing(tx, **({"limit": 100} | more))]

    by_time = [failed.post.id, both, ids[1], ids[2], ids[0], draft]
    assert listed() == by_time
    assert listed(limit=2) == by_time[:2]
    assert listed(platform=Platform.FACEBOOK) == [failed.post.id, both]
    assert listed(connection_id=lane.id) == by_time[1:]
    assert listed(states=frozenset({State.FAILED, State.DRAFT})) == [failed.post.id, draft]
    hour = timedelta(hours=1)
    assert listed(after=NOW + hour, before=NOW + 3 * hour) == [ids[1], ids[2]]
    with factory.store.reading() as tx:
        assert [len(one.publications) for one in posts.listing(tx, platform=Platform.FACEBOOK)] == [1, 2]


def test_what_a_person_typed_as_the_time_can_change(factory):
    made = factory.publication()
    more = {"scheduled_at": LATER, "wall_time": "2026-12-02 10:00", "zone": "Europe/Berlin", "now": NOW}
    in_transaction(factory, posts.set_schedule, made.post.id, **more)
    view = factory.shown(made.post.id)
    assert (view.post.scheduled_at, view.post.wall_time, view.post.zone) == (
        LATER,
        "2026-12-02 10:00",
        "Europe/Berlin",
    )
    assert view.publications[0].due_at == NOW
    with pytest.raises(NotFound):
        in_transaction(factory, posts.set_schedule, new_id(), **more)


# connections


def test_signing_in_again_brings_a_connection_back_to_life(factory):
    lane = factory.connection(account_id="12", max_lateness=timedelta(hours=2))
    made = factory.publication(lane)
    in_transaction(factory, connections.set_needs_reauth, lane.id, "revoked", claim_id=None, now=NOW)
    assert factory.claim() == {}
    again = factory.connection(account_id="12", account_name="@renamed", access="new", refresh=None)
    assert (again.id, again.status, again.status_reason) == (lane.id, ConnectionStatus.ACTIVE, None)
    # no refresh token came along: what was there is no reason to be forgotten
    assert (again.tokens.access, again.tokens.refresh, again.account_name) == (
        Secret("new"),
        lane.tokens.refresh,
        "@renamed",
    )
    assert again.max_lateness == timedelta(hours=2)
    assert list(factory.claim()) == [made.connection.id]


def test_an_empty_token_never_overwrites_a_token(factory):
    lane = factory.connection()
    empty = Tokens(Secret(""), Secret("r2"))
    assert not in_transaction(factory, renewals.save, lane, empty, now=NOW)
    with pytest.raises(Refused, match="empty access token"):
        factory.connection(account_id=lane.account_id, access="")
    for refresh in (None, Secret("")):
        fresh = Tokens(Secret("a2"), refresh, LATER)
        with factory.store.reading() as tx:
            before = connections.find(tx, lane.id)
        assert in_transaction(factory, renewals.save, before, fresh, now=NOW)
    with factory.store.reading() as tx:
        found = connections.find(tx, lane.id)
    assert (found.tokens.access.reveal(), found.tokens.refresh.reveal()) == ("a2", "refresh-token")
    assert found.tokens.expires_at == LATER


def test_only_the_holder_of_the_lane_says_that_somebody_must_sign_in(factory):
    lane = factory.connection()
    factory.post(lane)
    claims = factory.claim()
    assert not in_transaction(factory, connections.set_needs_reauth, lane.id, "x", claim_id=new_id(), now=NOW)
    assert in_transaction(
        factory, connections.set_needs_reauth, lane.id, "x", claim_id=claims[lane.id], now=NOW
    )


def test_a_connection_is_found_by_what_people_call_it(factory):
    acme = factory.connection(Platform.X, account_id="12", account_name="@Acme")
    page = factory.connection(Platform.FACEBOOK, account_id="12", account_name="Straße")
    with factory.store.reading() as tx:
        for name in (acme.id, acme.id[:13], "acme", "@ACME", "x:acme", "x:12", "twitter:@acme", "X:Acme"):
            assert connections.find(tx, name).id == acme.id, name
        for name in ("STRASSE", "facebook:12"):
            assert connections.find(tx, name).id == page.id, name
        assert connections.find(tx, "12", Platform.FACEBOOK).id == page.id
        with pytest.raises(NotFound, match=r"'12' fits 2: .*\(facebook:Straße\).*\(x:@Acme\)"):
            connections.find(tx, "12")
        for nothing in ("", "x:", "nobody", "linkedin:12", "%"):
            with pytest.raises(NotFound, match="there is no"):
                connections.find(tx, nothing)


def test_pausing_and_resuming(factory):
    lane = factory.connection()
    in_transaction(factory, connections.pause, lane.id, now=NOW)
    in_transaction(factory, connections.resume, lane.id, now=NOW)
    in_transaction(factory, connections.set_needs_reauth, lane.id, "revoked", claim_id=None, now=NOW)
    with pytest.raises(Refused, match="sign in again"):
        in_transaction(factory, connections.resume, lane.id, now=NOW)
    with pytest.raises(NotFound):
        in_transaction(factory, connections.pause, new_id(), now=NOW)


def test_removing_wipes_the_tokens_cancels_what_was_to_come_and_keeps_history(factory):
    lane = factory.connection(account_id="12")
    out = factory.publication_in(State.PUBLISHED, lane)
    open_ = [factory.publication_in(state, lane) for state in (State.MISSED, State.SCHEDULED, State.DRAFT)]
    assert in_transaction(factory, connections.remove, lane.id, now=NOW) == 3
    assert {factory.reload(one).state for one in open_} == {State.CANCELLED}
    assert factory.reload(out).remote_id == out.remote_id
    with factory.store.reading() as tx:
        assert connections.listing(tx) == []
        kept = tx.conn.execute(text("SELECT access_token, refresh_token FROM connections")).one()
        with pytest.raises(NotFound):
            connections.find(tx, lane.id)
    assert tuple(kept) == ("", None)
    assert factory.connection(account_id="12").id != lane.id


@pytest.mark.parametrize("state", [State.PUBLISHING, State.PROCESSING, State.IN_DOUBT])
def test_a_connection_is_not_removed_while_something_is_under_way(factory, state):
    made = factory.publication_in(state)
    with pytest.raises(Refused, match="has 1 publishing, processing or in doubt"):
        in_transaction(factory, connections.remove, made.connection.id, now=NOW)


def test_removing_ends_a_claim(factory):
    made = factory.publication()
    claims = factory.claim()
    in_transaction(factory, connections.remove, made.connection.id, now=NOW)
    assert factory.try_begin(made, claims) is None


def test_what_of_a_thread_is_out_is_never_forgotten(factory):
    made = factory.publication()
    attempt = factory.begin(made, factory.claim())
    factory.note(attempt, checkpoint={"container": "1", "parts": ["71", "72"]}, sending_since=NOW)
    factory.settle(attempt, Settlement(Outcome.FAILED, State.FAILED, clear_sending=True, error=error()))
    in_transaction(factory, publications.reschedule, made.id, due_at=LATER, now=NOW)
    assert factory.reload(made).checkpoint == {"parts": ["71", "72"]}


# every refusal says how to go on


@pytest.mark.parametrize("state", [State.PUBLISHING, State.PROCESSING, State.IN_DOUBT])
def test_an_account_with_something_under_way_is_not_removed_and_how_to_end_it_is_said(factory, state):
    made = factory.publication_in(state)
    with pytest.raises(Refused) as refused:
        in_transaction(factory, connections.remove, made.connection.id, now=LATER)
    for words in (
        "has 1 publishing, processing or in doubt",
        "planrrr publish-due",
        f"planrrr list --connection {made.connection.id[:8]} --state in_doubt",
        "planrrr resolve",
    ):
        assert words in str(refused.value)


def test_a_name_that_fits_no_connection_leads_to_those_there_are_or_to_the_first_one(factory):
    with pytest.raises(NotFound, match="there is no connection 'x'; add one: planrrr connect facebook"):
        in_transaction(factory, connections.find, "x")
    factory.connection(Platform.X)
    with pytest.raises(
        NotFound, match="there is no connection 'x'; these are there: planrrr connections list"
    ):
        in_transaction(factory, connections.find, "x")
    with pytest.raises(NotFound, match=r"there is no linkedin connection 'x'; add one: .* connect linkedin"):
        in_transaction(factory, connections.find, "x", Platform.LINKEDIN)
    with pytest.raises(NotFound, match="these are there: planrrr connections list"):
        in_transaction(factory, connections.pause, new_id(), now=NOW)


@pytest.mark.parametrize("operation", ["cancel", "new_generation", "reschedule"])
def test_what_cannot_be_done_to_a_publication_leads_to_its_story(factory, operation):
    made = factory.publication_in(State.PROCESSING)
    more = {"due_at": LATER} if operation == "reschedule" else {}
    with pytest.raises(Refused, match=rf"\(planrrr explain {made.id[:8]}\)"):
        in_transaction(factory, getattr(publications, operation), made.id, now=NOW, **more)


def test_a_name_that_fits_no_publication_leads_to_the_list(factory):
    for found in (publications.find, posts.find):
        with pytest.raises(NotFound, match="these are there: planrrr list"):
            in_transaction(factory, found, "zzz")
