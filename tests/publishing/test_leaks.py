"""No token where an outsider can look: output and logs of whole runs at debug level, process list, tables."""

from __future__ import annotations

import base64
import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import quote

import psycopg
import pytest

from planrrr_cli.domain.connections import Platform
from planrrr_cli.settings.table import SECRETS
from tests.commands.signing import settings_of
from tests.flows import FLOWS, MEDIA
from tests.publishing.lifecycle import Installation, leaks
from tests.publishing.test_run import facebook_app
from tests.world import KEY, REPOSITORY, SandboxControl, World

REFRESH = {"facebook.token.exchange", "facebook.page_token.read"}  # of a lane, before any attempt
FAULTS = [
    ("facebook.feed.create", "status:500", "after"),
    ("facebook.feed.create", "error:190:463", "before"),
    ("facebook.photo.upload", "html", "before"),
    ("facebook.feed.create", "error:100", "before"),
    ("facebook.node.read", "truncated", "before"),
    ("facebook.reel.upload", "reset", "before"),
    ("facebook.token.exchange", "status:500", "before"),
    ("facebook.feed.create", "error:190:460", "before"),
]


def secrets_of(world: World) -> dict[str, str]:
    document = world.sandbox.accounts()
    found = {"key": KEY, "app secret": document["apps"]["facebook"]["app_secret"]}
    for entry in document["connections"]:
        found |= {"access token": entry["accessToken"], "user token": entry["refreshToken"]}
    return found


