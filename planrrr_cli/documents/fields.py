"""What each key of a front matter may hold: plain values in, typed values out, or ValueError with a sentence."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from planrrr_cli.domain.connections import Platform

PLATFORM_NAMES = (*(platform.value for platform in Platform), "twitter")
COMMON_TEXTS = ("text", "link", "title", "first_comment")


@dataclass(frozen=True, slots=True)
class Target:
    """A platform, and the account by id, name or handle where there are several."""

    platform: Platform
    account: str | None = None

    def __str__(self) -> str:
        return self.platform.value if self.account is None else f"{self.platform.value}:{self.account}"


@dataclass(frozen=True, slots=True)
class MediaItem:
    """A medium as typed: a ``file`` (any path, not resolved) or a ``url``, never both."""

    file: str | None = None
    url: str | None = None
    alt: str | None = None


def parse_target(typed: str) -> Target:
    """``x``, ``twitter`` or ``x:@acme``; raises ValueError with one sentence."""
    name, colon, account = typed.strip().partition(":")
    if colon and not account.strip():
        raise ValueError(f"{shown(typed)} names no account after the colon; write {name.strip()}:@account")
    return Target(parse_platform(name), account.strip() or None)


def parse_platform(typed: str) -> Platform:
    """The platform called ``typed``; ValueError suggests a near one."""
    try:
        return Platform(typed.strip().lower())
    except ValueError:
        hint = suggestion(typed.lower(), PLATFORM_NAMES) or f"there are {', '.join(Platform)}"
        raise ValueError(f"{shown(typed)} is not a platform; {hint}") from None


def targets(value: object) -> tuple[Target, ...]:
    """``to``: one target or a list of them; what is there twice counts once."""
    items = value if isinstance(value, list) else [value]
    found: dict[Target, None] = {}
    for item in items:
        if isinstance(item, dict) and len(item) == 1:
            ((name, account),) = item.items()
            raise ValueError(f'to: write "{name}:{account or "account"}" in one word, in quotes')
        if not isinstance(item, str):
            raise ValueError(f"to: {named(item)} is not a platform; write a list like [facebook, x]")
        try:
            found[parse_target(item)] = None
        except ValueError as error:
            raise ValueError(f"to: {error}") from None
    return tuple(found)


def text(key: str, value: object) -> str | None:
    """A text, or None for an empty value."""
    if value is None:
        return None
    if not isinstance(value, str):
        raise ValueError(f"{key}: {named(value)} is not a text; put it in quotes")
    return value.strip() or None


def link(key: str, value: object) -> str | None:
    """An address that people can open."""
    address = text(key, value)
    if address is not None and not is_web_address(address):
        raise ValueError(
            f"{key}: {shown(address)} is not a web address; write it like https://example.com/page"
        )
    return address


def media(value: object) -> tuple[MediaItem, ...]:
    """``media``: one item or a list; an item is a path, an address, or a mapping with file or url, and alt."""
    if value is None:
        return ()
    items = value if isinstance(value, list) else [value]
    return tuple(_medium(item, number) for number, item in enumerate(items, 1))


def overrides(given: Iterable[tuple[str, object]]) -> dict[str, Mapping[str, Any]]:
    """One mapping per platform. Keys that are no common field are for the platform's own rules."""
    found: dict[str, Mapping[str, Any]] = {}
    for key, value in given:
        platform = Platform(key).value
        if not isinstance(value, dict):
            raise ValueError(f'{key}: {named(value)} is no mapping; write it like  {key}: {{text: "…"}}')
        if platform in found:
            raise ValueError(f"{key}: {platform} is there twice, as twitter too; keep one")
        for name in COMMON_TEXTS:
            if name in value and not isinstance(value[name], str):
                raise ValueError(f"{key}: {name}: {named(value[name])} is not a text; put it in quotes")
        found[platform] = value
    return found


def _medium(item: object, number: int) -> MediaItem:
    where = f"media, item {number}"
    if isinstance(item, str) and item.strip():
        item = {"url" if item.strip().lower().startswith(("http://", "https://")) else "file": item}
    if not isinstance(item, dict):
        raise ValueError(f"{where}: {named(item)} is no medium; write  file: photo.jpg  or  url: https://…")
    for key in item:
        if key not in {"file", "url", "alt"}:
            hint = suggestion(key, ("file", "url", "alt")) or "it knows file, url and alt"
            raise ValueError(f"{where}: the key {shown(key)} is not known; {hint}")
    file, url, alt = (text(f"{where}, {key}", item.get(key)) for key in ("file", "url", "alt"))
    if file and url:
        raise ValueError(f"{where}: it has both file and url; keep one")
    if not file and not url:
        raise ValueError(f"{where}: it has neither file nor url; add one")
    if url and not is_web_address(url):
        raise ValueError(
            f"{where}: its url is not a web address; write it like https://example.com/photo.jpg"
        )
    return MediaItem(file, url, alt)


def is_web_address(address: str) -> bool:
    """http or https, with a host, without white space."""
    try:
        parts = urlsplit(address)
        _ = parts.port
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.hostname) and not any(map(str.isspace, address))


def suggestion(name: str, known: Iterable[str]) -> str:
    """``did you mean …?``, or nothing."""
    near = difflib.get_close_matches(name, list(known), n=1)
    return f"did you mean {near[0]}?" if near else ""


def named(value: object) -> str:
    """A value of the wrong type, for a sentence."""
    match value:
        case None:
            return "nothing"
        case bool():
            return str(value).lower()
        case int() | float():
            return f"the number {value}"
        case dict():
            return "a mapping"
        case list():
            return "a list"
        case _:
            return shown(str(value))


def shown(typed: str) -> str:
    """Quoted and short, with nothing that steers a terminal."""
    typed = typed if len(typed) <= 60 else typed[:60] + "…"
    return f'"{typed}"' if typed.isprintable() else ascii(typed)
