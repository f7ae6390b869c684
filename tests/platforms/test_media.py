"""Media: what a file is, where it may lie, and which addresses are fetched."""

from __future__ import annotations

import contextlib
import hashlib
import ipaddress
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from planrrr_cli.domain.errors import MediaRejected
from planrrr_cli.domain.posts import Media, MediaKind
from planrrr_cli.platforms.addresses import BadAddress, is_loopback, is_public, public_address, target_of
from planrrr_cli.platforms.fetching import CannotFetch, Fetcher, HostTrouble
from planrrr_cli.platforms.http import Transport
from planrrr_cli.platforms.media import BadMedia, MediaAway, MediaSource, MediaUnavailable, media_errors
from planrrr_cli.platforms.sniff import sniff
from planrrr_cli.platforms.wire import Reply
from tests.platforms.rig import Answer, Server

JPEG = b"\xff\xd8\xff\xe0" + bytes(100)
PNG = b"\x89PNG\r\n\x1a\n" + bytes(100)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    made = tmp_path / "media"
    made.mkdir()
    return made


@pytest.mark.parametrize(
    ("head", "kind", "content_type"),
    [
        (JPEG, MediaKind.IMAGE, "image/jpeg"),
        (PNG, MediaKind.IMAGE, "image/png"),
        (b"GIF89a", MediaKind.GIF, "image/gif"),
        (b"II*\0", MediaKind.IMAGE, "image/tiff"),
        (b"RIFF\0\0\0\0WEBPVP8 ", MediaKind.IMAGE, "image/webp"),
        (b"BM" + bytes(12) + (40).to_bytes(4, "little"), MediaKind.IMAGE, "image/bmp"),
        (b"\0\0\0\x20ftypisom\0\0", MediaKind.VIDEO, "video/mp4"),
        (b"\0\0\0\x14ftypqt  ", MediaKind.VIDEO, "video/quicktime"),
        (b"\0\0\0\x08wide\0\0", MediaKind.VIDEO, "video/quicktime"),
        (b"\0\0\0\x18ftypheic", MediaKind.IMAGE, "image/heic"),
        (b"\x1a\x45\xdf\xa3\x01\x42\x82\x84webm", MediaKind.VIDEO, "video/webm"),
        (b"\x1a\x45\xdf\xa3\x01\x42\x82\x88matroska", MediaKind.VIDEO, "video/x-matroska"),
        (b"%PDF-1.7", MediaKind.DOCUMENT, "application/pdf"),
    ],
)
def test_a_kind_is_told_from_the_first_bytes(head: bytes, kind: MediaKind, content_type: str) -> None:
    assert sniff(head) == (kind, content_type)


@pytest.mark.parametrize(
    "head",
    [b"", b"BM and then text", b"The wide sea", b"<html>", b"\0\0\0\x18ftypM4A ", b"RIFF\0\0\0\0WAVE"],
)
def test_what_is_no_medium_has_no_kind(head: bytes) -> None:
    assert sniff(head) is None


@given(st.binary(max_size=600))
def test_sniffing_never_fails(head: bytes) -> None:
    sniff(head)


def test_a_look_notes_kind_size_and_hash_whatever_the_name_says(root: Path) -> None:
    file = root / "film.mp4"
    file.write_bytes(JPEG)
    seen = MediaSource(root).look(Media(file=str(file), alt="a river"))
    assert (seen.kind, seen.content_type, seen.size) == (MediaKind.IMAGE, "image/jpeg", len(JPEG))
    assert seen.sha256 == hashlib.sha256(JPEG).hexdigest()
    assert seen.alt == "a river"


def _nothing(root: Path) -> Path:
    return root / "nothing.jpg"


def _folder(root: Path) -> Path:
    (root / "folder").mkdir()
    return root / "folder"


def _empty(root: Path) -> Path:
    (root / "empty.jpg").touch()
    return root / "empty.jpg"


def _unknown(root: Path) -> Path:
    (root / "text.jpg").write_text("hello")
    return root / "text.jpg"


def _outside(root: Path) -> Path:
    (root.parent / "outside.jpg").write_bytes(JPEG)
    return root / ".." / "outside.jpg"


