"""Bytes of an upload as they arrive: digested in whole blocks, pictures kept for our page; never on disk."""

from dataclasses import dataclass, field
from typing import Final

from planrrr_cli.sandbox.media import THUMBNAIL_LIMIT, Intake
from planrrr_cli.sandbox.wire import BLOCK, Body
from planrrr_cli.sandbox.youtube.uploaderrors import BLOCK_SIZE

MULTIPART_LIMIT: Final = 64 * 1024 * 1024
# What YouTube takes for a video by its first bytes; MP4 and QuickTime are told by media.sniff.
CONTAINERS: Final = (
    b"\x1a\x45\xdf\xa3",
    b"FLV\x01",
    b"\x00\x00\x01\xba",
    b"\x00\x00\x01\xb3",
    b"0&\xb2u",
    b"G@",
)


@dataclass(slots=True)
class Arrived:
    """What an upload brought. `few` are the bytes themselves while they are few enough to be shown."""

    intake: Intake
    file_name: str = ""
    few: bytes | None = None
    requests: tuple[int, ...] = ()

    @property
    def is_video(self) -> bool:
        head = self.intake.head
        avi = head.startswith(b"RIFF") and head[8:12] == b"AVI "
        return self.intake.medium().kind == "video" or avi or head.startswith(CONTAINERS)


@dataclass(slots=True)
class Blocks:
    """Cuts a stream into whole blocks of 256 KiB; what is over at the end is `rest`."""

    rest: bytearray = field(default_factory=bytearray)

    def add(self, piece: bytes) -> bytes:
        """The whole blocks that are complete now."""
        self.rest += piece
        whole = len(self.rest) // BLOCK_SIZE * BLOCK_SIZE
        done = bytes(self.rest[:whole])
        del self.rest[:whole]
        return done


def take(body: Body) -> Arrived:
    """A whole body that is the file. Raises ConnectionLost when it ends early: nothing of it is kept then."""
    intake, few = Intake(), bytearray()
    while piece := body.read(BLOCK):
        intake.add(piece)
        if intake.size <= THUMBNAIL_LIMIT:
            few += piece
    return Arrived(intake, few=bytes(few) if intake.size <= THUMBNAIL_LIMIT else None)


def take_bytes(content: bytes) -> Arrived:
    intake = Intake()
    intake.add(content)
    return Arrived(intake, few=content if len(content) <= THUMBNAIL_LIMIT else None)


def split_related(content: bytes, boundary: str) -> tuple[bytes, bytes, str] | None:
    """A multipart/related body: the JSON, the file, and the file's type; None when it is not of two parts.

    The lines end as the first one does: Google's own client ends them with a line feed alone.
    """
    mark = b"--" + boundary.encode("latin-1", "replace")
    begin = content.find(mark)
    newline = b"\r\n" if content[begin + len(mark) :].startswith(b"\r\n") else b"\n"
    pieces = (newline + content[max(begin, 0) :]).split(newline + mark)
    if not boundary or begin < 0 or len(pieces) != 4 or not pieces[3].startswith(b"--"):
        return None
    (_, document), (head, media) = (_part(piece, newline) for piece in pieces[1:3])
    named = [line for line in head.split(newline) if line.lower().startswith(b"content-type:")]
    return document, media, named[0].partition(b":")[2].strip().decode("latin-1") if named else ""


def _part(piece: bytes, newline: bytes) -> tuple[bytes, bytes]:
    """Head and body."""
    if piece.startswith(newline * 2):
        return b"", piece[2 * len(newline) :]
    head, _, body = piece[len(newline) :].partition(newline * 2)
    return head, body
