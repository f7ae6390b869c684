"""The only place where an exception becomes an exit code; what each error means is said where it is raised."""

from __future__ import annotations

import contextlib
import errno
import json
import os
import re
import select
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NoReturn, TextIO, cast

from planrrr_cli.domain.errors import PlanrrrError, PlatformError, StoreUnavailable
from planrrr_cli.logs import mask, unavailable, unexpected

BUG, CANNOT_NOW, INTERRUPTED, READER_LEFT, WRONG_USAGE = 3, 75, 130, 1, 2
# The machine, not the program: the next run may well succeed.
EXHAUSTED = frozenset(
    {
        errno.ENOSPC,
        errno.EDQUOT,
        errno.EROFS,
        errno.EIO,
        errno.EMFILE,
        errno.ENFILE,
        errno.ENOMEM,
        errno.EAGAIN,
    }
)


@contextmanager
def exit_gate(as_json: bool = False) -> Iterator[None]:
    """Wraps a command: whatever escapes it becomes one sentence on stderr and SystemExit with the right code.

    ``as_json``: the error is also one JSON document on stdout, unless the command had already written something.
    """
    out = _Watched(sys.stdout)
    sys.stdout = cast(TextIO, out)
    try:
        try:
            yield
        finally:
            sys.stdout = out.stream
        sys.stdout.flush()
    except SystemExit:
        _check_written()
        raise
    except KeyboardInterrupt:
        _end("interrupted", "INTERRUPTED", INTERRUPTED, as_json and not out.used)
    except PlanrrrError as error:
        if isinstance(error, StoreUnavailable) and not error.recorded:
            unavailable(str(error))
        _end(_sentence(error), _kind(error), error.exit_code, as_json and not out.used)
    except Exception as error:
        _end_unexpected(error, as_json and not out.used, writing=out.failed)


def end_outside_a_command(error: BaseException, *, as_json: bool) -> NoReturn:
    """Ends the process for what happened before, after or instead of a command: wrong usage, help that is not read."""
    if isinstance(error, KeyboardInterrupt) or type(error).__name__ == "Abort":
        _end("interrupted", "INTERRUPTED", INTERRUPTED, as_json)
    show, said = getattr(error, "show", None), getattr(error, "format_message", None)
    if not callable(show) or not callable(said):
        _end_unexpected(cast(Exception, error), as_json, writing=True)
    with contextlib.suppress(OSError, ValueError):
        show()  # usage, hint and sentence, as Typer writes them
    _end(said(), "USAGE_ERROR", getattr(error, "exit_code", WRONG_USAGE), as_json, silent=True)


class _Watched:
    """A stream that remembers whether it was written to, and whether that failed."""

    def __init__(self, stream: TextIO) -> None:
        self.stream = stream
        self.used = False
        self.failed = False

    def write(self, text: str) -> int:
        self.used = self.used or bool(text)
        with self._noticing():
            return self.stream.write(text)

    def flush(self) -> None:
        with self._noticing():
            self.stream.flush()

    @contextmanager
    def _noticing(self) -> Iterator[None]:
        try:
            yield
        except OSError:
            self.failed = True
            raise

    def __getattr__(self, name: str) -> Any:
        if name == "buffer":  # bytes go past write(); rather one document too few than two
            self.used = True
        return getattr(self.stream, name)


def _end_unexpected(error: Exception, as_json: bool, *, writing: bool) -> NoReturn:
    """``writing``: it was stdout that could not be written."""
    if _belongs_to_typer(error):
        _check_written()
        raise error
    if isinstance(error, BrokenPipeError) and _reader_left():
        _silence_stdout()
        raise SystemExit(READER_LEFT) from None
    if isinstance(error, OSError) and error.errno in EXHAUSTED:
        what = f"{error.filename}: {error.strerror}" if error.filename else error.strerror
        said = f"the machine does not let it work now: {what}"
        if writing:
            said = f"the output cannot be written: {what}; what was done before stays done, and planrrr list shows it"
        _end(said, "CANNOT_WORK_NOW", CANNOT_NOW, as_json)
    if isinstance(error, MemoryError):
        _end("the machine does not let it work now: memory ran out", "CANNOT_WORK_NOW", CANNOT_NOW, as_json)
    unexpected(error)
    name = type(error).__name__
    said = f'this is a bug in planrrr ({name}); the log record "unexpected error" has the traceback, please report it'
    _end(said, "INTERNAL_ERROR", BUG, as_json)


def _check_written() -> None:
    """The exit code of a command must not claim that its reader got what could not be written."""
    failure = _flush_error()
    if failure is not None:
        _end_unexpected(failure, as_json=False, writing=True)


def _end(message: str, kind: str, code: int, as_json: bool, *, silent: bool = False) -> NoReturn:
    """``silent``: the sentence was said already."""
    message = mask(message)
    # A closed or full stderr or stdout must not change the exit code.
    with contextlib.suppress(OSError, ValueError):
        if not silent:
            sys.stderr.write(f"planrrr: {message}\n")
        sys.stderr.flush()
    if as_json:
        error = {"kind": kind, "message": message, "exit_code": code}
        with contextlib.suppress(OSError, ValueError):
            sys.stdout.write(json.dumps({"schema": "planrrr.error/1", "error": error}) + "\n")
    if _flush_error() is not None:
        _silence_stdout()
    raise SystemExit(code) from None


def _sentence(error: PlanrrrError) -> str:
    if isinstance(error, PlatformError) and error.next_step:
        return f"{error}; {error.next_step}"
    return str(error) or _kind(error).lower().replace("_", " ")


def _kind(error: PlanrrrError) -> str:
    """Spelled like the kinds of platform errors: ConfigError is CONFIG_ERROR."""
    if isinstance(error, PlatformError):
        return error.kind.value
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", type(error).__name__).upper()


def _belongs_to_typer(error: Exception) -> bool:
    """Whether it is Typer's own way to end: an exit, an abort, or wrong usage that it prints itself."""
    import typer

    return isinstance(error, typer.Exit | typer.Abort) or callable(getattr(error, "show", None))


def _reader_left() -> bool:
    """Whether nobody reads stdout or stderr any more; otherwise the pipe that broke was one of ours."""
    for stream in (sys.stdout, sys.stderr):
        try:
            poll = select.poll()
            poll.register(stream.fileno(), 0)
            if any(event & (select.POLLERR | select.POLLHUP) for _, event in poll.poll(0)):
                return True
        except (OSError, ValueError):  # no real file behind it
            continue
    return False


def _silence_stdout() -> None:
    """What is still buffered goes nowhere, so that the interpreter does not complain at its end."""
    with contextlib.suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)


def _flush_error() -> OSError | None:
    try:
        if not sys.stdout.closed:
            sys.stdout.flush()
    except OSError as error:
        return error
    return None
