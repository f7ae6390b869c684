"""Log records on stderr, as JSON or for a terminal, with secrets masked; results for people are ``render.py``'s."""

from __future__ import annotations

import logging
import sys
import threading
import traceback
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import IO, Any

from planrrr_cli.domain.secrets import Secret
from planrrr_cli.mask import MASKED, SecretMask

__all__ = ["SecretMask", "bound", "configure", "mask", "unavailable", "unexpected"]

LOGGER = "planrrr"
mask = SecretMask()
"""The mask of this process: teach it every secret as soon as it is known."""

_context_fields: ContextVar[Mapping[str, Any]] = ContextVar("planrrr_log_fields")
_STANDARD = frozenset(logging.LogRecord("", 0, "", 0, "", None, None).__dict__) | {
    "message",
    "asctime",
    "taskName",
}
_FRAMES = 4  # of a traceback, in a line for a person
_OURS = frozenset({"time", "level", "logger"})
# ESC and its relatives in a platform's text must not steer the terminal of whoever reads the log.
_CONTROL = {code: f"\\x{code:02x}" for code in (*range(32), *range(127, 160)) if code not in {9, 10}}


@contextmanager
def bound(**fields: Any) -> Iterator[None]:
    """Adds ``fields`` to the records made inside the block, in this thread."""
    token = _context_fields.set({**_context_fields.get({}), **fields})
    try:
        yield
    finally:
        _context_fields.reset(token)


def configure(level: str | None = None, fmt: str | None = None, stream: IO[str] | None = None) -> None:
    """Sends all log records of the process, libraries' included, through the mask to ``stream`` (stderr).

    ``fmt``: ``json`` or ``console``; None chooses by whether ``stream`` is a terminal. ``level`` None: info in JSON,
    warning in console format, where a command's own words and progress tell the rest. Libraries are heard from
    warning on, or from debug on when ``level`` is debug. May be called again; the last call counts.
    """
    stream = stream or sys.stderr
    if fmt is None:
        fmt = "console" if stream.isatty() else "json"
    handler = _Handler(stream)
    handler.setFormatter(_Console() if fmt == "console" else _json())
    handler.addFilter(_add_fields)
    root = logging.getLogger()
    for old in [old for old in root.handlers if isinstance(old, _Handler)]:
        root.removeHandler(old)
    root.addHandler(handler)
    level = level or ("info" if fmt == "json" else "warning")
    number = logging.getLevelNamesMapping()[level.upper()]
    root.setLevel(number if number <= logging.DEBUG else max(number, logging.WARNING))
    logging.getLogger(LOGGER).setLevel(number)
    # It logs whole URLs at debug level, whose queries may hold what nobody has taught the mask.
    logging.getLogger("urllib3").setLevel(logging.INFO)
    logging.captureWarnings(True)
    sys.excepthook = _uncaught
    threading.excepthook = _uncaught_in_thread


def unexpected(error: BaseException) -> None:
    """Records a bug with its traceback, which never shows local variables; configures the logs if nobody did."""
    if not any(isinstance(handler, _Handler) for handler in logging.getLogger().handlers):
        configure()
    # Critical, so that no LOG_LEVEL can hide it.
    logging.getLogger(LOGGER).critical("unexpected error", exc_info=error)


def unavailable(reason: str) -> None:
    """Records why nothing can be done now, for machines that read the log; people have the command's last sentence."""
    handlers = [handler for handler in logging.getLogger().handlers if isinstance(handler, _Handler)]
    if any(not isinstance(handler.formatter, _Console) for handler in handlers):
        logging.getLogger(LOGGER).error("database unavailable", extra={"reason": reason})


def _uncaught(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        return
    unexpected(error.with_traceback(trace))


def _uncaught_in_thread(found: threading.ExceptHookArgs) -> None:
    if found.exc_value is not None and not isinstance(found.exc_value, SystemExit):
        unexpected(found.exc_value)


def _add_fields(record: logging.LogRecord) -> bool:
    """Gives the record our names for the common fields, and what is bound."""
    for name, value in _context_fields.get({}).items():
        record.__dict__.setdefault(name, value)
    record.time = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")[:-6] + "Z"
    record.level = record.levelname.lower()
    record.logger = record.name
    return True


class _Handler(logging.StreamHandler[IO[str]]):
    """Masks the finished text, so that arguments, exception texts and tracebacks are all covered."""

    def format(self, record: logging.LogRecord) -> str:
        return mask(super().format(record))

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - logging's name
        """The standard one would print the record's arguments as they are, unmasked."""
        try:
            self.stream.write(
                f'{{"level": "error", "logger": "{LOGGER}", "message": "a log record was lost"}}\n'
            )
        except (OSError, ValueError):  # the stream is gone, full or closed: there is nobody left to tell
            return


class _Console(logging.Formatter):
    """One line for a person: time, level, message, fields, and where an exception came from.

    The whole traceback is for machines, and for whoever asks for it: at debug level it stands below.
    """

    def format(self, record: logging.LogRecord) -> str:
        moment = record.__dict__.get("time", "")[11:19]
        more = " ".join(f"{name}={_short(value)}" for name, value in _extra(record).items())
        line = f"{moment} {record.levelname.lower():<8} {record.getMessage()}"
        whole = logging.getLogger(LOGGER).isEnabledFor(logging.DEBUG)
        if record.exc_info and not whole:
            more = f"{more}  {_where(record.exc_info[1])}; LOG_LEVEL=debug shows the traceback".lstrip()
        parts = [f"{line}  {more}".rstrip().replace("\n", "\\n")]
        if record.exc_info and whole:
            parts.append(self.formatException(record.exc_info))
        if record.stack_info:
            parts.append(record.stack_info)
        return "\n".join(parts).translate(_CONTROL)


def _where(error: BaseException | None) -> str:
    """``ValueError: what it says, at file.py:12 (function) < the caller's place``, innermost first."""
    if error is None:
        return "no exception"
    said = traceback.format_exception_only(error)[-1].strip()
    frames = traceback.extract_tb(error.__traceback__)[-_FRAMES:]
    places = [f"{Path(frame.filename).name}:{frame.lineno} ({frame.name})" for frame in frames]
    return f"{said}, at {' < '.join(reversed(places))}" if places else said


def _extra(record: logging.LogRecord) -> dict[str, Any]:
    fields = record.__dict__.items()
    return {name: value for name, value in fields if name not in _STANDARD and name not in _OURS}


def _short(value: object) -> str:
    text = str(value)
    return text if text and " " not in text else repr(text)


def _json() -> logging.Formatter:
    from pythonjsonlogger.json import JsonFormatter

    return JsonFormatter(
        "%(time)s %(level)s %(logger)s %(message)s",
        rename_fields={"exc_info": "traceback"},
        json_default=_plain,
    )


def _plain(value: object) -> Any:
    """JSON for what JSON does not know. The library's own default would write a dataclass with its private fields."""
    if isinstance(value, Secret):
        return MASKED
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, set | frozenset):
        return sorted(map(str, value))
    return str(value)
