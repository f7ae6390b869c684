"""Signing in again brings new tokens and loses nothing that a person had said of the account."""

from __future__ import annotations

from planrrr_cli.domain.connections import ConnectionStatus, Platform
from planrrr_cli.domain.secrets import Secret
from planrrr_cli.store import connections
from tests.factory import NOW

OWN = {
    "app_id": "app2",
    "app_secret": Secret("hidden"),
    "options": {"long_posts": True, "plan": "enterprise"},
}


def again(factory, known, *, secret=None, **more):
    tokens = connections.Tokens(Secret("new"), None, None, Secret(secret) if secret else None)
    new = connections.NewConnection(known.platform, known.account_id, "Renamed", tokens, **more)
    with factory.store.transaction() as tx:
        made, is_new = connections.add(tx, new, now=NOW)
    assert not is_new and made.tokens.access == Secret("new")
    return made


def test_options_and_the_own_app_stay(factory):
    known = factory.connection(Platform.X, **OWN)
    made = again(factory, known)
    assert (made.app_id, made.app_secret) == ("app2", Secret("hidden"))
    assert made.options == {"long_posts": True, "plan": "enterprise"}


def test_what_is_said_anew_wins(factory):
    known = factory.connection(Platform.X, **OWN)
    made = again(factory, known, app_id="app3", app_secret=Secret("other"), options={"long_posts": False})
    assert (made.app_id, made.app_secret) == ("app3", Secret("other"))
    assert made.options == {"long_posts": False, "plan": "enterprise"}


def test_an_app_of_the_other_kind_of_sign_in_does_not_stay(factory):
    """An OAuth 2 client cannot sign the calls of an OAuth 1.0a token, nor the other way round."""
    known = factory.connection(Platform.X, **OWN)
    assert again(factory, known, secret="signs").app_id is None


def test_an_own_app_and_a_token_secret_are_kept_encrypted_and_come_back(factory):
    made = factory.connection(Platform.X, app_id="app2", app_secret=Secret("hidden-app-secret"))
    with factory.store.reading() as tx:
        again = connections.find(tx, made.id)
        raw = tx.conn.exec_driver_sql("SELECT app_id, app_secret FROM connections").one()
        sealed = connections.find(tx, made.id, tokens=False)
    assert (again.app_id, again.app_secret) == ("app2", Secret("hidden-app-secret"))
    assert raw[0] == "app2" and "hidden-app-secret" not in raw[1]
    assert sealed.app_id == "app2" and "hidden" not in repr(sealed.app_secret)


def test_what_is_not_given_anew_does_not_replace_what_works(factory):
    known = factory.connection(Platform.YOUTUBE, refresh="keeps working")
    made = again(factory, known)
    assert made.tokens.refresh == Secret("keeps working")


def test_a_refresh_token_of_another_app_is_not_kept(factory):
    known = factory.connection(Platform.X, refresh="of app2", app_id="app2")
    made = again(factory, known, app_is_known=True)
    assert (made.tokens.refresh, made.app_id) == (None, None)


def test_a_refresh_token_does_not_stay_beside_keys_that_sign(factory):
    known = factory.connection(Platform.X, refresh="of oauth 2")
    assert again(factory, known, secret="signs").tokens.refresh is None


def test_an_app_that_is_known_to_be_the_settings_one_replaces_the_own_one(factory):
    known = factory.connection(Platform.X, **OWN)
    made = again(factory, known, app_is_known=True)
    assert (made.app_id, made.app_secret) == (None, None)


def test_who_needed_a_sign_in_is_active_again_and_who_was_paused_stays_so(factory):
    dead, paused = factory.connection(Platform.X), factory.connection(Platform.X)
    with factory.store.transaction() as tx:
        connections.set_needs_reauth(tx, dead.id, "over", claim_id=None, now=NOW)
        connections.pause(tx, paused.id, now=NOW)
    assert again(factory, dead).status is ConnectionStatus.ACTIVE
    assert again(factory, paused).status is ConnectionStatus.PAUSED


def test_a_pause_outlives_the_death_of_the_token(factory):
    paused = factory.connection(Platform.X)
    with factory.store.transaction() as tx:
        connections.pause(tx, paused.id, now=NOW)
        connections.set_needs_reauth(tx, paused.id, "revoked", claim_id=None, now=NOW)
        assert connections.find(tx, paused.id).status is ConnectionStatus.PAUSED
        assert connections.find(tx, paused.id).status_reason == "revoked"
    assert again(factory, paused).status is ConnectionStatus.PAUSED
