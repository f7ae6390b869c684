"""What a file is, told from its first bytes and never from its name or a header."""

from __future__ import annotations

import re

from planrrr_cli.domain.posts import MediaKind

ENOUGH = 4096  # bytes that :func:`sniff` wants to see

_PREFIXES: tuple[tuple[bytes, MediaKind, str], ...] = (
    (b"\xff\xd8\xff", MediaKind.IMAGE, "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", MediaKind.IMAGE, "image/png"),
    (b"GIF87a", MediaKind.GIF, "image/gif"),
    (b"GIF89a", MediaKind.GIF, "image/gif"),
    (b"II*\x00", MediaKind.IMAGE, "image/tiff"),
    (b"MM\x00*", MediaKind.IMAGE, "image/tiff"),
    (b"II+\x00", MediaKind.IMAGE, "image/tiff"),
    (b"MM\x00+", MediaKind.IMAGE, "image/tiff"),
    (b"%PDF-", MediaKind.DOCUMENT, "application/pdf"),
    (b"WEBVTT", MediaKind.SUBTITLES, "text/vtt"),
    (b"\xef\xbb\xbfWEBVTT", MediaKind.SUBTITLES, "text/vtt"),
)

# Brands of the `ftyp` box, https://mp4ra.org/registered-types/brands (read 2026-11-24); others count as MP4.
_BRANDS: dict[bytes, tuple[MediaKind, str] | None] = {
    b"qt  ": (MediaKind.VIDEO, "video/quicktime"),
    b"heic": (MediaKind.IMAGE, "image/heic"),
    b"heix": (MediaKind.IMAGE, "image/heic"),
    b"hevc": (MediaKind.IMAGE, "image/heic"),
    b"mif1": (MediaKind.IMAGE, "image/heif"),
    b"msf1": (MediaKind.IMAGE, "image/heif"),
    b"avif": (MediaKind.IMAGE, "image/avif"),
    b"avis": (MediaKind.IMAGE, "image/avif"),
    b"crx ": (MediaKind.IMAGE, "image/x-canon-cr3"),
    b"M4A ": None,  # sound only
    b"M4B ": None,
    b"M4P ": None,
}
# The first folder that an Office file's archive names; https://www.iana.org/assignments/media-types (read 2026-11-24)
_OFFICE = (
    (b"ppt/", "application/vnd.openxmlformats-officedocument.presentationml.presentation"),
    (b"word/", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
)
# Older Office files are one container for all; which program wrote it is in names of streams, in UTF-16.
_COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# A number, then a time: 00:00:01,000 --> 00:00:04,000
_SUBRIP = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*\d+\s*\r?\n\s*\d{1,3}:\d\d:\d\d[,.]\d{1,3}\s*-->\s*\d{1,3}:\d\d:\d\d[,.]\d{1,3}"
)
_QUICKTIME_ATOMS = frozenset({b"moov", b"mdat", b"pnot"})
_BITMAP_HEADERS = frozenset(
    {12, 40, 52, 56, 64, 108, 124}
)  # sizes of the header that follows a BMP's first 14 bytes


def sniff(head: bytes) -> tuple[MediaKind, str] | None:
    """Kind and content type of what begins with ``head``; None when it is nothing we know."""
    for prefix, kind, content_type in _PREFIXES:
        if head.startswith(prefix):
            return kind, content_type
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return MediaKind.IMAGE, "image/webp"
    if head[:2] == b"BM" and int.from_bytes(head[14:18], "little") in _BITMAP_HEADERS:
        return MediaKind.IMAGE, "image/bmp"
    if head[:4] == b"PK\x03\x04" and (office := _office(head)):
        return MediaKind.DOCUMENT, office
    if head.startswith(_COMPOUND):
        return MediaKind.DOCUMENT, "application/x-ole-storage"
    if _SUBRIP.match(head):
        return MediaKind.SUBTITLES, "text/srt"
    if head[4:8] == b"ftyp":
        return _BRANDS.get(head[8:12], (MediaKind.VIDEO, "video/mp4"))
    if head[4:8] in _QUICKTIME_ATOMS or head[:8] == b"\0\0\0\x08wide":  # "The wide sea" is a text
        return MediaKind.VIDEO, "video/quicktime"
    if head[:4] == b"\x1a\x45\xdf\xa3":
        return MediaKind.VIDEO, "video/webm" if b"webm" in head[:64] else "video/x-matroska"
    return None


def _office(head: bytes) -> str | None:
    return next((content_type for folder, content_type in _OFFICE if folder in head), None)


def first_bytes(head: bytes) -> str:
    """How to name an unknown file's beginning in a sentence."""
    return head[:8].hex(" ")
