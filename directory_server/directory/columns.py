"""Columns: the searchable fields, each in the field group that must be granted before it may match."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from directory_server.store.rows import FieldGroup


@dataclass(frozen=True, slots=True)
class Column:
    """One searchable column.

    `field` is the Contact field it reports in a match; `order` its own place in ranking, the lower the better;
    `digits` tells that it holds numbers rather than words.
    """

    at: int
    name: str
    group: FieldGroup
    field: str
    order: int
    digits: bool = False


GROUPS: Final = tuple(FieldGroup)
"""Field groups by the number that stands for each in the index."""


def _column(at: int, name: str, group: str, field: str, order: int, *, digits: bool = False) -> Column:
    return Column(at, name, FieldGroup(group), field, order, digits)


COLUMNS: Final = (
    _column(0, "n", "name", "display_name", 2),
    _column(1, "c", "name", "company", 3),
    _column(2, "d", "name", "department", 4),
    _column(3, "t", "name", "job_title", 5),
    _column(4, "m", "business", "emails", 6),
    _column(5, "l", "business", "addresses", 8),
    _column(6, "r", "business", "addresses", 10),
    _column(7, "hm", "private", "emails", 7),
    _column(8, "hl", "private", "addresses", 9),
    _column(9, "hr", "private", "addresses", 11),
    _column(10, "x", "notes", "notes", 12),
    _column(11, "y", "notes", "custom", 13),
    _column(12, "z", "business", "phones", 0, digits=True),
    _column(13, "hz", "private", "phones", 1, digits=True),
)
"""Names, companies, departments, titles and categories, mail, city, the rest of addresses, notes, custom fields and
numbers; `h…` the private ones."""

TEXT: Final = tuple(column for column in COLUMNS if not column.digits)
DIGITS: Final = tuple(column for column in COLUMNS if column.digits)
NAME: Final = COLUMNS[0]
CUSTOM: Final = COLUMNS[11]
NAMED: Final = frozenset({NAME.at, COLUMNS[1].at})
"""Names and companies: where a sound counts, and where a one-letter word is looked for first."""
BY_ORDER: Final = tuple(sorted(COLUMNS, key=lambda column: column.order))
"""The columns by their place in ranking, which is their place here."""

_FIELDS: Final = (
    ("name given vorname family nachname", ("n",)),
    ("company firma", ("c",)),
    ("department abteilung", ("d",)),
    ("title titel job_title position category kategorie", ("t",)),
    ("mail email", ("m", "hm")),
    ("city ort stadt", ("l", "hl")),
    ("street strasse zip plz postal_code country land office buro buero", ("r", "hr")),
    ("notes notiz notizen", ("x",)),
    ("phone tel telefon number nummer", ("z", "hz")),
)
FIELDS: Final = {name: columns for names, columns in _FIELDS for name in names.split(" ")}
"""What may stand before the colon in a query (beside `source`, `quelle`), folded, and the columns it asks; any other
name is that of a custom field."""


def granted(groups: Iterable[FieldGroup]) -> frozenset[int]:
    """Return the columns that these field groups open."""
    allowed = frozenset(groups)
    return frozenset(column.at for column in COLUMNS if column.group in allowed)
