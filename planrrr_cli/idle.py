"""The quick look: one SELECT, before anything heavy is imported, that may only ever say "surely nothing to do".

A tick with nothing due runs 1,440 times a day, so this file imports next to nothing and reads the settings by hand,
in their plainest spellings only. Whatever it does not fully understand, it leaves to the full path by saying nothing.
"""

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

SECONDS = 5  # that PostgreSQL is waited for, to connect and to answer; the full path has more patience
PLAIN = frozenset(["--json"])
NUMBERS = {
    "WORKER_CONCURRENCY": (1, 100),
    "WORKER_MAX_JOBS_PER_SECOND": (1, 1000),
    "WORKER_RETRY_ATTEMPTS": (1, 10),
    "WORKER_RETRY_DELAY": (100, 60_000),
    "BREAKER_FAILURE_THRESHOLD": (1, 100),
    "BREAKER_WINDOW": (1, 3600),
    "BREAKER_RESET": (1, 1800),
    "PLANRRR_HTTP_TIMEOUT": (1, 120),
    "HEALTH_PORT": (1, 65535),
    "METRICS_PORT": (1, 65535),
}
HOSTS = frozenset(
    [
        "FACEBOOK_API_URL",
        "META_UPLOAD_URL",
        "INSTAGRAM_API_URL",
        "INSTAGRAM_OAUTH_URL",
        "X_API_URL",
        "YOUTUBE_API_URL",
        "GOOGLE_OAUTH_URL",
        "LINKEDIN_API_URL",
        "LINKEDIN_OAUTH_URL",
        "PLANRRR_SANDBOX_URL",
        "MEDIA_PUBLIC_BASE_URL",
    ]
)
WORDS = {
    "LOG_LEVEL": frozenset(["debug", "info", "warning", "warn", "error", "critical"]),
    "LOG_FORMAT": frozenset(["json", "console"]),
    "MEDIA_ALLOW_PRIVATE": frozenset(["0", "1"]),
}
TEXTS = frozenset(
    [
        "FACEBOOK_APP_ID",
        "FACEBOOK_APP_SECRET",
        "INSTAGRAM_APP_ID",
        "INSTAGRAM_APP_SECRET",
        "TWITTER_API_KEY",
        "TWITTER_API_SECRET",
        "X_CLIENT_ID",
        "X_CLIENT_SECRET",
        "YOUTUBE_CLIENT_ID",
        "YOUTUBE_CLIENT_SECRET",
        "LINKEDIN_CLIENT_ID",
        "LINKEDIN_CLIENT_SECRET",
        "SENTRY_DSN",
        "PLANRRR_ENV",
        "ENCRYPTION_KEY_FILE",
    ]
)
JUDGED_HERE = frozenset(["DATABASE_URL", "ENCRYPTION_KEY", "PLANRRR_TEAM", "MEDIA_ROOT"])
OURS = ("PLANRRR_", "WORKER_", "REDIS_", "BULL_", "ENCRYPTION_")  # what begins so is not passed over
KNOWN = JUDGED_HERE | TEXTS | HOSTS | frozenset(NUMBERS) | frozenset(WORDS)


def surely_nothing_to_do(arguments: "list[str]", environ: "Mapping[str, str]") -> "str | None":
    """What to print when it is certain that nothing is due; None means: take the full path.

    ``arguments`` are those after the program's name, beginning with ``publish-due``.
    """
    if not PLAIN.issuperset(arguments[1:]):
        return None
    try:
        settings = _settings(environ)
        waits = None if settings is None else _look(settings)
    except Exception:  # noqa: BLE001 - unsure: the full path will say what is wrong, in a sentence
        return None
    if waits is None:
        return None
    paused, held = waits
    if "--json" in arguments:
        return (
            '{"schema": "planrrr.publish-due/1", "run_id": null, "published": 0, "processing": 0, "deferred": 0,'
            ' "retried": 0, "failed": 0, "in_doubt": 0, "missed": 0, "doubts_waiting": 0, "doubts_pending": 0,'
            ' "next_look": null, "needs_reauth": [], "sign_ins": [],'
            f' "waiting": {{"paused": {paused}, "needs_reauth": 0, "held": {held}, "other_run": 0, "next_run": 0}},'
            ' "breakers": [], "stopped_by": null, "publications": []}'
        )
    said = held_up(paused, held)
    return "\n".join(["Nothing can be sent now.", *said] if said else ["Nothing is due."])


