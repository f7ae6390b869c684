"""Where the bytes of media come from: files below a root, and public URLs; opened safely, never held in memory."""

from __future__ import annotations

import hashlib
import os
import stat
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO
from urllib.parse import quote

from planrrr_cli.domain.errors import ErrorKind, MediaRejected, PlanrrrError, PlatformUnavailable
from planrrr_cli.domain.posts import Media, MediaKind
from planrrr_cli.platforms.fetching import CannotFetch, Fetcher, HostTrouble
from planrrr_cli.platforms.opened import BadMedia, Opener, OpenMedia, Told, unheard, written
from planrrr_cli.platforms.shapes import shape_of
from planrrr_cli.platforms.sniff import ENOUGH, first_bytes, sniff

__all__ = [
    "BadMedia",
    "MediaAway",
    "MediaSource",
    "MediaUnavailable",
    "OpenMedia",
    "Opener",
    "media_errors",
]

READ = 1024 * 1024
MOST_FETCHED = 4 * 1024**3


class MediaAway(PlanrrrError):
    """A medium that cannot be had just now; later it may."""


class MediaUnavailable(PlatformUnavailable):
    """The host of a medium is in trouble, which says nothing about the platform: no reason for its breaker."""

    kind = ErrorKind.MEDIA_UPLOAD_ERROR
    counts_for_breaker = False


class MediaSource:
    """Opens media. ``root``: files must lie under it, links resolved; None when each document has its own root,
    which whoever adds the document has checked. ``fetcher`` None: URLs are not fetched. ``public_base``: the address
    under which the files below ``root`` are served to everybody."""

    def __init__(
        self, root: Path | None, fetcher: Fetcher | None = None, public_base: str | None = None
    ) -> None:
        self._root = root
        self._fetcher = fetcher
        self._public_base = public_base
        self.progress: Told = unheard

    def public_url(self, media: Media) -> str | None:
        """Where a platform can fetch it by itself, in ASCII; None where nobody serves the file."""
        if media.file is None:
            return media.url
        if self._public_base is None or self._root is None:
            return media.public_url
        real, root = Path(os.path.realpath(media.file)), Path(os.path.realpath(self._root))
        if not real.is_relative_to(root):
            return None
        return f"{self._public_base}/{quote(os.fsencode(real.relative_to(root).as_posix()))}"

    def look(self, media: Media) -> Media:
        """``media`` with all its facts, for a file; of a URL nothing is known until it is fetched.

        Raises BadMedia.
        """
        if media.file is None:
            return replace(media, public_url=media.url)
        bare = replace(
            media,
            public_url=self.public_url(media),
            kind=None,
            content_type=None,
            size=None,
            sha256=None,
            shape=None,
        )
        with self.open(bare) as opened:
            return opened.media

    def open(self, media: Media, *, limit: int = MOST_FETCHED) -> OpenMedia:
        """The bytes, checked against what was noted when the medium was added. ``limit`` bounds what is fetched.

        Raises BadMedia, or MediaAway when a URL's host may do better later.
        """
        file = self._fetched(media, limit) if media.file is None else self._opened(Path(media.file))
        since = written(file)
        try:
            facts = _facts(file, media)
            if media.sha256 is None:  # nobody has looked yet; what is noted was looked at when it was added
                facts = replace(facts, shape=shape_of(file, facts.kind))
        except BaseException:
            file.close()
            raise
        return OpenMedia(file, facts, facts.size or 0, since, self.progress)

    def _opened(self, path: Path) -> BinaryIO:
        try:
            # Links are resolved as far as they lead, whatever is there: outside of the root nothing is told.
            real = Path(os.path.realpath(path))
            root = self._root.resolve(strict=True) if self._root is not None else Path(real.anchor)
            if not real.is_relative_to(root):
                raise BadMedia(f"{path} is outside of {self._root}, where media have to be")
            return _open_below(root, real.relative_to(root))
        except FileNotFoundError:
            raise BadMedia(f"{path} does not exist") from None
        except IsADirectoryError:
            raise BadMedia(f"{path} is a folder, not a file") from None
        except (OSError, RuntimeError, ValueError) as error:
            why = error.strerror if isinstance(error, OSError) else str(error)
            raise BadMedia(f"{path} cannot be read: {why}") from None

    def peek(self, media: Media) -> Media:
        """``media`` with its kind and type, told from its first bytes; no more of a URL is fetched.

        For media that a platform fetches by itself. Raises BadMedia, or MediaAway when the host may do better later.
        """
        if media.kind is not None or media.file is not None:
            return media if media.kind is not None else self.look(media)
        head = bytearray()

        def take(piece: bytes) -> None:
            head.extend(piece)
            if len(head) >= ENOUGH:
                raise _Enough

        with suppress(_Enough):
            self._fetch(media, MOST_FETCHED, take)
        kind, content_type = _kind_of(bytes(head), media)
        return replace(media, kind=kind, content_type=content_type)

    def _fetched(self, media: Media, limit: int) -> BinaryIO:
        file = tempfile.TemporaryFile(prefix="planrrr-")  # noqa: SIM115 - it has no name, so no crash leaves it behind
        try:
            self._fetch(media, limit, file.write)
            file.flush()
        except BaseException:
            file.close()
            raise
        return file

    def _fetch(self, media: Media, limit: int, sink: Callable[[bytes], object]) -> None:
        if self._fetcher is None or media.url is None:
            raise BadMedia(f"{media.name or 'a medium without file and address'} cannot be fetched here")
        try:
            self._fetcher.fetch(media.url, limit, sink)
        except CannotFetch as error:
            raise BadMedia(f"{media.name} is not fetched: {error}") from None
        except HostTrouble as error:
            raise MediaAway(f"{media.name} could not be fetched: {error}") from None


