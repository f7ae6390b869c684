"""A whole life of an installation as real processes, all of whose words, arguments, environments and files are kept."""

from __future__ import annotations

import base64
import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from urllib.parse import quote, quote_plus

import psutil

from planrrr_cli.context import open_context
from planrrr_cli.store import keys, rows
from planrrr_cli.store.schema import connections, publications
from tests.world import REPOSITORY, SandboxControl

# Plays the person's browser: agrees, goes where it is led, and notes what it could see of us.
BROWSER = """\
import json, os, sys, urllib.request
with open(os.environ["NOTES"], "a") as notes:
    seen = {"arguments": sys.argv, "environment": dict(os.environ)}
    class Noting(urllib.request.HTTPRedirectHandler):
        def redirect_request(self, request, file, code, words, headers, url):
            seen.setdefault("led", []).append(url)
            return super().redirect_request(request, file, code, words, headers, url)
    seen["page"] = urllib.request.build_opener(Noting).open(sys.argv[1], timeout=30).read().decode()
    notes.write(json.dumps(seen) + "\\n")
"""


@dataclass
class Installation:
    """Secrets are in ``.env`` and nowhere in the environment; ``folder`` is where everything happens."""

    folder: Path
    database_url: str
    sandbox: SandboxControl
    settings: dict[str, str]
    said: list[str] = field(default_factory=list)
    processes: set[tuple[str, ...]] = field(default_factory=set)
    secrets: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        (self.folder / "tmp").mkdir(parents=True)
        browser = self.folder / "browser.py"
        browser.write_text(BROWSER)
        self.write_settings()

    def write_settings(self, **more: str) -> None:
        self.settings |= more
        path = self.folder / ".env"
        path.write_text("".join(f"{name}={value}\n" for name, value in self.settings.items() if value))
        path.chmod(0o600)

    @property
    def environ(self) -> dict[str, str]:
        return {
            "PATH": os.environ["PATH"],
            "HOME": str(self.folder),
            "TMPDIR": str(self.folder / "tmp"),
            "PYTHONPATH": str(REPOSITORY),
            "PLANRRR_SANDBOX_URL": self.sandbox.url,
            "LOG_LEVEL": "debug",
            "LOG_FORMAT": "json",
            "NOTES": str(self.folder / "browser.notes"),
            "BROWSER": f"{sys.executable} {self.folder}/browser.py %s",
            "WORKER_RETRY_DELAY": "100",
            "MEDIA_ROOT": str(self.folder),
            "MEDIA_PUBLIC_BASE_URL": f"{self.sandbox.url}/_sandbox/media",
        }

    def planrrr(
        self, *arguments: str, stdin: str = "", patience: float | None = None, learn: bool = True
    ) -> int:
        """The exit code; what was said is kept, and so is what the process list showed meanwhile.

        ``patience``: so many seconds, then somebody presses Ctrl-C.
        """
        running = subprocess.Popen(
            [sys.executable, "-m", "planrrr_cli", *arguments],
            cwd=self.folder,
            env=self.environ,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        with self._watched(running.pid):
            if patience is not None:
                threading.Timer(patience, running.send_signal, [signal.SIGINT]).start()
            out, err = running.communicate(stdin, timeout=120)
        self.said.append(f"$ planrrr {' '.join(arguments)} -> {running.returncode}\n{out}\n{err}")
        if learn:
            self.learn()
        return running.returncode

    @contextlib.contextmanager
    def _watched(self, pid: int) -> Iterator[None]:
        """Reads the process list again and again, from the process down."""
        over = threading.Event()

        def watch() -> None:
            while not over.wait(0.02):
                with contextlib.suppress(psutil.Error):
                    mine = psutil.Process(pid)
                    for one in (mine, *mine.children(recursive=True)):
                        with contextlib.suppress(psutil.Error):
                            environment = [f"{name}={value}" for name, value in one.environ().items()]
                            self.processes.add((*one.cmdline(), "", *sorted(environment)))

        watching = threading.Thread(target=watch)
        watching.start()
        try:
            yield
        finally:
            over.set()
            watching.join()

    def learn(self) -> None:
        """Every secret that is anywhere by now: at the platforms, in the tables, in the browser's addresses."""
        found = self.sandbox.accounts()
        for platform, app in found["apps"].items():
            self._know(f"{platform} app", {name: value for name, value in app.items() if "secret" in name})
        for entry in found["connections"]:
            named = ("accessToken", "refreshToken", "accessTokenSecret", "appSecret")
            self._know(entry["platform"], {name: entry.get(name) for name in named})
        self._know("settings", {name: value for name, value in self.settings.items() if "KEY" in name})
        notes = self.folder / "browser.notes"
        for line in notes.read_text().splitlines() if notes.exists() else ():
            for url in json.loads(line).get("led", ()):
                _, _, code = url.partition("code=")
                self._know("sign-in", {f"code {code[:4]}": code.partition("&")[0]})
        settings = self.environ | {name: value for name, value in self.settings.items() if value}
        with open_context(settings, cwd=self.folder, use_store=False) as ctx, ctx.store.reading() as tx:
            if ctx.settings.database_path is None or ctx.settings.database_path.exists():
                self._know("tables", dict(_stored(tx)))

    def _know(self, where: str, found: dict[str, str | None]) -> None:
        for name, value in found.items():
            if value and len(value) >= 8:
                self.secrets.setdefault(value, f"{where}: {name}")

    def files(self) -> Iterator[tuple[str, bytes]]:
        """Everything that was written, but for the settings and the person's own notes."""
        for path in self.folder.rglob("*"):
            if path.is_file() and path.name not in {".env", "browser.notes"}:
                yield str(path.relative_to(self.folder)), path.read_bytes()


def _stored(tx) -> Iterator[tuple[str, str]]:
    for row in tx.conn.execute(connections.select()).mappings():
        for column in keys.SEALED_COLUMNS:
            if row[column]:
                name = f"{row[connections.c.platform]} {column.name}"
                yield name, rows.opened(tx, row[column], column.name, row[connections.c.id]).reveal()
    for row in tx.conn.execute(publications.select()).mappings():
        for name, envelope in keys.envelopes(row[publications.c.checkpoint]):
            place = {"table": "publications", "column": "checkpoint", "row_id": row[publications.c.id]}
            yield f"note {name} of {row[publications.c.id]}", tx.cipher().decrypt(envelope, **place).reveal()


@cache
def forms(secret: str) -> set[str]:
    """How it may look: as it is, for addresses, in JSON, and in base64 wherever in a longer text it stands."""
    raw = secret.encode()
    found = {
        secret,
        quote(secret, safe=""),
        quote_plus(secret),
        json.dumps(secret)[1:-1],
        raw.hex(),
        secret.lower(),
    }
    for shift in range(3):
        block = base64.b64encode(b"\0" * shift + raw).decode().rstrip("=")
        block = block[(0, 2, 3)[shift] : len(block) - 1]
        found |= {block, block.replace("+", "-").replace("/", "_"), quote(block, safe="")}
    return {form for form in found if len(form) >= 8}


def leaks(text: str, secrets: dict[str, str], where: str) -> list[str]:
    """Which of the secrets (by value, with their names) stand in ``text`` in whatever form."""
    return [
        f"{where} shows {name}"
        for secret, name in secrets.items()
        if any(form in text for form in forms(secret))
    ]
