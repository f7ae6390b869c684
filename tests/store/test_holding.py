"""A limit of a whole app or platform holds every lane it concerns, and nobody else."""

from __future__ import annotations

from datetime import timedelta

import pytest

from planrrr_cli.domain.connections import Platform
from planrrr_cli.domain.errors import ErrorKind, Scope
from planrrr_cli.domain.publications import ErrorNote, Outcome, State
from planrrr_cli.domain.secrets import Secret
from planrrr_cli.domain.settlement import Settlement
from planrrr_cli.store import connections
from tests.factory import NOW

LATER = NOW + timedelta(hours=1)


def limited(factory, lane, scope, until=LATER):
    made = factory.publication(lane)
    claims = factory.claim(publications=frozenset({made.id}))
    attempt = factory.begin(made, claims)
    note = ErrorNote(ErrorKind.RATE_LIMIT_ERROR, "the app is out of credit")
    ending = Settlement(Outcome.DEFERRED, State.SCHEDULED, wake_at=until, error=note)
    assert factory.settle(
        attempt,
        Settlement(
            ending.outcome, ending.state, wake_at=until, error=note, hold_until=until, hold_scope=scope
        ),
    )
    factory.release(claims)


def held(factory):
    with factory.store.reading() as tx:
        return {one.account_id: one.held_until for one in connections.listing(tx, tokens=False)}


@pytest.fixture
def lanes(factory):
    own_app = {"app_id": "app2", "app_secret": Secret("hidden")}
    return {
        "a": factory.connection(Platform.X, account_id="a"),
        "b": factory.connection(Platform.X, account_id="b"),
        "own": factory.connection(Platform.X, account_id="own", **own_app),
        "other": factory.connection(Platform.LINKEDIN, account_id="other"),
    }


@pytest.mark.parametrize(
    ("scope", "waiting"),
    [
        (Scope.CONNECTION, {"a"}),
        (Scope.APP, {"a", "b"}),
        (Scope.PLATFORM, {"a", "b", "own"}),
    ],
)
def test_a_limit_holds_the_lanes_that_it_concerns(factory, lanes, scope, waiting):
    limited(factory, lanes["a"], scope)
    assert {name for name, until in held(factory).items() if until} == waiting
    assert {held(factory)[name] for name in waiting} == {LATER}


def test_a_limit_of_another_app_holds_only_its_own_lanes(factory, lanes):
    limited(factory, lanes["own"], Scope.APP)
    assert {name for name, until in held(factory).items() if until} == {"own"}


def test_a_longer_hold_is_not_shortened_by_somebody_elses_limit(factory, lanes):
    long = NOW + timedelta(days=1)
    limited(factory, lanes["b"], Scope.CONNECTION, long)
    limited(factory, lanes["a"], Scope.APP)
    assert held(factory)["b"] == long and held(factory)["a"] == LATER


def test_an_own_app_and_a_token_secret_are_kept_encrypted_and_come_back(factory):
    made = factory.connection(Platform.X, app_id="app2", app_secret=Secret("hidden-app-secret"))
    with factory.store.reading() as tx:
        again = connections.find(tx, made.id)
        raw = tx.conn.exec_driver_sql("SELECT app_id, app_secret FROM connections").one()
        sealed = connections.find(tx, made.id, tokens=False)
    assert (again.app_id, again.app_secret) == ("app2", Secret("hidden-app-secret"))
    assert raw[0] == "app2" and "hidden-app-secret" not in raw[1]
    assert sealed.app_id == "app2" and "hidden" not in repr(sealed.app_secret)
