"""Addresses written by an enemy: whatever they look like, nothing that is not public is ever connected to."""

from __future__ import annotations

import socket
import tracemalloc
import zlib
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest

from planrrr_cli.domain.posts import Media
from planrrr_cli.platforms.addresses import BadAddress, public_address, target_of
from planrrr_cli.platforms.fetching import CannotFetch, Fetcher, HostTrouble
from planrrr_cli.platforms.http import Transport
from planrrr_cli.platforms.media import BadMedia, MediaAway, MediaSource
from tests.platforms.rig import Answer, Server

JPEG = b"\xff\xd8\xff\xe0" + bytes(100)

# Every spelling of a place that is not public, with HOST in the place of host (and port).
LOOPBACK = [
    "http://127.0.0.1/",
    "http://127.0.0.1./",
    "http://127.0.0.1../",
    "http://127.1/",
    "http://127.0.1/",
    "HTTP://2130706433/",
    "http://0x7f000001/",
    "http://0X7F.1/",
    "http://0x7f.0x0.0x0.0x1/",
    "http://0177.0.0.1/",
    "http://017700000001/",
    "http://0177.0x0.1/",
    "http://00000000177.1/",
    "http://0/",
    "http://0.0.0.0/",
    "http://0x0/",
    "http://localhost/",
    "http://LocalHost./",
    "http://x.localhost/",
    "http://[::1]/",
    "http://[0:0:0:0:0:0:0:1]/",
    "http://[::]/",
    "http://[::127.0.0.1]/",
    "http://[::ffff:127.0.0.1]/",
    "http://[::ffff:7f00:1]/",
    "http://[0:0:0:0:0:FFFF:127.0.0.1]/",
    "http://[::ffff:0:127.0.0.1]/",
    "http://[64:ff9b::127.0.0.1]/",
    "http://[64:ff9b::7f00:1]/",
    "http://[64:ff9b:1::7f00:1]/",
    "http://[2002:7f00:1::]/",
    "http://[2001:0:4136:e378:8000:63bf:80ff:fffe]/",
    "http://[fe80::1%25lo]/",
    "http://[fe80::1%lo]/",
    "http://①②⑦.⓪.⓪.①/",
    "http://１２７.０.０.１/",
    "http://127。0。0。1/",
    "http://127．0｡0．1/",
    "http://０x7f.1/",
    "http://ⓛocalhost/",
    "http://loc\u00adalhost/",
]
PRIVATE = [
    "http://169.254.169.254/latest/meta-data/",
    "http://169.254.169.254./",
    "http://2852039166/",
    "http://0xa9fea9fe/",
    "http://0251.0376.0251.0376/",
    "http://[::ffff:169.254.169.254]/",
    "http://[::ffff:a9fe:a9fe]/",
    "http://[fd00:ec2::254]/",
    "http://metadata.google.internal/",
    "http://100.100.100.200/",
    "http://10.0.0.1/",
    "http://172.31.255.255/",
    "http://192.168.0.1/",
    "http://100.127.0.1/",
    "http://198.18.0.1/",
    "http://224.0.0.1/",
    "http://240.0.0.1/",
    "http://255.255.255.255/",
    "http://[fc00::1]/",
    "http://[fec0::1]/",
    "http://[ff02::1]/",
    "http://[2001:db8::1]/",
    "http://[5f00::1]/",
    "http://router.local/",
]
UNREADABLE = [
    "file:///etc/passwd",
    "FILE://localhost/etc/passwd",
    "gopher://127.0.0.1:25/_HELO",
    "ftp://example.com/",
    "dict://127.0.0.1:11211/",
    "jar:http://example.com!/",
    "data:image/png;base64,AAAA",
    "//example.com/",
    "example.com/",
    "http:127.0.0.1/",
    "http:/127.0.0.1/",
    "http:///127.0.0.1/",
    "http://",
    "http://user@example.com/",
    "http://user:pass@example.com/",
    "http://@example.com/",
    "http://example.com@127.0.0.1/",
    "http://example.com:80@127.0.0.1/",
    "http://127.0.0.1;@example.com/",
    "http://example.com\\@127.0.0.1/",
    "http://example.com\\.127.0.0.1/",
    "http://example.com/\r\nX-Injected: 1",
    "http://example.com\r\nHost: 127.0.0.1/",
    "http://exam\tple.com/",
    "http://example.com/\u2028",
    "http://example.com/\x00",
    "http://example.com/\x7f",
    "http://exam\x7fple.com/",
    "http://example.com:0/",
    "http://example.com:-1/",
    "http://example.com:+80/",
    "http://example.com:８０/",
    "http://example.com:80:80/",
    "http://example.com:65536/",
    "http://[::1/",
    "http://::1/",
    "http://[::1]x/",
    "http://[::1]:80x/",
    "http://[v1.example]/",
    "http://[127.0.0.1]/",
    "http://%31%32%37.0.0.1/",
    "http://127.0.0.1%00.example.com/",
    "http://\u202e127.0.0.1/",
    "http://" + "a" * 64 + ".example/",
    "http://" + "a." * 200 + "example/",
]


