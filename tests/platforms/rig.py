"""A scripted server on loopback, and what it takes to drive one attempt against it."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from planrrr_cli.domain.connections import Connection, Platform, Tokens
from planrrr_cli.domain.posts import Post
from planrrr_cli.domain.publications import Publication, State
from planrrr_cli.domain.secrets import Secret
from planrrr_cli.domain.steps import Checkpoint, PointOfNoReturn

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
PAGE = "1001"
TOKEN = "page-token-that-nobody-may-see"


class TestClock:
    __test__ = False

    def __init__(self) -> None:
        self.time = NOW

    def now(self) -> datetime:
        return self.time

    def monotonic(self) -> float:
        return (self.time - NOW).total_seconds()

    def pass_by(self, **time: float) -> None:
        self.time += timedelta(**time)


@dataclass
class Request:
    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes
    target: str = ""

    @property
    def form(self) -> dict[str, str]:
        return dict(parse_qsl(self.body.decode(), keep_blank_values=True))


class Cut(Exception):
    """Makes the server close the connection without another word."""


@dataclass
class Answer:
    status: int = 200
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)

    def encoded(self) -> bytes:
        if isinstance(self.body, bytes):
            return self.body
        return json.dumps(self.body).encode()


Handler = Callable[[Request], Answer]


class Server:
    """Answers by ``METHOD /path``: a list is used up in order, its last item stays."""

    def __init__(self) -> None:
        self.requests: list[Request] = []
        self.answers: dict[str, list[Answer | Handler]] = {}
        self.connections: set[Any] = set()
        self.discard = False  # read bodies without keeping them
        server = self

        class Handling(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True  # head and body are two writes, between which it would wait

            def handle_any(self) -> None:
                parts = urlsplit(self.path)
                left, body = int(self.headers.get("Content-Length") or 0), b""
                while left and (piece := self.rfile.read(min(left, 1024 * 1024))):
                    left -= len(piece)
                    body = b"" if server.discard and left > 65536 else body + piece
                request = Request(
                    self.command,
                    parts.path,
                    dict(parse_qsl(parts.query)),
                    {name.lower(): value for name, value in self.headers.items()},
                    body,
                    self.path,
                )
                server.requests.append(request)
                server.connections.add(self.client_address)
                try:
                    answer = server.answer(request)
                except Cut:
                    self.close_connection = True
                    return
                content = answer.encoded()
                self.send_response(answer.status)
                for name, value in answer.headers.items():
                    self.send_header(name, value)
                if "Content-Length" not in answer.headers:
                    self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)
                if "Content-Length" in answer.headers:
                    self.close_connection = True

            do_GET = do_POST = do_PUT = handle_any  # noqa: N815 - the names that http.server looks for

            def log_message(self, *args: Any) -> None:
                pass

        class Listening(ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, *args: Any) -> None:
                """A client that leaves early is what some tests are about."""

        self._http = Listening(("127.0.0.1", 0), Handling)
        self._thread = threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.01})
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._http.server_port}"

    def on(self, what: str, *answers: Answer | Handler | dict[str, Any]) -> None:
        self.answers[what] = [
            Answer(body=answer) if isinstance(answer, dict) else answer for answer in answers
        ]

    def answer(self, request: Request) -> Answer:
        waiting = self.answers.get(f"{request.method} {request.path}")
        if not waiting:
            return Answer(404, {"error": {"code": 100, "error_subcode": 33, "message": "no such object"}})
        chosen = waiting.pop(0) if len(waiting) > 1 else waiting[0]
        return chosen(request) if callable(chosen) else chosen

    def asked(self, method: str, path: str) -> list[Request]:
        return [request for request in self.requests if (request.method, request.path) == (method, path)]

    def close(self) -> None:
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()


def refusal(code: int, subcode: int | None = None, status: int = 400, **more: Any) -> Answer:
    error = {"message": "words", "type": "OAuthException", "code": code, "fbtrace_id": "Atrace", **more}
    if subcode is not None:
        error["error_subcode"] = subcode
    return Answer(status, {"error": error})


def publication(post: Post, **more: Any) -> Publication:
    connection = Connection("c1", "default", Platform.FACEBOOK, PAGE, "The Page", Tokens(Secret(TOKEN)))
    return Publication("p1", "default", post, connection, State.PUBLISHING, **more)


@dataclass
class Driven:
    """How one attempt went: what it noted in order, what it ended with, and the publication afterwards."""

    notes: list[str]
    ending: Any
    after: Publication


def drive(recipe: Callable[[Publication], Any], given: Publication, now: datetime = NOW) -> Driven:
    """Runs a recipe to its end, as the run would: notes are merged, an error ends it."""
    checkpoint, notes, steps = dict(given.checkpoint), [], recipe(given)
    sent = given.first_sent_at
    try:
        while True:
            step = next(steps)
            if isinstance(step, Checkpoint):
                json.dumps(step.values)
                checkpoint |= step.values
                notes.append("note " + " ".join(sorted(step.values)))
            elif isinstance(step, PointOfNoReturn):
                sent = sent or now
                notes.append("no return")
    except StopIteration as stopped:
        ending = stopped.value
    except Exception as error:  # noqa: BLE001 - whatever ends it is what the test looks at
        ending = error
    return Driven(notes, ending, replace(given, checkpoint=checkpoint, first_sent_at=sent))
