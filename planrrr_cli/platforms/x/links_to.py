"""The address of a post on X for people."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from planrrr_cli.domain.connections import Connection
from planrrr_cli.platforms.addresses import is_loopback

SITE = "https://x.com"
_HANDLE = re.compile(r"@(\w{1,15})", re.ASCII)


def site_of(api_url: str) -> str:
    """Where people see what the API at ``api_url`` publishes: a local imitation shows it at the same place."""
    return api_url.rstrip("/") if is_loopback(urlsplit(api_url).hostname or "") else SITE


def permalink(site: str, connection: Connection, post_id: str) -> str:
    """By the account's handle where it is known; X leads on from the other address, too."""
    handle = _HANDLE.fullmatch(connection.account_name)
    return f"{site}/{handle[1] if handle else 'i/web'}/status/{post_id}"