def assert_no_secret(text: str, secrets: dict[str, str], where: str) -> None:
    for name, secret in secrets.items():
        encoded = base64.b64encode(secret.encode()).decode().rstrip("=")
        for spelling in (
            secret,
            quote(secret, safe=""),
            encoded[:-2],
            secret.lower(),
            secret[: len(secret) // 2],
        ):
            assert spelling not in text, f"{where} shows the {name}"


@pytest.mark.slow
def test_a_whole_run_at_debug_level_with_failures_shows_no_secret(world: World) -> None:
    world.more |= facebook_app(world) | {"LOG_LEVEL": "debug"}
    secrets = secrets_of(world)
    for name, document in FLOWS[Platform.FACEBOOK].items():
        world.add(document, name=f"{name}.md")
    for call, kind, strike in FAULTS:
        world.sandbox.fault(call, kind, strike)
    said = ""
    for arguments in (
        ["publish-due"],
        ["publish-due", "--json", "--max-seconds", "10"],
        ["list", "--json"],
        ["connections", "list", "--json"],
        ["connections", "show", "Harbour Bakery", "--json"],
        ["connections", "import", "accounts.json"],
        ["publish-due", "--dry-run"],
        ["publish-due"],
    ):
        done = world.planrrr(*arguments)
        said += done.stdout + done.stderr
    for publication in world.publications():
        done = world.planrrr("explain", publication.id)
        said += done.stdout + done.stderr
    assert '"level": "debug"' in said
    assert "attempt ended" in said
    calls = [json.loads(line) for line in said.splitlines() if '"message": "platform call"' in line]
    assert calls and all(
        call["run_id"] and call["publication_id"] for call in calls if call["call"] not in REFRESH
    )
    assert_no_secret(said, secrets, "the output")
    assert_no_secret(dump(world), secrets, "the database")


INSTAGRAM_FAULTS = [
    ("instagram.container.create", "status:500", "after"),
    ("instagram.container.read", "html", "before"),
    ("instagram.limit.read", "truncated", "before"),
    ("instagram.media.publish", "lost", "after"),
]


@pytest.mark.slow
def test_instagram_at_debug_level_with_failures_shows_no_secret(world: World) -> None:
    """A refresh there takes the token in the query."""
    world.more["LOG_LEVEL"] = "debug"
    secrets = secrets_of(world)
    world.add(FLOWS[Platform.INSTAGRAM]["image"])
    for call, kind, strike in INSTAGRAM_FAULTS:
        world.sandbox.fault(call, kind, strike)
    done = world.planrrr("publish-due", "--max-seconds", "8")
    said = done.stdout + done.stderr
    world.add(FLOWS[Platform.INSTAGRAM]["comment"], name="second.md")
    world.sandbox.fault("instagram.container.create", "error:190:463")
    done = world.planrrr("publish-due", "--json", "--max-seconds", "10")
    said += done.stdout + done.stderr
    for publication in world.publications():
        done = world.planrrr("explain", publication.id)
        said += done.stdout + done.stderr
    for name in ("instagram.media.publish", "instagram.token.refresh"):
        assert f'"call": "{name}"' in said
    assert_no_secret(said, secrets, "the output")
    assert_no_secret(dump(world), secrets, "the database")


def test_a_bug_with_a_token_in_its_message_shows_no_secret(world: World) -> None:
    """A traceback is the place where secrets usually slip out."""
    secrets = secrets_of(world)
    script = """
from pathlib import Path
import planrrr_cli.platforms.facebook.publisher as facebook
def publish(self, publication):
    token = publication.connection.tokens.access.reveal()
    raise RuntimeError(f"no luck with {token} and {publication.connection}")
    yield
facebook.FacebookPublisher.publish = publish
import sys
from planrrr_cli.domain.connections import Platform
from planrrr_cli.settings.table import SECRETS
from planrrr_cli.__main__ import main
sys.argv = ["planrrr", "publish-due"]
main()
"""
    world.add(FLOWS[Platform.FACEBOOK]["text"])
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=world.folder,
        env=world.environ,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 3, done.stderr
    assert "RuntimeError" in done.stderr and "Traceback" in done.stderr
    assert_no_secret(done.stdout + done.stderr, secrets, "the traceback")
    assert_no_secret(dump(world), secrets, "the database")


def test_the_process_list_shows_no_secret(world: World) -> None:
    secrets = secrets_of(world)
    world.add(FLOWS[Platform.FACEBOOK]["text"])
    world.sandbox.fault("facebook.feed.create", "hold:2")
    run = subprocess.Popen(
        [sys.executable, "-m", "planrrr_cli", "publish-due"],
        cwd=world.folder,
        env=world.environ,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    deadline = time.monotonic() + 20
    while not world.sandbox.requests() and time.monotonic() < deadline:
        time.sleep(0.02)
    arguments = Path(f"/proc/{run.pid}/cmdline").read_text(errors="replace")
    run.wait(timeout=30)
    assert "publish-due" in arguments
    assert_no_secret(arguments, secrets, "the process list")


NEW = "1e" * 32
TROUBLES = [
    ("facebook.feed.create", "status:500", "after"),
    ("facebook.token.exchange", "html", "before"),
    ("instagram.token.refresh", "truncated", "after"),
    ("instagram.container.create", "error:190:463", "before"),
    ("x.token.refresh", "lost", "after"),
    ("x.post.create", "html:502", "after"),
    ("youtube.token.refresh", "status:503", "before"),
    ("linkedin.token.refresh", "reset", "before"),
    ("linkedin.post.create", "truncated", "after"),
]


@pytest.mark.slow
def test_a_whole_life_at_debug_level_shows_no_secret_anywhere(
    database_url: str, tmp_path: Path, sandbox: SandboxControl, request: pytest.FixtureRequest
) -> None:
    """Sign-in, posts, renewals, failures, a change of keys: words, logs, files, tables, process list, server's log."""
    apps = sandbox.accounts()["apps"]
    settings = settings_of(apps) | {"DATABASE_URL": database_url, "ENCRYPTION_KEY": KEY}
    life = Installation(tmp_path / "life", database_url, sandbox, settings)
    on_postgresql = database_url.startswith("postgresql")
    if on_postgresql:  # whatever is asked of it, with all values, goes to the server's log from now on
        with psycopg.connect(database_url, autocommit=True) as connection:
            connection.execute(f"ALTER DATABASE \"{connection.info.dbname}\" SET log_statement = 'all'")
            connection.execute(f'ALTER DATABASE "{connection.info.dbname}" SET log_parameter_max_length = -1')
    live(life)
    assert len(life.secrets) > 20, life.secrets.values()
    said = "\n".join(life.said)
    for words in (
        '"level": "debug"',
        "planrrr connect x -> 0",
        "platform call",
        "keys rotated",
        "x.token.refresh",
    ):
        assert words in said, f"{words} was not said"
    assert any("webbrowser" in word for one in life.processes for word in one), "no child was seen"
    found = leaks(said, life.secrets, "what was said")
    seen = "\0".join(sorted({word for process in life.processes for word in process}))
    found += leaks(seen, life.secrets, "the process list")
    for name, content in life.files():
        found += leaks(content.decode("latin-1"), life.secrets, name)
    found += leaks(dump(life), life.secrets, "the database")
    if on_postgresql:
        log = getattr(request.getfixturevalue("postgres_server").server, "log", None)
        if log is not None:
            text = Path(log).read_text(errors="replace")
            assert "INSERT INTO connections" in text, "the server logged nothing"
            found += leaks(text, life.secrets, "the server's log")
    assert sorted(set(found)) == []


@pytest.mark.parametrize("secret", ["AbC/d+e=f-1234567890", "plain-token-0123456789"])
def test_the_search_finds_a_secret_in_every_form(secret: str) -> None:
    """A search that finds nothing proves nothing by itself."""
    assert not leaks("AbC and plain-token, but no more", {secret: "it"}, "here")
    for before in ("", "i", "id", "id:", "user@host:"):
        whole = base64.b64encode(f"{before}{secret}and more".encode()).decode()
        assert leaks(f"Basic {whole}", {secret: "it"}, "here"), whole
        assert leaks(quote(whole, safe=""), {secret: "it"}, "here"), whole
        assert leaks(base64.urlsafe_b64encode(f"{before}{secret}".encode()).decode(), {secret: "it"}, "here")
    for form in (
        secret,
        quote(secret, safe=""),
        json.dumps({"a": secret}),
        secret.encode().hex(),
        f"?t={secret}&b",
    ):
        assert leaks(f"x{form}x", {secret: "it"}, "here") == ["here shows it"], form


def test_a_browser_is_told_none_of_the_secrets_of_the_environment(tmp_path: Path) -> None:
    """It inherits what it needs (a screen, a home), and starts many processes of its own."""
    notes = tmp_path / "notes"
    script = tmp_path / "browser.py"
    script.write_text(
        f"import os; open({str(notes)!r} + '.new', 'w').write(repr(dict(os.environ)))\n"
        f"os.rename({str(notes)!r} + '.new', {str(notes)!r})\n"
    )
    secret = {name: f"hush-{name}" for name in SECRETS}
    kept = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "PYTHONPATH": str(REPOSITORY)}
    opening = (
        "from planrrr_cli.commands.browsing import open_in_browser as o; assert o('https://example.com/')"
    )
    browser = {"BROWSER": f"{sys.executable} {script} %s"}
    subprocess.run([sys.executable, "-c", opening], env=kept | browser | secret, timeout=60, check=True)
    deadline = time.monotonic() + 20
    while not notes.exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    seen = notes.read_text()
    assert str(tmp_path) in seen
    assert not [name for name, value in secret.items() if value in seen]


def live(life: Installation) -> None:
    """Each command's end is not of interest here, but that it came to its end is."""
    for name in ("croissants.jpg", "bread-rises.mp4"):
        shutil.copy(MEDIA / name, life.folder)
    assert life.planrrr("init") == 0
    for platform in ("facebook", "x"):
        assert life.planrrr("connect", platform) in (0, 1), life.said[-1]
    life.planrrr("connect", "x", "--no-browser", stdin="not what was meant\n", patience=1.5)
    access = next(iter(one["accessToken"] for one in life.sandbox.accounts()["connections"]))
    pasted = f"{access}\nhttp://127.0.0.1:1/?code={access}&state=1\n"
    life.planrrr("connect", "x", "--no-browser", stdin=pasted, patience=1.5)
    assert life.planrrr("connections", "import", "-", stdin=json.dumps(life.sandbox.accounts())) == 0
    flows = {platform: next(iter(found.values())) for platform, found in FLOWS.items()}
    ids = {one["platform"]: one["accountId"] for one in life.sandbox.accounts()["connections"]}
    for platform, document in flows.items():
        (life.folder / f"{platform}.md").write_text(document)
        for name in MEDIA.iterdir():
            if name.name in document:
                shutil.copy(name, life.folder)
        assert (
            life.planrrr("add", f"{platform}.md", "--to", f"{platform}:{ids[platform]}", "--at", "now") == 0
        ), life.said[-1]
    for call, kind, strike in TROUBLES:
        life.sandbox.fault(call, kind, strike)
    life.planrrr("refresh-tokens", "--within", "365d")
    life.planrrr("publish-due", "--json", "--max-seconds", "4")
    life.planrrr("refresh-tokens", "--within", "365d", "--json")
    life.sandbox.forget_faults()
    life.planrrr("refresh-tokens", "--within", "365d")
    life.write_settings(ENCRYPTION_KEY=NEW, ENCRYPTION_KEY_PREVIOUS=KEY)
    life.planrrr("publish-due", "--max-seconds", "2")
    assert life.planrrr("keys", "rotate") == 0
    life.write_settings(ENCRYPTION_KEY_PREVIOUS="")
    for command in (
        "keys status",
        "doctor",
        "doctor --json",
        "list --json",
        "connections list --json",
        "limits",
    ):
        life.planrrr(*command.split())
    life.planrrr("connections", "check")
    shown = life.planrrr("refresh-tokens", "--forecast", "300d", "--ics", "ends.ics")
    assert shown in (0, 1), life.said[-1]
    life.write_settings(ENCRYPTION_KEY=KEY)  # the wrong one again
    assert life.planrrr("keys", "status", learn=False) == 1
    life.planrrr("publish-due", learn=False)
    life.write_settings(ENCRYPTION_KEY=NEW, DATABASE_URL="postgresql://u:hush-hush@127.0.0.1:1/nowhere")
    assert life.planrrr("list", learn=False) == 75
    assert "hush-hush" not in life.said[-1]
    life.write_settings(DATABASE_URL=life.database_url)


def dump(world: World | Installation) -> str:
    """Every byte of the tables, as text."""
    if world.database_url.startswith("sqlite"):
        return "".join(
            path.read_bytes().decode("latin-1")
            for path in Path(world.database_url[10:]).parent.glob("planrrr.db*")
        )
    with psycopg.connect(world.database_url) as connection:
        tables = connection.execute(
            "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'"
        ).fetchall()
        rows = [
            json.dumps(connection.execute(f'SELECT to_json(t) FROM "{table}" t').fetchall(), default=str)
            for (table,) in tables
        ]
    return "".join(rows)
