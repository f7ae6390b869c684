"""Who gives a command and why: what is kept beside a person's word. Not asked by runs."""

from __future__ import annotations

import getpass
import socket

from planrrr_cli.logs import mask
from planrrr_cli.render import preview

LONGEST_REASON = 500


def who() -> str:
    """``user@host``."""
    try:
        user = getpass.getuser()
    except (OSError, KeyError):
        user = "unknown"
    return f"{user}@{socket.gethostname()}"


def read_reason(typed: str | None) -> str | None:
    """One bounded line without secrets; None when nothing was said."""
    return (mask(preview(typed, LONGEST_REASON)) or None) if typed else None