class Never(Transport):
    """Where nothing may be sent to."""

    def send(self, *_: object, **__: object) -> object:  # type: ignore[override]
        raise AssertionError("something was sent")


@pytest.fixture
def never() -> Iterator[Transport]:
    made = Never()
    yield made
    made.close()


def unasked(host: str, _port: int) -> list[str]:
    raise AssertionError(f"{host} was looked up")


@pytest.mark.parametrize("url", LOOPBACK + PRIVATE + UNREADABLE)
def test_what_is_not_public_is_refused_before_anything_is_looked_up_or_sent(
    url: str, never: Transport
) -> None:
    source = MediaSource(None, Fetcher(never, resolve=unasked))
    for use in (source.open, source.peek):
        with pytest.raises(BadMedia) as refused:
            use(Media(url=url))
        assert "\n" not in str(refused.value).replace(url, "")
        assert "pass" not in str(refused.value).replace("/etc/passwd", "").replace(url, "")


@pytest.mark.parametrize("url", UNREADABLE)
def test_what_can_be_read_in_two_ways_is_not_read_at_all_not_even_where_private_addresses_are_allowed(
    url: str, never: Transport
) -> None:
    with pytest.raises(CannotFetch):
        Fetcher(never, allow_private=True, resolve=unasked).fetch(url, 1000, print)


@pytest.mark.parametrize("url", LOOPBACK + PRIVATE)
def test_the_systems_own_reading_of_a_host_never_finds_a_public_name_that_is_a_private_address(
    url: str,
) -> None:
    """Should a spelling be taken for a name, what the system makes of it is judged, too."""
    try:
        host = target_of(url).host
    except BadAddress:
        return
    if public_address(host) is None:
        with pytest.raises(OSError):  # noqa: PT011
            socket.getaddrinfo(host, 80, flags=socket.AI_NUMERICHOST)


@pytest.mark.parametrize(
    "answer",
    [
        ["127.0.0.1"],
        ["::1"],
        ["::ffff:10.0.0.1"],
        ["fe80::1%eth0"],
        ["169.254.169.254"],
        ["93.184.215.14", "192.168.0.1"],
        ["2606:2800:21f:cb07:6820:80da:af6b:8b2c", "fd00::1"],
        ["localhost"],
        ["not an address"],
    ],
)
def test_a_name_with_a_private_address_among_its_own_is_not_connected_to(
    answer: list[str], never: Transport
) -> None:
    with pytest.raises(CannotFetch, match="leads to an address that is not public"):
        Fetcher(never, resolve=lambda *_: answer).fetch("http://rebind.example/", 1000, print)


