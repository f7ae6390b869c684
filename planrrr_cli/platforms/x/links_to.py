"""The address of a post on X for people."""

from __future__ import annotations

import re

from planrrr_cli.domain.connections import Connection

_HANDLE = re.compile(r"@(\w{1,15})", re.ASCII)


def permalink(connection: Connection, post_id: str) -> str:
    """By the account's handle where it is known; X leads on from the other address, too."""
    handle = _HANDLE.fullmatch(connection.account_name)
    return f"https://x.com/{handle[1] if handle else 'i/web'}/status/{post_id}"
