"""Tables of one index's database, and how row numbers carry contact and source."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from directory_server.directory import normal_form

VERSION: Final = f"12.{normal_form.VERSION}"
"""Raised with every change of the tables or of what is put into them: another version is rebuilt."""

FILE: Final = "segments.sqlite"
"""The database of a generation."""

SOURCE_BITS: Final = 20
SOURCE_MASK: Final = (1 << SOURCE_BITS) - 1
_CACHE_KIB = 2_048
_BUSY_S = 30

_SCHEMA = """
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE source (id INTEGER PRIMARY KEY, location TEXT NOT NULL, priority INTEGER NOT NULL);
CREATE TABLE segment (
  id INTEGER PRIMARY KEY AUTOINCREMENT, stamp INTEGER NOT NULL, documents INTEGER NOT NULL, living INTEGER NOT NULL,
  version INTEGER NOT NULL, file TEXT NOT NULL, data BLOB, dead BLOB NOT NULL
);
"""


def row_of(contact_id: int, source_id: int) -> int:
    """Return the row number of a contact: its id, then its source, so that filters need no join."""
    return contact_id << SOURCE_BITS | source_id


def contact_of(row: int) -> int:
    """Return the contact id of a row number."""
    return row >> SOURCE_BITS


def source_of(row: int) -> int:
    """Return the source id of a row number."""
    return row & SOURCE_MASK


def create(path: Path) -> None:
    """Make an empty database."""
    path.touch(mode=0o600)
    connection = sqlite3.connect(path, isolation_level=None)
    try:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.executescript(_SCHEMA)
        connection.executemany("INSERT INTO meta VALUES (?, ?)", [("version", VERSION), ("sequence", "0")])
    finally:
        connection.close()


def connect(path: Path, *, writable: bool) -> sqlite3.Connection:
    """Open a database; the caller says BEGIN and COMMIT."""
    mode = "rw" if writable else "ro"
    connection = sqlite3.connect(
        f"{path.absolute().as_uri()}?mode={mode}",
        uri=True,
        timeout=_BUSY_S,
        isolation_level=None,
        check_same_thread=False,
        cached_statements=256,
    )
    connection.execute(f"PRAGMA cache_size=-{_CACHE_KIB}")
    connection.execute("PRAGMA synchronous=NORMAL")
    return connection


@contextmanager
def building(path: Path) -> Iterator[sqlite3.Connection]:
    """Open a new database, which nobody else may use yet, to be filled; then see it onto the disk."""
    connection = connect(path, writable=True)
    try:
        for pragma in ("journal_mode=OFF", "synchronous=OFF"):
            connection.execute(f"PRAGMA {pragma}")
        connection.execute("BEGIN")
        yield connection
        connection.execute("COMMIT")
        connection.execute("PRAGMA journal_mode=WAL")
    finally:
        connection.close()
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def set_meta(connection: sqlite3.Connection, name: str, value: str) -> None:
    """Set a value of the meta table."""
    connection.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (name, value))


def meta(connection: sqlite3.Connection, name: str) -> str:
    """Return a value of the meta table, or ""."""
    found = connection.execute("SELECT value FROM meta WHERE name = ?", (name,)).fetchone()
    return str(found[0]) if found else ""
