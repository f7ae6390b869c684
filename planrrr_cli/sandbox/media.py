"""Media as a platform sees them: a kind told by the bytes, a digest, and thumbnails for our page; no fetching."""

import hashlib
import threading
from collections import OrderedDict
from dataclasses import dataclass
from typing import BinaryIO

from planrrr_cli.sandbox.wire import BLOCK

THUMBNAIL_LIMIT = 2 * 1024 * 1024
GALLERY_LIMIT = 64 * 1024 * 1024

SIGNATURES = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"BM", "image/bmp"),
    (b"II*\x00", "image/tiff"),
    (b"MM\x00*", "image/tiff"),
)


@dataclass(frozen=True, slots=True)
class Medium:
    """`kind` is image, video or unknown; `mime` is what the first bytes say, whatever the sender claimed."""

    kind: str
    sha256: str
    size: int
    mime: str
    alt: str | None = None

    def document(self) -> dict[str, object]:
        shown: dict[str, object] = {
            "kind": self.kind,
            "sha256": self.sha256,
            "size": self.size,
            "mime": self.mime,
        }
        return shown | ({"alt": self.alt} if self.alt else {})


def sniff(head: bytes) -> str:
    """The media type that the first 16 bytes show, or application/octet-stream."""
    for signature, mime in SIGNATURES:
        if head.startswith(signature):
            return mime
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image/webp"
    if head[4:8] == b"ftyp":
        return "video/quicktime" if head[8:12] == b"qt  " else "video/mp4"
    return "application/octet-stream"


class Intake:
    """Bytes as they arrive: digest, size and first bytes are kept, the rest is let go (a video may be huge)."""

    def __init__(self) -> None:
        self._digest = hashlib.sha256()
        self.size = 0
        self.head = b""

    def add(self, block: bytes) -> None:
        if len(self.head) < 16:
            self.head += block[: 16 - len(self.head)]
        self._digest.update(block)
        self.size += len(block)

    def copy(self) -> "Intake":
        """As far as it is now; the two go on separately."""
        other = Intake()
        other._digest, other.size, other.head = self._digest.copy(), self.size, self.head
        return other

    def medium(self, alt: str | None = None) -> Medium:
        mime = sniff(self.head)
        kind = mime.partition("/")[0] if mime != "application/octet-stream" else "unknown"
        return Medium(kind, self._digest.hexdigest(), self.size, mime, alt or None)


def take_in(stream: BinaryIO) -> Intake:
    intake = Intake()
    while block := stream.read(BLOCK):
        intake.add(block)
    return intake


class Gallery:
    """Image bytes kept for the HTML page only: small ones, the newest, in bounded memory."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._images: OrderedDict[str, bytes] = OrderedDict()
        self._total = 0

    def keep(self, sha256: str, content: bytes) -> None:
        if len(content) > THUMBNAIL_LIMIT:
            return
        with self._lock:
            if sha256 in self._images:
                return
            self._images[sha256] = content
            self._total += len(content)
            while self._total > GALLERY_LIMIT:
                self._total -= len(self._images.popitem(last=False)[1])

    def get(self, sha256: str) -> bytes | None:
        with self._lock:
            return self._images.get(sha256)

    def clear(self) -> None:
        with self._lock:
            self._images.clear()
            self._total = 0
