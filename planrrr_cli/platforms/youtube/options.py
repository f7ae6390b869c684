"""What a document may say for YouTube alone: every key and its type, read into values; what is wrong is a sentence.

https://developers.google.com/youtube/data/reference/rest/v3/videos (read 2026-11-23)
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from difflib import get_close_matches
from typing import Any
from urllib.parse import parse_qs, urlsplit

from planrrr_cli.domain.posts import Problem

THUMBNAIL, CAPTIONS = "thumbnail", "captions"
FILES = (THUMBNAIL, CAPTIONS)
PRIVACIES = ("public", "unlisted", "private")
LICENSES = ("youtube", "creativeCommon")
# Those that are assignable in the United States, as public notes of September 2026 list them.
CATEGORIES: Mapping[str, str] = {
    "1": "Film & Animation",
    "2": "Autos & Vehicles",
    "10": "Music",
    "15": "Pets & Animals",
    "17": "Sports",
    "19": "Travel & Events",
    "20": "Gaming",
    "22": "People & Blogs",
    "23": "Comedy",
    "24": "Entertainment",
    "25": "News & Politics",
    "26": "Howto & Style",
    "27": "Education",
    "28": "Science & Technology",
    "29": "Nonprofits & Activism",
}
_COMMON = ("text", "link", "title", "first_comment")
# https://www.rfc-editor.org/info/bcp47, as far as a typing mistake shows
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*", re.ASCII)
_PLAYLIST = re.compile(r"[A-Za-z0-9_-]{2,64}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Options:
    """``privacy`` and ``made_for_kids`` always have a value, since YouTube would choose one otherwise. ``publish_at``
    is UTC. None: the document does not say, and nothing is sent."""

    privacy: str = "public"
    publish_at: datetime | None = None
    tags: tuple[str, ...] = ()
    category: str | None = None
    language: str | None = None
    made_for_kids: bool = False
    synthetic_media: bool | None = None
    notify: bool | None = None
    license: str | None = None
    embeddable: bool | None = None
    public_stats: bool | None = None
    playlist: str | None = None
    captions_language: str | None = None
    captions_name: str | None = None
    problems: tuple[Problem, ...] = field(default=(), compare=False)


class Wrong(ValueError):
    """A value that cannot be used; the text says why."""


def read_options(options: Mapping[str, Any]) -> Options:
    """Reads what is right; ``problems`` of the result say what is not."""
    values: dict[str, Any] = {}
    problems: list[Problem] = []
    for name, value in options.items():
        read = _READERS.get(name)
        if read is None:
            problems += _unread(name, value)
            continue
        if value is None:
            continue
        try:
            values[name] = read(value)
        except Wrong as error:
            problems.append(Problem("bad_option", f"“{name}”: {error}"))
    if "publish_at" in values and values.setdefault("privacy", "private") != "private":
        said = "“publish_at” is for private videos, which become public then; leave “privacy” out"
        problems.append(Problem("bad_option", said))
    return Options(**values, problems=tuple(problems))


def _unread(name: str, value: object) -> Iterator[Problem]:
    if name not in FILES:
        yield Problem("unknown_option", f"YouTube has no option “{name}”; {_hint(name)}")
    elif value is not None:  # a file that was found is among the attachments
        yield Problem("bad_option", f"“{name}” has to name a file beside the document")


def _hint(name: str) -> str:
    known = [*_READERS, *FILES, *_COMMON]
    near = get_close_matches(name, known, n=1)
    return f"did you mean “{near[0]}”?" if near else f"known: {', '.join(known)}"


def _shown(value: object) -> str:
    return f"“{value}”" if isinstance(value, str) else str(value)[:60]


def _yes(value: Any) -> bool:
    if not isinstance(value, bool):
        raise Wrong(f"{_shown(value)} is neither true nor false")
    return value


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value.strip():
        raise Wrong(f"{_shown(value)} is no text; put it in quotes")
    return value.strip()


def _one_of(*words: str) -> Callable[[Any], str]:
    def read(value: Any) -> str:
        found = next((word for word in words if _shown(value).strip("“”").lower() == word.lower()), None)
        if found is None:
            raise Wrong(f"{_shown(value)} is not known; it can be {', '.join(words[:-1])} or {words[-1]}")
        return found

    return read


def _moment(value: Any) -> datetime:
    try:
        found = datetime.fromisoformat(value.strip()) if isinstance(value, str) else None
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        raise Wrong(f"{_shown(value)} is no time with its zone; write it like 2026-12-01T09:00:00+01:00")
    return found.astimezone(UTC)


def _tags(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise Wrong("it has to be a list of words, like  tags: [bread, rye]")
    for tag in value:
        if not isinstance(tag, str) or not tag.strip():
            raise Wrong(f"the tag {_shown(tag)} is no text; put it in quotes")
        if "," in tag:
            raise Wrong(f"the tag {_shown(tag)} holds a comma, which separates tags; make two of it")
    return tuple(tag.strip() for tag in value)


def _category(value: Any) -> str:
    """By its number, or by its name or the first word of it."""
    typed = str(value).strip() if isinstance(value, str | int) and not isinstance(value, bool) else ""
    if typed.isascii() and typed.isdigit():
        return str(int(typed))
    names = {name.lower(): number for number, name in CATEGORIES.items()}
    words = {name.split(" & ")[0]: number for name, number in names.items()}
    short = {"science & tech": "28"}
    found = (names | words | short).get(typed.lower())
    if found is None:
        near = get_close_matches(typed.lower(), [*names, *words], n=1)
        hint = f"did you mean “{near[0]}”?" if near else f"it can be {', '.join(CATEGORIES.values())}"
        raise Wrong(f"{_shown(value)} is no category; {hint}")
    return found


def _language(value: Any) -> str:
    if not isinstance(value, str) or not _LANGUAGE.fullmatch(value.strip()):
        raise Wrong(f"{_shown(value)} is no language; write it like en or pt-BR")
    return value.strip()


def _playlist(value: Any) -> str:
    """By its id, or by its address."""
    typed = value.strip() if isinstance(value, str) else ""
    if "/" in typed:
        try:
            typed = parse_qs(urlsplit(typed).query).get("list", [""])[0]
        except ValueError:
            typed = ""
    if not _PLAYLIST.fullmatch(typed):
        raise Wrong(
            f"{_shown(value)} is no playlist; write its id, or its address with list= in it, "
            "like https://www.youtube.com/playlist?list=PL…"
        )
    return typed


_READERS: Mapping[str, Callable[[Any], Any]] = {
    "privacy": _one_of(*PRIVACIES),
    "publish_at": _moment,
    "tags": _tags,
    "category": _category,
    "language": _language,
    "made_for_kids": _yes,
    "synthetic_media": _yes,
    "notify": _yes,
    "license": _one_of(*LICENSES),
    "embeddable": _yes,
    "public_stats": _yes,
    "playlist": _playlist,
    "captions_language": _language,
    "captions_name": _text,
}
