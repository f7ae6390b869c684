"""Where a login dialog may send a browser: to this machine only, since a rehearsal leaves no machine."""

from urllib.parse import urlsplit


def is_harmless(target: str) -> bool:
    """Whether `redirect_uri` is a loopback address that can stand in a Location header."""
    try:
        parts = urlsplit(target)
        port_is_fine = parts.port is None or parts.port > 0
    except ValueError:
        return False
    plain = target.isascii() and target.isprintable() and not parts.fragment
    return parts.hostname in ("127.0.0.1", "localhost", "::1") and port_is_fine and plain
