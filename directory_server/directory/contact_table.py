"""Contacts inside an index file: what they look like there, written and read."""

import sqlite3
from collections.abc import Iterable, Sequence
from datetime import datetime

from msgspec import DecodeError

from directory_server.directory.document import Document, document, numbers_from_json, numbers_to_json
from directory_server.directory.listing import WHOLE, Listing, Match, Number
from directory_server.directory.origins import Origins
from directory_server.directory.scope import Scope, visible, visible_numbers
from directory_server.directory.tables import SOURCE_BITS, contact_of, row_of, source_of
from directory_server.store.contact_json import contact_from_json
from directory_server.store.contacts import RawRow

_VARIABLES = 900
_IDS = 1 << (63 - SOURCE_BITS)
"""Ids are smaller."""


def put(connection: sqlite3.Connection, changed: Iterable[RawRow], origins: Origins) -> list[Document]:
    """Write those contacts that are not deleted and not there (any more), and return their documents."""
    found: list[Document] = []
    docs: list[tuple[object, ...]] = []
    for identity, source, key, _sequence, text, moment, deleted in changed:
        if deleted:
            continue
        doc = document(identity, source, contact_from_json(text), origins.reader(source))
        found.append(doc)
        docs.append((row_of(identity, source), doc.sort, key, moment, text, numbers_to_json(doc.numbers)))
    connection.executemany("INSERT INTO doc VALUES (?, ?, ?, ?, ?, ?)", docs)
    return found


def remove(connection: sqlite3.Connection, contact_ids: Iterable[int]) -> None:
    """Take contacts out; unknown ids are passed over."""
    connection.executemany("DELETE FROM doc WHERE row BETWEEN ? AND ?", map(_range, contact_ids))


def _range(contact_id: int) -> tuple[int, int]:
    low = contact_id << SOURCE_BITS
    return low, low + (1 << SOURCE_BITS) - 1


Row = tuple[int, str, str, str, str]


def _rows(connection: sqlite3.Connection, condition: str, values: Sequence[int]) -> list[Row]:
    query = f"SELECT row, key, changed, contact, numbers FROM doc WHERE {condition}"  # noqa: S608 - constant conditions
    return connection.execute(query, values).fetchall()


def _listing(row: Row, scope: Scope, names: dict[int, str], match: Match | None) -> Listing | None:
    number, key, changed, contact, numbers = row
    groups = scope.groups(source_of(number))
    if not groups:
        return None
    try:
        shown, held = contact_from_json(contact), numbers_from_json(numbers)
        moment = datetime.fromisoformat(changed) if groups >= WHOLE else None
    except (DecodeError, ValueError):
        # Its own text would show what the contact holds.
        raise sqlite3.DatabaseError("the index is damaged; contact-directory index rebuild makes it anew") from None
    if moment is None:
        shown, held = visible(shown, groups), visible_numbers(held, groups)
    return Listing(contact_of(number), names[source_of(number)], key, shown, held, moment, match)


def listings(
    connection: sqlite3.Connection, rows: Sequence[tuple[int, Match | None]], scope: Scope, names: dict[int, str]
) -> list[Listing]:
    """Return listings of these rows in the same order; rows that are gone or out of scope are left out."""
    found: dict[int, Row] = {}
    wanted = [row for row, _match in rows]
    for start in range(0, len(wanted), _VARIABLES):
        part = wanted[start : start + _VARIABLES]
        found.update((row[0], row) for row in _rows(connection, f"row IN ({','.join('?' * len(part))})", part))
    made = (_listing(found[row], scope, names, match) for row, match in rows if row in found)
    return [listing for listing in made if listing]


def by_id(connection: sqlite3.Connection, contact_id: int, scope: Scope, names: dict[int, str]) -> Listing | None:
    """Return one contact, or None if it is unknown or out of scope."""
    if not 0 < contact_id < _IDS:
        return None
    rows = _rows(connection, "row BETWEEN ? AND ?", _range(contact_id))
    return _listing(rows[0], scope, names, None) if rows else None


def following(
    connection: sqlite3.Connection, contact_id: int, scope: Scope, names: dict[int, str], batch: int
) -> tuple[list[Listing], int | None]:
    """Return the visible ones of the next `batch` contacts after this id, and the id to go on from, or None."""
    after = min(contact_id, _IDS - 2)
    rows = _rows(connection, "row >= ? ORDER BY row LIMIT ?", (after + 1 << SOURCE_BITS, batch))
    made = (_listing(row, scope, names, None) for row in rows)
    return [listing for listing in made if listing], contact_of(rows[-1][0]) if len(rows) == batch else None


def numbers_of(connection: sqlite3.Connection, row: int) -> tuple[Number, ...]:
    """Return the numbers of a contact, whoever asks; none if it is gone."""
    found = connection.execute("SELECT numbers FROM doc WHERE row = ?", (row,)).fetchone()
    return numbers_from_json(found[0]) if found else ()
