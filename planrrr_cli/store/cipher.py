"""Encryption of tokens at rest; where keys come from, and what is a token, others know."""

from __future__ import annotations

import base64
import hashlib
import os
import re
import string
from collections.abc import Callable, Sequence

from planrrr_cli.domain.errors import ConfigError, TokenUnreadable
from planrrr_cli.domain.secrets import Secret

_VERSION = "v1"
HEAD = 12  # characters of an envelope that hold the version and the fingerprint
OTHER_KEY = "the encryption key is not the one these tokens were written with"
_NONCE = 12  # bytes; fresh for each value, as GCM demands (NIST SP 800-38D, 8.2.2)


Reload = Callable[[], Sequence[Secret] | None]
"""The keys anew, the present one first; None where nothing has changed since the last time."""


class Cipher:
    """AES-256-GCM, each value bound to its table, column and row: a ciphertext moved elsewhere does not open.

    An envelope reads ``v1:<fingerprint of the key>:<base64 of nonce and ciphertext>``. ``key`` writes and reads;
    ``others`` only read, while values that they wrote are still there. ``reload`` is asked before anything is
    written, and when a value of an unknown key is read: a process may live longer than the key it began with.
    """

    __slots__ = ("_fingerprint", "_keys", "_reload")

    def __init__(self, key: Secret, *others: Secret, reload: Reload = lambda: None) -> None:
        """Keys: 64 hex digits each. Raises :class:`ConfigError` for anything else."""
        self._reload = reload
        self._take(key, *others)

    def __repr__(self) -> str:
        return f"Cipher({self._fingerprint})"

    @property
    def fingerprint(self) -> str:
        """Of the key that writes: eight hex digits that tell keys apart and give nothing away."""
        return self._fingerprint

    @property
    def fingerprints(self) -> frozenset[str]:
        """Of all keys that can be read."""
        return frozenset(self._keys)

    def encrypt(self, plain: str, *, table: str, column: str, row_id: str) -> str:
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        self.refresh()
        nonce = os.urandom(_NONCE)
        key = self._keys[self._fingerprint]
        sealed = AESGCM(key).encrypt(nonce, plain.encode(), _place(table, column, row_id))
        return f"{_VERSION}:{self._fingerprint}:{base64.b64encode(nonce + sealed).decode()}"

    def decrypt(self, envelope: str, *, table: str, column: str, row_id: str) -> Secret:
        """Raises :class:`TokenUnreadable` for another key's envelope, and for one that was changed or moved."""
        from cryptography.exceptions import InvalidTag
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        version, _, rest = envelope.partition(":")
        fingerprint, _, body = rest.partition(":")
        if version != _VERSION:
            msg = (
                f"{table}.{column} of {row_id[:8]} is not encrypted in a way that this version of planrrr knows; "
                "add the connection again"
            )
            raise TokenUnreadable(msg)
        if fingerprint not in self._keys:
            self.refresh()
        key = self._keys.get(fingerprint)
        if key is None:
            msg = (
                f"{OTHER_KEY} (they need key {fingerprint}, this is {self._fingerprint}); "
                "set ENCRYPTION_KEY_PREVIOUS or ENCRYPTION_KEY_PREVIOUS_FILE to that key, "
                "or add the connections again"
            )
            raise TokenUnreadable(msg)
        try:
            sealed = base64.b64decode(body, validate=True)
            opened = AESGCM(key).decrypt(sealed[:_NONCE], sealed[_NONCE:], _place(table, column, row_id))
            return Secret(opened.decode())
        except (InvalidTag, ValueError):
            msg = f"{table}.{column} of {row_id[:8]} was changed or moved outside planrrr; add the connection again"
            raise TokenUnreadable(msg) from None

    def refresh(self) -> None:
        """Know the keys as they are now."""
        found = self._reload()
        if found:
            self._take(*found)

    def _take(self, key: Secret, *others: Secret) -> None:
        known = [_bytes_of(each) for each in (key, *others)]
        self._keys = {fingerprint_of(each): each for each in reversed(known)}
        self._fingerprint = fingerprint_of(known[0])


def _bytes_of(key: Secret) -> bytes:
    digits = key.reveal().strip()
    if len(digits) != 64 or not set(digits) <= set(string.hexdigits):
        msg = "the encryption key must be 64 hex digits (32 bytes); `planrrr init` writes a key file"
        raise ConfigError(msg)
    return bytes.fromhex(digits)


def fingerprint_of(key: bytes) -> str:
    return hashlib.sha256(key).hexdigest()[:8]


def fingerprint_in(envelope: str) -> str:
    """Of the key that wrote it, from its first :data:`HEAD` characters; empty when this is no envelope of ours."""
    found = re.match(rf"{_VERSION}:([0-9a-f]{{8}}):", envelope)
    return found[1] if found else ""


def _place(table: str, column: str, row_id: str) -> bytes:
    return f"{table}.{column}:{row_id}".encode()
