"""Which keys the stored tokens were written with, told without opening one; the keys themselves come from elsewhere."""

from __future__ import annotations

from sqlalchemy import func, select

from planrrr_cli.store.cipher import HEAD, fingerprint_in
from planrrr_cli.store.schema import connections
from planrrr_cli.store.session import Tx


def fingerprints(tx: Tx) -> frozenset[str]:
    """Of the keys that the stored tokens were written with, all teams' alike; ``""`` for what no key of ours wrote."""
    token = connections.c.access_token
    heads = tx.conn.execute(select(func.substr(token, 1, HEAD)).where(token != "").distinct()).scalars()
    return frozenset(fingerprint_in(head) for head in heads)
