"""What the demo is made of: sample posts, a child process with a clean environment, plain GETs; no plot."""

from __future__ import annotations

import http.client
import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import planrrr_cli
from planrrr_cli.domain.errors import ConfigError, Refused

# Nothing else of the user's environment reaches the child: no database, no key, no address, no proxy.
KEPT = (
    "PATH",
    "LANG",
    "LC_ALL",
    "LC_CTYPE",
    "TZ",
    "TMPDIR",
    "LD_LIBRARY_PATH",
    "PYTHONPATH",
    "PYTHONDONTWRITEBYTECODE",
    "PYTHONUTF8",
)
KEPT_PREFIXES = ("COVERAGE_",)
PATIENCE = 60  # seconds for one command


class DemoFailed(Refused):
    """Something that the demo promises did not come true; the text says what."""


@dataclass(frozen=True, slots=True)
class Ended:
    """How a command of ours ended: its exit code, the document on its stdout, its words."""

    code: int
    document: Mapping[str, Any]
    words: str


def environment(folder: Path, environ: Mapping[str, str]) -> dict[str, str]:
    """What the child gets to see: where programs are, how text is written, and a home of its own."""
    kept = {name: value for name, value in environ.items() if name in KEPT or name.startswith(KEPT_PREFIXES)}
    home = Path(planrrr_cli.__file__).resolve().parents[1]
    if home.name not in {"site-packages", "dist-packages"}:
        kept["PYTHONPATH"] = os.pathsep.join(filter(None, (kept.get("PYTHONPATH"), str(home))))
    return kept | {"HOME": str(folder), "NO_COLOR": "1", "LOG_LEVEL": "warning"}


def run(folder: Path, *arguments: str) -> Ended:
    """``planrrr ARGUMENTS --json`` in ``folder``, as a process of its own."""
    command = [sys.executable, "-m", "planrrr_cli", *arguments, "--json"]
    try:
        ended = subprocess.run(  # noqa: S603 - our own program, and arguments of our own making
            command,
            cwd=folder,
            env=environment(folder, os.environ),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=PATIENCE,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise DemoFailed(f"planrrr {' '.join(arguments)} did not end within {PATIENCE} seconds") from None
    words = ended.stderr.decode("utf-8", "replace")
    try:
        document = json.loads(ended.stdout)
    except ValueError:
        said = words.strip() or "nothing"
        raise DemoFailed(
            f"planrrr {' '.join(arguments)} ended with {ended.returncode} and said: {said}"
        ) from None
    return Ended(ended.returncode, document, words)


def must(ended: Ended, *codes: int) -> Mapping[str, Any]:
    """The document, when the command ended as it should."""
    if ended.code not in (codes or (0,)):
        error = ended.document.get("error") or {}
        raise DemoFailed(f"a command ended with {ended.code}: {error.get('message') or ended.words.strip()}")
    return ended.document


def get(url: str) -> tuple[int, bytes]:
    """Status and body of a page of the sandbox; no proxy, no redirect."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=10)
    try:
        connection.request("GET", parts.path + (f"?{parts.query}" if parts.query else ""))
        answer = connection.getresponse()
        return answer.status, answer.read()
    except OSError as error:
        raise DemoFailed(f"{url} does not answer: {error}") from None
    finally:
        connection.close()


def get_json(url: str) -> Any:
    status, body = get(url)
    if status != http.HTTPStatus.OK:
        raise DemoFailed(f"{url} answers with {status}")
    return json.loads(body)


def sample_folder() -> Path:
    """The sample posts: packed with an installed planrrr, or beside the package in a source checkout."""
    packed = Path(str(files("planrrr_cli"))) / "examples"
    beside = Path(planrrr_cli.__file__).resolve().parents[1] / "examples"
    for folder in (packed, beside):
        if (folder / "text.md").is_file():
            return folder
    raise ConfigError(
        "the sample posts are missing; install planrrr again, or run the demo from its source folder"
    )


def sample_posts(folder: Path) -> list[Path]:
    """The documents among the samples, in the order of their names."""
    return sorted(path for path in folder.glob("*.md") if path.name != "README.md")