def _link_out(root: Path) -> Path:
    (root.parent / "secret.jpg").write_bytes(JPEG)
    (root / "link.jpg").symlink_to(root.parent / "secret.jpg")
    return root / "link.jpg"


def _folder_link_out(root: Path) -> Path:
    (root.parent / "other").mkdir()
    (root.parent / "other" / "a.jpg").write_bytes(JPEG)
    (root / "sub").symlink_to(root.parent / "other")
    return root / "sub" / "a.jpg"


def _pipe(root: Path) -> Path:
    os.mkfifo(root / "pipe.jpg")
    return root / "pipe.jpg"


@pytest.mark.parametrize(
    "what", ["a file", "nothing", "a folder", "a file below a file", "a loop", "no right"]
)
@pytest.mark.parametrize("linked", [False, True])
def test_a_path_outside_of_the_root_never_tells_what_is_there(root: Path, what: str, linked: bool) -> None:
    beyond = root.parent / "beyond"
    beyond.mkdir()
    target = beyond / "x.jpg"
    if what == "a file":
        target.write_bytes(JPEG)
    elif what == "a folder":
        target.mkdir()
    elif what == "a file below a file":
        target.write_bytes(JPEG)
        target = target / "y.jpg"
    elif what == "a loop":
        target.symlink_to(beyond / "z.jpg")
        (beyond / "z.jpg").symlink_to(target)
    elif what == "no right":
        target.write_bytes(JPEG)
        beyond.chmod(0)
    path = root / "link.jpg" if linked else target
    if linked:
        path.symlink_to(target)
    with pytest.raises(BadMedia) as refused:
        MediaSource(root).open(Media(file=str(path)))
    beyond.chmod(0o700)
    assert str(refused.value) == f"{path} is outside of {root}, where media have to be"


def _loop(root: Path) -> Path:
    (root / "a").symlink_to(root / "b")
    (root / "b").symlink_to(root / "a")
    return root / "a"


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (_nothing, "does not exist"),
        (_folder, "is a folder"),
        (_empty, "is empty"),
        (_unknown, "68 65 6c 6c 6f"),
        (_outside, "is outside of"),
        (_link_out, "is outside of"),
        (_folder_link_out, "is outside of"),
        (_pipe, "not a regular file"),
        (_loop, "cannot be read"),
    ],
)
def test_an_unusable_file_is_refused_in_one_sentence(
    root: Path, make: Callable[[Path], Path], says: str
) -> None:
    with pytest.raises(BadMedia, match=says) as refused:
        MediaSource(root).look(Media(file=str(make(root))))
    assert "\n" not in str(refused.value)


def test_a_link_that_stays_inside_is_fine(root: Path) -> None:
    (root / "real.jpg").write_bytes(JPEG)
    (root / "link.jpg").symlink_to("real.jpg")
    assert MediaSource(root).look(Media(file=str(root / "link.jpg"))).size == len(JPEG)


def test_a_file_swapped_for_a_link_after_it_was_added_is_not_followed(root: Path) -> None:
    file = root / "a.jpg"
    file.write_bytes(JPEG)
    seen = MediaSource(root).look(Media(file=str(file)))
    (root.parent / "secret.jpg").write_bytes(JPEG)
    file.unlink()
    file.symlink_to(root.parent / "secret.jpg")
    with pytest.raises(BadMedia, match="outside"):
        MediaSource(root).open(seen)


def test_a_file_that_changed_since_it_was_added_is_refused(root: Path) -> None:
    file = root / "a.jpg"
    file.write_bytes(JPEG)
    seen = MediaSource(root).look(Media(file=str(file)))
    file.write_bytes(JPEG[:-1] + b"x")
    with pytest.raises(BadMedia, match="has changed"):
        MediaSource(root).open(seen)
    with pytest.raises(MediaRejected) as refused, media_errors("facebook", 3):
        MediaSource(root).open(seen)
    assert refused.value.medium == 3


def test_pieces_are_exact_and_a_file_that_shrinks_is_noticed(root: Path) -> None:
    file = root / "a.jpg"
    file.write_bytes(JPEG)
    with MediaSource(root).open(Media(file=str(file))) as opened:
        assert b"".join(opened.pieces(2, 5)) == JPEG[2:7]
        os.truncate(file, 50)
        with pytest.raises(BadMedia, match="shorter"):
            b"".join(opened.pieces(0, len(JPEG)))


