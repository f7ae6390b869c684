"""The processes of a soak: the sandbox, and many runs at once that are killed or stopped at chosen points."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from tests.world import REPOSITORY, SandboxControl

KILLED = -int(signal.SIGKILL)
STORE_UNAVAILABLE = 75
RUNNERS = 4

# A line on stdin is answered when no call is under way and none lies in a socket unread: what a killed client had sent
# may still take effect, and time must not pass before it has.
_SERVE = """
import select, sys, time
from pathlib import Path
from planrrr_cli.sandbox import SandboxServer
server = SandboxServer(port=0, seed=int(sys.argv[1]), accounts=int(sys.argv[2]), media_folder=Path(sys.argv[3]))
server.start()
print(server.url, flush=True)
def under_way():
    waiting = select.poll()
    for one in [server._listener, *server._listener._open]:
        if one.fileno() >= 0:
            waiting.register(one, select.POLLIN)
    return server._listener._busy or waiting.poll(0)
for _ in sys.stdin:
    while under_way():
        time.sleep(0.002)
    print("idle", flush=True)
server.stop()
"""


def _environ() -> dict[str, str]:
    environ = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG")}
    return environ | {"PYTHONPATH": str(REPOSITORY)}


class Child:
    """A process that answers lines with lines."""

    def __init__(self, *command: str) -> None:
        self._process = subprocess.Popen(
            [sys.executable, *command],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=_environ(),
            # When the shell that began a soak ends, the kernel would let what has stopped in its process group go on.
            start_new_session=True,
        )

    def say(self, line: str) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()

    def hear(self) -> str:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line, f"{self._process.args} ended"
        return line.strip()

    def close(self) -> None:
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.close()
        try:
            self._process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process.stdout.close()


class Sandbox:
    """The platforms in a process of their own, so that they and the runs share the machine as in life.

    ``media``: the folder that they may fetch from.
    """

    def __init__(self, seed: int, accounts: int, media: Path) -> None:
        self._child = Child("-c", _SERVE, str(seed), str(accounts), str(media))
        self.control = SandboxControl(self._child.hear())

    def settle(self) -> None:
        """Returns when no call is under way."""
        self._child.say("")
        assert self._child.hear() == "idle"

    def close(self) -> None:
        self._child.close()


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to become of one run: the number of the point at which it dies, or stops; 0 never.

    ``stop_inside``: it may stop in the middle of a transaction, and keep its locks.
    """

    concurrency: int
    kill_at: int = 0
    stop_at: int = 0
    stop_inside: bool = False

    def __str__(self) -> str:
        fate = [f", {name} at {at}" for name, at in (("dies", self.kill_at), ("stops", self.stop_at)) if at]
        return f"{self.concurrency} workers{''.join(fate)}{', inside' if self.stop_inside else ''}"


class Runner:
    """One warm process that forks one run at a time."""

    def __init__(self, number: int, folder: Path, job: dict[str, Any]) -> None:
        self._child = Child(str(REPOSITORY / "tests" / "crash" / "zygote.py"))
        self._job = job | {"trace": str(folder / f"trace{number}"), "log": str(folder / f"run{number}.log")}
        self.log = folder / f"run{number}.log"
        self.stopped: int | None = None

    def start(self, plan: Plan) -> None:
        self._child.say(json.dumps(self._job | asdict(plan)))

    def wait(self) -> int | None:
        """The exit code, negative for a signal; None when the run has stopped and waits to be resumed."""
        answer = json.loads(self._child.hear())
        self.stopped = answer.get("stopped")
        return None if self.stopped else int(answer["code"])

    def end(self) -> int:
        """As :meth:`wait`, for what does not stop again."""
        code = self.wait()
        assert code is not None
        return code

    def signal(self, number: int) -> None:
        """To the stopped run."""
        assert self.stopped is not None
        os.kill(self.stopped, number)

    def close(self) -> None:
        if self.stopped is not None:
            self.signal(signal.SIGKILL)
        self._child.close()
