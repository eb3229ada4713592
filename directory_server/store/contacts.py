"""Contacts as last read from their sources, with the raw record beside them, so that a new mapping needs no new read.

The hot paths (all but the table) run on the plain driver.
"""

import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Final

from sqlalchemy import Column, Connection, ForeignKey, Index, Integer, LargeBinary, Table, Text, UniqueConstraint, text

from connectors.events import Record
from directory_server.store import moment, sequence
from directory_server.store.change import Known
from directory_server.store.contact_json import contact_from_json, record_from_json
from directory_server.store.database import Database, driver_of
from directory_server.store.rows import StoredContact
from directory_server.store.schema import METADATA

CONTACTS = Table(
    "contacts",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("source_id", Integer, ForeignKey("sources.id"), nullable=False),
    Column("key", Text, nullable=False),
    Column("sequence", Integer, nullable=False),
    Column("first_seen", Text, nullable=False),
    Column("changed", Text, nullable=False),
    Column("deleted", Text),
    Column("record_hash", LargeBinary, nullable=False),
    Column("contact_hash", LargeBinary, nullable=False),
    Column("contact", Text, nullable=False),
    Column("record", Text, nullable=False),
    UniqueConstraint("source_id", "key", name="contacts_key"),
    Index("contacts_sequence", "sequence", unique=True),
    Index("contacts_deleted", "deleted", sqlite_where=text("deleted IS NOT NULL")),
    sqlite_autoincrement=True,
)

RawRow = tuple[int, int, str, int, str, str, str | None]
"""(id, source id, key, sequence, contact as JSON text, changed, deleted or None); the moments are texts."""

_COLUMNS: Final = "id, source_id, key, sequence, contact, first_seen, changed, deleted"
_LARGEST_ID: Final = 2**63 - 1
"""The largest integer that SQLite knows; the driver refuses a larger one."""
_VARIABLES: Final = 900
"""Ids per query, below SQLite's smallest limit of 999 variables."""


def changed_since(database: Database, number: int, limit: int) -> list[StoredContact]:
    """Return up to `limit` contacts changed after this sequence number, deleted ones too, in order of sequence."""
    rows = database.driver().execute(
        f"SELECT {_COLUMNS} FROM contacts WHERE sequence > ? ORDER BY sequence LIMIT ?",  # noqa: S608 - constant columns
        (number, limit),
    )
    return [_stored(row) for row in rows]


def rows_since(database: Database, number: int, limit: int) -> list[RawRow]:
    """Return what `changed_since` does, unparsed: up to `limit` rows in order of sequence, deleted ones too.

    The contact is JSON text for `contact_from_json`, the moments are texts for `store.moment.from_text`.
    """
    return (
        database.driver()
        .execute(
            "SELECT id, source_id, key, sequence, contact, changed, deleted FROM contacts"
            " WHERE sequence > ? ORDER BY sequence LIMIT ?",
            (number, limit),
        )
        .fetchall()
    )


def by_ids(database: Database, ids: Iterable[int]) -> dict[int, StoredContact]:
    """Return the contacts with these ids, deleted ones too; unknown ids are left out."""
    wanted = [number for number in ids if 0 < number <= _LARGEST_ID]
    found: dict[int, StoredContact] = {}
    for start in range(0, len(wanted), _VARIABLES):
        part = wanted[start : start + _VARIABLES]
        marks = ",".join("?" * len(part))
        rows = database.driver().execute(f"SELECT {_COLUMNS} FROM contacts WHERE id IN ({marks})", part)  # noqa: S608 - marks only
        for row in rows:
            found[row[0]] = _stored(row)
    return found


def by_key(database: Database, source_id: int, key: str) -> StoredContact | None:
    """Return the contact under the source's own key, deleted or not."""
    row = (
        database.driver()
        .execute(f"SELECT {_COLUMNS} FROM contacts WHERE source_id = ? AND key = ?", (source_id, key))  # noqa: S608 - constant columns
        .fetchone()
    )
    return _stored(row) if row else None


def last_sequence(database: Database) -> int:
    """Return the number of the newest change; 0 before the first."""
    return sequence.last(database)


def counts(database: Database) -> dict[int, int]:
    """Return the number of contacts that are not deleted, by source id."""
    query = "SELECT source_id, count(*) FROM contacts WHERE deleted IS NULL GROUP BY source_id"
    return dict(database.driver().execute(query).fetchall())


def known(database: Database, source_id: int) -> Mapping[str, Known]:
    """Return what is known of the source's records, by key, deleted ones too, in the order in which they first came."""
    rows: Iterator[tuple[str, Known]] = database.driver().execute(
        "SELECT key, CASE WHEN deleted IS NULL THEN CAST(record_hash || contact_hash AS BLOB) ELSE x'' END"
        # A set of ids comes sorted in SQLite, so that no rows need to be.
        " FROM contacts WHERE id IN (SELECT id FROM contacts WHERE source_id = ?) ORDER BY id",
        (source_id,),
    )
    return dict(rows)


def records(database: Database, source_id: int) -> Iterator[tuple[str, Record]]:
    """Yield key and raw record of every contact of the source that is not deleted."""
    rows = database.driver().execute(
        "SELECT key, record FROM contacts WHERE source_id = ? AND deleted IS NULL", (source_id,)
    )
    for key, record in rows:
        yield key, record_from_json(record)


def delete_source(connection: Connection, source_id: int, at: datetime) -> int:
    """Delete every contact of the source softly; return how many there were."""
    driver = driver_of(connection)
    (number,) = driver.execute(
        "SELECT count(*) FROM contacts WHERE source_id = ? AND deleted IS NULL", (source_id,)
    ).fetchone()
    first = sequence.reserve(connection, number)
    when = moment.to_text(at)
    driver.execute(
        "UPDATE contacts SET deleted = ?, changed = ?, sequence = ? + ranked.place FROM"
        " (SELECT id, row_number() OVER (ORDER BY id) AS place FROM contacts WHERE source_id = ? AND deleted IS NULL)"
        " AS ranked WHERE contacts.id = ranked.id",
        (when, when, first, source_id),
    )
    return int(number)


def purge(connection: Connection, before: datetime) -> int:
    """Erase contacts that were deleted before this moment; return how many."""
    driver = driver_of(connection)
    when = moment.to_text(before)
    driver.execute(
        # Without the plus SQLite looks for the highest number first, among all contacts.
        "UPDATE sequence SET purged ="
        " max(purged, coalesce((SELECT max(+sequence) FROM contacts WHERE deleted < ?), 0))",
        (when,),
    )
    return driver.execute("DELETE FROM contacts WHERE deleted < ?", (when,)).rowcount


def _stored(row: sqlite3.Row | tuple[int, int, str, int, str, str, str, str | None]) -> StoredContact:
    identity, source_id, key, number, contact, first_seen, changed, deleted = row
    return StoredContact(
        id=identity,
        source_id=source_id,
        key=key,
        sequence=number,
        contact=contact_from_json(contact),
        first_seen=moment.from_text(first_seen),
        changed=moment.from_text(changed),
        deleted=moment.from_text(deleted) if deleted else None,
    )