def test_a_file_that_is_written_while_it_is_being_sent_is_noticed_before_anybody_sees_it(root: Path) -> None:
    file = root / "a.jpg"
    file.write_bytes(JPEG)
    with MediaSource(root).open(Media(file=str(file))) as opened:
        pieces = opened.pieces(0, len(JPEG))
        with file.open("r+b") as other:
            other.write(PNG)
        os.utime(file, (1, 1))
        with pytest.raises(BadMedia, match="changed while"):
            b"".join(pieces)


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "::1",
        "::ffff:127.0.0.1",
        "::ffff:7f00:1",
        "169.254.169.254",
        "0.0.0.0",
        "::",
        "100.64.0.1",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "192.0.0.8",
        "fc00::1",
        "fd12:3456::1",
        "fe80::1",
        "fe80::1%eth0",
        "fec0::1",
        "64:ff9b::7f00:1",
        "64:ff9b:1::1",
        "2002:7f00:1::",
        "::127.0.0.1",
        "ff02::1",
        "224.0.0.1",
        "255.255.255.255",
        "2130706433",
        "0x7f000001",
        "0x7f.1",
        "017700000001",
        "127.1",
        "0",
        "localhost",
        "LOCALHOST",
        "localhost.",
        "a.localhost",
        "metadata.google.internal",
        "printer.local",
    ],
)
def test_an_address_that_is_not_public_is_known_in_every_spelling(host: str) -> None:
    assert public_address(host) is False


@pytest.mark.parametrize(
    "host", ["93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c", "64:ff9b::5db8:d70e"]
)
def test_public_addresses_are_public(host: str) -> None:
    assert public_address(host) is True


@pytest.mark.parametrize("host", ["example.com", "127.0.0.1.example.com", "xn--bcher-kva.example"])
def test_names_have_to_be_looked_up(host: str) -> None:
    assert public_address(host) is None


@given(st.ip_addresses(v=4))
def test_wrapping_an_address_in_ipv6_never_makes_it_public(address: ipaddress.IPv4Address) -> None:
    if not is_public(address):
        for wrapped in (f"::ffff:{address}", f"64:ff9b::{address}", f"::{address}"):
            assert not is_public(ipaddress.IPv6Address(wrapped))


@given(st.text(max_size=60))
@example("0\0")
def test_reading_an_address_never_fails_otherwise(text: str) -> None:
    with contextlib.suppress(BadAddress):
        target_of(text)
    public_address(text)
    is_loopback(text)


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://Example.COM./a", "example.com"),
        ("https://bücher.example/", "xn--bcher-kva.example"),
        ("http://[::1]:8080/", "::1"),
        ("http://①②⑦.⓪.⓪.①/", "127.0.0.1"),
    ],
)
def test_a_host_is_read_as_it_will_be_asked(url: str, host: str) -> None:
    assert target_of(url).host == host


@pytest.mark.parametrize(
    "url",
    [
        "ftp://example.com/a",
        "file:///etc/passwd",
        "//example.com",
        "https://example.com@127.0.0.1/",
        "https://user:secret@example.com/",
        "https://example.com\\@127.0.0.1/",
        "https://exa mple.com/",
        "https:///path",
        "https://[::1/",
        "https://example.com:99999/",
        "http://[fe80::1%25eth0]/",
    ],
)
def test_an_address_that_could_be_read_in_two_ways_is_refused(url: str) -> None:
    with pytest.raises(BadAddress) as refused:
        target_of(url)
    assert "secret" not in str(refused.value)


def fetched(fetcher: Fetcher, url: str, limit: int = 1000) -> bytes:
    got = bytearray()
    fetcher.fetch(url, limit, got.extend)
    return bytes(got)


