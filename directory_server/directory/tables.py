"""Tables of one index file, and how its row numbers carry contact and source."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from directory_server.directory import normal_form
from directory_server.directory.columns import COLUMNS

VERSION: Final = f"4.{normal_form.VERSION}"
"""Raised with every change of the tables or of what is put into them: another version is rebuilt."""

SOURCE_BITS: Final = 20
SOURCE_MASK: Final = (1 << SOURCE_BITS) - 1
_COLLECTED: Final = {
    "number": "digits, row, field", "trunk": "digits, row, field, company", "link": "key, row, field",
    "deletion": "form, word", "beginning": "form, text", "trigram": "gram, word", "phonetic": "code, word",
}  # fmt: skip
_CACHE_KIB = 32_768
_BUSY_S = 30

_SCHEMA = f"""
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE source (id INTEGER PRIMARY KEY, location TEXT NOT NULL);
CREATE TABLE doc (
  row INTEGER PRIMARY KEY, columns TEXT NOT NULL, raw TEXT NOT NULL, sort TEXT NOT NULL,
  key TEXT NOT NULL, changed TEXT NOT NULL, contact TEXT NOT NULL, numbers TEXT NOT NULL
);
CREATE VIRTUAL TABLE text USING fts5(
  {", ".join(column.name for column in COLUMNS)}, content='', columnsize=0, prefix='2 3',
  tokenize='unicode61 remove_diacritics 0'
);
CREATE TABLE number (digits TEXT, row INTEGER, field TEXT, PRIMARY KEY (digits, row, field)) WITHOUT ROWID;
CREATE TABLE trunk (
  digits TEXT, row INTEGER, field TEXT, company TEXT NOT NULL, PRIMARY KEY (digits, row, field)
) WITHOUT ROWID;
CREATE TABLE link (key TEXT, row INTEGER, field TEXT, PRIMARY KEY (key, row, field)) WITHOUT ROWID;
CREATE TABLE word (id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE);
CREATE TABLE word_use (
  word INTEGER, source INTEGER, place INTEGER, uses INTEGER NOT NULL, PRIMARY KEY (word, source, place)
) WITHOUT ROWID;
CREATE TABLE deletion (form INTEGER, word INTEGER, PRIMARY KEY (form, word)) WITHOUT ROWID;
CREATE TABLE beginning (form INTEGER, text TEXT, PRIMARY KEY (form, text)) WITHOUT ROWID;
CREATE TABLE trigram (gram TEXT, word INTEGER, PRIMARY KEY (gram, word)) WITHOUT ROWID;
CREATE TABLE phonetic (code TEXT, word INTEGER, PRIMARY KEY (code, word)) WITHOUT ROWID;
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
    """Make an empty index file."""
    path.touch(mode=0o600)
    connection = sqlite3.connect(path, isolation_level=None)
    try:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.executescript(_SCHEMA)
        connection.execute("INSERT INTO text(text, rank) VALUES ('automerge', 8)")
        connection.executemany("INSERT INTO meta VALUES (?, ?)", [("version", VERSION), ("sequence", "0")])
    finally:
        connection.close()


def connect(path: Path, *, writable: bool) -> sqlite3.Connection:
    """Open an index file; the caller says BEGIN and COMMIT."""
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
    connection.execute("PRAGMA mmap_size=2147483648")
    return connection


@contextmanager
def building(path: Path) -> Iterator[sqlite3.Connection]:
    """Open a new index file, which nobody else may use yet, to be filled with contacts it does not hold; then sync it.

    Rows of tables with a key of their own are collected and put in sorted at the end, several times as fast.
    """
    connection = connect(path, writable=True)
    try:
        for pragma in ("journal_mode=OFF", "synchronous=OFF"):
            connection.execute(f"PRAGMA {pragma}")
        for table, columns in _COLLECTED.items():
            # The temporary table hides the real one of the same name.
            connection.execute(f"CREATE TEMP TABLE {table} ({columns})")
        connection.execute("BEGIN")
        yield connection
        for table, columns in _COLLECTED.items():
            connection.execute(
                f"INSERT INTO main.{table} SELECT DISTINCT {columns} FROM temp.{table} ORDER BY {columns}"  # noqa: S608 - constant names
            )
            connection.execute(f"DROP TABLE temp.{table}")
        connection.execute("ANALYZE")
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


def allowed(parts: tuple[tuple[frozenset[int], frozenset[int]], ...]) -> str:
    """Return the SQL condition on `source` and `place` of `word_use` that these (sources, columns) open."""
    conditions = [
        f"(source IN ({','.join(map(str, sorted(sources)))}) AND place IN ({','.join(map(str, sorted(columns)))}))"
        for sources, columns in parts
        if sources and columns
    ]
    return " OR ".join(conditions) or "0"
