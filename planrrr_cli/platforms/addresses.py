"""Which addresses are public, told without asking anybody; names are looked up elsewhere."""

from __future__ import annotations

import ipaddress
import re
import socket
import unicodedata
from dataclasses import dataclass
from urllib.parse import urlsplit

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

# Not refused by ``is_global`` of every Python since 3.11, or leading to an IPv4 address of anybody's choice.
# https://www.iana.org/assignments/iana-ipv6-special-registry (read 2026-11-24)
_NEVER = tuple(
    ipaddress.ip_network(block)
    for block in (
        "192.0.0.0/24",
        "192.88.99.0/24",
        "64:ff9b:1::/48",
        "2001::/23",
        "2002::/16",
        "5f00::/16",
        "fec0::/10",
    )
)
_NAT64 = ipaddress.ip_network("64:ff9b::/96")


_HOST_AND_PORT = re.compile(r"(\[[0-9a-f:.]+\]|[^\[\]:]+)(:[0-9]{0,5})?", re.IGNORECASE | re.ASCII)


class BadAddress(ValueError):
    """A URL that is not fetched; the text says why."""


@dataclass(frozen=True, slots=True)
class Target:
    """Where a URL leads: ``host`` in ASCII, lower case, without the final dot."""

    scheme: str
    host: str
    port: int


def target_of(url: str) -> Target:
    """Reads a URL the way it will be fetched; raises BadAddress for what could be read in two ways."""
    if any(character.isspace() or character == "\\" for character in url):
        raise BadAddress("the address holds white space or a backslash")
    if any(unicodedata.category(character) in {"Cc", "Cs"} for character in url):
        raise BadAddress("the address holds a control character")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise BadAddress("the address cannot be read") from None
    if parts.scheme not in {"http", "https"}:
        raise BadAddress(
            f"only http and https are fetched, not {parts.scheme or 'an address without a scheme'}"
        )
    if "@" in parts.netloc:
        raise BadAddress("the address holds a user name")
    if parts.netloc and (port == 0 or not _HOST_AND_PORT.fullmatch(parts.netloc)):
        raise BadAddress("the host and port of the address cannot be read")
    return Target(
        parts.scheme, _ascii(parts.hostname or ""), port or (443 if parts.scheme == "https" else 80)
    )


def _ascii(host: str) -> str:
    host = host.removesuffix(".")
    try:
        name = host if ":" in host else host.encode("idna").decode("ascii").lower()
    except UnicodeError:
        raise BadAddress("the host name is not valid") from None
    if len(name) > 253:  # RFC 1035, section 2.3.4
        raise BadAddress("the host name is too long")
    if not name or "%" in name:
        raise BadAddress("the address names no host")
    return name


def literal(host: str) -> Address | None:
    """The address that ``host`` spells, also in the old ways (decimal, hex, octal, shortened); None for a name."""
    try:
        return ipaddress.ip_address(host.strip("[]").partition("%")[0])
    except ValueError:
        pass
    if not host[:1].isdigit():
        return None
    try:
        return ipaddress.IPv4Address(socket.inet_aton(host))
    except (OSError, ValueError):  # ValueError: a NUL in it, or what is no ASCII
        return None


def public_address(host: str) -> bool | None:
    """Whether an address literal is public; None for a name that has to be looked up first."""
    name = host.removesuffix(".").lower()
    if name == "localhost" or name.endswith((".localhost", ".local", ".internal")):
        return False
    address = literal(name)
    return None if address is None else is_public(address)


def is_public(address: Address) -> bool:
    """Global unicast, and not a wrapper around an address that is not."""
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            return is_public(address.ipv4_mapped)
        if address in _NAT64:
            return is_public(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
        if int(address) >> 32 == 0:  # ::a.b.c.d, long withdrawn
            return False
    if any(address.version == block.version and address in block for block in _NEVER):
        return False
    return address.is_global and not (address.is_multicast or address.is_reserved or address.is_unspecified)


def is_loopback(host: str) -> bool:
    """This machine, by name or address."""
    name = host.removesuffix(".").lower()
    if name == "localhost":
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False