def test_a_private_address_is_refused_before_and_after_the_name_is_looked_up(
    transport: Transport, server: Server
) -> None:
    with pytest.raises(CannotFetch, match="not a public address"):
        fetched(Fetcher(transport), f"{server.url}/a.jpg")
    port = server.url.rpartition(":")[2]
    fetcher = Fetcher(transport, resolve=lambda *_: ["93.184.215.14", "127.0.0.1"])
    with pytest.raises(CannotFetch, match="leads to an address"):
        fetched(fetcher, f"http://example.com:{port}/a.jpg")
    assert server.requests == []


def test_the_connection_goes_to_the_address_that_was_checked(transport: Transport, server: Server) -> None:
    server.on("GET /a.jpg", Answer(body=JPEG))
    port = server.url.rpartition(":")[2]
    asked: list[str] = []

    def resolve(host: str, _: int) -> list[str]:
        asked.append(host)
        return ["127.0.0.1"]

    fetcher = Fetcher(transport, allow_private=True, resolve=resolve)
    assert fetched(fetcher, f"http://media.example:{port}/a.jpg?sig=1#top") == JPEG
    assert asked == ["media.example"]
    assert server.requests[0].headers["host"] == f"media.example:{port}"
    assert server.requests[0].target == "/a.jpg?sig=1"


def test_each_redirect_is_checked_anew(transport: Transport, server: Server) -> None:
    port = server.url.rpartition(":")[2]
    server.on("GET /a", Answer(302, b"", {"Location": f"http://169.254.169.254:{port}/latest"}))
    public = {"media.example": "127.0.0.1"}
    fetcher = Fetcher(transport, allow_private=True, resolve=lambda host, _: [public[host]])
    fetcher._checked_addresses = (  # type: ignore[method-assign]  # only the first host may be private here
        lambda target: (
            ["127.0.0.1"] if target.host == "media.example" else Fetcher(transport)._checked_addresses(target)
        )
    )
    with pytest.raises(CannotFetch, match=r"169\.254\.169\.254"):
        fetched(fetcher, f"http://media.example:{port}/a")
    assert len(server.requests) == 1


def test_three_redirects_are_followed_and_no_more(transport: Transport, server: Server) -> None:
    for number in range(4):
        server.on(f"GET /{number}", Answer(302, b"", {"Location": f"/{number + 1}"}))
    server.on("GET /4", Answer(body=JPEG))
    fetcher = Fetcher(transport, allow_private=True)
    assert fetched(fetcher, f"{server.url}/1") == JPEG
    with pytest.raises(CannotFetch, match="more than 3"):
        fetched(fetcher, f"{server.url}/0")


def test_what_is_larger_than_allowed_is_not_fetched_to_its_end(transport: Transport, server: Server) -> None:
    server.on("GET /a", Answer(body=bytes(300_000)))
    with pytest.raises(CannotFetch, match="larger than 1,000"):
        fetched(Fetcher(transport, allow_private=True), f"{server.url}/a")


@pytest.mark.parametrize(("status", "error"), [(404, CannotFetch), (403, CannotFetch), (503, HostTrouble)])
def test_a_host_in_trouble_is_asked_again_later_and_a_missing_file_is_not(
    status: int, error: type[Exception], transport: Transport, server: Server
) -> None:
    server.on("GET /a", Answer(status, b""))
    with pytest.raises(error):
        fetched(Fetcher(transport, allow_private=True), f"{server.url}/a")


def test_a_url_is_sniffed_once_it_is_fetched_and_its_query_is_not_told(
    transport: Transport, server: Server
) -> None:
    source = MediaSource(None, Fetcher(transport, allow_private=True))
    server.on("GET /a", Answer(body=PNG))
    medium = Media(url=f"{server.url}/a?sig=hush")
    assert source.look(medium) == replace(medium, public_url=medium.url)
    with source.open(medium) as opened:
        assert opened.media.content_type == "image/png"
        assert opened.read() == PNG
    server.on("GET /a", Answer(503, b""))
    with pytest.raises(MediaAway) as away:
        source.open(medium)
    assert "hush" not in str(away.value)
    with pytest.raises(MediaUnavailable) as later, media_errors("facebook", 0):
        source.open(medium)
    assert later.value.counts_for_breaker is False


