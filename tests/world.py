"""A whole small world for tests of the run: a database, a connection to the sandbox, posts, and warm killable runs."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from planrrr_cli.commands.add import add
from planrrr_cli.commands.connections_import import import_connections
from planrrr_cli.context import open_context
from planrrr_cli.domain.publications import Publication, State
from planrrr_cli.store import posts
from tests.flows import MEDIA
from tests.soak.clock import set_moved

REPOSITORY = Path(__file__).resolve().parents[1]
KEY = "0f" * 32


def call(url: str, document: object = None, method: str | None = None) -> Any:
    """One JSON request to a control route of the sandbox."""
    body = None if document is None else json.dumps(document).encode()
    request = urllib.request.Request(url, body, {"Content-Type": "application/json"}, method=method)
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.loads(answer.read() or b"null")


@dataclass
class SandboxControl:
    """What the outside sees of the platforms, and the levers."""

    url: str

    def reset(self, **more: object) -> None:
        call(f"{self.url}/_sandbox/reset", more)

    def advance(self, seconds: float) -> None:
        call(f"{self.url}/_sandbox/clock", {"advance_seconds": seconds})

    def fault(self, name: str, kind: str, strike: str = "before", **more: object) -> None:
        call(f"{self.url}/_sandbox/faults", {"call": name, "kind": kind, "strike": strike, **more})

    def forget_faults(self) -> None:
        call(f"{self.url}/_sandbox/faults", method="DELETE")

    def posts(self) -> list[dict[str, Any]]:
        """The public posts, without comments."""
        return [post for post in self.ledger() if not post.get("parent")]

    def comments(self) -> list[dict[str, Any]]:
        return [post for post in self.ledger() if post.get("parent")]

    def ledger(self) -> list[dict[str, Any]]:
        return list(call(f"{self.url}/_sandbox/posts")["posts"])

    def requests(self) -> list[dict[str, Any]]:
        return list(call(f"{self.url}/_sandbox/requests")["requests"])

    def accounts(self) -> dict[str, Any]:
        return dict(call(f"{self.url}/_sandbox/accounts"))


class Zygote:
    """The warm parent of killable runs; see ``tests/crash/zygote.py``. ``script`` does something else than runs."""

    def __init__(self, script: str = "zygote.py") -> None:
        environ = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG")}
        self._stopped: int | None = None
        self._process = subprocess.Popen(
            [sys.executable, str(REPOSITORY / "tests" / "crash" / script)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=environ | {"PYTHONPATH": str(REPOSITORY)},
        )

    def run(self, **job: object) -> int:
        """The exit code of one forked run that does not stop; negative when a signal ended it."""
        code = self.start(**job)
        assert code is not None, "it stopped"
        return code

    def start(self, **job: object) -> int | None:
        """As ``run``; None when it has stopped at its point ``stop_at``, and then :meth:`resume` lets it go on."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(job) + "\n")
        self._process.stdin.flush()
        return self._answer()

    def resume(self) -> int | None:
        """SIGCONT to what has stopped; its exit code, or None when it has stopped again."""
        assert self._stopped is not None
        os.kill(self._stopped, signal.SIGCONT)
        return self._answer()

    def _answer(self) -> int | None:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line, "the warm process died"
        answer = json.loads(line)
        self._stopped = answer.get("stopped")
        return None if self._stopped else int(answer["code"])

    def close(self) -> None:
        if self._stopped is not None:
            os.kill(self._stopped, signal.SIGKILL)
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(timeout=10)
        self._process.stdout.close()


