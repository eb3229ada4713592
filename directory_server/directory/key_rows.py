"""Key rows: what contacts are found by in the tables (numbers, trunks, links), collected, then put in in order.

In the order of their keys many rows are written several times as fast as in that of the contacts.
"""

import sqlite3
from array import array
from collections.abc import Iterable, Iterator
from typing import Final

import numpy as np

from connectors.contact import PhoneKind
from directory_server.directory.document import Keys
from directory_server.directory.listing import Number
from directory_server.directory.tables import digits_key
from directory_server.directory.words.arrays import order_of
from directory_server.store.rows import FieldGroup

GROUPS: Final = tuple(FieldGroup)
"""Field groups by the number that stands for each in the tables."""

_NAME, _BUSINESS, _PRIVATE = map(GROUPS.index, (FieldGroup.NAME, FieldGroup.BUSINESS, FieldGroup.PRIVATE))
_HOME: Final = PhoneKind.HOME
_AT_ONCE: Final = 65_536


class _Rows:
    """Rows of one table: each a key, a contact's row and the number of a field group."""

    def __init__(self) -> None:
        self.keys = array("q")
        self._rows = array("q")
        self._groups = bytearray()

    def add(self, key: int, row: int, group: int) -> None:
        self.keys.append(key)
        self._rows.append(row)
        self._groups.append(group)

    def in_order(self) -> Iterator[tuple[list[int], list[int], list[int], list[int]]]:
        """Yield places, keys, rows and groups of a part of the rows at a time, in the order of the keys."""
        keys, rows, groups = np.array(self.keys), np.array(self._rows), np.array(self._groups)
        order = order_of(keys)
        for start in range(0, len(order), _AT_ONCE):
            part = order[start : start + _AT_ONCE]
            yield part.tolist(), keys[part].tolist(), rows[part].tolist(), groups[part].tolist()


class KeyRows:
    """Collects the key rows of contacts."""

    def __init__(self) -> None:
        self._numbers, self._trunks, self._links = _Rows(), _Rows(), _Rows()
        self._companies: list[str] = []  # of each trunk

    def add_numbers(self, row: int, numbers: Iterable[Number], keys_of: Keys, company: str) -> None:
        """Add the numbers of the contact with this row, and their trunks with its company in normal form."""
        for number in numbers:
            group = _PRIVATE if number.kind is _HOME else _BUSINESS
            for key in keys_of(number):
                self._numbers.add(key, row, group)
            if number.trunk:
                self._trunks.add(digits_key(number.trunk[1:]), row, group)
                self._companies.append(company)

    def add_links(self, row: int, links: Iterable[tuple[int, FieldGroup]]) -> None:
        """Add the links of the contact with this row."""
        for key, group in links:
            # An Enum is slow to look up by.
            number = _NAME if group is FieldGroup.NAME else _BUSINESS if group is FieldGroup.BUSINESS else _PRIVATE
            self._links.add(key, row, number)

    def put(self, connection: sqlite3.Connection) -> None:
        """Write what was collected; a row that comes twice is written once."""
        for table, of in (("number", self._numbers), ("link", self._links)):
            for _places, *columns in of.in_order():
                connection.executemany(f"INSERT OR IGNORE INTO {table} VALUES (?, ?, ?)", zip(*columns, strict=True))  # noqa: S608 - one of two
        for places, *columns in self._trunks.in_order():
            companies = [self._companies[place] for place in places]
            rows = zip(*columns, companies, strict=True)
            connection.executemany("INSERT OR IGNORE INTO trunk VALUES (?, ?, ?, ?)", rows)
