"""The database and its place: reachable, current, out of others' sight, with room to grow."""

from __future__ import annotations

import os
import re
import shutil
import stat
from collections.abc import Iterator, Mapping
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from planrrr_cli.commands.examining import Finding, Patient, Severity
from planrrr_cli.domain.errors import ConfigError, StoreUnavailable
from planrrr_cli.idle_sql import HEAD
from planrrr_cli.store import connections, lanes, migrating

LEAST_FREE = 100 * 1024**2  # bytes
ENCRYPTED = frozenset({"require", "verify-ca", "verify-full"})
# On these, locks of SQLite are not reliable: https://www.sqlite.org/faq.html#q5 and
# https://www.sqlite.org/wal.html, "does not work over a network filesystem" (read 2026-11-24).
REMOTE = re.compile(
    r"nfs[0-9]*|cifs|smb[0-9]*|smbfs|afs|ceph|glusterfs|lustre|davfs|9p|beegfs|"
    r"fuse\.(sshfs|rclone|glusterfs|s3fs|davfs2?|gcsfuse|goofys|cephfs)"
)


def reachable(patient: Patient) -> Iterator[Finding]:
    """Makes the patient readable, unless something is in the way; nothing is created or migrated."""
    ctx = patient.context
    path = ctx.settings.database_path
    if path is not None and not path.exists():
        yield Finding(f"the database {path} does not exist yet", "run: planrrr init")
        return
    try:
        with ctx.store.reading() as tx:
            before = migrating.revision(tx.conn, ctx.store.where)
            migrating.refuse_foreign(before, ctx.store.where)
            if before is None:
                yield Finding(f"the database {ctx.store.where} has no tables yet", "run: planrrr init")
                return
            if before != HEAD:
                says = f"the tables of {ctx.store.where} are those of an older version (revision {before})"
                yield Finding(says, "run: planrrr init")
                return
            patient.now = lanes.database_now(tx)
            patient.accounts = connections.listing(tx, tokens=False)
            patient.readable = True
    except StoreUnavailable as error:
        yield Finding(
            str(error), "start the database or correct DATABASE_URL; the next run tries again by itself"
        )
    except ConfigError as error:
        says, _, mend = str(error).rpartition("; ")
        yield Finding(says or str(error), mend if says else "correct DATABASE_URL")


def encrypted(patient: Patient) -> Iterator[Finding]:
    """Whether texts and the password may be read on the way to another host."""
    settings = patient.settings
    if settings.database_path is not None:
        return
    hosts, mode = _hosts_and_mode(settings.database_url.reveal(), patient.environ)
    away = sorted(host for host in hosts if not _is_here(host))
    if away and mode not in ENCRYPTED:
        how = f"sslmode={mode}" if mode else "no sslmode, which means prefer"
        yield Finding(
            f"the connection to PostgreSQL on {', '.join(away)} need not be encrypted ({how})",
            "add ?sslmode=verify-full to DATABASE_URL (or require, where the server signed its own certificate)",
        )


def _hosts_and_mode(url: str, environ: Mapping[str, str]) -> tuple[set[str], str]:
    """As libpq finds them: https://www.postgresql.org/docs/current/libpq-connect.html (read 2026-11-24)."""
    parts = urlsplit(url)
    query = parse_qs(parts.query)
    places = parts.netloc.rpartition("@")[2].split(",")
    named = [_host_of(each) for each in places if each] or _listed(query.get("host", [""])[-1])
    named = _listed(query["hostaddr"][-1]) if "hostaddr" in query else named
    named = named or _listed(environ.get("PGHOSTADDR", "")) or _listed(environ.get("PGHOST", ""))
    mode = query.get("sslmode", [environ.get("PGSSLMODE", "")])[-1]
    return set(named), mode.lower()


def _host_of(place: str) -> str:
    if place.startswith("["):
        return place[1:].partition("]")[0]
    return place.partition(":")[0].replace("%2F", "/").replace("%2f", "/")


def _listed(text: str) -> list[str]:
    return [each.strip() for each in text.split(",") if each.strip()]


def _is_here(host: str) -> bool:
    """This machine: a socket's folder, or loopback."""
    if host.startswith(("/", "@")) or host in {"", "localhost"}:
        return True
    try:
        return ip_address(host.partition("%")[0]).is_loopback
    except ValueError:
        return False


def place(patient: Patient) -> Iterator[Finding]:
    """The folder of the SQLite file: rights, room, and what kind of file system it is on."""
    path = patient.settings.database_path
    if path is None:
        return
    folder = next((one for one in path.parents if one.exists()), Path("/"))
    if not os.access(folder, os.W_OK | os.X_OK):
        yield Finding(
            f"the folder {folder} of the database cannot be written to",
            f"give this user the right to: {folder}",
        )
    mode = folder.stat().st_mode
    if mode & stat.S_IWOTH and not mode & stat.S_ISVTX:
        yield Finding(
            f"everybody may replace files in {folder}, where the database is", f"run: chmod o-w '{folder}'"
        )
    free = shutil.disk_usage(folder).free
    if free < LEAST_FREE:
        yield Finding(
            f"only {free / 1e6:.0f} MB are free where the database is ({folder})",
            "make room; without it nothing can be noted, and so nothing is published",
        )
    for one in (path, *(path.with_name(path.name + end) for end in ("-wal", "-shm"))):
        if one.exists():
            yield from _file(one)
    kind = file_system(folder)
    if kind is not None and REMOTE.fullmatch(kind):
        yield Finding(
            f"the SQLite file lies on a network file system ({kind}), where its locks cannot be relied on",
            "move it to a local disk, or use PostgreSQL where several hosts share the work",
        )


def _file(path: Path) -> Iterator[Finding]:
    if not os.access(path, os.R_OK | os.W_OK):
        yield Finding(
            f"this user may not read and write {path}",
            f"give it to the user that runs planrrr: chown … '{path}'",
        )
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode & stat.S_IWOTH:
        yield Finding(f"everybody may change {path}", f"run: chmod 600 '{path}'")
    elif mode & (stat.S_IRGRP | stat.S_IROTH):
        says = f"others may read {path}: posts that are not out yet, though no tokens"
        yield Finding(says, f"run: chmod 600 '{path}'", Severity.HINT)


def file_system(folder: Path, mounts: Path = Path("/proc/self/mountinfo")) -> str | None:
    """The kind of file system that ``folder`` is on; None where that cannot be told (not Linux).

    https://www.kernel.org/doc/html/latest/filesystems/proc.html, 3.5 (read 2026-11-24).
    """
    try:
        lines = mounts.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return None
    best, kind = "", None
    real = os.path.realpath(folder)
    for line in lines:
        before, _, after = line.partition(" - ")
        fields = before.split()
        if len(fields) < 5 or not after:
            continue
        at = re.sub(r"\\([0-7]{3})", lambda found: chr(int(found[1], 8)), fields[4])
        if (real == at or real.startswith(at.rstrip("/") + "/")) and len(at) >= len(best):
            best, kind = at, after.split()[0]
    return kind
