"""What a document may say under ``instagram:``, each key with its type; what is wrong becomes a sentence. No I/O."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any

from planrrr_cli.domain.posts import Limit, Problem

COVER = "cover"
FILES = (COVER,)
AS_REEL, AS_STORY = "reel", "story"
# https://developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/ig-user/media (captured
# 2026-03-01, read 2026-11-23), as all parameters here
TRIALS = {"manual": "MANUAL", "performance": "SS_PERFORMANCE"}
COLLABORATORS = Limit(
    3,
    "https://developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/ig-user/media",
    "2026-11-23",
)

_COMMON = ("text", "link", "title", "first_comment")
_TAG = ("username", "x", "y", "medium")
_USERNAME = re.compile(r"@?([A-Za-z0-9_.]{1,30})", re.ASCII)


class Wrong(ValueError):
    """One sentence about a value."""


@dataclass(frozen=True, slots=True)
class Tag:
    """Somebody tagged: ``x`` and ``y`` from the upper left corner, 0 to 1; ``medium``: its position in a carousel."""

    username: str
    x: float | None = None
    y: float | None = None
    medium: int | None = None

    def parameter(self) -> dict[str, Any]:
        """As the API takes it."""
        where = {"x": self.x, "y": self.y} if self.x is not None else {}
        return {"username": self.username, **where}


@dataclass(frozen=True, slots=True)
class Options:
    """``as_``: ``reel`` or ``story``, None where the media tell it. ``trial`` as the API names it."""

    as_: str | None = None
    share_to_feed: bool | None = None
    thumb_offset: int | None = None
    audio_name: str | None = None
    trial: str | None = None
    collaborators: tuple[str, ...] = ()
    user_tags: tuple[Tag, ...] = ()
    location_id: str | None = None
    is_ai_generated: bool | None = None
    problems: tuple[Problem, ...] = field(default=(), compare=False)


def read_options(options: Mapping[str, Any]) -> Options:
    """Reads what is right; ``problems`` of the result say what is not."""
    values: dict[str, Any] = {}
    problems: list[Problem] = []
    for name, value in options.items():
        read = _READERS.get(name)
        if read is None:
            if name == COVER:  # a file that was found is among the attachments
                if value is not None:
                    problems.append(_bad(name, "it has to name a JPEG beside the document, or its address"))
                continue
            said = f"Instagram has no option {_shown(name)}{_hint(str(name), [*_READERS, COVER, *_COMMON])}"
            problems.append(Problem("unknown_option", said))
            continue
        if value is None:
            continue
        try:
            values["as_" if name == "as" else name] = read(value)
        except Wrong as error:
            problems.append(_bad(name, str(error)))
    return Options(**values, problems=tuple(problems))


def _bad(name: str, said: str) -> Problem:
    return Problem("bad_option", f"“{name}”: {said}")


def _hint(name: str, known: Sequence[str]) -> str:
    near = get_close_matches(name, known, n=1)
    return f"; did you mean “{near[0]}”?" if near else f"; known: {', '.join(known)}"


def _shown(value: object) -> str:
    """Quoted, on one line and short, whatever somebody typed."""
    text = " ".join("".join(one if one.isprintable() else " " for one in str(value)).split())
    return f"“{text if len(text) <= 40 else text[:40] + '…'}”"


def _as(value: Any) -> str:
    if isinstance(value, str) and value.lower() in {AS_REEL, AS_STORY}:
        return value.lower()
    raise Wrong(f"it is {_shown(value)}; it can be {AS_REEL} or {AS_STORY}, and is left out for the rest")


def _trial(value: Any) -> str:
    if isinstance(value, str) and value.lower() in TRIALS:
        return TRIALS[value.lower()]
    raise Wrong(f"it is {_shown(value)}; it can be {' or '.join(TRIALS)}")


def _yes(value: Any) -> bool:
    if not isinstance(value, bool):
        raise Wrong(f"{_shown(value)} is neither true nor false")
    return value


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value.strip():
        raise Wrong(f"{_shown(value)} is no text; put it in quotes")
    return value.strip()


def _milliseconds(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise Wrong(f"{_shown(value)} is no whole number of milliseconds")
    return value


def _id(value: Any) -> str:
    if isinstance(value, int) and not isinstance(value, bool) and value > 0:
        value = str(value)
    if isinstance(value, str) and re.fullmatch(r"[0-9]{1,30}", value.strip(), re.ASCII):
        return value.strip()
    raise Wrong(f"{_shown(value)} is no id; it is the id of a Facebook Page with an address, all digits")


def _username(value: Any) -> str:
    found = _USERNAME.fullmatch(value.strip()) if isinstance(value, str) else None
    if found is None:
        raise Wrong(f"{_shown(value)} is no user name on Instagram")
    return found[1]


def _collaborators(value: Any) -> tuple[str, ...]:
    names = [value] if isinstance(value, str) else value
    if not isinstance(names, list) or not names:
        raise Wrong(f"{_shown(value)} is no list of user names")
    found = tuple(dict.fromkeys(_username(name) for name in names))
    if len(found) > COLLABORATORS.value:
        over = len(found) - COLLABORATORS.value
        raise Wrong(f"it names {len(found)} accounts, {over} more than {COLLABORATORS.value}")
    return found


def _tags(value: Any) -> tuple[Tag, ...]:
    tags = value if isinstance(value, list) else [value]
    if not tags:
        raise Wrong("the list is empty")
    return tuple(_tag(tag) for tag in tags)


def _tag(value: Any) -> Tag:
    if isinstance(value, str):
        return Tag(_username(value))
    if not isinstance(value, Mapping):
        raise Wrong(f"{_shown(value)} is neither a user name nor a mapping with username, x and y")
    for name in value:
        if name not in _TAG:
            raise Wrong(f"a tag has no {_shown(name)}{_hint(str(name), _TAG)}")
    x, y = _share(value.get("x")), _share(value.get("y"))
    if (x is None) is not (y is None):
        raise Wrong("a tag has both x and y, or neither")
    medium = value.get("medium")
    if medium is not None and (isinstance(medium, bool) or not isinstance(medium, int) or medium < 1):
        raise Wrong(f"medium {_shown(medium)} is no number of a medium, counted from 1")
    return Tag(_username(value.get("username")), x, y, medium - 1 if medium else None)


def _share(value: Any) -> float | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        raise Wrong(f"{_shown(value)} is no place in the picture; that is 0 to 1")
    return float(value)


_READERS: Mapping[str, Callable[[Any], Any]] = {
    "as": _as,
    "share_to_feed": _yes,
    "thumb_offset": _milliseconds,
    "audio_name": _text,
    "trial": _trial,
    "collaborators": _collaborators,
    "user_tags": _tags,
    "location_id": _id,
    "is_ai_generated": _yes,
}
