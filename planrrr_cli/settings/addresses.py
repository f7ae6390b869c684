"""Settings that are addresses, hosts and database, which are never shown: they may hold a password."""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

from planrrr_cli.domain.secrets import Secret
from planrrr_cli.settings.kinds import Kind, Raw, path_of

SQLITE_SUFFIXES = (".db", ".sqlite", ".sqlite3")
# Node's Prisma puts these into the address; libpq would refuse it. They mean nothing without a pool.
PRISMA_ONLY = frozenset(
    {"connection_limit", "pool_timeout", "pgbouncer", "socket_timeout", "statement_cache_size"}
)
POSTGRESQL_EXAMPLE = "postgresql://user:password@host/name"


@dataclass(frozen=True, slots=True)
class Database:
    """Where the tables are; ``path`` is the SQLite file, None for PostgreSQL."""

    url: Secret
    path: Path | None


def _host(raw: Raw) -> str:
    parts = _split(raw.text)
    if parts.scheme not in {"https", "http"} or not parts.hostname:
        raise ValueError("it is not an address; write it like https://graph.facebook.com")
    if parts.username is not None or parts.password is not None:
        raise ValueError("it holds a user name or password; write only scheme, host and port")
    if "?" in raw.text or "#" in raw.text:
        raise ValueError("it has a query or a fragment; end the address before ? or #")
    if parts.scheme == "http" and not _is_loopback(parts.hostname):
        raise ValueError(f"plain http to {parts.hostname} would show tokens to the network; use https")
    return f"{parts.scheme}://{parts.netloc}{parts.path}".rstrip("/")


def checked_redirect(text: str) -> str:
    """``text`` if a browser can be led back there; ValueError with one sentence."""
    parts = _split(text)
    if parts.scheme not in {"https", "http"} or not parts.hostname:
        raise ValueError("it is not an address; write it as it is registered, like http://127.0.0.1:8912/")
    if parts.username is not None or "?" in text or "#" in text:
        raise ValueError(
            "it holds a user name, a query or a fragment; write only scheme, host, port and path"
        )
    if parts.scheme == "http" and not _is_loopback(parts.hostname):
        raise ValueError(f"plain http to {parts.hostname} would show the code to the network; use https")
    return text


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _split(text: str) -> SplitResult:
    if not text.isprintable() or " " in text:
        raise ValueError("it holds a space or a character that cannot be printed; write the address again")
    try:
        parts = urlsplit(text)
        _ = parts.port
    except ValueError:
        raise ValueError("host or port cannot be read; write the address again") from None
    return parts


def _database(raw: Raw) -> Database:
    scheme, found, rest = raw.text.partition("://")
    if not found and raw.text.endswith(SQLITE_SUFFIXES) and not scheme.startswith(("sqlite:", "file:")):
        return sqlite_database(path_of(raw))
    if scheme == "sqlite":
        return _sqlite(rest, raw)
    if scheme in {"postgresql", "postgres", "postgresql+psycopg"}:
        return _postgresql(rest)
    named = f"{scheme}:// is" if found and re.fullmatch(r"[a-z0-9+]{1,20}", scheme) else "it names"
    raise ValueError(
        f"{named} not a database that planrrr knows; use sqlite:///file.db or {POSTGRESQL_EXAMPLE}"
    )


def _sqlite(rest: str, raw: Raw) -> Database:
    if not rest.strip("/") or ":memory:" in rest:
        raise ValueError("a database in memory forgets every post; name a file: sqlite:///planrrr.db")
    if not rest.startswith("/"):
        raise ValueError("sqlite:// needs three slashes before a relative path, four before an absolute one")
    if "?" in rest or "#" in rest:
        raise ValueError("a SQLite address takes no ? or #; write only the path: sqlite:///planrrr.db")
    return sqlite_database(path_of(Raw(rest[1:], raw.where, raw.folder, raw.home)))


def sqlite_database(path: Path) -> Database:
    """The database in the SQLite file at ``path`` (absolute)."""
    return Database(Secret(f"sqlite:///{path}"), path)


def _postgresql(rest: str) -> Database:
    if "#" in rest:
        raise ValueError("it has a # in it; in a password write %23 instead")
    parts = _split("postgresql://" + rest)
    kept = [pair for pair in parts.query.split("&") if pair and pair.partition("=")[0] not in PRISMA_ONLY]
    if any(pair.startswith("schema=") and pair != "schema=public" for pair in kept):
        raise ValueError("libpq knows no schema= in an address; write options=-csearch_path%3DNAME instead")
    query = "&".join(pair for pair in kept if pair != "schema=public")
    address = f"postgresql://{parts.netloc}{parts.path}" + (f"?{query}" if query else "")
    return Database(Secret(address), None)


HOST = Kind("https address", _host)
DATABASE = Kind("database address", _database)
PUBLIC_BASE = Kind("https address", _host)
REDIRECT = Kind("address", lambda raw: checked_redirect(raw.text))
