"""Whether the process behind a run is surely dead, which frees its lanes before their leases run out.

Only proof counts: the same boot and process-id namespace, and either no process of that id or one that started at
another moment. Everything uncertain (another host, no /proc, no permission to look) is "maybe alive".
"""

from __future__ import annotations

import os
import socket
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Process:
    """A process of one boot of one machine. ``boot`` is empty where the system does not tell."""

    host: str
    pid: int
    started: str
    boot: str


def this_process() -> Process:
    pid = os.getpid()
    return Process(socket.gethostname(), pid, _stat(pid)[1], _boot())


def surely_dead(process: Process, here: Process) -> bool:
    """``here`` is :func:`this_process` of the asking run."""
    if not process.boot or process.boot != here.boot or process.host != here.host:
        return False
    try:
        os.kill(process.pid, 0)
    except ProcessLookupError:
        return True
    except OSError:
        return False
    state, started = _stat(process.pid)
    return state == "Z" or bool(started and process.started and started != process.started)


def _stat(pid: int) -> tuple[str, str]:
    """State letter and start in clock ticks since boot (fields 3 and 22 of /proc/PID/stat), else empty texts."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text("ascii", "replace").rpartition(")")[2].split()
        return fields[0], fields[19]
    except (OSError, IndexError):
        return "", ""


def _boot() -> str:
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text("ascii").strip()
        return f"{boot}/{Path('/proc/self/ns/pid').readlink()}"
    except OSError:
        return ""
