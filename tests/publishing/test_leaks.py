"""No token where an outsider can look: output and logs of whole runs at debug level, process list, tables."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import quote

import psycopg
import pytest

from planrrr_cli.domain.connections import Platform
from tests.flows import FLOWS
from tests.publishing.test_run import facebook_app
from tests.world import KEY, World

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


def dump(world: World) -> str:
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
