"""What the tests of the commands share: a folder with settings of its own, the context, and the program as a child."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from planrrr_cli.__main__ import main
from planrrr_cli.commands.demo_tools import get_json
from planrrr_cli.context import Context, open_context
from planrrr_cli.domain.connections import Connection, Platform, Tokens
from planrrr_cli.domain.secrets import Secret
from planrrr_cli.sandbox import SandboxServer
from planrrr_cli.store import connections
from planrrr_cli.store.connections import NewConnection
from tests.factory import Factory

REPOSITORY = Path(__file__).resolve().parents[2]
EXAMPLES = REPOSITORY / "examples"


def samples() -> list[Path]:
    """The posts among the examples that can be published."""
    return [path for path in sorted(EXAMPLES.glob("*.md")) if path.stem not in {"README", "invalid"}]


@dataclass(frozen=True)
class Ran:
    """How the program ended, and what it wrote."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Run = Callable[..., Ran]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def environ(folder: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name.startswith("COVERAGE_")}
    return kept | {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "PYTHONPATH": str(REPOSITORY),
        "DATABASE_URL": f"sqlite:///{folder}/planrrr.db",
    }


@pytest.fixture
def ctx(environ: Mapping[str, str], folder: Path) -> Iterator[Context]:
    with open_context(environ, cwd=folder) as context:
        yield context


@pytest.fixture
def planrrr(environ: dict[str, str], folder: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """``planrrr("list", "--json", code=0, stdin="")``: the whole program, in this process; ``code`` None takes any."""

    def run(
        *arguments: str, code: int | None = 0, stdin: str = "", env: Mapping[str, str] | None = None
    ) -> Ran:
        out, err = io.BytesIO(), io.BytesIO()
        with monkeypatch.context() as patch:
            for name, value in (environ | dict(env or {})).items():
                patch.setenv(name, value)
            patch.setattr(sys, "argv", ["planrrr", *arguments])
            patch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin.encode()), encoding="utf-8"))
            patch.setattr(sys, "stdout", io.TextIOWrapper(out, encoding="utf-8", write_through=True))
            patch.setattr(sys, "stderr", io.TextIOWrapper(err, encoding="utf-8", write_through=True))
            ended = _ended(main)
            sys.stdout.detach()
            sys.stderr.detach()
        ran = Ran(ended, out.getvalue().decode(), err.getvalue().decode())
        assert code in (None, ran.code), f"{arguments} ended with {ran.code}:\n{ran.out}\n{ran.err}"
        return ran

    return run


def _ended(program: Callable[[], None]) -> int:
    try:
        program()
    except SystemExit as end:
        return int(end.code or 0)
    return 0


@pytest.fixture
def process(environ: dict[str, str], folder: Path) -> Run:
    """The same as a process of its own, as users have it."""

    def run(
        *arguments: str, code: int | None = 0, stdin: str = "", env: Mapping[str, str] | None = None
    ) -> Ran:
        ended = subprocess.run(
            [sys.executable, "-m", "planrrr_cli", *arguments],
            cwd=folder,
            env=environ | dict(env or {}),
            input=stdin.encode(),
            capture_output=True,
            timeout=60,
            check=False,
        )
        ran = Ran(ended.returncode, ended.stdout.decode(), ended.stderr.decode())
        assert code in (None, ran.code), f"{arguments} ended with {ran.code}:\n{ran.out}\n{ran.err}"
        return ran

    return run


@pytest.fixture
def connect(ctx: Context) -> Callable[..., Connection]:
    def make(
        account_id: str = "111", name: str = "Bakery", platform: Platform = Platform.FACEBOOK
    ) -> Connection:
        tokens = Tokens(Secret(f"token-of-{account_id}"))
        new = NewConnection(platform, account_id, name, tokens, options={"page_id": account_id})
        with ctx.store.transaction() as tx:
            return connections.add(tx, new, now=ctx.clock.now())[0]

    return make


@pytest.fixture
def made(ctx: Context) -> Factory:
    """Brings publications into any state, in the database that ``planrrr`` uses."""
    return Factory(ctx.store, now=ctx.clock.now())


@pytest.fixture
def write(folder: Path) -> Callable[..., str]:
    """Writes a post document and returns its name."""

    def make(name: str, text: str = "Fresh bread.", front: str = "to: [facebook]") -> str:
        (folder / name).write_text(f"---\n{front}\n---\n{text}\n" if front else f"{text}\n", encoding="utf-8")
        return name

    return make


@pytest.fixture
def sandbox(environ: dict[str, str]) -> Iterator[SandboxServer]:
    """A sandbox that every child of ``planrrr`` speaks to."""
    with SandboxServer(port=0, accounts=2, media_folder=EXAMPLES) as server:
        environ["PLANRRR_SANDBOX_URL"] = server.url
        yield server


@pytest.fixture
def accounts(sandbox: SandboxServer, planrrr: Run, folder: Path) -> list[dict[str, Any]]:
    """The sandbox's accounts on all its platforms, imported."""
    document = Control(sandbox.url).get("accounts")
    (folder / "accounts.json").write_text(json.dumps(document), encoding="utf-8")
    found: list[dict[str, Any]] = planrrr("connections", "import", "accounts.json", "--json").json[
        "connections"
    ]
    return found


@pytest.fixture
def pages(accounts: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Those that are Facebook's, in the order in which the sandbox tells them."""
    return [one for one in accounts if one["platform"] == "facebook"]


@pytest.fixture
def control(sandbox: SandboxServer) -> Control:
    return Control(sandbox.url)


@pytest.fixture
def developer_apps(control: Control, environ: dict[str, str], planrrr: Run) -> dict[str, Any]:
    """The sandbox's developer apps, set for every child of ``planrrr``, and a database to store accounts in."""
    from tests.commands.signing import settings_of

    apps: dict[str, Any] = control.get("accounts")["apps"]
    environ |= settings_of(apps)
    planrrr("init")
    return apps


@pytest.fixture
def sign_in(developer_apps: dict[str, Any], environ: dict[str, str], folder: Path) -> Iterator[Any]:
    """``sign_in("x", "--json")`` begins to sign in; see :class:`tests.commands.signing.Beginner`."""
    from tests.commands.signing import Beginner

    beginner = Beginner(environ, folder)
    yield beginner
    beginner.clean_up()


@dataclass(frozen=True)
class Control:
    """The sandbox's own routes: what the public saw, what was asked, and how to misbehave."""

    url: str

    def get(self, route: str) -> Any:
        return get_json(f"{self.url}/_sandbox/{route}")

    def posts(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.get("posts")["posts"]
        return [entry for entry in found if "parent" not in entry]

    def fault(self, **fault: Any) -> None:
        self._ask("POST", json.dumps(fault).encode())

    def clear(self) -> None:
        self._ask("DELETE")

    def consent(self, platform: str, **script: Any) -> None:
        """How the person will answer on the platform's page."""
        self.post("consent", platform=platform, **script)

    def post(self, route: str, **document: Any) -> None:
        self._ask("POST", json.dumps(document).encode(), route)

    def _ask(self, method: str, body: bytes | None = None, route: str = "faults") -> None:
        request = urllib.request.Request(f"{self.url}/_sandbox/{route}", body, method=method)
        urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request).close()
