"""The wire: what leaves, when the lease is asked, and what a broken exchange is called."""

from __future__ import annotations

import logging
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import pytest

from planrrr_cli.domain.errors import ConfigError, LeaseLost, OutcomeUnknown, PlatformUnavailable
from planrrr_cli.domain.secrets import Secret
from planrrr_cli.platforms.api import Api
from planrrr_cli.platforms.http import Transport
from planrrr_cli.platforms.wire import AnswerLost, NeverSent, NotJson, Part, Reply, Stream
from tests.platforms.rig import Answer, Cut, Server, TestClock


class Bytes:
    def __init__(self, content: bytes) -> None:
        self.content = content

    def pieces(self, start: int, length: int) -> Iterator[bytes]:
        yield self.content[start : start + length]


@contextmanager
def raw_server(speak: Callable[[socket.socket], None]) -> Iterator[str]:
    """A server that says exactly what it is told."""
    listener = socket.create_server(("127.0.0.1", 0))
    ending = threading.Event()

    def serve() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with connection, suppress(OSError):
                speak(connection)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    ending.set()
    listener.shutdown(socket.SHUT_RDWR)
    listener.close()
    thread.join(5)


def refuse(_: Any) -> Any:
    raise Cut


def test_the_token_travels_in_a_header_and_never_in_the_address_or_the_evidence(
    api: Api, server: Server, caplog: pytest.LogCaptureFixture
) -> None:
    server.on("GET /v25.0/me", {"id": "1"})
    with caplog.at_level(logging.DEBUG):
        api.get(
            f"{server.url}/v25.0/me",
            call="facebook.me.read",
            params={"proof": "hush"},
            token=Secret("hidden"),
        )
    assert server.requests[0].headers["authorization"] == "Bearer hidden"
    assert "hidden" not in server.requests[0].target
    said = repr(api.calls) + "".join(repr(record.__dict__) for record in caplog.records)
    assert "hidden" not in said
    assert "hush" not in said
    assert api.calls[0]["path"] == "/v25.0/me"
    assert api.calls[0]["status"] == 200


def test_the_lease_is_checked_once_just_before_an_irrevocable_call_leaves(
    api: Api, server: Server, gate: list[int]
) -> None:
    server.on("POST /a", {"id": "1"})
    api.post(f"{server.url}/a", call="x", form={})
    assert gate == []
    api.post(f"{server.url}/a", call="x", form={}, irrevocable=True)
    assert gate == [1]


def test_nothing_leaves_when_the_lease_is_lost(
    transport: Transport, server: Server, clock: TestClock
) -> None:
    def gate() -> None:
        raise LeaseLost("too late")

    api = Api(transport, platform="facebook", gate=gate, clock=clock)
    with pytest.raises(LeaseLost):
        api.post(f"{server.url}/a", call="x", form={"a": "b"}, irrevocable=True)
    assert server.requests == []


def test_the_lease_is_checked_after_the_connection_stands(clock: TestClock) -> None:
    accepted: list[float] = []

    def speak(connection: socket.socket) -> None:
        accepted.append(1)
        connection.recv(65536)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")

    with raw_server(speak) as url:
        seen: list[int] = []

        def gate() -> None:
            time.sleep(0.2)
            seen.append(len(accepted))

        transport = Transport(environ={})
        Api(transport, platform="facebook", gate=gate, clock=clock).post(
            url, call="x", form={}, irrevocable=True
        )
        transport.close()
    assert seen == [1]


def test_a_redirect_is_handed_back_and_not_followed(api: Api, server: Server) -> None:
    server.on("POST /a", Answer(307, {}, {"Location": f"{server.url}/b"}))
    assert api.post(f"{server.url}/a", call="x", form={}).status == 307
    assert [request.path for request in server.requests] == ["/a"]


def test_a_refused_connection_was_never_sent_even_for_an_irrevocable_call(api: Api) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(PlatformUnavailable, match="refused"):
        api.post(f"http://127.0.0.1:{port}/a", call="x", form={}, irrevocable=True)
    assert api.calls[0]["code"] == "never_sent"


def test_a_name_that_does_not_resolve_was_never_sent(
    transport: Transport, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any, **__: Any) -> Any:
        raise socket.gaierror(-2, "unknown")

    monkeypatch.setattr(socket, "getaddrinfo", fail)
    with pytest.raises(NeverSent, match="resolve"):
        transport.send("POST", "https://nowhere.test/?secret=1", {})


def test_a_server_without_tls_was_never_sent_anything(transport: Transport) -> None:
    with raw_server(lambda connection: connection.sendall(b"hello\r\n")) as url, pytest.raises(NeverSent):
        transport.send("POST", url.replace("http:", "https:"), {}, b"a=b")


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n{",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab",
        b"nonsense\r\n\r\n",
    ],
    ids=["nothing", "half a body", "half a chunk", "no http"],
)
def test_a_broken_answer_leaves_an_irrevocable_call_in_doubt(
    answer: bytes, transport: Transport, clock: TestClock
) -> None:
    def speak(connection: socket.socket) -> None:
        connection.recv(65536)
        connection.sendall(answer)

    with raw_server(speak) as url:
        api = Api(transport, platform="facebook", gate=lambda: None, clock=clock)
        with pytest.raises(OutcomeUnknown):
            api.post(f"{url}/a?appsecret_proof=hush", call="x", form={}, irrevocable=True)
        with pytest.raises(PlatformUnavailable) as harmless:
            api.get(f"{url}/a", call="x", params={"appsecret_proof": "hush"})
    assert "hush" not in str(harmless.value)
    assert harmless.value.__cause__ is None
    assert harmless.value.__suppress_context__