@dataclass
class World:
    """One database of one team with its settings, in a folder of its own. Time is moved by :meth:`later`.

    ``clock``: a file that moves the time of runs that are under way, too; see ``tests/soak/clock.py``. ``media_root``:
    where the media lie, if not in ``folder``; the sandbox serves files of the same names.
    """

    folder: Path
    database_url: str
    sandbox: SandboxControl
    zygote: Zygote | None = None
    offset: float = 0.0
    more: dict[str, str] = field(default_factory=dict)
    clock: Path | None = None
    media_root: Path | None = None

    @property
    def environ(self) -> dict[str, str]:
        return {
            "PATH": os.environ["PATH"],
            "HOME": str(self.folder),
            "PYTHONPATH": str(REPOSITORY),
            "DATABASE_URL": self.database_url,
            "ENCRYPTION_KEY": KEY,
            "PLANRRR_SANDBOX_URL": self.sandbox.url,
            "LOG_FORMAT": "json",
            "WORKER_RETRY_DELAY": "100",
            "WORKER_MAX_JOBS_PER_SECOND": "1000",
            "MEDIA_ROOT": str(self.media_root or self.folder),
            "MEDIA_PUBLIC_BASE_URL": f"{self.sandbox.url}/_sandbox/media",
            **self.more,
        }

    def connect(self) -> None:
        """Import the accounts of the sandbox."""
        path = self.folder / "accounts.json"
        path.write_text(json.dumps(self.sandbox.accounts()), encoding="utf-8")
        with open_context(self.environ, cwd=self.folder) as ctx:
            assert import_connections(ctx, str(path), as_json=True) == 0

    def add(self, document: str, *, name: str = "post.md", at: str = "now", to: tuple[str, ...] = ()) -> None:
        for path in MEDIA.iterdir():
            if path.name in document and not (self.folder / path.name).exists():
                shutil.copy(path, self.folder / path.name)
        (self.folder / name).write_text(document, encoding="utf-8")
        with open_context(self.environ, cwd=self.folder) as ctx:
            names = [str(self.folder / name)]
            code = add(ctx, names, to=to, at=at, zone_name=None, media=(), draft=False, as_json=True)
            assert code == 0

    def later(self, seconds: float) -> None:
        """Both clocks move: ours and the platforms'."""
        self.offset += seconds
        self.sandbox.advance(seconds)
        if self.clock is not None:
            set_moved(self.clock, self.offset)

    def run(self, *, kill_at: int = 0) -> int:
        """One warm run; ``kill_at`` n kills it by SIGKILL at its n-th point."""
        assert self.zygote is not None
        return self.zygote.run(kill_at=kill_at, **self.job())

    def job(self, name: str = "run") -> dict[str, object]:
        """What a warm process has to know for a run here; ``name`` is that of its log."""
        time = {"offset_seconds": self.offset} if self.clock is None else {"clock": str(self.clock)}
        files = {kind: str(self.folder / f"{name}.{kind}") for kind in ("trace", "log")}
        return {"environ": self.environ, "cwd": str(self.folder), **files, **time}

    def points(self, name: str = "run") -> list[str]:
        return Path(str(self.job(name)["trace"])).read_text(encoding="utf-8").splitlines()

    def run_until_quiet(self) -> None:
        """Plain runs, with time passing in between, until nobody needs to look any more."""
        for seconds in (0, 20, 90, 330, 720, 900, 900, 1800):
            self.later(seconds)
            assert self.run() in (0, 1), (self.folder / "run.log").read_text(encoding="utf-8")
            if all(publication.wake_at is None for publication in self.publications()) and not any(
                publication.state is State.PUBLISHING for publication in self.publications()
            ):
                return

    def publications(self) -> list[Publication]:
        with open_context(self.environ, cwd=self.folder) as ctx, ctx.store.reading() as tx:
            return [one for view in posts.listing(tx, states=None, limit=5000) for one in view.publications]

    def planrrr(
        self, *arguments: str, timeout: float = 120, **environ: str
    ) -> subprocess.CompletedProcess[str]:
        """The program as a user runs it."""
        return subprocess.run(
            [sys.executable, "-m", "planrrr_cli", *arguments],
            cwd=self.folder,
            env=self.environ | environ,
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )
