"""The main job as a process whose clock is moved: ``python -m tests.publishing.moved SECONDS [LINGER]``; its
settings are the environment's and those of the folder it is started in."""

from __future__ import annotations

import sys
from datetime import timedelta

from planrrr_cli.context import SystemClock, open_context
from planrrr_cli.publishing.options import RunOptions
from planrrr_cli.publishing.run import publish

if __name__ == "__main__":
    with open_context(clock=SystemClock(timedelta(seconds=float(sys.argv[1])))) as ctx:
        linger = timedelta(seconds=float(sys.argv[2]) if len(sys.argv) > 2 else 0)
        publish(ctx, RunOptions(linger=linger, max_seconds=100))
