"""A database on a disk that is mounted for reading only: one sentence that says so, and exit 75."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import sys

import pytest

MOUNT = 'mount --bind "$1" "$1" && mount -o remount,ro,bind "$1" && shift && exec "$@"'


@pytest.fixture
def mounted(folder, environ):
    """Runs the program while its database's folder cannot be written."""
    place = folder / "disk"
    place.mkdir()
    environ["DATABASE_URL"] = f"sqlite:///{place}/planrrr.db"
    if shutil.which("unshare") is None:
        pytest.skip("there is no unshare here, with which a disk could be mounted for this test alone")
    wrapped = ["unshare", "--map-root-user", "--mount", "sh", "-c", MOUNT, "sh", str(place)]
    if subprocess.run([*wrapped, "true"], capture_output=True, check=False).returncode:
        pytest.skip("this system lets nobody mount a disk for a test alone")

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [*wrapped, sys.executable, "-m", "planrrr_cli", *arguments]
        return subprocess.run(command, cwd=folder, env=environ, capture_output=True, text=True, check=False)

    return run


def test_a_database_that_needs_files_beside_itself_says_that_it_cannot_make_them(
    mounted, planrrr, folder
) -> None:
    planrrr("init")
    with sqlite3.connect(folder / "disk" / "planrrr.db") as closing:
        closing.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    closing.close()
    assert sorted(path.name for path in (folder / "disk").iterdir()) == ["planrrr.db", "planrrr.key"]
    ran = mounted("list")
    assert ran.returncode == 75
    assert ran.stderr.splitlines()[-1] == (
        f"planrrr: the database {folder}/disk/planrrr.db cannot be opened: it needs files beside itself, and its "
        "folder is read-only; mount the disk for writing, or let this user write there"
    )


def test_a_database_that_is_not_there_yet_says_where_it_cannot_be_made(mounted, folder) -> None:
    ran = mounted("list")
    assert ran.returncode == 75
    assert ran.stderr.splitlines()[-1] == (
        f"planrrr: the database {folder}/disk/planrrr.db cannot be created: read-only file system"
    )
