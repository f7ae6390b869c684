"""The bytes of a chunked upload as they come in: digested in order, never kept longer than they must be."""

import tempfile
from typing import BinaryIO, cast

from planrrr_cli.sandbox.media import Intake
from planrrr_cli.sandbox.wire import BLOCK

IN_MEMORY = 256 * 1024


class Segments:
    """Segments in any order, repeated or not.

    What comes in order is digested at once and let go; what comes too early waits in a file. The newest digested
    segment can still be replaced by other bytes (a broken one that is sent again), an older one cannot: its digest is
    in the sum already, and such an upload is `spoiled`.
    """

    def __init__(self) -> None:
        self.spoiled = False
        self._digests: dict[int, str] = {}
        self._sizes: dict[int, int] = {}
        self._waiting: dict[int, BinaryIO] = {}
        self._next = 0
        self._sum = Intake()
        self._before_last = Intake()

    @property
    def size(self) -> int:
        """Of all that came, whether in order or not."""
        return sum(self._sizes.values())

    def size_with(self, index: int, size: int) -> int:
        return self.size - self._sizes.get(index, 0) + size

    def put(self, index: int, content: BinaryIO, intake: Intake) -> None:
        """`intake` is what is known of `content` already."""
        digest = intake.medium().sha256
        if self._digests.get(index) == digest:
            return
        if index < self._next - 1:
            self.spoiled = True
            return
        if index == self._next - 1:
            self._next, self._sum = index, self._before_last
        self._digests[index], self._sizes[index] = digest, intake.size
        if index == self._next:
            self._take(content)
        else:
            self._keep(index, content)
        while waiting := self._waiting.pop(self._next, None):
            with waiting:
                self._take(waiting)

    def _take(self, content: BinaryIO) -> None:
        self._before_last = self._sum
        self._sum = self._sum.copy()
        content.seek(0)
        while block := content.read(BLOCK):
            self._sum.add(block)
        self._next += 1

    def _keep(self, index: int, content: BinaryIO) -> None:
        if earlier := self._waiting.pop(index, None):
            earlier.close()
        spool = cast("BinaryIO", tempfile.SpooledTemporaryFile(max_size=IN_MEMORY))  # noqa: SIM115
        content.seek(0)
        while block := content.read(BLOCK):
            spool.write(block)
        self._waiting[index] = spool

    def whole(self, total: int) -> Intake | None:
        """The digest of all, or None while something is missing, too much, or not to be known any more."""
        return self._sum if self._sum.size == total and not self.spoiled else None

    def close(self) -> None:
        for spool in self._waiting.values():
            spool.close()
        self._waiting.clear()
