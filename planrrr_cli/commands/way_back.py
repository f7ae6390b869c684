"""Where the browser is led back to after the authorization page: to a port here, or where it is copied from. No I/O."""

from __future__ import annotations

from dataclasses import dataclass
from typing import assert_never
from urllib.parse import urlsplit

from planrrr_cli.domain.errors import ConfigError, UsageError
from planrrr_cli.platforms.addresses import is_loopback
from planrrr_cli.platforms.signing_in import Redirects, SignIn
from planrrr_cli.settings.addresses import checked_redirect

EXAMPLE_PORT = 8912


@dataclass(frozen=True, slots=True)
class WayBack:
    """``listens``: we wait there, at ``port`` (0: any free one); else a person copies the address from the browser."""

    uri: str
    host: str
    port: int
    path: str
    listens: bool

    def at(self, netloc: str) -> str:
        """The address with the port that was found."""
        return f"http://{netloc}{self.path}" if self.listens and not self.port else self.uri


def way_back(
    sign_in: SignIn, *, imitated: bool, port: int | None, redirect_uri: str | None, setting: str | None
) -> WayBack:
    """``imitated``: the platform is a sandbox on this machine, which takes any address here.

    Raises UsageError, or ConfigError where the platform needs an address that nobody named.
    """
    if port is not None and redirect_uri is not None:
        raise UsageError(
            "--port and --redirect-uri both say where the browser is led back to; give one of them"
        )
    if sign_in.redirects is Redirects.ANY_PORT and setting and setting.startswith("https:"):
        setting = None  # it was registered with another platform's app; this one wants this machine
    named = redirect_uri or (setting if port is None else None)
    if named is not None:
        return _named(sign_in, named, imitated)
    if port is None and not imitated:
        _check_free_port(sign_in)
    if port is not None and not imitated and sign_in.redirects is Redirects.HTTPS:
        raise UsageError(_needs_https(sign_in))
    host = sign_in.this_machine
    return WayBack(f"http://{host}:{port or 0}/", host, port or 0, "/", listens=True)


def _named(sign_in: SignIn, uri: str, imitated: bool) -> WayBack:
    try:
        parts = urlsplit(checked_redirect(uri))
    except ValueError as error:
        raise UsageError(f"--redirect-uri: {error}") from None
    host = parts.hostname or ""
    if parts.scheme == "https":
        return WayBack(uri, host, 0, parts.path or "/", listens=False)
    if sign_in.redirects is Redirects.HTTPS and not imitated:
        raise UsageError(_needs_https(sign_in))
    if not is_loopback(host) or ":" in host:
        raise UsageError(
            "--redirect-uri: only https, or http://127.0.0.1 or http://localhost with a port, will do"
        )
    return WayBack(uri, host, parts.port or 80, parts.path or "/", listens=True)


def _check_free_port(sign_in: SignIn) -> None:
    match sign_in.redirects:
        case Redirects.ANY_PORT | Redirects.LOCALHOST:
            return
        case Redirects.HTTPS:
            raise ConfigError(_needs_https(sign_in))
        case Redirects.REGISTERED:
            example = f"http://{sign_in.this_machine}:{EXAMPLE_PORT}/"
            raise ConfigError(
                f"{sign_in.title} leads the browser back only to an address that is registered with the developer app: "
                f"register {example} there and add --port {EXAMPLE_PORT}, or name the registered one with "
                "--redirect-uri or PLANRRR_REDIRECT_URI"
            )
        case never:
            assert_never(never)


def _needs_https(sign_in: SignIn) -> str:
    return (
        f"{sign_in.title} leads the browser back only to an https address that is registered with the developer app: "
        "register one of yours there (no page has to be behind it), name it with --redirect-uri or "
        "PLANRRR_REDIRECT_URI, and paste what the browser shows in the end"
    )


def hint(sign_in: SignIn, way: WayBack, *, imitated: bool) -> str | None:
    """What a person should know before the platform says it in worse words."""
    if sign_in.redirects is Redirects.LOCALHOST and way.listens and not imitated:
        return (
            f"{sign_in.title} leads back to {way.host} only while the app is in development mode; otherwise register "
            "an https address and name it with --redirect-uri"
        )
    return None
