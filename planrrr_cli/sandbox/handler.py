"""One client connection: reads HTTP/1.1 requests, writes replies whole or broken as told; knows no platform."""

import contextlib
import http.client
import http.server
import os
import socket
import struct
import time
from typing import TYPE_CHECKING, BinaryIO, cast

from planrrr_cli.sandbox.wire import Body, ConnectionLost, Delivery, Reply, Request

if TYPE_CHECKING:
    from planrrr_cli.sandbox.server import Listener

LINE_LIMIT = 65_536
LINGER_SECONDS = 1.0


class Connection(http.server.BaseHTTPRequestHandler):
    """http.server reads the request line and headers; bodies and replies are ours."""

    protocol_version = "HTTP/1.1"
    server_version = "planrrr-sandbox"
    disable_nagle_algorithm = True
    timeout = 120
    server: "Listener"

    def date_time_string(self, timestamp: float | None = None) -> str:
        """By the sandbox's clock: a platform tells its own time."""
        return super().date_time_string(self.server.date() if timestamp is None else timestamp)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the name is the base class's
        """Quiet: the journal is the log."""

    def handle_one_request(self) -> None:
        # parse_request decides about keep-alive anew for each request.
        self.close_connection = True
        try:
            self.raw_requestline = self.rfile.readline(LINE_LIMIT + 1)
            if not self.raw_requestline:
                return
            if len(self.raw_requestline) > LINE_LIMIT:
                self.requestline = self.request_version = self.command = ""
                self.send_error(414)
            elif self.parse_request():
                with self.server.busy():
                    self._answer()
        except (OSError, ConnectionLost):
            self.close_connection = True

    def _answer(self) -> None:
        length = self._body_length()
        if length is None:
            return
        body = Body(cast("BinaryIO", self.rfile), length)
        path, _, query = self.path.partition("?")
        reply = self.server.answer(Request(self.command, path, query, self.headers, body))
        if body.remaining:
            self.close_connection = True
        self._send(reply)
        if body.remaining and reply.delivery is Delivery.WHOLE:
            self._linger()

    def _body_length(self) -> int | None:
        """None when the request was refused; chunked bodies are not imitated."""
        if self.headers.get("Transfer-Encoding"):
            self.send_error(411)
            return None
        text = self.headers.get("Content-Length") or "0"
        if not (text.isascii() and text.isdecimal()):
            self.send_error(400, "Bad Content-Length")
            return None
        return int(text)

    def _send(self, reply: Reply) -> None:
        if reply.delivery is Delivery.RESET:
            self._reset()
        elif reply.delivery is Delivery.LOST:
            self.close_connection = True
        else:
            if reply.file is not None:
                self._send_file(reply, reply.file)
                return
            head = self._head(reply, len(reply.body))
            body = b"" if self.command == "HEAD" else reply.body
            if reply.delivery is Delivery.TRUNCATED:
                body = body[: len(body) // 2]
                self.close_connection = True
            self.connection.sendall(head + body)

    def _send_file(self, reply: Reply, file: BinaryIO) -> None:
        """As long as it was when it was opened; a file that shrinks meanwhile ends the connection."""
        with file:
            length = os.fstat(file.fileno()).st_size
            self.connection.sendall(self._head(reply, length))
            if self.command != "HEAD" and length and self.connection.sendfile(file, count=length) < length:
                self.close_connection = True

    def _head(self, reply: Reply, length: int) -> bytes:
        reason = reply.reason or http.client.responses.get(reply.status, "Unknown")
        lines = [f"HTTP/1.1 {reply.status} {reason}", f"Date: {self.date_time_string()}"]
        lines += [f"{name}: {value}" for name, value in reply.headers]
        lines.append(f"Content-Length: {length}")
        told = any(name == "Connection" for name, _ in reply.headers)
        self.close_connection = self.close_connection or told
        if self.close_connection and not told:
            lines.append("Connection: close")
        return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1", "replace")

    def _reset(self) -> None:
        """Linger 0 turns the close into a TCP RST; every file on the socket must be closed for it to happen."""
        self.close_connection = True
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.wfile.close()
        self.rfile.close()
        self.connection.close()

    def _linger(self) -> None:
        """Read on for a moment: closing with unread bytes would reset the connection and lose the answer."""
        deadline = time.monotonic() + LINGER_SECONDS
        with contextlib.suppress(OSError):
            self.connection.shutdown(socket.SHUT_WR)
            self.connection.settimeout(0.2)
            while time.monotonic() < deadline and self.connection.recv(1 << 20):
                pass
