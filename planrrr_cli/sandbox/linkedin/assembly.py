"""A video's parts put in order: one running digest, part after part; bytes are not kept once they were digested."""

import hashlib
import tempfile
from dataclasses import dataclass
from typing import Any, BinaryIO, cast

from planrrr_cli.sandbox.media import Medium, sniff
from planrrr_cli.sandbox.wire import BLOCK

IN_MEMORY = 256 * 1024


@dataclass(slots=True)
class Piece:
    """One part on its way: its own digest, and its bytes until they had their turn."""

    spool: BinaryIO
    digest: Any
    size: int = 0

    def add(self, block: bytes) -> None:
        self.spool.write(block)
        self.digest.update(block)
        self.size += len(block)

    @property
    def name(self) -> str:
        """Its ETag, without the quotes: it follows from the bytes."""
        return f"/ambry-video/signedId/{self.digest.hexdigest()}"


def new_piece() -> Piece:
    """Small in memory: what is larger goes to a file without a name."""
    return Piece(cast("BinaryIO", tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)), hashlib.sha256())


class Assembly:
    """Parts may come in any order and again; one that comes again with other bytes undoes those after it."""

    def __init__(self) -> None:
        self._names: dict[int, str] = {}
        self._waiting: dict[int, Piece] = {}
        self._ends: list[tuple[Any, int]] = [(hashlib.sha256(), 0)]  # digest and size after 0, 1, 2 … parts
        self._head = b""

    def __del__(self) -> None:
        """An upload that nobody finishes takes its files with it."""
        for piece in self._waiting.values():
            piece.spool.close()

    def put(self, index: int, piece: Piece) -> str:
        """Take one part; answers with its name."""
        name = piece.name
        if self._names.get(index) == name:
            piece.spool.close()
            return name
        self._forget_from(index)
        self._names[index] = name
        self._waiting[index] = piece
        while len(self._ends) - 1 in self._waiting:
            self._digest(self._waiting.pop(len(self._ends) - 1))
        return name

    def _forget_from(self, index: int) -> None:
        if index in self._waiting:
            self._waiting.pop(index).spool.close()
        for later in [each for each in self._names if each > index and each not in self._waiting]:
            del self._names[later]
        del self._ends[index + 1 :]

    def _digest(self, piece: Piece) -> None:
        digest, size = self._ends[-1]
        digest = digest.copy()
        with piece.spool as stream:
            stream.seek(0)
            if size == 0:
                self._head = stream.read(16)
                stream.seek(0)
            while block := stream.read(BLOCK):
                digest.update(block)
        self._ends.append((digest, size + piece.size))

    def names(self, count: int) -> list[str] | None:
        """What the parts are called, in order; None while one of `count` is missing."""
        if len(self._ends) <= count:
            return None
        return [self._names[index] for index in range(count)]

    def medium(self) -> Medium:
        digest, size = self._ends[-1]
        return Medium("video", digest.hexdigest(), size, sniff(self._head))