def test_a_server_that_says_nothing_is_left_after_the_read_timeout(clock: TestClock) -> None:
    transport = Transport(read_seconds=0.2, environ={})
    with raw_server(lambda connection: time.sleep(1)) as url, pytest.raises(AnswerLost):
        transport.send("POST", url, {}, b"")
    transport.close()


@pytest.mark.parametrize("part", ["head", "body"])
def test_a_server_that_drips_is_left_at_the_deadline(part: str) -> None:
    def speak(connection: socket.socket) -> None:
        connection.recv(65536)
        connection.sendall(b"HTTP/1.1 200 OK\r\n")
        if part == "body":
            connection.sendall(b"Content-Length: 1000\r\n\r\n")
        for _ in range(100):
            connection.sendall(b"x")
            time.sleep(0.05)

    transport = Transport(read_seconds=1, answer_seconds=0.4, environ={})
    with raw_server(speak) as url:
        began = time.monotonic()
        with pytest.raises(AnswerLost):
            transport.send("GET", url, {})
        assert time.monotonic() - began < 3
    transport.close()


def test_an_endless_body_is_cut_off(transport: Transport, server: Server) -> None:
    server.on("GET /a", Answer(body=b"x" * 200_000))
    with pytest.raises(AnswerLost, match="longer than"):
        transport.send("GET", f"{server.url}/a", {}, most=100_000)


def test_plain_http_is_for_loopback_only(api: Api) -> None:
    with pytest.raises(ConfigError, match="not https"):
        api.get("http://graph.facebook.com/v25.0/me", call="x")
    assert api.calls == []


def test_multipart_parts_carry_their_type_and_exact_length(api: Api, server: Server) -> None:
    server.on("POST /a", {"id": "1"})
    part = Part("source", "photo-1.jpeg", "image/jpeg", Bytes(b"0123456789"), 2, 5)
    api.post(f"{server.url}/a", call="x", form={"published": "false", "text": "ü\r\n"}, parts=[part])
    request = server.requests[0]
    assert int(request.headers["content-length"]) == len(request.body)
    assert request.headers["content-type"].startswith("multipart/form-data; boundary=")
    assert (
        b'name="source"; filename="photo-1.jpeg"\r\nContent-Type: image/jpeg\r\n\r\n23456\r\n' in request.body
    )
    assert 'name="text"\r\n\r\nü\r\n\r\n'.encode() in request.body


def test_an_error_while_the_body_is_read_from_its_source_comes_out_unchanged(
    api: Api, server: Server
) -> None:
    def pieces() -> Iterator[bytes]:
        yield b"abc"
        raise LeaseLost("as an example")

    with pytest.raises(LeaseLost):
        api.post(f"{server.url}/a", call="x", stream=Stream(10, "text/plain", pieces()))


def test_connections_are_kept_but_not_after_a_rest(
    transport: Transport, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.on("GET /a", {})
    for _ in range(3):
        transport.send("GET", f"{server.url}/a", {})
    assert len(server.connections) == 1
    monkeypatch.setattr("planrrr_cli.platforms.sockets.MOST_IDLE_SECONDS", 0.0)
    transport.send("GET", f"{server.url}/a", {})
    assert len(server.connections) == 2


def test_the_ca_bundle_is_loaded_once_for_the_whole_process(monkeypatch: pytest.MonkeyPatch) -> None:
    loads: list[Any] = []
    load = ssl.SSLContext.load_verify_locations
    monkeypatch.setattr(
        ssl.SSLContext,
        "load_verify_locations",
        lambda self, *args, **more: (loads.append(args or more), load(self, *args, **more))[1],
    )
    transport = Transport(environ={})
    with raw_server(lambda connection: None) as url:
        for _ in range(3):
            with pytest.raises(NeverSent):
                transport.send("GET", url.replace("http:", "https:"), {})
    transport.close()
    assert len(loads) == 1


def test_proxies_are_honoured_but_never_for_loopback() -> None:
    transport = Transport(environ={"HTTPS_PROXY": "http://proxy.test:3128", "NO_PROXY": "inside.test"})
    assert transport._proxies_for("https://graph.facebook.com/x") == {"https": "http://proxy.test:3128"}
    assert transport._proxies_for("https://inside.test/x") == {}
    assert transport._proxies_for("http://127.0.0.1:9300/x") == {}


def test_a_missing_ca_bundle_is_a_matter_of_configuration() -> None:
    with pytest.raises(ConfigError, match="CA bundle"):
        Transport(environ={"SSL_CERT_FILE": "/does/not/exist.pem"})


def test_header_names_do_not_care_about_case_and_bodies_may_be_no_json() -> None:
    reply = Reply(200, {"X-App-Usage": "1"}, b"<html>")
    assert reply.header("x-aPP-usage") == "1"
    with pytest.raises(NotJson):
        reply.json()
