"""Database: one SQLite file in WAL mode, migrated to our schema when opened."""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import ConnectionPoolEntry

from directory_server.store.errors import NotADatabase, SchemaTooNew
from directory_server.store.file_lock import file_lock
from directory_server.store.password import VerifiedPasswords
from directory_server.store.schema import REVISION
from directory_server.vault.vault import Vault

BUSY_TIMEOUT_S: Final = 30
MIGRATION_WAIT_S: Final = 60
CACHE_KIB: Final = 16_384
PAGE_SIZE: Final = 8192
"""Bytes of a page of a new database: large, because most reading is of contacts in their order, eight to a page; not
larger, because the smallest change writes some whole pages."""
WAL_LIMIT: Final = 64 << 20
"""Bytes that the write-ahead log keeps once it is done with; a large import makes it as large as its contacts."""


class Database:
    """The store of one data folder; every table's functions take it first. Safe to use from several threads.

    `vault` seals and opens the secrets in it and is for `store` alone, as are `verified_passwords` and `remembered`:
    what this thread has read and keeps while its `driver` sees no change.
    """

    def __init__(self, path: Path, vault: Vault, engine: Engine) -> None:
        self.path = path
        self.vault = vault
        self.verified_passwords = VerifiedPasswords()
        self.remembered = threading.local()
        self._engine = engine
        self._local = threading.local()
        self._drivers: list[sqlite3.Connection] = []
        self._lock = threading.Lock()

    def __repr__(self) -> str:
        return f"<Database {self.path}>"

    @classmethod
    def open(cls, path: Path, vault: Vault) -> "Database":
        """Open the file, creating or migrating it first; several processes may do so at once.

        Raises SchemaTooNew for a database of a newer version, NotADatabase for a file that is none.
        """
        engine = _engine(path)
        try:
            if _revision(path) != REVISION:
                with file_lock(
                    path.parent / "locks" / "migration.lock", "the database is being migrated", MIGRATION_WAIT_S
                ):
                    _migrate(path, engine)
        except BaseException:
            engine.dispose()
            raise
        return cls(path, vault, engine)

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Give a connection that sees one unchanging state of the store; nothing written on it is kept."""
        with self._engine.connect() as connection, connection.begin() as transaction:
            try:
                yield connection
            finally:
                transaction.rollback()

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """Give the one writing transaction (BEGIN IMMEDIATE): all of it is kept, or nothing if it raises."""
        with self._engine.connect().execution_options(begin="IMMEDIATE") as connection, connection.begin():
            yield connection

    def connect(self) -> Connection:
        """Return a connection without a transaction, whose transactions write; the caller closes it."""
        return self._engine.connect().execution_options(begin="IMMEDIATE")

    def driver(self) -> sqlite3.Connection:
        """Return this thread's plain read-only connection, for hot paths; it belongs to the Database."""
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            connection = sqlite3.connect(
                f"{self.path.absolute().as_uri()}?mode=ro",
                uri=True,
                timeout=BUSY_TIMEOUT_S,
                isolation_level=None,
                check_same_thread=False,
            )
            connection.execute("PRAGMA query_only=ON")
            connection.execute(f"PRAGMA cache_size=-{CACHE_KIB}")
            self._local.connection = connection
            with self._lock:
                self._drivers.append(connection)
        return connection

    def lock_file(self, name: str) -> Path:
        """Return the path of a lock between the processes of this data folder."""
        return self.path.parent / "locks" / f"{name}.lock"

    def close(self) -> None:
        """Close every connection; may be called twice."""
        with self._lock:
            for connection in self._drivers:
                connection.close()
            self._drivers.clear()
        self._local = threading.local()
        self.remembered = threading.local()
        self._engine.dispose()


def driver_of(connection: Connection) -> sqlite3.Connection:
    """Return the driver's connection underneath, for bulk statements within the same transaction."""
    driver = connection.connection.driver_connection
    if not isinstance(driver, sqlite3.Connection):
        raise TypeError("the store runs on SQLite")
    return driver


def _engine(path: Path) -> Engine:
    engine = create_engine(
        URL.create("sqlite", database=str(path)),
        connect_args={"timeout": BUSY_TIMEOUT_S, "isolation_level": None, "check_same_thread": False},
    )

    @event.listens_for(engine, "connect")
    def configure(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
        cursor = connection.cursor()
        for pragma in (
            "synchronous=NORMAL",
            "foreign_keys=ON",
            f"cache_size=-{CACHE_KIB}",
            f"journal_size_limit={WAL_LIMIT}",
        ):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        # The driver's own BEGIN comes too late for us: reads want a snapshot, writes the lock at once.
        connection.exec_driver_sql(f"BEGIN {connection.get_execution_options().get('begin', 'DEFERRED')}")

    return engine


def _revision(path: Path) -> str | None:
    if not path.exists():
        return None
    connection = sqlite3.connect(path, timeout=BUSY_TIMEOUT_S)
    try:
        found: Any = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    except sqlite3.OperationalError as error:
        if "no such table" in str(error):
            return None
        raise
    except sqlite3.DatabaseError:
        raise NotADatabase(f"{path} is not a database of Contactory or is damaged; restore a backup") from None
    finally:
        connection.close()
    return str(found[0]) if found else None


def _migrate(path: Path, engine: Engine) -> None:
    """Bring the schema to REVISION within one transaction, holding the migration lock."""
    from alembic import command  # only here: most starts need no migration
    from alembic.config import Config

    found = _revision(path)
    if found is not None and found > REVISION:
        raise SchemaTooNew(f"{path} has schema {found}, this version knows up to {REVISION}; start the newer version")
    if found == REVISION:  # another process was faster
        return
    path.touch(mode=0o600)
    plain = sqlite3.connect(path, timeout=BUSY_TIMEOUT_S, isolation_level=None)
    try:
        plain.execute(f"PRAGMA page_size={PAGE_SIZE}")  # of an empty file only
        plain.execute("PRAGMA journal_mode=WAL")  # kept in the file
    finally:
        plain.close()
    with engine.connect().execution_options(begin="IMMEDIATE") as connection, connection.begin():
        settings = Config()
        settings.set_main_option("script_location", str(Path(__file__).with_name("migrations")))
        settings.attributes["connection"] = connection
        command.upgrade(settings, REVISION)