def test_a_peek_at_a_url_takes_its_beginning_and_no_more(transport: Transport, server: Server) -> None:
    source = MediaSource(None, Fetcher(transport, allow_private=True))
    film = b"\0\0\0\x20ftypisom" + bytes(50_000_000)
    server.on("GET /a", Answer(body=film))
    medium = Media(url=f"{server.url}/a?sig=hush", alt="A film")
    seen = source.peek(medium)
    assert seen == replace(medium, kind=MediaKind.VIDEO, content_type="video/mp4")
    assert source.peek(seen) == seen and len(server.requests) == 1
    server.on("GET /a", Answer(body=b"<html>"))
    with pytest.raises(BadMedia, match="no kind of file"):
        source.peek(medium)
    server.on("GET /a", Answer(404, b""))
    with pytest.raises(BadMedia, match="404"):
        source.peek(medium)
    server.on("GET /a", Answer(503, b""))
    with pytest.raises(MediaAway) as away:
        source.peek(medium)
    assert "hush" not in str(away.value)


def test_urls_are_not_fetched_where_nobody_said_how() -> None:
    with pytest.raises(BadMedia):
        MediaSource(None).open(Media(url="https://example.com/a.jpg"))


def test_nothing_stays_open_when_a_fetched_file_is_unusable(
    transport: Transport, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[Any] = []
    import tempfile

    make = tempfile.TemporaryFile
    monkeypatch.setattr(tempfile, "TemporaryFile", lambda **more: opened.append(make(**more)) or opened[-1])
    server.on("GET /a", Answer(body=b"hello"))
    with pytest.raises(BadMedia):
        MediaSource(None, Fetcher(transport, allow_private=True)).open(Media(url=f"{server.url}/a"))
    assert opened[0].closed


@pytest.mark.parametrize("url", ["ftp://example.com/a", "https://user@example.com/"])
def test_an_address_that_cannot_be_meant_is_not_fetched(url: str, transport: Transport) -> None:
    with pytest.raises(CannotFetch):
        fetched(Fetcher(transport), url)


def test_a_host_that_is_not_there_may_be_there_later(transport: Transport) -> None:
    def fail(*_: Any) -> list[str]:
        raise OSError

    for resolve in (fail, lambda *_: []):
        with pytest.raises(HostTrouble):
            fetched(Fetcher(transport, allow_private=True, resolve=resolve), "https://example.com/a")


def test_the_next_address_is_tried_when_one_cannot_be_reached(transport: Transport, server: Server) -> None:
    server.on("GET /a", Answer(body=JPEG))
    port = server.url.rpartition(":")[2]
    fetcher = Fetcher(transport, allow_private=True, resolve=lambda *_: ["127.0.0.2", "::1", "127.0.0.1"])
    assert fetched(fetcher, f"http://media.example:{port}/a") == JPEG


def test_a_fetch_that_takes_too_long_or_leads_away_from_https_ends(
    transport: Transport, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    from planrrr_cli.platforms import fetching

    server.on("GET /a", Answer(body=JPEG))
    monkeypatch.setattr(fetching, "MOST_SECONDS", -1.0)
    with pytest.raises(HostTrouble, match="longer"):
        fetched(Fetcher(transport, allow_private=True), f"{server.url}/a")
    onward = Reply(302, {"Location": "http://example.com/"})
    with pytest.raises(CannotFetch, match="from https"):
        fetching._next_url("https://example.com/", onward)


def test_a_file_below_the_served_folder_has_a_public_address_in_ascii(tmp_path: Path) -> None:
    folder = tmp_path / "media"
    (folder / "spring & fall").mkdir(parents=True)
    inside, outside = folder / "spring & fall" / "brötchen #1.png", tmp_path / "other.png"
    for path in (inside, outside):
        path.write_bytes(PNG)
    served = MediaSource(folder, public_base="https://media.example/planrrr")
    wanted = "https://media.example/planrrr/spring%20%26%20fall/br%C3%B6tchen%20%231.png"
    assert served.look(Media(file=str(inside))).public_url == wanted
    assert served.public_url(Media(file=str(outside))) is None
    assert MediaSource(tmp_path).look(Media(file=str(outside))).public_url is None
    noted = Media(file=str(inside), public_url="https://old.example/1.png")
    assert (served.public_url(noted), MediaSource(None).public_url(noted)) == (wanted, noted.public_url)
