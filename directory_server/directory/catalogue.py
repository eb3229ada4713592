"""Catalogue: the contacts of an index, read from where their documents are and shown as a scope may see them."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Final, TypeAlias, TypeVar

import numpy as np

from directory_server.directory.card import Card, UnreadableError, from_bytes, sort_from_bytes
from directory_server.directory.listing import WHOLE, Listing, Match
from directory_server.directory.scope import Scope, visible, visible_numbers
from directory_server.directory.tables import SOURCE_BITS, contact_of, source_of
from directory_server.directory.words.segment_file import Damaged
from directory_server.directory.words.segments import Opened
from directory_server.store.rows import FieldGroup

Place: TypeAlias = tuple[Opened, int]
"""A segment as a snapshot sees it, and a document of it."""

Result = TypeVar("Result")

_IDS: Final = 1 << (63 - SOURCE_BITS)
"""Ids are smaller."""


def card(opened: Opened, doc: int) -> Card:
    """Return a document's card; raises Damaged for one that cannot be read."""
    return _read(opened, doc, from_bytes)


def sort_of(opened: Opened, doc: int) -> str:
    """Return the name a document is sorted by, whoever asks; raises Damaged as `card` does."""
    return _read(opened, doc, sort_from_bytes)


def _read(opened: Opened, doc: int, decode: Callable[[bytes | memoryview], Result]) -> Result:
    try:
        return decode(opened.segment.cards.of(doc))
    except UnreadableError:
        raise Damaged("a contact cannot be read") from None


def places(opened: Iterable[Opened], rows: Sequence[int]) -> dict[int, Place]:
    """Return where those of the rows are that are there."""
    wanted, found = np.array(rows, dtype=np.int64), {}
    for one in opened:
        docs = one.segment.documents(wanted)
        if one.alive is not None:
            docs = docs[one.alive[docs]]
        for row, doc in zip(one.segment.rows[docs].tolist(), docs.tolist(), strict=True):
            found[row] = one, doc
    return found


def _listing(row: int, held: Card, groups: frozenset[FieldGroup], name: str, match: Match | None) -> Listing:
    shown, numbers, moment = held.contact, held.numbers, None
    if groups >= WHOLE:
        try:
            moment = datetime.fromisoformat(held.changed)
        except ValueError:
            raise Damaged("a moment cannot be read") from None
    else:
        shown, numbers = visible(shown, groups), visible_numbers(numbers, groups)
    return Listing(contact_of(row), name, held.key, shown, numbers, moment, match)


def listing(
    at: Mapping[int, Place], row: int, match: Match | None, scope: Scope, names: dict[int, str]
) -> Listing | None:
    """Return the listing of one row, None if it is gone or out of scope; most look-ups end here."""
    place, source = at.get(row), source_of(row)
    groups = scope.groups(source)
    return _listing(row, card(*place), groups, names[source], match) if place and groups else None


def listings(
    at: Mapping[int, Place], rows: Sequence[tuple[int, Match | None]], scope: Scope, names: dict[int, str]
) -> list[Listing]:
    """Return listings of these rows in the same order; rows that are gone or out of scope are left out."""
    made = (listing(at, row, match, scope, names) for row, match in rows)
    return [one for one in made if one]


def by_id(opened: Sequence[Opened], contact_id: int, scope: Scope, names: dict[int, str]) -> Listing | None:
    """Return one contact, or None if it is unknown or out of scope."""
    for one in opened:
        for doc in one.segment.contacts((contact_id,)).tolist():
            if one.alive is None or one.alive[doc]:
                row = int(one.segment.rows[doc])
                return listing({row: (one, doc)}, row, None, scope, names)
    return None


def following(
    opened: Sequence[Opened], contact_id: int, scope: Scope, names: dict[int, str], batch: int
) -> tuple[list[Listing], int | None]:
    """Return the visible ones of the next `batch` contacts after this id, and the id to go on from, or None."""
    after = min(contact_id, _IDS - 2)
    rows = _from(opened, after + 1 << SOURCE_BITS, batch)
    made = listings(places(opened, rows), [(row, None) for row in rows], scope, names)
    return made, contact_of(rows[-1]) if len(rows) == batch else None


def _from(opened: Iterable[Opened], row: int, count: int) -> list[int]:
    """Return the next rows from this one on, ascending."""
    return sorted(found for one in opened for found in one.segment.rows_from(row, count, one.alive))[:count]


def cards(opened: Sequence[Opened], batch: int) -> Iterator[list[tuple[int, Card]]]:
    """Yield the cards of all contacts in the order of their rows, so many at once."""
    rows = _from(opened, 0, batch)
    while rows:
        found = places(opened, rows)
        yield [(row, card(*found[row])) for row in rows]
        rows = _from(opened, rows[-1] + 1, batch)
