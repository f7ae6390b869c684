"""States: the arrows, and what they make of a post as a whole."""

from __future__ import annotations

import pytest

from planrrr_cli.domain.publications import (
    ARROWS,
    CANCELLABLE,
    KIND_FOR_STATE,
    RESCHEDULABLE,
    AttemptKind,
    PostStatus,
    State,
    post_status,
)


def test_every_state_has_its_arrows() -> None:
    assert set(ARROWS) == set(State)


def test_nothing_leads_from_doubt_to_sending() -> None:
    assert State.PUBLISHING not in ARROWS[State.IN_DOUBT]
    assert KIND_FOR_STATE[State.IN_DOUBT] is AttemptKind.RECONCILE


def test_nothing_leads_out_of_published() -> None:
    assert not ARROWS[State.PUBLISHED]


def test_a_person_cannot_reschedule_or_cancel_what_may_be_out() -> None:
    for state in (State.PUBLISHING, State.PROCESSING, State.IN_DOUBT, State.PUBLISHED):
        assert state not in RESCHEDULABLE
        assert state not in CANCELLABLE


@pytest.mark.parametrize(
    ("states", "status"),
    [
        ([], PostStatus.DRAFT),
        ([State.DRAFT], PostStatus.DRAFT),
        ([State.SCHEDULED, State.SCHEDULED], PostStatus.SCHEDULED),
        ([State.SCHEDULED, State.PUBLISHED], PostStatus.PUBLISHING),
        ([State.IN_DOUBT, State.PUBLISHED], PostStatus.PUBLISHING),
        ([State.PUBLISHED, State.PUBLISHED], PostStatus.PUBLISHED),
        ([State.PUBLISHED, State.FAILED], PostStatus.PARTIALLY_PUBLISHED),
        ([State.PUBLISHED, State.CANCELLED], PostStatus.PUBLISHED),
        ([State.FAILED, State.MISSED], PostStatus.FAILED),
        ([State.CANCELLED], PostStatus.CANCELLED),
    ],
)
def test_the_status_of_a_post_follows_from_its_publications(states: list[State], status: PostStatus) -> None:
    assert post_status(states) is status
