"""The server commits and the client never hears of it, at each commit of a real run in turn: one post each."""

from __future__ import annotations

import contextlib
import select
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from psycopg import conninfo

from planrrr_cli.domain.connections import Platform
from tests.conftest import PostgresServer
from tests.flows import FLOWS
from tests.publishing.away import Running, no_traceback, one_clear_record
from tests.publishing.test_database_away import published_in_the_end
from tests.world import SandboxControl, World

MOST = 100  # commits of one run
COMMIT = b"COMMIT\x00"  # in the query, and in the server's answer to it


class Cutter:
    """Stands between the program and its server, and cuts the ``at``-th commit off from its answer."""

    def __init__(self, server_url: str) -> None:
        self._server = conninfo.conninfo_to_dict(server_url)
        self._listener = socket.create_server(("127.0.0.1", 0))
        port = self._listener.getsockname()[1]
        self.url = (
            f"postgresql://{self._server['user']}@127.0.0.1:{port}/{self._server['dbname']}?sslmode=disable"
        )
        self._lock = threading.Lock()
        self.aim(0)
        threading.Thread(target=self._serve, daemon=True).start()

    def aim(self, at: int) -> None:
        self.at, self.count = at, 0

    def close(self) -> None:
        self._listener.close()

    def _serve(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                threading.Thread(target=self._carry, args=(client,), daemon=True).start()

    def _carry(self, client: socket.socket) -> None:
        with client, self._connected() as server, contextlib.suppress(OSError):
            while True:
                for ready in select.select([client, server], [], [])[0]:
                    piece = ready.recv(65536)
                    if not piece:
                        return
                    if ready is server:
                        client.sendall(piece)
                        continue
                    server.sendall(piece)
                    if COMMIT in piece and self._is_its_turn():
                        self._heard_by_nobody(server)
                        return

    def _is_its_turn(self) -> bool:
        with self._lock:
            self.count += 1
            return self.count == self.at

    @staticmethod
    def _heard_by_nobody(server: socket.socket) -> None:
        """Returns when the server has said that it committed."""
        heard = b""
        while COMMIT not in heard:
            piece = server.recv(65536)
            assert piece, "the server did not commit"
            heard += piece

    def _connected(self) -> socket.socket:
        host, port = str(self._server.get("host", "localhost")), self._server.get("port") or 5432
        if not host.startswith("/"):
            return socket.create_connection((host, int(port)))
        server = socket.socket(socket.AF_UNIX)
        server.connect(f"{host}/.s.PGSQL.{port}")
        return server


@pytest.fixture
def cutter(postgres_server: PostgresServer) -> Iterator[Cutter]:
    url = postgres_server.create()
    if conninfo.conninfo_to_dict(url).get("password"):
        pytest.skip("this stands between the program and a server without passwords only")
    cutter = Cutter(url)
    yield cutter
    cutter.close()
    postgres_server.drop(url)


@pytest.mark.slow
def test_a_commit_whose_answer_is_lost_makes_no_second_post(
    cutter: Cutter, tmp_path: Path, sandbox: SandboxControl, exhaustive: bool
) -> None:
    document, what = ("photos", "Two photos.") if exhaustive else ("text", "Only words.")
    world = World(tmp_path, cutter.url, sandbox)
    world.connect()
    for at in range(1, MOST):
        text = f"Post {at:03}."
        world.add(FLOWS[Platform.FACEBOOK][document].replace(what, text), name=f"{at}.md")
        cutter.aim(at)
        said = Running(world, "--json").end()
        reached = cutter.count >= at
        cutter.aim(0)
        if reached:
            one_clear_record(said, "server closed the connection unexpectedly")
        no_traceback(said)
        published_in_the_end(world, text, f"commit {at}")
        if not reached:
            assert said.code == 0 and at > 5
            return
    raise AssertionError("the run never reached its end")
