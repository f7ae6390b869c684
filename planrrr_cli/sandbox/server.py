"""SandboxServer: the listening socket, its threads, start and stop; what is answered is decided in application.py."""

import contextlib
import ipaddress
import socket
import socketserver
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from queue import SimpleQueue
from types import TracebackType
from typing import Any, cast

from planrrr_cli.sandbox.application import Application
from planrrr_cli.sandbox.fetching import Fetcher
from planrrr_cli.sandbox.folder import MediaFolder
from planrrr_cli.sandbox.handler import Connection
from planrrr_cli.sandbox.state import load_state, save_state
from planrrr_cli.sandbox.wire import Reply, Request
from planrrr_cli.sandbox.world import World

GRACE = 1.0
LONGEST_PROCESSING = 86_400


class Listener(socketserver.ThreadingMixIn, socketserver.TCPServer):
    """A threaded TCP server that knows its open connections, so that it can close them."""

    daemon_threads = True
    block_on_close = False
    allow_reuse_address = True
    request_queue_size = 512

    def __init__(self, address: tuple[str, int], application: Application) -> None:
        self._application = application
        self._open: set[socket.socket] = set()
        self._busy = 0
        self._lock = threading.Lock()
        if ":" in address[0]:
            self.address_family = socket.AF_INET6
        super().__init__(address, Connection)

    def answer(self, request: Request) -> Reply:
        return self._application.answer(request)

    def date(self) -> float:
        """The moment that every reply tells, in seconds since the epoch."""
        return self._application.world.clock.told()

    @contextlib.contextmanager
    def busy(self) -> Iterator[None]:
        with self._lock:
            self._busy += 1
        try:
            yield
        finally:
            with self._lock:
                self._busy -= 1

    def get_request(self) -> tuple[socket.socket, object]:
        connection, address = super().get_request()
        with self._lock:
            self._open.add(connection)
        return connection, address

    def shutdown_request(self, request: socket.socket | tuple[bytes, socket.socket]) -> None:
        with self._lock:
            self._open.discard(cast("socket.socket", request))
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A broken connection is the client's business; a bug of ours still shows its traceback."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)

    def close_connections(self) -> None:
        """Let answers that are on their way go out, then close what is still open."""
        deadline = time.monotonic() + GRACE
        while self._busy and time.monotonic() < deadline:
            time.sleep(0.01)
        with self._lock:
            remaining = list(self._open)
        for connection in remaining:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)


class SandboxServer:
    """The platforms' APIs on one loopback address.

    `latency` is in seconds per platform call. `port` 0 takes any free port. `state_file` is read at start when it
    exists, and written at stop; it then decides seed and accounts. `media_folder` is served under /_sandbox/media/, as
    a public host of media; the sandbox fetches from there also with `allow_private_fetch=False`, which keeps it from
    every other private address. `processing_seconds` is the most that a video's processing takes by the sandbox's
    clock. Raises ValueError for a host that is not loopback, for a folder that is none, for numbers that make no sense,
    and for a state file that cannot be read.
    """

    def __init__(
        self,
        *,
        host: str = "127.0.0.1",
        port: int = 9300,
        seed: int = 1,
        latency: float = 0.0,
        accounts: int = 1,
        state_file: Path | None = None,
        allow_private_fetch: bool = True,
        require_appsecret_proof: bool = False,
        media_folder: Path | None = None,
        processing_seconds: float = 0.0,
    ) -> None:
        _check(host, accounts, latency, processing_seconds)
        self._host, self._port, self._state_file = host, port, state_file
        fetcher = Fetcher(allow_private=allow_private_fetch)
        world = World(seed, accounts, fetcher, require_appsecret_proof, processing_seconds)
        world.folder = MediaFolder(media_folder) if media_folder else None
        self._application = Application(world, latency)
        self._listener: Listener | None = None
        # Not an Event: a signal handler that sets one deadlocks when it strikes inside the same thread's wait().
        self._stopped: SimpleQueue[None] = SimpleQueue()
        self.url = f"http://{host}:{port}"

    def start(self) -> None:
        """Listen, and answer from background threads. Raises OSError when the port is taken."""
        if self._listener is not None:
            raise RuntimeError("the sandbox is already running")
        if self._state_file is not None and self._state_file.exists():
            load_state(self._application, self._state_file)
        self._listener = Listener((self._host, self._port), self._application)
        shown = f"[{self._host}]" if ":" in self._host else self._host
        self.url = f"http://{shown}:{self._listener.server_address[1]}"
        self._application.world.url = self._application.world.fetcher.own = self.url
        self._application.world.stopping.clear()
        self._stopped = SimpleQueue()
        thread = threading.Thread(
            target=self._listener.serve_forever, args=(0.05,), name="sandbox", daemon=True
        )
        thread.start()

    def stop(self) -> None:
        """Stop listening, let running answers end, save the state; harmless when not running."""
        listener, self._listener = self._listener, None
        if listener is None:
            return
        listener.shutdown()
        listener.server_close()
        self._application.world.stopping.set()
        listener.close_connections()
        if self._state_file is not None:
            save_state(self._application, self._state_file)
        self._stopped.put(None)

    def serve_forever(self) -> None:
        """Serve until `stop` is called (from a signal handler too) or Ctrl-C comes."""
        if self._listener is None and self._stopped.empty():  # not when it was stopped before we came here
            self.start()
        try:
            self._stopped.get()
        except KeyboardInterrupt:
            pass
        finally:
            self.stop()

    def __enter__(self) -> "SandboxServer":
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def _check(host: str, accounts: int, latency: float, processing_seconds: float) -> None:
    try:
        loopback = host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        loopback = False
    if not loopback:
        raise ValueError(f"the sandbox listens on loopback only, not on {host!r}")
    if not 1 <= accounts <= 10_000:
        raise ValueError("accounts lies between 1 and 10000")
    if latency < 0:
        raise ValueError("latency cannot be negative")
    if not 0 <= processing_seconds <= LONGEST_PROCESSING:
        raise ValueError(f"processing_seconds lies between 0 and {LONGEST_PROCESSING}")
