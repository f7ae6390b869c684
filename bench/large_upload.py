"""What a very large video costs: a sparse file goes up to the sandbox, is killed three times on the way, and goes on.

    python bench/large_upload.py                4 GB to YouTube, on SQLite
    python bench/large_upload.py --gigabytes 1

Prints the peak memory of each process of ``publish-due``, and how many pieces were sent where an upload that nobody
disturbs would have needed how many. Exit code 1 when the video is not there exactly once.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import struct
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path
from typing import Any

from planrrr_cli.sandbox import SandboxServer

SAMPLE = Path(__file__).resolve().parents[1] / "examples" / "media" / "bread-rises.mp4"
PIECE = 8 * 1024 * 1024
KILLED_AT = (0.2, 0.5, 0.8)
PIECES = ("youtube.upload.chunk", "youtube.upload.final")


def sparse_video(path: Path, size: int) -> None:
    """A real video, then a box that says that it is free space."""
    sample = SAMPLE.read_bytes()
    path.write_bytes(sample + struct.pack(">I4sQ", 1, b"free", size - len(sample)))
    os.truncate(path, size)


def sent(sandbox: SandboxServer) -> int:
    """How many pieces the sandbox has taken so far."""
    with urllib.request.urlopen(f"{sandbox.url}/_sandbox/requests") as answer:
        requests = json.load(answer)["requests"]
    return sum(one["call"] in PIECES for one in requests)


def ended(process: subprocess.Popen[bytes]) -> bool:
    """Without reaping it: what it used is asked for afterwards."""
    return os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None


def run(
    environ: dict[str, str], folder: Path, sandbox: SandboxServer, kill_at: float | None
) -> tuple[float, int]:
    """One ``publish-due``, killed when so many pieces have been sent: its peak in MiB, and its exit code."""
    log = (folder / "run.log").open("ab")
    command = [sys.executable, "-m", "planrrr_cli", "publish-due", "--json"]
    process = subprocess.Popen(command, env=environ, cwd=folder, stdout=log, stderr=log)
    while kill_at is not None and not ended(process):
        if sent(sandbox) >= kill_at:
            process.send_signal(signal.SIGKILL)
            break
        time.sleep(0.05)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    log.close()
    return usage.ru_maxrss / 1024, process.returncode


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--gigabytes", type=float, default=4.0)
    size = int(parser.parse_args().gigabytes * 1024**3)
    with tempfile.TemporaryDirectory() as made, SandboxServer(port=0) as sandbox:
        folder = Path(made)
        plain = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG")}
        environ = plain | {
            "DATABASE_URL": f"sqlite:///{folder}/planrrr.db",
            "PLANRRR_SANDBOX_URL": sandbox.url,
        }
        sparse_video(folder / "large.mp4", size)
        (folder / "post.md").write_text(
            "---\nto: [youtube]\ntitle: A large one\nmedia: [large.mp4]\n---\nIt rises slowly.\n", "utf-8"
        )
        with urllib.request.urlopen(f"{sandbox.url}/_sandbox/accounts") as answer:
            (folder / "accounts.json").write_bytes(answer.read())
        for words in (
            ["init"],
            ["connections", "import", "accounts.json"],
            ["add", "post.md", "--at", "now"],
        ):
            subprocess.run(
                [sys.executable, "-m", "planrrr_cli", *words],
                env=environ,
                cwd=folder,
                check=True,
                capture_output=True,
            )
        return measured(environ, folder, sandbox, -(-size // PIECE))


def measured(environ: dict[str, str], folder: Path, sandbox: SandboxServer, needed: int) -> int:
    began, peaks = time.monotonic(), []
    for share in (*KILLED_AT, None):
        while True:
            kill_at = None if share is None else share * needed
            before = sent(sandbox)
            peak, code = run(environ, folder, sandbox, kill_at)
            if sent(sandbox) > before:
                break
            time.sleep(1)  # a rescued publication rests for some seconds
        how = "killed" if code == -signal.SIGKILL else f"ended with {code}"
        print(f"{how} after {sent(sandbox):,} of {needed:,} pieces; peak {peak:.0f} MiB", flush=True)
        peaks.append(peak)
    posts: list[dict[str, Any]]
    with urllib.request.urlopen(f"{sandbox.url}/_sandbox/posts") as answer:
        posts = json.load(answer)["posts"]
    print(
        f"{len(posts)} video public; {sent(sandbox):,} pieces sent where {needed:,} were needed; "
        f"peak memory {max(peaks):.0f} MiB; {time.monotonic() - began:.0f} s"
    )
    return 0 if len(posts) == 1 else 1


if __name__ == "__main__":
    sys.exit(main())
