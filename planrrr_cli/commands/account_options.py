"""What a person may say about an account beyond its tokens: read from ``name=value`` and from an import's metadata."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from difflib import get_close_matches
from typing import Any

from planrrr_cli.domain.connections import Platform

YES, NO = frozenset({"true", "yes", "on", "1"}), frozenset({"false", "no", "off", "0"})


def _flag(word: str) -> bool:
    if word in YES | NO:
        return word in YES
    raise ValueError(f"{word}; it can be true or false")


def _one_of(*choices: str) -> Callable[[str], str]:
    def read(word: str) -> str:
        if word in choices:
            return word
        raise ValueError(f"{word}; it can be {' or '.join(choices)}")

    return read


def _number(word: str) -> int:
    if word.isascii() and word.isdecimal() and 0 < len(word) < 10 and int(word):
        return int(word)
    raise ValueError(f"{word}; write a whole number above 0")


def _id(word: str) -> str:
    if word.isascii() and word.isalnum():
        return word
    raise ValueError(f"{word}; write the id that the platform gave it")


# option -> its name in an import's metadata, and what reads it
KNOWN: Mapping[Platform, Mapping[str, tuple[str, Callable[[str], Any]]]] = {
    Platform.INSTAGRAM: {
        "login": (
            "login",
            _one_of("instagram", "facebook"),
        ),  # which of Meta's two sign-ins its tokens are of
        "page_id": ("pageId", _id),  # the Page behind an account of Facebook Login
    },
    Platform.X: {
        "long_posts": ("longPosts", _flag),  # Premium accounts may write 25,000 characters
        # of the developer app, which decides about quotes and replies
        "plan": ("plan", _one_of("self-serve", "enterprise")),
    },
    Platform.YOUTUBE: {  # what an audit gave the project in Google's cloud
        "uploads_per_day": ("uploadsPerDay", _number),
        "units_per_day": ("unitsPerDay", _number),
    },
}


def options_of(platform: Platform, typed: Iterable[str]) -> dict[str, Any]:
    """From ``long_posts=true`` and the like; ValueError with one sentence."""
    found: dict[str, Any] = {}
    for one in typed:
        name, equals, value = one.partition("=")
        if not equals:
            raise ValueError(f"“{one}” is no option; write it like long_posts=true")
        found[name.strip()] = _value(platform, name.strip(), value.strip())
    return found


def options_from(platform: Platform, metadata: Mapping[str, object]) -> dict[str, Any]:
    """From an import's metadata, where other programs keep other things too; ValueError with one sentence."""
    return {
        name: _value(platform, name, metadata[key])
        for name, (key, _) in KNOWN.get(platform, {}).items()
        if metadata.get(key) is not None
    }


def _value(platform: Platform, name: str, value: object) -> Any:
    known = KNOWN.get(platform, {})
    if name not in known:
        near = get_close_matches(name, known, n=1)
        hint = f"did you mean {near[0]}?" if near else f"known: {', '.join(known) or 'none'}"
        raise ValueError(f"{platform} accounts have no option {name}; {hint}")
    try:
        return known[name][1](str(value).lower())
    except ValueError as error:
        raise ValueError(f"{name} is {error}") from None
