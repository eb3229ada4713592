"""Contacts, numbers and person keys inside an index file: what they look like there, written and read."""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from functools import lru_cache

from msgspec import DecodeError

from directory_server.directory.document import Document, document, numbers_from_json, numbers_to_json
from directory_server.directory.key_rows import GROUPS, KeyRows
from directory_server.directory.listing import WHOLE, Listing, Match
from directory_server.directory.normal_form import words
from directory_server.directory.origins import Origins
from directory_server.directory.scope import Scope, visible, visible_numbers
from directory_server.directory.tables import SOURCE_BITS, contact_of, digits_key, row_of, source_of
from directory_server.store.contact_json import contact_from_json
from directory_server.store.contacts import RawRow
from directory_server.store.rows import FieldGroup

_VARIABLES = 900
_IDS = 1 << (63 - SOURCE_BITS)
"""Ids are smaller."""


def put(connection: sqlite3.Connection, changed: Iterable[RawRow], origins: Origins, keys: KeyRows) -> list[Document]:
    """Write those contacts that are not deleted and not there (any more), and return their documents.

    Their numbers, trunks and links are added to `keys`, which is to be put in afterwards.
    """
    found: list[Document] = []
    docs: list[tuple[object, ...]] = []
    for identity, source, key, _sequence, text, moment, deleted in changed:
        if deleted:
            continue
        contact = contact_from_json(text)
        doc = document(identity, source, contact, origins.location(source))
        row = row_of(identity, source)
        found.append(doc)
        docs.append((row, doc.sort, key, moment, text, numbers_to_json(doc.numbers)))
        keys.add_numbers(row, doc.numbers, origins.keys(source), _spelt(contact.company))
        keys.add_links(row, doc.links)
    connection.executemany("INSERT INTO doc VALUES (?, ?, ?, ?, ?, ?)", docs)
    return found


@lru_cache(maxsize=131072)
def _spelt(company: str) -> str:
    return " ".join(words(company))


def remove(connection: sqlite3.Connection, contact_ids: Iterable[int], origins: Origins) -> list[int]:
    """Take contacts out, and return their row numbers; unknown ids are passed over."""
    removed: list[int] = []
    numbers: list[tuple[int, int]] = []
    trunks: list[tuple[int, int]] = []
    linked_by: list[tuple[int, int]] = []
    for contact_id in contact_ids:
        for row, _key, _changed, contact, _numbers in _rows(connection, "row BETWEEN ? AND ?", _range(contact_id)):
            source = source_of(row)
            doc = document(contact_id, source, contact_from_json(contact), origins.location(source))
            keys_of = origins.keys(source)
            numbers += {(key, row) for number in doc.numbers for key in keys_of(number)}
            trunks += {(digits_key(number.trunk[1:]), row) for number in doc.numbers if number.trunk}
            linked_by += {(key, row) for key, _group in doc.links}
            removed.append(row)
    connection.executemany("DELETE FROM number WHERE digits = ? AND row = ?", numbers)
    connection.executemany("DELETE FROM trunk WHERE digits = ? AND row = ?", trunks)
    connection.executemany("DELETE FROM link WHERE key = ? AND row = ?", linked_by)
    connection.executemany("DELETE FROM doc WHERE row = ?", [(row,) for row in removed])
    return removed


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


def nameless(connection: sqlite3.Connection, rows: Iterable[int], scope: Scope) -> list[int]:
    """Return those of these rows, in order, whose name the scope may read and is neither given nor family name."""
    # A quote inside of a value would stand behind a backslash.
    query = (
        "SELECT row FROM doc WHERE row IN ({}) AND instr(contact, '\"given_name\":') = 0"
        " AND instr(contact, '\"family_name\":') = 0 ORDER BY row"
    )
    wanted = sorted(row for row in rows if FieldGroup.NAME in scope.groups(source_of(row)))
    parts = (wanted[start : start + _VARIABLES] for start in range(0, len(wanted), _VARIABLES))
    return [row for part in parts for (row,) in connection.execute(query.format(",".join("?" * len(part))), part)]


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


def _seen(rows: Iterable[tuple[int, int]], scope: Scope) -> Iterator[int]:
    last = None
    for row, field in rows:
        if row != last and GROUPS[field] in scope.groups(source_of(row)):
            last = row
            yield row


def holders(connection: sqlite3.Connection, key: str, scope: Scope) -> list[int]:
    """Return the rows of contacts with this number key (see `document.Keys`) in a field the scope may read."""
    query = "SELECT row, field FROM number WHERE digits = ? ORDER BY row"
    return list(_seen(connection.execute(query, (digits_key(key),)), scope))


def linked(connection: sqlite3.Connection, keys: Iterable[int], scope: Scope) -> dict[int, list[int]]:
    """Return, by person key, the rows of contacts that share it in a field the scope may read, in order."""
    found: dict[int, list[int]] = {key: [] for key in keys}
    wanted = list(found)
    for start in range(0, len(wanted), _VARIABLES):
        part = wanted[start : start + _VARIABLES]
        for key, row, field in connection.execute(
            f"SELECT key, row, field FROM link WHERE key IN ({','.join('?' * len(part))}) ORDER BY key, row",  # noqa: S608 - marks only
            part,
        ):
            rows = found[key]
            if (not rows or rows[-1] != row) and GROUPS[field] in scope.groups(source_of(row)):
                rows.append(row)
    return found


def on_trunk(connection: sqlite3.Connection, digits: str, scope: Scope) -> list[tuple[int, str]]:
    """Return rows of contacts whose visible number has this trunk, with the company in normal form ("" if hidden)."""
    found: dict[int, str] = {}
    for row, field, company in connection.execute(
        "SELECT row, field, company FROM trunk WHERE digits = ? ORDER BY row", (digits_key(digits),)
    ):
        groups = scope.groups(source_of(row))
        if GROUPS[field] in groups:
            found[row] = company if FieldGroup.NAME in groups else ""
    return list(found.items())
