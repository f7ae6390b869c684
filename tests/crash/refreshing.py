"""As ``zygote.py``, for `refresh-tokens`: a job of the mode ``refresh`` renews tokens, any other is a run."""

from __future__ import annotations

import sys
from contextlib import redirect_stdout
from datetime import timedelta
from pathlib import Path
from typing import Any

from planrrr_cli.commands.refresh import refresh_tokens
from planrrr_cli.context import SystemClock, open_context
from tests.crash import zygote
from tests.soak.clock import MovedClock

publish = zygote.run


def run(job: dict[str, Any]) -> int:
    """One renewal of all that is due, or one run, that dies or stops at the chosen point."""
    if job.get("mode") != "refresh":
        return publish(job)
    stop_at = int(job.get("stop_at", 0))
    zygote.instrument(zygote.Points(int(job["kill_at"]), Path(job["trace"]), stop_at))
    moved = "clock" in job
    clock = MovedClock(Path(job["clock"])) if moved else SystemClock(timedelta(seconds=job["offset_seconds"]))
    with (
        open_context(job["environ"], cwd=Path(job["cwd"]), clock=clock) as ctx,
        redirect_stdout(sys.stderr),
    ):
        return refresh_tokens(ctx, within=None, name=job["connection"], dry_run=False, as_json=True)


if __name__ == "__main__":
    zygote.run = run
    zygote.main()
