"""Candidates: the contacts a filter can at most match, from the view's indexes instead of a scan."""

from typing import TypeAlias

from directory_server.directory.listing import Listing
from directory_server.fronts.ldap import filter as f
from directory_server.fronts.ldap import phone, schema
from directory_server.fronts.ldap.book import Book
from directory_server.fronts.ldap.match import Lookup
from directory_server.fronts.ldap.place import contact_of
from directory_server.fronts.ldap.schema import Kind

_Assertion: TypeAlias = f.Equality | f.Approximate | f.Substrings | f.Present | f.GreaterOrEqual | f.LessOrEqual


def candidates(node: f.Filter, book: Book, lookup: Lookup) -> list[Listing] | None:
    """Return a superset of what the filter can match; None if only a scan can tell."""
    if isinstance(node, f.And):
        known = [found for found in (candidates(part, book, lookup) for part in node.parts) if found is not None]
        return min(known, key=len, default=None)
    if isinstance(node, f.Or):
        return _union(node, book, lookup)
    return None if isinstance(node, f.Not | f.Extensible) else _assertion(node, book, lookup)


def _assertion(node: _Assertion, book: Book, lookup: Lookup) -> list[Listing] | None:
    attribute = schema.attribute(node.attribute)
    if attribute is None:
        return []  # Undefined, and never True whatever surrounds it
    if attribute.kind is Kind.PHONE and not isinstance(node, f.Present):
        return _numbers(node, book, lookup)
    if attribute.name == "uid" and isinstance(node, f.Equality):
        listing = contact_of((("uid", node.value.strip()),), book)
        return [] if listing is None else [listing]
    return None


def _union(node: f.Or, book: Book, lookup: Lookup) -> list[Listing] | None:
    union: dict[int, Listing] = {}
    for part in node.parts:
        found = candidates(part, book, lookup)
        if found is None:
            return None
        union.update((listing.id, listing) for listing in found)
    return list(union.values())


def _numbers(node: f.Filter, book: Book, lookup: Lookup) -> list[Listing] | None:
    if isinstance(node, f.Equality | f.Approximate):
        assertion: phone.Assertion | None = phone.whole(node.value, book.location, lookup)
    elif isinstance(node, f.Substrings):
        assertion = phone.parts(node, book.location, lookup)
    else:
        return []
    if isinstance(assertion, phone.Whole):
        return list(assertion.found.listings)
    return [] if assertion is None else None