def test_a_name_that_changes_its_mind_is_asked_once_and_what_was_checked_is_connected_to(
    transport: Transport, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """DNS rebinding: public when checked, loopback a moment later. Every way to look a name up is watched."""
    port = urlsplit(server.url).port
    answers = iter([["93.184.215.14"], ["127.0.0.1"], ["127.0.0.1"]])
    connected: list[str] = []

    def connect(address: tuple[str, int], *_: object, **__: object) -> socket.socket:
        connected.append(address[0])
        raise OSError("no way")

    monkeypatch.setattr("urllib3.util.connection.create_connection", connect)
    monkeypatch.setattr("socket.getaddrinfo", lambda *_, **__: pytest.fail("looked up again"))
    with pytest.raises(HostTrouble):
        Fetcher(transport, resolve=lambda *_: next(answers)).fetch(
            f"http://rebind.example:{port}/a", 1000, print
        )
    assert connected == ["93.184.215.14"]
    assert server.requests == []


@pytest.mark.parametrize(
    "location",
    [
        "http://127.0.0.1:{port}/secret",
        "http://localhost:{port}/secret",
        "//127.1:{port}/secret",
        "http://2130706433:{port}/secret",
        "http://[::ffff:127.0.0.1]:{port}/secret",
        "http://169.254.169.254/latest",
        "http://inside.example:{port}/secret",
        "file:///etc/passwd",
        "gopher://127.0.0.1:{port}/",
        "http://user:pass@example.com/",
        "http://127.0.0.1:{port}\\@example.com/",
        "http://example.com:0/",
    ],
)
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_leads_nowhere_that_an_address_could_not_lead(
    location: str, status: int, transport: Transport, server: Server
) -> None:
    port = urlsplit(server.url).port
    server.on("GET /a", Answer(status, b"", {"Location": location.format(port=port)}))
    server.on("GET /secret", Answer(body=JPEG))
    fetcher = Fetcher(transport, resolve=lambda host, _: ["127.0.0.1"])
    checked = fetcher._checked_addresses

    def outside_is_here(target: object) -> list[str]:
        """The scripted server plays a public host, and only under this name."""
        return ["127.0.0.1"] if getattr(target, "host", "") == "public.example" else checked(target)  # type: ignore[arg-type]

    fetcher._checked_addresses = outside_is_here  # type: ignore[method-assign]
    with pytest.raises(BadMedia):
        MediaSource(None, fetcher).open(Media(url=f"http://public.example:{port}/a"))
    assert [request.path for request in server.requests] == ["/a"]


def test_what_is_sent_holds_no_line_that_an_address_smuggled_in(transport: Transport, server: Server) -> None:
    server.on("GET /a%0D%0AX-Injected:%201", Answer(body=JPEG))
    Fetcher(transport, allow_private=True).fetch(f"{server.url}/a%0D%0AX-Injected:%201?q=%0aX:1", 1000, print)
    (request,) = server.requests
    assert "x-injected" not in request.headers and "x" not in request.headers
    assert not {"authorization", "cookie", "referer"} & request.headers.keys()


def test_a_small_answer_that_unfolds_into_a_huge_one_is_cut_off(transport: Transport, server: Server) -> None:
    packer = zlib.compressobj(9, wbits=31)
    bomb = b"".join(packer.compress(bytes(1 << 20)) for _ in range(200)) + packer.flush()
    server.on("GET /a", Answer(200, bomb, {"Content-Encoding": "gzip", "Content-Length": str(len(bomb))}))
    tracemalloc.start()
    try:
        with pytest.raises(CannotFetch, match="larger than"):
            Fetcher(transport, allow_private=True).fetch(f"{server.url}/a", 100_000, bytearray().extend)
        assert tracemalloc.get_traced_memory()[1] < 8_000_000
    finally:
        tracemalloc.stop()


def test_a_proxy_never_sees_an_address_of_a_document(server: Server) -> None:
    """It would look the name up for itself."""
    server.on("GET /a", Answer(body=JPEG))
    proxied = Transport(
        read_seconds=3, environ={"http_proxy": "http://127.0.0.1:9", "https_proxy": "http://127.0.0.1:9"}
    )
    try:
        port = urlsplit(server.url).port
        fetcher = Fetcher(proxied, allow_private=True, resolve=lambda *_: ["127.0.0.1"])
        fetcher.fetch(f"http://media.example:{port}/a", 1000, bytearray().extend)
    finally:
        proxied.close()
    assert len(server.requests) == 1


def test_a_host_that_answers_nothing_useful_is_a_sentence(transport: Transport, server: Server) -> None:
    for name, answer in {"status": Answer(999, b""), "redirect": Answer(302, b"", {})}.items():
        server.on(f"GET /{name}", answer)
        with pytest.raises((BadMedia, MediaAway)):
            MediaSource(None, Fetcher(transport, allow_private=True)).open(Media(url=f"{server.url}/{name}"))
