"""Runs planrrr in forked children that die by SIGKILL at a chosen point; the warm parent makes worlds cheap.

Jobs come as JSON lines on stdin, answers go as JSON lines to stdout. Points are the commits of the database (before
and after), the HTTP requests (before they leave, and after the answer came but before anybody has seen it), and the
looks at the lease (after them), the last of which comes just before the first byte. They are counted, not listed:
point 1, 2, 3 … until a run ends by itself, so none can be forgotten. A run can also be told to stop (SIGSTOP) at a
point; then a line with its process id comes first, and the answer after somebody resumed it.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
import traceback
from collections.abc import Callable
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

import cryptography.hazmat.primitives.ciphers.aead  # noqa: F401 - warm
import requests.adapters
import sqlalchemy
import sqlalchemy.event

import planrrr_cli.settings.keyfile
import planrrr_cli.store.cipher  # noqa: F401 - warm
from planrrr_cli.context import SystemClock, open_context
from planrrr_cli.logs import configure
from planrrr_cli.platforms import PLATFORMS, http, publisher_class
from planrrr_cli.publishing.lane import Lane
from planrrr_cli.publishing.options import RunOptions
from planrrr_cli.publishing.run import publish
from planrrr_cli.settings import load_settings
from tests.soak.clock import MovedClock

COMMITTING = "commit, before"  # whoever stops here keeps its locks
LOOK = "look at the lease"


class Points:
    """Counts the points of one run, and dies or stops at the chosen one."""

    def __init__(self, kill_at: int, trace: Path, stop_at: int = 0, *, stop_inside: bool = True) -> None:
        self._kill_at = kill_at
        self._stop_at = stop_at or float("inf")
        self._stop_inside = stop_inside
        self._trace = os.open(trace, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        self._lock = threading.Lock()
        self._count = 0

    def reach(self, name: str) -> None:
        with self._lock:
            self._count += 1
            os.write(self._trace, f"{name}\n".encode())
            if self._count == self._kill_at:
                os.kill(os.getpid(), signal.SIGKILL)
            if self._count >= self._stop_at and (self._stop_inside or name != COMMITTING):
                self._stop_at = float("inf")
                # To this thread, which else might run on while another one takes the signal.
                signal.pthread_kill(threading.get_ident(), signal.SIGSTOP)


def instrument(points: Points) -> None:
    """Wrap the two places through which everything that outlasts the process has to go, and the guard of one."""

    def around(target: type, method: str, name: Callable[..., str], *, before: bool = True) -> None:
        original = getattr(target, method)

        def wrapped(self: object, *arguments: Any, **named: Any) -> Any:
            said = name(*arguments, **named)
            if before:
                points.reach(f"{said}, before")
            result = original(self, *arguments, **named)
            points.reach(f"{said}, after")
            return result

        setattr(target, method, wrapped)

    for when in ("before", "after"):
        sqlalchemy.event.listen(sqlalchemy.Engine, f"{when}_cursor_execute", _commit(points, when))
    around(
        requests.adapters.HTTPAdapter,
        "send",
        lambda request, **_named: f"{request.method} {request.path_url.partition('?')[0]}",
    )
    around(Lane, "assert_held", lambda: LOOK, before=False)


def _commit(points: Points, when: str) -> Callable[..., None]:
    def listener(conn: Any, cursor: Any, statement: str, *_more: Any) -> None:
        if statement == "COMMIT":
            points.reach(f"commit, {when}")

    return listener


def run(job: dict[str, Any]) -> int:
    """One run of the main job in this process, at a time of the job's choosing."""
    stop = {"stop_at": int(job.get("stop_at", 0)), "stop_inside": bool(job.get("stop_inside", True))}
    instrument(Points(int(job["kill_at"]), Path(job["trace"]), **stop))
    if "clock" in job:
        clock: SystemClock = MovedClock(Path(job["clock"]))
    else:
        clock = SystemClock(timedelta(seconds=job["offset_seconds"]))
    with open_context(job["environ"], cwd=Path(job["cwd"]), clock=clock) as ctx:
        options = RunOptions(concurrency=int(job.get("concurrency", 1)), linger=timedelta(0))
        report = publish(ctx, options)
        print(json.dumps(dict(report.counts)), file=sys.stderr)
        return 3 if report.bugs else 0


def warm() -> None:
    """Once, what every run would import and build for itself: half of its time."""
    for platform in PLATFORMS:
        publisher_class(platform)
    configure("warning", "json")
    load_settings({"DATABASE_URL": "sqlite:////nowhere.db", "ENCRYPTION_KEY": "00" * 32}, cwd=Path("/"))
    http._tls_context = cache(http._tls_context)
    http.Transport().close()


def main() -> None:
    warm()
    for line in sys.stdin:
        job = json.loads(line)
        pid = os.fork()
        if pid == 0:
            log = os.open(job["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND)
            os.dup2(log, 2)
            code = 99
            try:
                code = run(job)
            except BaseException as error:  # noqa: BLE001 - the child ends here, whatever it was
                code = getattr(error, "exit_code", 98)
                if code == 98:
                    traceback.print_exception(error)
                else:
                    print(f"{type(error).__name__}: {error}", file=sys.stderr)
            finally:
                sys.stderr.flush()
                os._exit(code)
        _, status = os.waitpid(pid, os.WUNTRACED)
        while os.WIFSTOPPED(status):
            print(json.dumps({"stopped": pid}), flush=True)
            _, status = os.waitpid(pid, os.WUNTRACED)
        print(json.dumps({"code": os.waitstatus_to_exitcode(status)}), flush=True)


if __name__ == "__main__":
    main()
