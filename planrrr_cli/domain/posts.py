"""Posts as a person wrote them, and the pure check of a post against a platform's content rules."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from unicodedata import normalize

from planrrr_cli.domain.connections import NOTHING, Platform


class MediaKind(StrEnum):
    """What a medium is, told from its bytes and never from its name."""

    IMAGE = "image"
    GIF = "gif"
    VIDEO = "video"
    DOCUMENT = "document"
    SUBTITLES = "subtitles"


@dataclass(frozen=True, slots=True)
class Shape:
    """What a picture or a video is beyond its bytes; None where the file does not say.

    ``width`` and ``height`` in pixels as shown, ``duration`` in seconds, ``frame_rate`` in frames per second,
    ``frames`` of a picture that moves. Codecs by their common names: ``AVC``, ``HEVC``, ``AAC``, ``JPEG``.
    """

    width: int | None = None
    height: int | None = None
    duration: float | None = None
    frame_rate: float | None = None
    frames: int | None = None
    video_codec: str | None = None
    audio_codec: str | None = None


@dataclass(frozen=True, slots=True)
class Media:
    """One medium of a post: a local ``file`` (absolute path, links resolved) or a ``url``, never both.

    ``kind``, ``content_type``, ``size`` (bytes), ``sha256`` (hex) and ``shape`` are None until somebody looked at the
    bytes, which for a URL happens only when it is fetched. ``public_url``: where platforms can fetch it by themselves.
    """

    file: str | None = None
    url: str | None = None
    alt: str | None = None
    kind: MediaKind | None = None
    content_type: str | None = None
    size: int | None = None
    sha256: str | None = None
    shape: Shape | None = None
    public_url: str | None = None

    @property
    def name(self) -> str:
        """What to call it in a sentence; a URL without its query, which may hold a signature."""
        return self.file or (self.url or "").partition("?")[0]


@dataclass(frozen=True, slots=True)
class Post:
    """What a person wrote once: text, media, time.

    ``overrides`` maps a platform to what the document said for it alone; :meth:`adapted` applies them.
    ``attached`` maps a platform to the files that its options name; ``attachments`` are those of an adapted post.
    ``wall_time`` is the time as typed, ``zone`` the IANA zone it was typed in (None when it had an offset).
    """

    text: str
    media: tuple[Media, ...] = ()
    link: str | None = None
    title: str | None = None
    first_comment: str | None = None
    options: Mapping[str, Any] = field(default_factory=lambda: NOTHING)
    overrides: Mapping[str, Mapping[str, Any]] = field(default_factory=lambda: NOTHING)
    attached: Mapping[str, Mapping[str, Media]] = field(default_factory=lambda: NOTHING)
    attachments: Mapping[str, Media] = field(default_factory=lambda: NOTHING)
    scheduled_at: datetime | None = None
    wall_time: str | None = None
    zone: str | None = None
    max_lateness: timedelta | None = None
    id: str = ""
    team_id: str = "default"

    def adapted(self, platform: Platform) -> Post:
        """This post with the platform's own overrides applied; what is not a common field goes to ``options``.

        A file that an option names is in ``attachments`` and no longer among the options.
        """
        files = self.attached.get(platform.value, {})
        mine = {
            key: value for key, value in self.overrides.get(platform.value, {}).items() if key not in files
        }
        common = {key: mine.pop(key) for key in ("text", "link", "title", "first_comment") if key in mine}
        return replace(self, **common, options=mine, overrides={}, attachments=files, attached={})


class Severity(StrEnum):
    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Problem:
    """One reason why a platform will not (error) or may not (warning) take a post as hoped.

    ``rule`` is a stable snake_case name, ``message`` one sentence with the amount, ``medium`` a position from 0.
    """

    rule: str
    message: str
    severity: Severity = Severity.ERROR
    medium: int | None = None


@dataclass(frozen=True, slots=True)
class Limit:
    """A number somebody else made: its value, where it was read and when."""

    value: int
    source: str
    read: str


Check = Callable[[Post], Iterable[Problem]]


def code_points(text: str) -> int:
    """Unicode code points, which is what ``len`` counts."""
    return len(text)


@dataclass(frozen=True, slots=True)
class ContentRules:
    """What a platform takes: numbers with their sources, and its own checks for what no number expresses.

    ``words`` is what counts as a post's text, ``unit`` what it is counted in. ``length`` replaces the plain comparison
    of that text's ``count`` with the limit, where more can be said of it. ``files`` are the platform's options that
    name a file beside the document. ``repeats``: the hours within which the platform refuses the same text again.
    """

    platform: Platform
    text: Limit
    media_count: Limit
    count: Callable[[str], int] = code_points
    words: Callable[[Post], str] = operator.attrgetter("text")
    unit: str = "characters"
    length: Check | None = None
    checks: tuple[Check, ...] = ()
    files: tuple[str, ...] = ()
    repeats: Limit | None = None


def problems(post: Post, rules: ContentRules) -> list[Problem]:
    """Everything that speaks against publishing ``post`` (already adapted) under ``rules``; errors first."""
    found = [*_text_problems(post, rules), *_count_problems(post, rules)]
    for check in rules.checks:
        found.extend(check(post))
    return sorted(found, key=lambda problem: problem.severity is not Severity.ERROR)


def same_text(one: str, other: str) -> bool:
    """Whether a platform that refuses repeated texts would take these for the same."""
    return _spoken(one) == _spoken(other) != ""


def _spoken(text: str) -> str:
    return " ".join(normalize("NFC", text).split())


def errors_among(found: Iterable[Problem]) -> list[Problem]:
    return [problem for problem in found if problem.severity is Severity.ERROR]


def _text_problems(post: Post, rules: ContentRules) -> Iterable[Problem]:
    limit = rules.text.value
    if rules.length is not None:
        yield from rules.length(post)
    elif (length := rules.count(rules.words(post))) > limit:
        yield Problem(
            "text_too_long", f"the text has {length:,} characters, {length - limit:,} more than {limit:,}"
        )
    if any("\ud800" <= character <= "\udfff" for character in post.text):
        yield Problem(
            "text_not_unicode", "the text holds half of a surrogate pair, which no platform can store"
        )
    if "\x00" in post.text:
        yield Problem("text_has_nul", "the text holds a NUL byte")


def _count_problems(post: Post, rules: ContentRules) -> Iterable[Problem]:
    count, limit = len(post.media), rules.media_count.value
    if count > limit:
        yield Problem("too_many_media", f"the post has {count} media, {count - limit} more than {limit}")
