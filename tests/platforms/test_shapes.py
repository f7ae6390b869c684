"""What a picture or a video is, is told when it is looked at, and never by its name."""

from __future__ import annotations

import io
import shutil
import zipfile
from pathlib import Path

import pytest

from planrrr_cli.domain.posts import Media, MediaKind, Shape
from planrrr_cli.platforms.fetching import Fetcher
from planrrr_cli.platforms.http import Transport
from planrrr_cli.platforms.media import MediaSource
from planrrr_cli.platforms.shapes import shape_of
from planrrr_cli.platforms.sniff import ENOUGH, sniff
from tests.flows import MEDIA
from tests.platforms.rig import Answer, Server

VIDEO = Shape(
    width=540, height=960, duration=4.0, frame_rate=30.0, frames=120, video_codec="AVC", audio_codec="AAC"
)


def test_a_video_and_a_picture_have_their_shapes(tmp_path: Path) -> None:
    for name in ("bread-rises.mp4", "croissants.jpg"):
        shutil.copy(MEDIA / name, tmp_path / "nothing.txt")
        seen = MediaSource(tmp_path).look(Media(file=str(tmp_path / "nothing.txt")))
        (tmp_path / "nothing.txt").unlink()
        wanted = VIDEO if name.endswith("mp4") else Shape(width=1200, height=800, video_codec="JPEG")
        assert seen.shape == wanted


def test_what_only_calls_itself_a_video_has_no_picture_in_it() -> None:
    rubbish = io.BytesIO(b"\0\0\0\x18ftypmp42" + bytes(500_000))
    assert shape_of(rubbish, MediaKind.VIDEO) == Shape()
    assert rubbish.tell() == 0


def test_a_url_has_its_shape_once_it_was_fetched() -> None:
    server = Server()
    server.on("GET /film", Answer(200, (MEDIA / "bread-rises.mp4").read_bytes()))
    transport = Transport(read_seconds=5)
    source = MediaSource(None, Fetcher(transport, allow_private=True))
    with source.open(Media(url=f"{server.url}/film")) as opened:
        assert opened.media.shape == VIDEO
        assert sum(map(len, opened.pieces(0, opened.size))) == opened.size
    transport.close()
    server.close()


@pytest.mark.parametrize(
    ("text", "content_type"),
    [
        ("WEBVTT\n\n00:01.000 --> 00:04.000\nHello", "text/vtt"),
        ("\ufeffWEBVTT", "text/vtt"),
        ("1\n00:00:01,000 --> 00:00:04,000\nHello\n", "text/srt"),
        ("\ufeff1\r\n00:00:01,000 --> 00:00:04,000\r\nHello\r\n", "text/srt"),
    ],
)
def test_subtitles_are_told_from_their_beginning(text: str, content_type: str) -> None:
    assert sniff(text.encode()) == (MediaKind.SUBTITLES, content_type)


def test_a_text_that_only_begins_with_a_number_is_no_subtitles() -> None:
    assert sniff(b"1\nand then there were none") is None


def test_an_office_file_is_told_from_any_other_archive() -> None:
    def archive(*names: str) -> bytes:
        made = io.BytesIO()
        with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as zipped:
            for name in names:
                zipped.writestr(name, "<xml/>")
        return made.getvalue()[:ENOUGH]

    found = sniff(archive("[Content_Types].xml", "_rels/.rels", "ppt/presentation.xml"))
    assert found is not None and found[0] is MediaKind.DOCUMENT and "presentationml" in found[1]
    assert sniff(archive("photos/one.txt")) is None
