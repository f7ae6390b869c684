"""The systemd units and the crontab are true: what they start exists, the key is a credential, timers fit services."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

import pytest

from planrrr_cli.domain.errors import ConfigError
from planrrr_cli.settings import keyfile, load_settings

ROOT = Path(__file__).resolve().parents[1]
SERVICES = sorted((ROOT / "systemd").glob("*.service"))
TIMERS = sorted((ROOT / "systemd").glob("*.timer"))
PROGRAM = "/opt/planrrr/bin/planrrr"
KEY = "ab" * 32


def unit(path: Path) -> dict[str, dict[str, list[str]]]:
    """Sections, and in them all values of each name, in order; as systemd reads them, without continuation lines."""
    found: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    section = ""
    for line in path.read_text(encoding="utf-8").splitlines():
        if not line.strip() or line.startswith(("#", ";")):
            continue
        if heading := re.fullmatch(r"\[(\w+)\]", line):
            section = heading[1]
            continue
        name, equals, value = line.partition("=")
        assert equals and section and name == name.strip(), f"{path.name}: {line}"
        found[section][name].append(value)
    return found


def environment(service: dict[str, list[str]]) -> dict[str, str]:
    return dict(each.split("=", 1) for each in service["Environment"])


def test_there_are_units_for_both_jobs_and_a_timer_for_each() -> None:
    assert {path.stem for path in SERVICES} == {"planrrr-publish-due", "planrrr-refresh-tokens"}
    assert {path.stem for path in TIMERS} == {path.stem for path in SERVICES}
    for path in TIMERS:
        timer = unit(path)
        assert timer["Timer"]["OnCalendar"] and timer["Install"]["WantedBy"] == ["timers.target"]


@pytest.mark.parametrize("path", SERVICES, ids=lambda path: path.stem)
def test_the_key_comes_as_a_credential_and_no_secret_is_in_a_unit(path: Path) -> None:
    service = unit(path)["Service"]
    settings = environment(service)
    name = settings["ENCRYPTION_KEY_FILE"].removeprefix("%d/")
    assert settings["ENCRYPTION_KEY_FILE"] == f"%d/{name}"
    assert any(each.startswith(f"{name}:/") for each in service["LoadCredential"])
    text = path.read_text(encoding="utf-8")
    for word in ("SECRET=", "TOKEN=", "ENCRYPTION_KEY=", "PASSWORD="):
        assert word not in text, "what is in a unit, everybody may read"
    assert not re.search(r"://[^/\s]*:[^/\s]*@", text)
    # The commented line for changes of keys names what planrrr looks for by itself.
    assert f"#LoadCredential={name}.previous:/etc/planrrr/{name}.previous" in text


@pytest.mark.parametrize("path", SERVICES, ids=lambda path: path.stem)
def test_a_unit_starts_a_command_that_exists_once_and_as_nobody_special(path: Path) -> None:
    service = unit(path)["Service"]
    (start,) = service["ExecStart"]
    program, *arguments = start.split()
    assert program == PROGRAM and f"planrrr-{arguments[0]}" == path.stem
    explained(arguments)
    assert service["Type"] == ["oneshot"] and service["User"] == ["planrrr"]
    assert service["UMask"] == ["0077"] and service["NoNewPrivileges"] == ["yes"]
    assert "RuntimeMaxSec" not in service  # it does nothing for a oneshot


def test_the_crontab_calls_commands_that_exist() -> None:
    lines = (ROOT / "crontab.example").read_text(encoding="utf-8").splitlines()
    commands = [
        match[1] for line in lines if (match := re.match(r"#?\s*(?:[\d*/,-]+\s+){5}planrrr ([a-z-]+)", line))
    ]
    assert set(commands) == {"publish-due", "refresh-tokens"}
    for command in set(commands):
        explained([command])


def explained(arguments: list[str]) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "planrrr_cli", *arguments, "--help"],
        cwd=ROOT,
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd-analyze is not here")
def test_systemd_finds_no_fault_and_little_that_could_be_attacked(tmp_path: Path) -> None:
    for path in (*SERVICES, *TIMERS):
        text = path.read_text(encoding="utf-8").replace(PROGRAM, sys.executable)
        (tmp_path / path.name).write_text(text, encoding="utf-8")
    names = [str(tmp_path / path.name) for path in (*SERVICES, *TIMERS)]
    done = analyzed("verify", "--man=no", *names, SYSTEMD_UNIT_PATH=f"{tmp_path}:")
    assert done.returncode == 0, done.stderr
    assert [line for line in done.stderr.splitlines() if "planrrr" in line] == []
    for path in SERVICES:
        # 10 is worst; a service without any of it has 9.6. https://www.freedesktop.org/software/systemd/man/systemd-analyze.html
        done = analyzed("security", "--offline=true", "--threshold=20", str(tmp_path / path.name))
        if "unrecognized option" in done.stderr:
            pytest.skip("this systemd cannot look at a file")
        assert done.returncode == 0, done.stdout[-2000:] + done.stderr


def analyzed(*arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["systemd-analyze", *arguments],
        env={"PATH": "/usr/bin:/bin", **environ},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


# ---------------------------------------------------------------- what the program makes of a credential


@pytest.fixture
def credentials(tmp_path: Path) -> Path:
    """As systemd hands them in where file systems know no access control lists: a folder and files that only read."""
    folder = tmp_path / "credentials"
    folder.mkdir()
    (folder / "encryption.key").write_text(KEY + "\n")
    (folder / "encryption.key").chmod(0o400)
    folder.chmod(0o500)
    yield folder
    folder.chmod(0o700)


def planrrr(credentials: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    state = credentials.parent
    return subprocess.run(
        [sys.executable, "-m", "planrrr_cli", *arguments],
        cwd=state,
        env={
            "PATH": "/usr/bin:/bin",
            "PYTHONPATH": str(ROOT),
            "HOME": str(state),
            "CREDENTIALS_DIRECTORY": str(credentials),
            "DATABASE_URL": f"sqlite:///{state}/planrrr.db",
            "ENCRYPTION_KEY_FILE": f"{credentials}/encryption.key",  # what %d stands for
        },
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_a_key_that_only_reads_works_and_the_previous_one_is_found_beside_it(credentials: Path) -> None:
    assert planrrr(credentials, "init").returncode == 0
    assert planrrr(credentials, "publish-due").returncode == 0
    credentials.chmod(0o700)
    (credentials / "encryption.key.previous").write_text("cd" * 32)
    (credentials / "encryption.key.previous").chmod(0o400)
    credentials.chmod(0o500)
    shown = planrrr(credentials, "keys", "status")
    assert shown.returncode == 0, shown.stderr
    assert re.search(r"present.*\n.* +previous ", shown.stdout)


@pytest.mark.skipif(
    os.geteuid() != 0, reason="systemd gives these files to root, and only root can make such"
)
def test_a_credential_shows_a_group_that_is_none_and_only_there_that_is_accepted(
    credentials: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The mode that an access control list shows for a service with a user of its own."""
    key = credentials / "encryption.key"
    key.chmod(0o440)
    environ = {"DATABASE_URL": f"sqlite:///{tmp_path}/p.db", "ENCRYPTION_KEY_FILE": str(key)}
    settings = load_settings(environ, cwd=tmp_path)
    with pytest.raises(ConfigError, match="others than its owner"):
        keyfile.load_key(settings, create=False)
    monkeypatch.setattr(keyfile, "CREDENTIALS", str(credentials))
    assert keyfile.load_key(settings, create=False).reveal() == KEY
    key.chmod(0o444)
    with pytest.raises(ConfigError, match="others than its owner"):
        keyfile.load_key(settings, create=False)