def held_up(paused: int, held: int) -> "list[str]":
    """Why due publications stay where they are although no run has anything to do: a line for each reason."""
    said = []
    if paused:
        where = "a paused account" if paused == 1 else "paused accounts"
        said.append(f"{_due(paused)} on {where}: planrrr connections list")
    if held:
        said.append(f"{_due(held)} until the platform lets the account go on: planrrr connections list")
    return said


def _due(count: int) -> str:
    return "1 due publication waits" if count == 1 else f"{count} due publications wait"


def _settings(environ: "Mapping[str, str]") -> "dict[str, str] | None":
    """The settings that are given, when every one of them is plain and surely valid; else None."""
    if environ.get("PLANRRR_CONFIG") or os.path.exists("planrrr.toml"):
        return None
    given = _env_file()
    if given is None:
        return None
    for name, value in environ.items():
        if name.startswith(OURS) or name in KNOWN:
            given[name] = value
    given = {name: value.strip() for name, value in given.items() if value.strip()}
    return given if all(_surely_valid(name, value) for name, value in given.items()) else None


def _env_file() -> "dict[str, str] | None":
    """``.env`` in its plainest spelling (NAME=value, no quotes, no spaces); None when there is anything else."""
    try:
        with open(".env", encoding="utf-8") as file:
            text = file.read()
    except FileNotFoundError:
        return {}
    found: dict[str, str] = {}
    for line in text.splitlines():
        if not line or line.startswith("#"):
            continue
        name, equals, value = line.partition("=")
        if not equals or not name.isidentifier() or set(value) & set(" \t'\"#$\\`"):
            return None
        found[name] = value
    return found


def _surely_valid(name: str, value: str) -> bool:
    if name not in KNOWN:  # another setting, or a name that deserves a notice
        return not name.startswith(OURS)
    if not value.isprintable():
        return False
    if name in NUMBERS:
        low, high = NUMBERS[name]
        return value.isdecimal() and value.isascii() and low <= int(value) <= high
    if name in HOSTS:
        plain = not set(value) & set("?#@ ")
        return plain and value.startswith(("https://", "http://127.0.0.1:", "http://localhost:"))
    if name in WORDS:
        return value in WORDS[name]
    if name == "ENCRYPTION_KEY":
        return len(value) == 64 and not set(value) - set("0123456789abcdefABCDEF")
    if name == "PLANRRR_TEAM":
        return value.isascii() and value.isalnum()
    if name == "MEDIA_ROOT":
        return os.path.isdir(value)
    return True


def _look(settings: "dict[str, str]") -> "tuple[int, int] | None":
    """Ask the database: the due publications on paused accounts, and on those that the platform lets wait.

    None when something may be to do; any doubt is None or an exception.
    """
    if "ENCRYPTION_KEY" in settings and "ENCRYPTION_KEY_FILE" in settings:
        return None
    if "MEDIA_PUBLIC_BASE_URL" in settings and "MEDIA_ROOT" not in settings:
        return None
    team, url = settings.get("PLANRRR_TEAM", "default"), settings.get("DATABASE_URL", "")
    if url.startswith(("postgresql://", "postgres://")):
        return _ask_postgresql(url, team)
    return _ask_sqlite(_sqlite_path(url), team)


def _sqlite_path(url: str) -> str:
    if not url:
        if sys.platform != "linux":
            raise LookupError("the default place is for the full path to find")
        home = os.environ.get("XDG_DATA_HOME") or os.path.expanduser("~/.local/share")
        return os.path.join(home, "planrrr", "planrrr.db")
    scheme, found, path = url.partition("sqlite:///")
    if scheme or not found or set(path) & set("?#%~"):
        raise LookupError("an address for the full path to read")
    return path


def _ask_sqlite(path: str, team: str) -> "tuple[int, int] | None":
    import sqlite3
    from datetime import UTC, datetime

    from planrrr_cli.idle_sql import SQLITE, SQLITE_NOW

    if not os.path.isfile(path):
        return None
    connection = sqlite3.connect(path, timeout=2.0)
    try:
        now = datetime.now(UTC).strftime(SQLITE_NOW)
        row = connection.execute(SQLITE, {"team": team, "now": now}).fetchone()
    finally:
        connection.close()
    return _read(row)


def _ask_postgresql(url: str, team: str) -> "tuple[int, int] | None":
    from planrrr_cli.idle_sql import POSTGRESQL
    from planrrr_cli.postgresql import Connection

    with Connection.connect(url, connect_timeout=SECONDS, autocommit=True) as connection:
        connection.answer_seconds = SECONDS
        row = connection.execute(POSTGRESQL, {"team": team}).fetchone()
    return _read(row)


def _read(row: "tuple[int, int, int] | None") -> "tuple[int, int] | None":
    return None if row is None or row[0] != 0 else (row[1], row[2])
