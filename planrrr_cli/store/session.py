"""The store and its transactions: begin, commit, roll back, connect again; what is done inside lives elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from planrrr_cli.idle_sql import HEAD
from planrrr_cli.store import migrating, turns
from planrrr_cli.store.cipher import Cipher
from planrrr_cli.store.faults import no_answer, translated
from planrrr_cli.store.migrating import Migrated

LOCK_SECONDS = 10  # as long as SQLite is waited for
STILL_SECONDS = 8  # less, so that whoever waits for a frozen process still gets its turn
# PostgreSQL would wait for ever for a row that somebody else has locked, and the run's heartbeat with it. Rows that all
# share (breakers, buckets) may be locked by a process that was stopped: the server ends its transaction then.
_WRITE = {
    "sqlite": turns.BEGIN,
    "postgresql": (
        f"BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE; SET LOCAL lock_timeout = '{LOCK_SECONDS}s'; "
        f"SET LOCAL idle_in_transaction_session_timeout = '{STILL_SECONDS}s'"
    ),
}
_READ = {"sqlite": "BEGIN", "postgresql": "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"}


@dataclass(frozen=True, slots=True)
class Tx:
    """An open transaction, handed to every operation; it ends where the ``with`` ends."""

    conn: Connection
    team: str
    open_cipher: Callable[[Tx], Cipher]
    new_id: Callable[[], str]
    dialect: str

    def cipher(self) -> Cipher:
        """What tokens are written and read with."""
        return self.open_cipher(self)


class Store:
    """One database seen by one team. Made by :func:`planrrr_cli.store.open_store`.

    Everything that SQLAlchemy or a driver raises inside leaves as :class:`StoreUnavailable` or
    :class:`ConfigError`, except what can only be a bug of ours.
    """

    def __init__(
        self,
        *,
        engine: Engine,
        where: str,
        password: str | None,
        team: str,
        cipher: Callable[[Tx], Cipher],
        new_id: Callable[[], str],
    ) -> None:
        self.dialect = engine.dialect.name
        self.where = where  # for sentences: a path, or a name and host
        self._engine = engine
        self._password = password
        self._team = team
        self._make_cipher = cipher
        self._cipher: Cipher | None = None
        self._new_id = new_id

    def __repr__(self) -> str:
        return f"Store({self.dialect}, {self.where}, team {self._team})"

    @contextmanager
    def transaction(self) -> Iterator[Tx]:
        """A write transaction: committed at the end, rolled back when anything is raised."""
        with self._begun(_WRITE[self.dialect]) as tx:
            yield tx

    @contextmanager
    def reading(self) -> Iterator[Tx]:
        """One consistent view; writes are refused (by PostgreSQL) or rolled back."""
        with self._begun(_READ[self.dialect], ends="ROLLBACK") as tx:
            yield tx

    def migrate(self) -> Migrated:
        """Create the tables or bring them up to date; harmless to repeat and to run twice at once."""
        with self.transaction() as tx, migrating.unhurried(tx.conn):
            return migrating.migrate(tx.conn, self.where)

    def require_current(self) -> None:
        """Make sure that the tables are those this program knows.

        SQLite is created and migrated on first use. Raises :class:`ConfigError` when PostgreSQL has yet to be, and
        when a newer program wrote the database.
        """
        with self.reading() as tx:
            before = migrating.revision(tx.conn, self.where)
        if before == HEAD:
            return
        migrating.refuse_foreign(before, self.where)
        if self.dialect != "sqlite":
            state = "has no tables yet" if before is None else "was made by an older version of planrrr"
            raise migrating.needs_init(self.where, state)
        self.migrate()

    def close(self) -> None:
        """Give the connections back; the store can be used again and connects anew."""
        self._engine.dispose()

    def _opened_cipher(self, tx: Tx) -> Cipher:
        if self._cipher is None:
            self._cipher = self._make_cipher(tx)
        return self._cipher

    @contextmanager
    def _begun(self, begin: str, *, ends: str = "COMMIT") -> Iterator[Tx]:
        try:
            conn = self._connected(begin)
            try:
                yield Tx(conn, self._team, self._opened_cipher, self._new_id, self.dialect)
                conn.exec_driver_sql(ends)
            except BaseException:
                _roll_back(conn)
                raise
            finally:
                conn.close()
        except SQLAlchemyError as error:
            known = translated(error, self.dialect, self.where, self._password)
            if known is None:
                raise
            raise known from None

    def _connected(self, begin: str) -> Connection:
        """A connection with its transaction begun. One that died while idle is replaced, once."""
        conn = self._engine.connect()
        try:
            _begin(conn, begin)
        except DBAPIError as error:
            conn.close()
            if not error.connection_invalidated or no_answer(error):
                raise
        else:
            return conn
        conn = self._engine.connect()
        try:
            _begin(conn, begin)
        except BaseException:
            conn.close()
            raise
        return conn


def _begin(conn: Connection, begin: str) -> None:
    if begin == turns.BEGIN:
        turns.begin(conn)
    else:
        conn.exec_driver_sql(begin)


def _roll_back(conn: Connection) -> None:
    """Leave nothing behind. A connection that cannot roll back is thrown away, and its server does it."""
    if conn.closed or conn.invalidated:
        return
    try:
        conn.exec_driver_sql("ROLLBACK")
    except SQLAlchemyError:
        conn.invalidate()
