"""What Instagram thinks of media: fetching images and videos by URL, and their size, shape and length."""

from typing import BinaryIO, Final

from planrrr_cli.sandbox.fetching import FetchFailed
from planrrr_cli.sandbox.instagram import errors
from planrrr_cli.sandbox.instagram.films import FilmReader
from planrrr_cli.sandbox.instagram.model import Kind
from planrrr_cli.sandbox.instagram.pictures import read_jpeg
from planrrr_cli.sandbox.media import Intake, Medium, take_in
from planrrr_cli.sandbox.wire import BLOCK
from planrrr_cli.sandbox.world import World

AGENT: Final = "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)"
MIB: Final = 1024 * 1024
# .../instagram-graph-api/reference/ig-user/media (2026-03-01); the film's rules in seconds, pixels and bytes.
IMAGE_LIMIT: Final = 8 * MIB
TALLEST, WIDEST, ROUNDING = 4 / 5, 1.91, 0.005
SHORTEST: Final = 3
LONGEST: Final = {Kind.REELS: 15 * 60, Kind.STORIES: 60}
FILM_LIMIT: Final = {Kind.REELS: 300 * MIB, Kind.STORIES: 100 * MIB}
WIDTH_LIMIT: Final = 1920
THINNEST, FLATTEST = 0.01, 10
# More than any limit: what is too large is told as such, not as a failed fetch.
DOWNLOAD_LIMIT: Final = 512 * MIB

UNSUPPORTED_VIDEO, NOT_DOWNLOADED = 2207026, 2207077


def fetch(world: World, url: str, limit: int = DOWNLOAD_LIMIT) -> BinaryIO:
    """Raises FetchFailed. Addresses must be ASCII; robots.txt is asked, of other hosts than the sandbox itself."""
    if not url.isascii() or not url.isprintable() or " " in url:
        raise FetchFailed("the address has characters that must be percent-encoded")
    fetcher = world.fetcher
    if not fetcher.is_own(url) and not fetcher.allowed_by_robots(url, agent=AGENT):
        raise FetchFailed("robots.txt of the host does not allow facebookexternalhit")
    return fetcher.fetch(url, agent=AGENT, limit=limit)


def fetch_image(world: World, url: str, alt: str | None = None, *, any_shape: bool = False) -> Medium:
    """An image as it was found; raises GraphError 9004, 36000, 36001 or 36003."""
    try:
        with fetch(world, url) as stream:
            intake = take_in(stream)
            stream.seek(0)
            content = stream.read(IMAGE_LIMIT + 1)
    except FetchFailed as failed:
        raise errors.not_fetched(str(failed)) from failed
    medium = intake.medium(alt)
    if medium.kind == "unknown":
        raise errors.refused(2207052)
    if medium.mime != "image/jpeg":
        raise errors.refused(2207005)
    if medium.size > IMAGE_LIMIT:
        raise errors.refused(2207004)
    picture = read_jpeg(content)
    if picture is None or picture.several:
        raise errors.refused(2207005)
    if not any_shape and not TALLEST - ROUNDING <= picture.ratio <= WIDEST + ROUNDING:
        raise errors.refused(2207009)
    world.gallery.keep(medium.sha256, content)
    return medium


def fetch_video(world: World, url: str, kind: Kind) -> tuple[Medium | None, int | None, float | None]:
    """The video, the subcode with which its processing will fail, and its seconds."""
    intake, reader = Intake(), FilmReader()
    try:
        with fetch(world, url) as stream:
            while block := stream.read(BLOCK):
                intake.add(block)
                reader.add(block)
    except FetchFailed:
        return None, NOT_DOWNLOADED, None
    medium = intake.medium()
    return medium, *judge_film(reader, medium, kind)


def judge_film(reader: FilmReader, medium: Medium, kind: Kind) -> tuple[int | None, float | None]:
    """The subcode of its fault, and its seconds. Every fault is told as an unsupported format: there is no other."""
    film = reader.film() if medium.mime.startswith("video/") else None
    if film is None or medium.size > FILM_LIMIT.get(kind, medium.size):
        return UNSUPPORTED_VIDEO, film.seconds if film else None
    too_long = film.seconds > LONGEST.get(kind, film.seconds)
    shapeless = film.height and not THINNEST <= film.width / film.height <= FLATTEST
    if film.seconds < SHORTEST or too_long or film.width > WIDTH_LIMIT or shapeless:
        return UNSUPPORTED_VIDEO, film.seconds
    return None, film.seconds
