"""Waits on 127.0.0.1 for the one request with which a browser comes back from an authorization page, and answers it.

https://datatracker.ietf.org/doc/html/rfc8252#section-7.3 and section 8.3 (read 2026-11-24). The code leaves the address
bar at once: the browser is led on to an address without it, and what stands there is final.
"""

from __future__ import annotations

import errno
import secrets
import socket
import socketserver
import threading
from html import escape
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from types import TracebackType
from typing import Any
from urllib.parse import urlsplit

from planrrr_cli.commands.redirected import is_answer
from planrrr_cli.domain.errors import PlanrrrError, Refused
from planrrr_cli.logs import mask

HERE = "127.0.0.1"
SLOWEST_REQUEST = 10.0  # a browser opens connections in advance and says nothing on them
LAST_LOOK = 3.0  # how long a browser may take to come for the last page
AT_WORK = 120.0  # longer than the platform takes to answer
UNFINISHED = "The sign-in was not finished. The terminal says more."
_STYLE = "body{font:1.1rem/1.5 system-ui,sans-serif;max-width:34rem;margin:4rem auto;padding:0 1rem}"


class Receiver:
    """The first answer ends the waiting, whatever it is worth; ``query`` is what it said.

    ``host`` is how the redirect address names this machine. Usable as a context, at whose end the last page is shown.
    """

    def __init__(self, host: str, port: int, path: str) -> None:
        self.path = path
        self.end = f"/{secrets.token_urlsafe(9)}"
        self.query = ""
        self._lock = threading.Lock()
        self.answered = threading.Event()
        self._told = threading.Event()
        self.shown = threading.Event()
        self._words = UNFINISHED
        try:
            self._server = _Server((HERE, port), _handler(self))
        except OSError as error:
            raise _unusable(port, error) from None
        self.port = int(self._server.server_address[1])
        self.netloc = f"{host}:{self.port}" if self.port != 80 else host
        self._waker, self.bell = socket.socketpair()
        """``bell`` becomes readable when the answer is there."""

    def __enter__(self) -> Receiver:
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if isinstance(error, PlanrrrError):
            self.tell(f"The sign-in did not succeed: {mask(str(error))}.")
        self._told.set()
        if self.answered.is_set():
            self.shown.wait(LAST_LOOK)
        self._server.shutdown()
        self._server.server_close()
        self._waker.close()
        self.bell.close()

    def tell(self, words: str) -> None:
        """What the page says in the end. The first word is the last one."""
        if not self._told.is_set():
            self._words = words
            self._told.set()

    def accept(self, query: str) -> bool:
        """Whether this is the first answer."""
        with self._lock:
            if self.answered.is_set():
                return False
            self.query = query
            self.answered.set()
        self._waker.send(b"!")
        return True

    def last_words(self) -> str:
        """Waits until it is known how it ended."""
        if not self._told.wait(AT_WORK):
            return "This takes long. How it ends, the terminal says."
        return self._words


class _Server(socketserver.ThreadingTCPServer):
    """Not http.server's own, which looks up the name of its address."""

    allow_reuse_address = True
    daemon_threads = True
    block_on_close = False

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A browser that hangs up is no news; the terminal belongs to the person."""


def _handler(receiver: Receiver) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        timeout = SLOWEST_REQUEST
        server_version, sys_version = "planrrr", ""
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self.close_connection = True
            if self.headers.get("Host", "").lower() != receiver.netloc:
                self._page(HTTPStatus.MISDIRECTED_REQUEST, "This address is not meant for this machine.")
                return
            try:
                parts = urlsplit(self.path)
            except ValueError:
                self._page(HTTPStatus.NOT_FOUND, "There is nothing here.")
                return
            if parts.path == receiver.end and receiver.answered.is_set():
                self._page(HTTPStatus.OK, receiver.last_words())
                receiver.shown.set()
            elif parts.path != receiver.path or not is_answer(parts.query):
                self._page(HTTPStatus.NOT_FOUND, "There is nothing here.")
            elif self.headers.get("Sec-Fetch-Dest", "document") != "document":
                # https://www.w3.org/TR/fetch-metadata/ (read 2026-11-24): a picture or frame of some page, no person
                self._page(HTTPStatus.FORBIDDEN, "This is not how to ask.")
            elif receiver.accept(parts.query):
                self._page(HTTPStatus.SEE_OTHER, "", Location=receiver.end)
            else:
                self._page(
                    HTTPStatus.GONE, "This sign-in was answered before. Nothing was changed by this page."
                )

        def _page(self, status: HTTPStatus, words: str, **more: str) -> None:
            body = _html(words) if words else b""
            self.send_response(status)
            fixed = {
                "Content-Type": "text/html; charset=utf-8",
                "Content-Length": str(len(body)),
                "Cache-Control": "no-store",
                "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
                "Referrer-Policy": "no-referrer",
                "X-Content-Type-Options": "nosniff",
                "Connection": "close",
            }
            for name, value in {**fixed, **more}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
            """The standard page repeats what was asked."""
            self.close_connection = True
            self._page(HTTPStatus(code), "This is not how to ask.")

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - http.server's name
            """The standard one writes the address, code and all, to the terminal."""

    return Handler


def _html(words: str) -> bytes:
    text = escape(words)
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>planrrr</title>'
        f"<style>{_STYLE}</style></head><body><h1>planrrr</h1><p>{text}</p></body></html>"
    ).encode()


def _unusable(port: int, error: OSError) -> Refused:
    if error.errno == errno.EADDRINUSE:
        return Refused(
            f"port {port} of this machine is in use by another program; end that one, or use another port that is "
            "registered with the developer app (--port N)"
        )
    return Refused(
        f"port {port} of this machine cannot be listened on: {error.strerror}; choose another: --port N"
    )
