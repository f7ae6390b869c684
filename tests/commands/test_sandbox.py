"""`sandbox` serves until it is stopped, and says how to use it."""

from __future__ import annotations

import json
import shlex
import signal
import subprocess
import sys
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path

import pytest

from planrrr_cli.commands.demo_tools import get_json
from planrrr_cli.commands.sandbox import read_latency
from planrrr_cli.domain.errors import UsageError
from tests.commands.conftest import EXAMPLES
from tests.platforms.rig import Answer, Server


@pytest.fixture
def started(environ, folder):
    children = []

    def start(*arguments: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "planrrr_cli", "sandbox", "--port", "0", *arguments]
        child = subprocess.Popen(
            command, cwd=folder, env=environ, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        children.append(child)
        return child

    yield start
    for child in children:
        child.kill()
        child.communicate()


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 0)])
def test_it_stops_in_order_and_keeps_its_state(started, folder: Path, number: int, code: int) -> None:
    child = started("--state", "state.json", "--latency", "1ms")
    said = child.stdout.readline()
    url = next(word for word in said.split() if word.startswith("http"))
    assert get_json(f"{url}/_sandbox/accounts")["connections"]
    child.send_signal(number)
    child.communicate(timeout=10)
    assert child.returncode == code
    assert (folder / "state.json").exists()


def test_its_first_words_are_the_lines_to_type(started) -> None:
    child = started()
    lines = [child.stdout.readline() for _ in range(4)]
    assert "export PLANRRR_SANDBOX_URL=http://127.0.0.1:" in lines[2]
    assert "planrrr connections import -" in lines[3]


def test_its_env_is_all_that_planrrr_needs_to_sign_in(started, planrrr, environ, folder: Path) -> None:
    child = started()
    child.stdout.readline()
    child.stdout.readline()
    url = child.stdout.readline().strip().rpartition("=")[2]
    with urllib.request.urlopen(f"{url}/_sandbox/env") as answer:
        (folder / ".env").write_bytes(answer.read())
    (folder / "agrees.py").write_text("import sys, urllib.request as u; u.urlopen(sys.argv[1])")
    agrees = {"BROWSER": f"{sys.executable} {folder / 'agrees.py'} %s"}
    for platform in ("facebook", "youtube", "linkedin"):
        command = [sys.executable, "-m", "planrrr_cli", "connect", platform, "--json"]
        ran = subprocess.run(command, cwd=folder, env=environ | agrees, capture_output=True, check=True)
        assert [one["status"] for one in json.loads(ran.stdout)["connections"]] == ["active"]


def test_a_port_that_is_taken_is_told_in_a_sentence(planrrr, sandbox) -> None:
    port = sandbox.url.rpartition(":")[2]
    assert f"port {port} cannot be used" in planrrr("sandbox", "--port", port, code=2).err


def test_a_state_file_that_is_none_is_told_in_a_sentence(planrrr, folder: Path) -> None:
    (folder / "state.json").write_text(json.dumps({"schema": "other"}))
    ran = planrrr("sandbox", "--port", "0", "--state", "state.json", code=2)
    assert "state.json is not a state file" in ran.err


@pytest.mark.parametrize(("typed", "seconds"), [("50ms", 0.05), ("1.5s", 1.5), ("0", 0.0), ("0ms", 0.0)])
def test_a_latency_is_read_with_its_unit(typed: str, seconds: float) -> None:
    assert read_latency(typed) == seconds


@pytest.mark.parametrize("typed", ["50", "fast", "-1ms", "1h", "100s", ""])
def test_what_is_no_latency_is_refused(typed: str) -> None:
    with pytest.raises(UsageError):
        read_latency(typed)


def test_a_folder_of_media_is_served_and_told_how_to_use(started, folder: Path) -> None:
    (folder / "my media").mkdir()
    (folder / "my media" / "a.txt").write_text("hello")
    child = started("--media", "my media", "--processing", "300s")
    lines = [child.stdout.readline() for _ in range(5)]
    url = next(word for word in lines[0].split() if word.startswith("http"))
    root = shlex.quote(str((folder / "my media").resolve()))
    assert f"export MEDIA_ROOT={root} MEDIA_PUBLIC_BASE_URL={url}/_sandbox/media\n" in lines[3]
    with urllib.request.urlopen(f"{url}/_sandbox/media/a.txt", timeout=10) as answer:
        assert (answer.read(), answer.headers["Content-Type"]) == (b"hello", "text/plain")


def test_the_address_of_the_media_stands_in_the_document(started, folder: Path) -> None:
    (folder / "media").mkdir()
    child = started("--media", "media", "--json")
    document, line = "", ""
    while line != "}\n":
        line = child.stdout.readline()
        document += line
    told = json.loads(document)
    assert told["media_url"] == f"{told['url']}/_sandbox/media"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--media", "nowhere"], "nowhere is not a folder"),
        (["--processing", "long"], "'long' is not a time of processing; write it like 300s"),
        (["--processing", "90000s"], "more than the 86400 s that make sense"),
    ],
)
def test_what_makes_no_sense_is_told_in_a_sentence(planrrr, arguments: list[str], said: str) -> None:
    assert said in planrrr("sandbox", "--port", "0", *arguments, code=2).err


@pytest.mark.parametrize(("switch", "status"), [((), 400), (("--allow-private-fetch",), 200)])
def test_media_on_private_addresses_are_fetched_only_when_it_is_told_to(
    started, switch: tuple[str, ...], status: int
) -> None:
    elsewhere = Server()
    picture = (EXAMPLES / "media" / "croissants.jpg").read_bytes()
    elsewhere.on("GET /a.jpg", Answer(200, picture, headers={"Content-Type": "image/jpeg"}))
    child = started(*switch, "--json")
    document, line = "", ""
    while line != "}\n":
        line = child.stdout.readline()
        document += line
    told = json.loads(document)
    with urllib.request.urlopen(told["accounts_url"], timeout=10) as answer:
        found = json.loads(answer.read())["connections"]
    account = next(one for one in found if one["platform"] == "instagram")
    form = urllib.parse.urlencode({"image_url": f"{elsewhere.url}/a.jpg"}).encode()
    request = urllib.request.Request(f"{told['url']}/v25.0/{account['accountId']}/media", form)
    request.add_header("Authorization", f"Bearer {account['accessToken']}")
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            seen, said = answer.status, {}
    except urllib.error.HTTPError as refused:
        seen, said = refused.code, json.loads(refused.read())["error"]
    elsewhere.close()
    assert seen == status
    assert status == 200 or (said["code"], said["error_subcode"]) == (9004, 2207052)
