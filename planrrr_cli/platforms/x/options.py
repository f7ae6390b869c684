"""What a document may say for X alone: every key and its type, read into values; what is wrong becomes a sentence."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any

from planrrr_cli.domain.posts import Problem
from planrrr_cli.platforms.x.structures import Poll, Written, Wrong, read_poll, read_thread, shown

SUBTITLES = "subtitles"
# The words of https://github.com/xdevplatform/docs openapi.json 2.167, CreatePostsRequest (read 2026-08-22)
REPLY_SETTINGS = ("following", "mentionedUsers", "subscribers", "verified")

_COMMON = ("text", "link", "title", "first_comment")
_ID = re.compile(r"[0-9]{1,19}", re.ASCII)
_STATUS = re.compile(
    r"https?://(?:www\.|mobile\.)?(?:x|twitter)\.com/(?:i/web|i|\w{1,20})/status(?:es)?/([0-9]{1,19})(?:[/?#].*)?",
    re.ASCII | re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Options:
    """``thread``: the parts after the text, or None; ``auto``: the text is cut into parts. Ids are X's own."""

    thread: tuple[Written, ...] | None = None
    auto: bool = False
    poll: Poll | None = None
    reply_settings: str | None = None
    made_with_ai: bool = False
    paid_partnership: bool = False
    reply_to: str | None = None
    quote: str | None = None
    community_id: str | None = None
    share_with_followers: bool = False
    subtitles_language: str | None = None
    subtitles_name: str | None = None
    problems: tuple[Problem, ...] = field(default=(), compare=False)


def read_options(options: Mapping[str, Any]) -> Options:
    """Reads what is right; ``problems`` of the result say what is not."""
    values: dict[str, Any] = {}
    problems: list[Problem] = []
    for name, value in options.items():
        read = _READERS.get(name)
        if read is None:
            if name != SUBTITLES:  # its file is among the attachments once it was looked at
                problems.append(Problem("unknown_option", f"X has no option “{name}”; {_hint(name)}"))
            continue
        if value is None:
            continue
        try:
            if name == "thread":
                values["auto"], values["thread"] = read_thread(value)
            else:
                values[name] = read(value)
        except Wrong as error:
            problems.append(Problem("bad_option", f"“{name}”: {error}"))
    return Options(**values, problems=tuple(problems))


def _hint(name: str) -> str:
    known = [*_READERS, SUBTITLES, *_COMMON]
    near = get_close_matches(name, known, n=1)
    return f"did you mean “{near[0]}”?" if near else f"known: {', '.join(known)}"


def _yes(value: Any) -> bool:
    if not isinstance(value, bool):
        raise Wrong(f"{shown(value)} is neither true nor false")
    return value


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value.strip():
        raise Wrong(f"{shown(value)} is no text; put it in quotes")
    return value


def _id(value: Any) -> str:
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        value = str(value)
    if isinstance(value, str) and _ID.fullmatch(value.strip()):
        return value.strip()
    raise Wrong(f"{shown(value)} is no id; an id has only digits")


def _post(value: Any) -> str:
    """The id of a post, given as an id or as the address of the post."""
    if isinstance(value, str) and (found := status_id(value.strip())):
        return found
    try:
        return _id(value)
    except Wrong:
        raise Wrong(
            f"{shown(value)} is neither the id nor the address of a post "
            "(like https://x.com/name/status/1700000000000000001)"
        ) from None


def status_id(address: str) -> str | None:
    """The id in the address of a post on X or Twitter; None when it is no such address."""
    found = _STATUS.fullmatch(address)
    return found[1] if found else None


def _reply_settings(value: Any) -> str:
    by_word = {word.lower(): word for word in REPLY_SETTINGS}
    if isinstance(value, str) and (found := by_word.get(value.replace("_", "").lower())):
        return found
    near = get_close_matches(str(value), REPLY_SETTINGS, n=1)
    hint = f"did you mean “{near[0]}”?" if near else f"it can be {', '.join(REPLY_SETTINGS)}"
    raise Wrong(f"{shown(value)} is not known; {hint}, or leave it out so that everyone may reply")


def _language(value: Any) -> str:
    if not isinstance(value, str) or not re.fullmatch(r"[A-Za-z]{2}", value):
        raise Wrong(f"{shown(value)} is no language of two letters, like en")
    return value.upper()


_READERS: Mapping[str, Callable[[Any], Any]] = {
    "thread": read_thread,
    "poll": read_poll,
    "reply_settings": _reply_settings,
    "made_with_ai": _yes,
    "paid_partnership": _yes,
    "reply_to": _post,
    "quote": _post,
    "community_id": _id,
    "share_with_followers": _yes,
    "subtitles_language": _language,
    "subtitles_name": _text,
}
