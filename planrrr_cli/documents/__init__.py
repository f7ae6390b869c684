"""Reads post documents into ``Document``; the media and accounts that they name are resolved elsewhere."""

from __future__ import annotations

import codecs
import hashlib
import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from planrrr_cli.documents import fields
from planrrr_cli.documents.fields import PLATFORM_NAMES, MediaItem, Target, parse_target
from planrrr_cli.documents.front_matter import Parts, Unreadable, split
from planrrr_cli.documents.times import NOW, load_zone, parse_duration, spelled_alike
from planrrr_cli.domain.connections import NOTHING
from planrrr_cli.domain.errors import InvalidDocument

__all__ = ["Document", "MediaItem", "Target", "fingerprint", "open_document", "parse_target", "read_document"]

MOST_BYTES = 1024 * 1024
KEYS = ("to", "at", "zone", "media", "link", "title", "first_comment", "max_lateness")
_OTHER_WORDS = {
    "text": "the text goes below the second ---",
    "date": "did you mean at?", "time": "did you mean at?", "schedule": "did you mean at?",
    "timezone": "did you mean zone?", "tz": "did you mean zone?",
    "image": "did you mean media?", "images": "did you mean media?", "photo": "did you mean media?",
    "video": "did you mean media?", "url": "did you mean link?",
    "platforms": "did you mean to?", "platform": "did you mean to?", "targets": "did you mean to?",
    "comment": "did you mean first_comment?",
}  # fmt: skip
_BYTE_ORDER_MARKS = {
    codecs.BOM_UTF32_LE: "UTF-32", codecs.BOM_UTF32_BE: "UTF-32",
    codecs.BOM_UTF16_LE: "UTF-16", codecs.BOM_UTF16_BE: "UTF-16",
}  # fmt: skip
_MAGIC = {
    b"\xff\xd8\xff": "a JPEG image", b"\x89PNG": "a PNG image", b"GIF8": "a GIF image", b"%PDF-": "a PDF document",
    b"PK\x03\x04": "a ZIP archive or an office document", b"\x1f\x8b": "a compressed file", b"RIFF": "a media file",
    b"\x1aE\xdf\xa3": "a video",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Document:
    """A post document as it was written; ``folder`` is where its relative media paths start.

    ``at`` and ``zone`` are as typed (see ``times.resolve_time``). ``overrides`` maps a platform's name to JSON values.
    """

    name: str
    folder: Path
    text: str
    targets: tuple[Target, ...] = ()
    at: str | None = None
    zone: str | None = None
    media: tuple[MediaItem, ...] = ()
    link: str | None = None
    title: str | None = None
    first_comment: str | None = None
    max_lateness: timedelta | None = None
    overrides: Mapping[str, Mapping[str, Any]] = field(default_factory=lambda: NOTHING)


def open_document(path: Path, *, name: str | None = None) -> Document:
    """Reads the file at ``path``; raises InvalidDocument, also for a file that cannot be read.

    ``name``: what errors call it, the path if None.
    """
    name = str(path) if name is None else name
    try:
        with path.open("rb") as file:
            raw = file.read(MOST_BYTES + 1)
            size = max(len(raw), path.stat().st_size)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "its name is not a file's name"
        raise InvalidDocument(f"{name}: it cannot be read ({reason}); name a text file") from None
    _check_size(size, name)
    return read_document(raw, name=name, folder=path.absolute().parent)


def read_document(raw: bytes, *, name: str, folder: Path) -> Document:
    """The document in ``raw``; ``name`` is what errors call it. Raises InvalidDocument and nothing else.

    In the text, line ends become LF and empty lines around it go; everything else stays as it is, byte for byte.
    """
    _check_size(len(raw), name)
    written = _decoded(raw, name).replace("\r\n", "\n")
    if not written.strip():
        raise InvalidDocument(f"{name}: the file holds only white space; write the text of the post into it")
    try:
        parts = split(written)
    except Unreadable as error:
        raise InvalidDocument(f"{_place(name, error.line, error.column)}: {error}") from None
    document = _document(parts, name, folder)
    if not (document.text.strip() or document.media or document.link or document.overrides):
        raise InvalidDocument(
            f"{name}: there is no text, link or medium; write the text below the second ---"
        )
    return document


def fingerprint(
    document: Document,
    media_hashes: Sequence[str | None],
    targets: Iterable[Target | str],
    attached_hashes: Sequence[str | None] = (),
) -> str:
    """The hex SHA-256 of what would be posted, where and when as typed: the same document added twice is recognised.

    When counts as typed, since settings and the rules of time zones may change; but not how it was spelled.
    ``media_hashes``: one per medium in order; None or empty where only an address is known. ``attached_hashes``: of
    the files that options name.
    """
    media = [
        [known or item.url or item.file, item.alt]
        for item, known in zip(document.media, media_hashes, strict=True)
    ]
    at = spelled_alike(document.at) if document.at else None
    content = {
        "version": 1,
        "text": document.text,
        "link": document.link,
        "title": document.title,
        "first_comment": document.first_comment,
        "media": media,
        "overrides": {name: dict(mine) for name, mine in document.overrides.items()},
        "targets": sorted({str(target) for target in targets}),
        "at": at,
        "zone": None if at == NOW else document.zone,
    }
    if attached_hashes:
        content["attached"] = list(attached_hashes)
    return hashlib.sha256(json.dumps(content, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def _check_size(size: int, name: str) -> None:
    if size > MOST_BYTES:
        shown = math.ceil(size * 10 / MOST_BYTES) / 10  # upwards: never "is 1.0 MB; at most 1 MB"
        raise InvalidDocument(f"{name}: it is {shown:.1f} MB; a post document is text of at most 1 MB")


def _decoded(raw: bytes, name: str) -> str:
    if not raw:
        raise InvalidDocument(f"{name}: the file is empty; write the text of the post into it")
    for mark, encoding in _BYTE_ORDER_MARKS.items():
        if raw.startswith(mark):
            raise InvalidDocument(f"{name}: the text is {encoding}; save it as UTF-8")
    kind = next((kind for magic, kind in _MAGIC.items() if raw.startswith(magic)), None)
    if b"\x00" in raw or (kind and not _is_utf8(raw)):
        raise InvalidDocument(
            f"{name}: this is {kind or 'a binary file'}, not text; a post names it under media:"
        )
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        at = f"line {line}: byte {error.start} (0x{raw[error.start]:02x}) is not UTF-8"
        raise InvalidDocument(f"{name}, {at}; save the file as UTF-8") from None


def _is_utf8(raw: bytes) -> bool:
    try:
        raw.decode()
    except UnicodeDecodeError:
        return False
    return True


def _document(parts: Parts, name: str, folder: Path) -> Document:
    values = dict(parts.values)
    read: dict[str, Any] = {}
    for key, value in values.items():
        try:
            if key in KEYS:
                read[_FIELD.get(key, key)] = _field(key, value)
            elif key not in PLATFORM_NAMES:
                hint = _OTHER_WORDS.get(key) or fields.suggestion(key, (*KEYS, *PLATFORM_NAMES))
                raise ValueError(f"the key {fields.shown(key)} is not known; {hint or 'remove it'}")
            else:
                fields.overrides([(key, value)])
        except (ValueError, InvalidDocument) as error:
            raise InvalidDocument(f"{_place(name, parts.lines.get(key))}: {error}") from None
    try:
        read["overrides"] = fields.overrides((key, values[key]) for key in values if key in PLATFORM_NAMES)
    except ValueError as error:
        raise InvalidDocument(f"{_place(name, parts.lines.get('twitter'))}: {error}") from None
    return Document(name=name, folder=folder, text=parts.text.strip("\n"), **read)


_FIELD = {"to": "targets"}


def _field(key: str, value: object) -> Any:
    """The value of one common key; raises ValueError or InvalidDocument."""
    if key == "to":
        return fields.targets(value)
    if key == "media":
        return fields.media(value)
    if key == "link":
        return fields.link(key, value)
    if key == "max_lateness" and isinstance(value, int):
        value = str(value)  # parse_duration says which unit is missing
    typed = fields.text(key, value)
    if typed is not None and key in {"zone", "max_lateness"}:
        try:
            return load_zone(typed).key if key == "zone" else parse_duration(typed)
        except InvalidDocument as error:
            raise ValueError(f"{key}: {error}") from None
    return typed


def _place(name: str, line: int | None, column: int | None = None) -> str:
    return name + (f", line {line}" if line else "") + (f", column {column}" if column else "")