class _Enough(Exception):
    """Stops a fetch whose first bytes were all that was wanted."""


def _open_below(root: Path, relative: Path) -> BinaryIO:
    """Opens step by step without following any link, so that nothing swapped in since the check leads outside."""
    folder = os.open(root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        for part in relative.parts[:-1]:
            inner = os.open(part, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=folder)
            os.close(folder)
            folder = inner
        # O_NONBLOCK: a FIFO would otherwise wait for somebody who writes
        flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
        number = os.open(relative.name or ".", flags, dir_fd=folder)
    finally:
        os.close(folder)
    if not stat.S_ISREG(os.fstat(number).st_mode):
        is_folder = stat.S_ISDIR(os.fstat(number).st_mode)
        os.close(number)
        raise IsADirectoryError if is_folder else OSError(0, "it is not a regular file")
    return os.fdopen(number, "rb")


def _facts(file: BinaryIO, media: Media) -> Media:
    """Reads all of it once. A changed file is refused: what was validated is what goes out."""
    digest, size, head = hashlib.sha256(), 0, b""
    try:
        file.seek(0)
        while piece := file.read(READ):
            head = head or piece[:ENOUGH]
            size += len(piece)
            digest.update(piece)
        file.seek(0)
    except OSError as error:
        raise BadMedia(f"{media.name} cannot be read: {error.strerror}") from None
    if not size:
        raise BadMedia(f"{media.name} is empty")
    if media.sha256 not in {None, digest.hexdigest()} or media.size not in {None, size}:
        raise BadMedia(
            f"{media.name} has changed since it was added; add the post again to publish the new one"
        )
    kind, content_type = _kind_of(head, media)
    return replace(media, kind=kind, content_type=content_type, size=size, sha256=digest.hexdigest())


def _kind_of(head: bytes, media: Media) -> tuple[MediaKind, str]:
    found = sniff(head)
    if found is None:
        raise BadMedia(f"{media.name} is no kind of file that we know (it begins with {first_bytes(head)})")
    return found


@contextmanager
def media_errors(platform: str, medium: int) -> Iterator[None]:
    """Turns what a medium does into what the run understands: MediaRejected, or MediaUnavailable for later."""
    try:
        yield
    except BadMedia as error:
        next_step = "mend the medium, then add the post again"
        raise MediaRejected(str(error), platform=platform, medium=medium, next_step=next_step) from None
    except MediaAway as error:
        raise MediaUnavailable(str(error), platform=platform) from None
