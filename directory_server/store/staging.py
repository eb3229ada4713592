"""Staging: what a sync run is going to change, kept in a temporary table until it may be applied at once.

A run of any size thus needs little memory, holds no lock while its source is slow, and changes all or nothing.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime

from sqlalchemy import Connection

from directory_server.store import moment, sequence
from directory_server.store.change import Change
from directory_server.store.database import Database, driver_of

_CREATE = """
CREATE TEMP TABLE staged (
    place INTEGER PRIMARY KEY,
    key TEXT NOT NULL,
    contact TEXT, record TEXT, record_hash BLOB, contact_hash BLOB, quiet INTEGER NOT NULL,
    again INTEGER NOT NULL
)
"""
_PAGE_SIZE = "PRAGMA temp.page_size=16384"  # a row takes half a kilobyte or more, and they are read in order
_STAGE = "INSERT INTO temp.staged VALUES (NULL, ?, ?, ?, ?, ?, ?, ?)"
_KINDS = "SELECT coalesce(max(place), 0), max(again), max(quiet), max(contact IS NULL) FROM temp.staged"
_LAST = "DELETE FROM temp.staged WHERE place NOT IN (SELECT max(place) FROM temp.staged GROUP BY key)"
_WRITE = """
INSERT INTO contacts (source_id, key, sequence, first_seen, changed, record_hash, contact_hash, contact, record)
SELECT :source, key, :first + place, :at, :at, record_hash, contact_hash, contact, record
FROM temp.staged WHERE contact IS NOT NULL AND NOT quiet ORDER BY place
ON CONFLICT (source_id, key) DO UPDATE SET
    sequence = excluded.sequence, changed = excluded.changed, record_hash = excluded.record_hash,
    contact_hash = excluded.contact_hash, contact = excluded.contact, record = excluded.record, deleted = NULL
"""
# The plus lets SQLite look for each staged key among the contacts, never for each contact among the staged ones.
_REFRESH = """
UPDATE contacts SET record = staged.record, record_hash = staged.record_hash
FROM temp.staged WHERE contacts.source_id = :source AND contacts.key = +staged.key AND staged.quiet
"""
_DELETE = """
UPDATE contacts SET deleted = :at, changed = :at, sequence = :first + staged.place
FROM temp.staged WHERE contacts.source_id = :source AND contacts.key = +staged.key
    AND staged.contact IS NULL AND contacts.deleted IS NULL
"""


class Staging:
    """The changes of one run; made by `staging`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._driver = driver_of(connection)
        self._driver.execute(_PAGE_SIZE)
        self._driver.execute(_CREATE)

    def put(self, changes: Sequence[Change]) -> None:
        """Stage changes; the last one of a key wins, if it says that it came again."""
        self._driver.execute("BEGIN")
        self._driver.executemany(_STAGE, map(_row, changes))
        self._driver.execute("COMMIT")

    @contextmanager
    def apply(self, source_id: int, at: datetime) -> Iterator[Connection]:
        """Change the contacts and give the connection, so that state and run are kept in the same transaction."""
        with self._connection.begin():
            most, again, quiet, deleted = self._driver.execute(_KINDS).fetchone()
            if again:
                self._driver.execute(_LAST)
            first = sequence.reserve(self._connection, most)
            values = {"source": source_id, "first": first, "at": moment.to_text(at)}
            self._driver.execute(_WRITE, values)
            if quiet:
                self._driver.execute(_REFRESH, values)
            if deleted:
                self._driver.execute(_DELETE, values)
            yield self._connection


def _row(change: Change) -> tuple[str | bytearray | int | None, ...]:
    key, contact, record, record_hash, contact_hash, quiet, again = change
    # The driver looks for an adapter of every bytes and bool: a third of the time that staging takes.
    record_bytes = None if record_hash is None else bytearray(record_hash)
    contact_bytes = None if contact_hash is None else bytearray(contact_hash)
    return key, contact, record, record_bytes, contact_bytes, int(quiet), int(again)


@contextmanager
def staging(database: Database) -> Iterator[Staging]:
    """Give an empty Staging; whatever was not applied is forgotten."""
    connection = database.connect()
    try:
        yield Staging(connection)
    finally:
        connection.invalidate()  # the temporary table goes with its connection
        connection.close()
