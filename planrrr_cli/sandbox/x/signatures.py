"""OAuth 1.0a: whether the Authorization header of a request was signed with the secrets that belong to it.

Source: RFC 5849 sections 3.4 and 3.5.1; docs.x.com/fundamentals/authentication/oauth-1-0a (2026-08-22).
"""

import base64
import binascii
import hashlib
import hmac
import re
from typing import Final
from urllib.parse import parse_qsl, quote, unquote

from planrrr_cli.sandbox.wire import Request

# X names no number; five minutes is what its own libraries' users were refused beyond.
PATIENCE: Final = 300.0
REQUIRED: Final = frozenset(
    [
        "oauth_consumer_key",
        "oauth_token",
        "oauth_signature_method",
        "oauth_signature",
        "oauth_timestamp",
        "oauth_nonce",
    ]
)
KNOWN: Final = REQUIRED | {"oauth_version", "realm"}
_PART = re.compile(r'\s*([A-Za-z_]+)="([^"]*)"\s*')
# Clients that know X's own addresses only are led here with the address that they signed in Host.
SECURE_HOSTS: Final = frozenset(["api.x.com", "api.twitter.com"])


def read_header(header: str) -> dict[str, str]:
    """The parameters of `OAuth a="b", …`; nothing when it is not such a header, or not well-formed."""
    scheme, _, rest = header.partition(" ")
    if scheme.lower() != "oauth":
        return {}
    found: dict[str, str] = {}
    for part in rest.split(","):
        match = _PART.fullmatch(part)
        if match is None or match[1] in found:
            return {}
        found[match[1]] = unquote(match[2], errors="replace")
    return found


def is_complete(parameters: dict[str, str]) -> bool:
    return (
        set(parameters) >= REQUIRED
        and set(parameters) <= KNOWN
        and parameters["oauth_signature_method"] == "HMAC-SHA1"
        and parameters.get("oauth_version", "1.0") == "1.0"
        and parameters["oauth_timestamp"].isascii()
        and parameters["oauth_timestamp"].isdecimal()
        and bool(parameters["oauth_nonce"])
    )


def is_timely(parameters: dict[str, str], moments: tuple[float, ...]) -> bool:
    """By any of our clocks: a rehearsal moves the sandbox's, not the caller's."""
    signed_at = float(parameters["oauth_timestamp"][:15])
    return any(abs(signed_at - moment) <= PATIENCE for moment in moments)


def is_signed(request: Request, parameters: dict[str, str], form: str, secrets: tuple[str, str]) -> bool:
    """`form` is a URL-encoded body, which is signed too; JSON and multipart bodies are not."""
    signed = {name: value for name, value in parameters.items() if name not in ("oauth_signature", "realm")}
    try:
        pairs = [*_pairs(request.query), *_pairs(form), *signed.items()]
        given = base64.b64decode(parameters["oauth_signature"], validate=True)
    except (ValueError, binascii.Error):
        return False
    listed = "&".join(f"{name}={value}" for name, value in sorted((_escape(n), _escape(v)) for n, v in pairs))
    base = "&".join(_escape(part) for part in (request.method.upper(), _address(request), listed))
    key = "&".join(_escape(secret) for secret in secrets)
    expected = hmac.new(key.encode(), base.encode(), hashlib.sha1).digest()
    return hmac.compare_digest(expected, given)


def _address(request: Request) -> str:
    """Scheme, host and path as the caller had to sign them (RFC 5849, 3.4.1.2)."""
    host = request.header("Host").lower()
    scheme = "https" if host in SECURE_HOSTS else "http"
    return f"{scheme}://{host.removesuffix(':80')}{request.path}"


def _pairs(text: str) -> list[tuple[str, str]]:
    return parse_qsl(text, keep_blank_values=True, strict_parsing=bool(text), errors="strict")


def _escape(text: str) -> str:
    return quote(text, safe="-._~")
