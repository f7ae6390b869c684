"""Tokens at rest: nobody reads them without the key, and nobody moves or changes them unnoticed."""

from __future__ import annotations

import base64
import logging

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from planrrr_cli.domain.connections import Platform, Tokens
from planrrr_cli.domain.errors import ConfigError
from planrrr_cli.domain.secrets import Secret
from planrrr_cli.store import Cipher, connections
from tests.factory import cipher

PLACE = {"table": "connections", "column": "access_token", "row_id": "1"}
TOKEN = "EAAB-very-secret-token"


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"])))
def test_what_was_encrypted_is_read_back(plain):
    assert cipher().decrypt(cipher().encrypt(plain, **PLACE), **PLACE).reveal() == plain


def test_the_same_token_never_looks_the_same_twice():
    assert len({cipher().encrypt(TOKEN, **PLACE) for _ in range(50)}) == 50


@pytest.mark.parametrize("elsewhere", [{"row_id": "2"}, {"column": "refresh_token"}, {"table": "posts"}])
def test_a_token_moved_elsewhere_does_not_open(elsewhere):
    envelope = cipher().encrypt(TOKEN, **PLACE)
    with pytest.raises(ConfigError, match="was changed or moved"):
        cipher().decrypt(envelope, **(PLACE | elsewhere))


def test_no_byte_of_a_token_can_be_changed():
    version, fingerprint, body = cipher().encrypt(TOKEN, **PLACE).split(":")
    sealed = base64.b64decode(body)
    for position in range(len(sealed)):
        bent = bytearray(sealed)
        bent[position] ^= 1
        envelope = f"{version}:{fingerprint}:{base64.b64encode(bent).decode()}"
        with pytest.raises(ConfigError, match="was changed or moved"):
            cipher().decrypt(envelope, **PLACE)


@pytest.mark.parametrize("envelope", ["", "plain token", "v2:00000000:AAAA", "v1:", "v1:00000000"])
def test_what_is_no_envelope_of_ours_is_refused(envelope):
    with pytest.raises(ConfigError):
        cipher().decrypt(envelope, **PLACE)


def test_a_short_or_broken_body_is_refused():
    for body in ("", "AAAA", "not base64!"):
        with pytest.raises(ConfigError, match="was changed or moved"):
            cipher().decrypt(f"v1:{cipher().fingerprint}:{body}", **PLACE)


def test_another_key_is_told_from_a_changed_token():
    other = Cipher(Secret("aa" * 32))
    with pytest.raises(ConfigError, match="not the one these tokens were written with"):
        other.decrypt(cipher().encrypt(TOKEN, **PLACE), **PLACE)


@pytest.mark.parametrize("key", ["", "0f", "0f" * 31, "0f" * 33, "zz" * 32, "0f" * 31 + " 0"])
def test_a_key_is_64_hex_digits(key):
    with pytest.raises(ConfigError, match="64 hex digits") as refused:
        Cipher(Secret(key))
    assert not key or key not in str(refused.value)


def test_no_token_is_in_the_database_or_in_what_is_printed(store, factory, caplog):
    caplog.set_level(logging.DEBUG)
    found = factory.connection(access=TOKEN, refresh=TOKEN + "-2")
    pub = factory.publication(found)
    with store.reading() as tx:
        stored = tx.conn.execute(text("SELECT access_token, refresh_token FROM connections")).one()
        known = connections.find(tx, found.id)
    assert known.tokens.access.reveal() == TOKEN
    assert known.tokens.refresh.reveal() == TOKEN + "-2"
    for shown in (repr(tuple(stored)), repr(found), repr(pub), repr(store), repr(cipher()), caplog.text):
        assert TOKEN not in shown
        assert "0f0f" not in shown


def test_the_errors_of_a_broken_rule_hold_no_values(store, factory):
    found = factory.connection(access=TOKEN)
    with pytest.raises(Exception) as broken, store.transaction() as tx:  # noqa: PT011
        tx.conn.execute(
            text("UPDATE connections SET status = :status, access_token = 'EAAB'"), {"status": "s3cr3t-value"}
        )
    assert "s3cr3t-value" not in str(broken.value).split("DETAIL")[0]
    assert TOKEN not in str(broken.value)
    with store.reading() as tx:
        assert connections.find(tx, found.id).tokens.access.reveal() == TOKEN


def test_rows_can_be_listed_without_the_key_and_read_with_the_right_one_only(
    database_url, store, factory, open_url
):
    found = factory.connection(Platform.FACEBOOK)

    def no_key(_tx):
        raise ConfigError("no key")

    keyless = open_url(database_url, cipher=no_key)
    with keyless.reading() as tx:
        assert [one.id for one in connections.listing(tx, tokens=False)] == [found.id]
        assert not connections.find(tx, found.id, tokens=False).tokens.access
    with pytest.raises(ConfigError, match="no key"), keyless.reading() as tx:
        connections.find(tx, found.id)
    other = open_url(database_url, cipher=lambda _tx: Cipher(Secret("aa" * 32)))
    with pytest.raises(ConfigError, match="not the one these tokens"), other.reading() as tx:
        connections.find(tx, found.id)


def test_a_token_copied_to_another_connection_does_not_open_there(store, factory):
    mine, victim = factory.connection(), factory.connection()
    with store.transaction() as tx:
        tx.conn.execute(
            text(
                "UPDATE connections SET access_token = (SELECT access_token FROM connections WHERE id = :victim)"
                " WHERE id = :mine"
            ),
            {"victim": victim.id, "mine": mine.id},
        )
    with pytest.raises(ConfigError, match="was changed or moved"), store.reading() as tx:
        connections.find(tx, mine.id)


def test_tokens_do_not_survive_a_repr():
    assert TOKEN not in repr(Tokens(Secret(TOKEN), Secret(TOKEN)))
