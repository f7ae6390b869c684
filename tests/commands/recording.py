"""A browser that only notes what it was told to open."""

from __future__ import annotations

import sys
import time
from pathlib import Path

from tests.commands.signing import PATIENCE


def recording(opened: Path) -> str:
    """A BROWSER that only notes, in a file, what it was told to open."""
    program = opened.with_name("record.py")
    program.write_text(
        "import pathlib, sys\n"
        "pathlib.Path(sys.argv[1] + '.new').write_text(sys.argv[2])\n"
        "pathlib.Path(sys.argv[1] + '.new').rename(sys.argv[1])\n"
    )
    return f"{sys.executable} {program} {opened} %s"


def when_written(opened: Path) -> str:
    """The address that :func:`recording` noted, once it has."""
    deadline = time.monotonic() + PATIENCE
    while not opened.exists():
        assert time.monotonic() < deadline, "no browser was started"
        time.sleep(0.01)
    return opened.read_text()
