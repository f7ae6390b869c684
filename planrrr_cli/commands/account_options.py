"""What a person may say about an account beyond its tokens: read from ``name=value`` and from an import's metadata."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import Any

from planrrr_cli.domain.connections import Platform

YES, NO = frozenset({"true", "yes", "on", "1"}), frozenset({"false", "no", "off", "0"})

# option -> its name in an import's metadata, and its values (empty: yes or no; None: an id)
KNOWN: Mapping[Platform, Mapping[str, tuple[str, tuple[str, ...] | None]]] = {
    Platform.INSTAGRAM: {
        "login": ("login", ("instagram", "facebook")),  # which of Meta's two sign-ins its tokens come from
        "page_id": ("pageId", None),  # the Page behind an account of Facebook Login
    },
    Platform.X: {
        "long_posts": ("longPosts", ()),  # Premium accounts may write 25,000 characters
        "plan": (
            "plan",
            ("self-serve", "enterprise"),
        ),  # of the developer app, which decides about quotes and replies
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
    _, choices = known[name]
    word = str(value).lower()
    if choices is None:
        if word.isascii() and word.isalnum():
            return word
        raise ValueError(f"{name} is no id; write the digits that the platform gave it")
    if choices:
        if word in choices:
            return word
        raise ValueError(f"{name} is {word}; it can be {' or '.join(choices)}")
    if word in YES | NO:
        return word in YES
    raise ValueError(f"{name} is {word}; it can be true or false")
