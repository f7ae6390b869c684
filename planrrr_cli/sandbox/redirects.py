"""Where a login dialog sends a browser back to: this machine only, since a rehearsal leaves no machine."""

from collections.abc import Mapping
from urllib.parse import urlencode, urlsplit

from planrrr_cli.sandbox.wire import Reply


def is_harmless(target: str) -> bool:
    """Whether `redirect_uri` is a loopback address that can stand in a Location header."""
    try:
        parts = urlsplit(target)
        port_is_fine = parts.port is None or parts.port > 0
    except ValueError:
        return False
    plain = target.isascii() and target.isprintable() and not parts.fragment
    return parts.hostname in ("127.0.0.1", "localhost", "::1") and port_is_fine and plain


def back(target: str, query: Mapping[str, str], fragment: str = "") -> Reply:
    """302 to `target`, which `is_harmless`, with `query` behind what it has already."""
    joint = "&" if urlsplit(target).query else "?"
    return Reply(302, b"", (("Location", f"{target}{joint}{urlencode(query)}{fragment}"),))
