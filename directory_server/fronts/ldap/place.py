"""Where a name points in the tree: the suffix, a source below it, or a contact below that."""

import re
from dataclasses import dataclass

from directory_server.directory.listing import Listing
from directory_server.fronts.ldap.book import Book
from directory_server.fronts.ldap.dn import Dn, Rdn
from directory_server.fronts.ldap.fold import squeeze

SUFFIX, SOURCE, CONTACT = 0, 1, 2
"""The levels of the tree; a name level above the suffix is the empty base that holds everything."""

_ID = re.compile("[0-9]{1,18}")


@dataclass(frozen=True, slots=True)
class Place:
    """An existing entry: its level, the source it is or lies in, the contact it is."""

    level: int
    source: str = ""
    listing: Listing | None = None


def resolve(name: Dn, base: Dn, book: Book) -> tuple[Place, bool]:
    """Return the entry `name` (below `base`) points at and True, or the nearest existing one above it and False."""
    relative = name[: len(name) - len(base)]
    if not relative:
        return Place(SUFFIX), True
    source = _source(relative[-1], book)
    if source is None:
        return Place(SUFFIX), False
    if len(relative) == SOURCE:
        return Place(SOURCE, source), True
    listing = contact_of(relative[0], book) if len(relative) == CONTACT else None
    if listing is None or listing.source != source:
        return Place(SOURCE, source), False
    return Place(CONTACT, source, listing), True


def _source(rdn: Rdn, book: Book) -> str | None:
    if len(rdn) != 1 or rdn[0][0] != "ou":
        return None
    return next((name for name in book.source_names() if squeeze(name) == rdn[0][1]), None)


def contact_of(rdn: Rdn, book: Book) -> Listing | None:
    """Return the visible contact of `uid=<id>`."""
    if len(rdn) != 1 or rdn[0][0] != "uid" or not _ID.fullmatch(rdn[0][1]):
        return None
    return book.contact(int(rdn[0][1]))
