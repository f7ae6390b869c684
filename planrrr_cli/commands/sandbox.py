"""`sandbox`: serves the imitation of the platforms until it is stopped; what it imitates is in sandbox/."""

from __future__ import annotations

import re
import shlex
import signal
from pathlib import Path
from queue import SimpleQueue
from types import FrameType
from typing import TYPE_CHECKING

from planrrr_cli import render
from planrrr_cli.domain.errors import ConfigError, UsageError

if TYPE_CHECKING:
    from planrrr_cli.sandbox import SandboxServer

LONGEST_LATENCY = 60
LONGEST_PROCESSING = 86_400


def sandbox(
    *,
    port: int,
    seed: int,
    latency: str,
    accounts: int,
    state_file: Path | None,
    media_folder: Path | None,
    allow_private_fetch: bool,
    processing: str,
    as_json: bool,
) -> int:
    """Runs until SIGINT (130) or SIGTERM (0), then stops in order."""
    server = make_server(
        port=port,
        seed=seed,
        latency=read_latency(latency),
        accounts=accounts,
        state_file=state_file,
        media_folder=media_folder,
        allow_private_fetch=allow_private_fetch,
        processing_seconds=read_seconds(processing, "a time of processing", "300s", LONGEST_PROCESSING),
    )
    stopped_by: list[int] = []
    # Not an Event: set by a handler, it can deadlock with its own thread's wait.
    stop: SimpleQueue[None] = SimpleQueue()

    def ended(number: int, _: FrameType | None) -> None:
        stopped_by.append(number)
        stop.put(None)

    before = {number: signal.signal(number, ended) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        start(server, port)
        _welcome(server.url, media_folder, kept=state_file is not None, as_json=as_json)
        stop.get()
    finally:
        server.stop()
        for number, handler in before.items():
            signal.signal(number, handler)
    render.say("the sandbox has stopped" + (f"; its state is in {state_file}" if state_file else ""))
    return 130 if signal.SIGINT in stopped_by else 0


def make_server(
    *,
    port: int,
    seed: int,
    latency: float,
    accounts: int,
    state_file: Path | None,
    media_folder: Path | None = None,
    allow_private_fetch: bool = False,
    processing_seconds: float = 0.0,
) -> SandboxServer:
    """A server that does not listen yet; ConfigError when its extra is not installed."""
    try:
        from planrrr_cli.sandbox import SandboxServer
    except ImportError as error:
        raise ConfigError(str(error)) from None
    try:
        return SandboxServer(
            host="127.0.0.1",
            port=port,
            seed=seed,
            latency=latency,
            accounts=accounts,
            state_file=state_file,
            media_folder=media_folder,
            allow_private_fetch=allow_private_fetch,
            processing_seconds=processing_seconds,
        )
    except ValueError as error:
        raise UsageError(str(error)) from None


def start(server: SandboxServer, port: int) -> None:
    """Listen, or say in a sentence why not."""
    try:
        server.start()
    except ValueError as error:
        raise UsageError(str(error)) from None
    except OSError as error:
        raise UsageError(
            f"port {port} cannot be used: {error.strerror}; choose another with --port"
        ) from None


def read_latency(text: str) -> float:
    """Seconds from ``50ms``, ``1.5s`` or ``0``."""
    return read_seconds(text, "a latency", "50ms or 1.5s", LONGEST_LATENCY)


def read_seconds(text: str, what: str, like: str, most: int) -> float:
    """From a number with ``ms`` or ``s`` behind it; raises UsageError with a sentence about `what`."""
    found = re.fullmatch(r"(\d+(?:\.\d+)?)\s*(ms|s)?", text.strip())
    if not found or (found[2] is None and float(found[1]) != 0):
        raise UsageError(f"{render.clean(text)!r} is not {what}; write it like {like}")
    seconds = float(found[1]) / (1000 if found[2] == "ms" else 1)
    if seconds > most:
        raise UsageError(f"{what} of {text} is more than the {most} s that make sense")
    return seconds


def _welcome(url: str, media_folder: Path | None, *, kept: bool, as_json: bool) -> None:
    media_url = f"{url}/_sandbox/media"
    if as_json:
        document = {"schema": "planrrr.sandbox/1", "url": url, "accounts_url": f"{url}/_sandbox/accounts"}
        render.document(document | ({"media_url": media_url} if media_folder else {}))
        return
    render.line(
        f"The sandbox imitates the platforms at {url} (its page shows what was posted). Nothing leaves this host."
    )
    render.line("In another terminal:")
    render.line(f"  export PLANRRR_SANDBOX_URL={url}")
    if media_folder:
        folder = shlex.quote(render.clean(str(media_folder.resolve())))
        render.line(f"  export MEDIA_ROOT={folder} MEDIA_PUBLIC_BASE_URL={media_url}")
    render.line(f"  curl -s {url}/_sandbox/accounts | planrrr connections import -   # all its accounts, or")
    render.line(f"  curl -s {url}/_sandbox/env >>.env; planrrr connect youtube       # sign in to one")
    forgets = (
        "" if kept else "; it forgets everything then, and begins with the same ids (--state FILE keeps it)"
    )
    render.say(f"Ctrl-C stops it{forgets}")
