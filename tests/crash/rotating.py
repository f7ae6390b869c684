"""As ``zygote.py``, for changes of keys: the points are also what is done to the files of keys."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

from planrrr_cli.commands import keys
from planrrr_cli.context import open_context
from tests.crash import zygote

FILES = ("link", "replace", "unlink", "fsync")


def rotate(job: dict[str, Any]) -> int:
    """One rotation, a row at a time, that dies at the chosen point."""
    points = zygote.Points(int(job["kill_at"]), Path(job["trace"]))
    for name in FILES:
        setattr(os, name, _around(getattr(os, name), name, points))
    zygote.instrument(points)
    keys.ROWS = 1
    with open_context(job["environ"], cwd=Path(job["cwd"])) as ctx, redirect_stdout(sys.stderr):
        return keys.rotate(ctx, forget=True, as_json=True)


def _around(original: Callable[..., Any], name: str, points: zygote.Points) -> Callable[..., Any]:
    def wrapped(*arguments: Any, **named: Any) -> Any:
        points.reach(f"{name}, before")
        result = original(*arguments, **named)
        points.reach(f"{name}, after")
        return result

    return wrapped


if __name__ == "__main__":
    zygote.run = rotate
    zygote.main()
