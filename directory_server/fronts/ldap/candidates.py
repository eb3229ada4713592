"""Candidates: the contacts a filter can at most match, from the view's indexes instead of a scan.

A whole number costs microseconds. Words and the beginnings of numbers cost milliseconds, so they are asked only
where `words` says that waiting is allowed; and they are asked only in forms whose complete answer the index promises.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeAlias

from directory_server.directory import dialling
from directory_server.directory.listing import Listing
from directory_server.directory.normal_form import words
from directory_server.fronts.ldap import filter as f
from directory_server.fronts.ldap import phone, schema
from directory_server.fronts.ldap.book import Book
from directory_server.fronts.ldap.place import contact_of
from directory_server.fronts.ldap.schema import Kind

_Assertion: TypeAlias = f.Equality | f.Approximate | f.Substrings | f.Present | f.GreaterOrEqual | f.LessOrEqual

_INDEXED = frozenset({"cn", "sn", "givenName", "displayName", "name", "o", "title", "mail", "l", "metaSearchText"})
_BESIDE_NAMES = frozenset({"title", "mail", "l"})
"""Where words of one letter are not looked for once they are found in enough names and companies."""
# Letters and single blanks: punctuation splits words, and digits are numbers, by rules that are the index's own.
_PLAIN = re.compile(r"[^\W\d_]{2,40}(?: [^\W\d_]{1,40}){0,4}")
_MOST = 1000
_FEWEST_DIGITS = 3


@dataclass(slots=True)
class Candidates:
    """Answers for one request; `lookup` is the request's own, so that equal numbers are looked up once."""

    book: Book
    lookup: Callable[[str], phone.Found]
    words: bool
    _searched: dict[str, list[Listing] | None] = field(default_factory=dict)

    def of(self, node: f.Filter) -> list[Listing] | None:
        """Return a superset of what the filter can match; None if only a scan can tell."""
        if isinstance(node, f.And):
            known = [found for found in map(self.of, node.parts) if found is not None]
            return min(known, key=len, default=None)
        if isinstance(node, f.Or):
            return self._union(node)
        return None if isinstance(node, f.Not | f.Extensible) else self._assertion(node)

    def _union(self, node: f.Or) -> list[Listing] | None:
        union: dict[int, Listing] = {}
        for part in node.parts:
            found = self.of(part)
            if found is None:
                return None
            union.update((listing.id, listing) for listing in found)
        return list(union.values())

    def _assertion(self, node: _Assertion) -> list[Listing] | None:
        attribute = schema.attribute(node.attribute)
        if attribute is None:
            return []  # Undefined, and never True whatever surrounds it
        if attribute.kind is Kind.PHONE and not isinstance(node, f.Present):
            return self._number(node)
        if isinstance(node, f.Equality) and attribute.name == "uid":
            listing = contact_of((("uid", node.value.strip()),), self.book)
            return [] if listing is None else [listing]
        if attribute.name not in _INDEXED:
            return None
        if isinstance(node, f.Equality | f.Approximate):
            return self._search(attribute.name, node.value)
        return self._search(attribute.name, node.initial) if isinstance(node, f.Substrings) else None

    def _number(self, node: _Assertion) -> list[Listing] | None:
        location = self.book.location
        if isinstance(node, f.Equality | f.Approximate):
            assertion: phone.Assertion | None = phone.whole(node.value, location, self.lookup)
        elif isinstance(node, f.Substrings):
            assertion = phone.parts(node, location, self.lookup)
        else:
            return []
        if isinstance(assertion, phone.Whole):
            return list(assertion.found.listings)
        if not isinstance(assertion, phone.Parts):
            return []
        begin = ("+" if assertion.plus else "") + assertion.initial
        plan = dialling.plan(location.country)
        dialled = not location.outside_line and begin.startswith((plan.abroad, plan.trunk or plan.abroad))
        if len(assertion.initial) < _FEWEST_DIGITS or not (assertion.plus or dialled):
            return None
        return self._ask(begin)

    def _search(self, name: str, text: str) -> list[Listing] | None:
        plain = text.strip()
        if not _PLAIN.fullmatch(plain) or (name in _BESIDE_NAMES and any(len(word) == 1 for word in words(plain))):
            return None
        return self._ask(plain)

    def _ask(self, text: str) -> list[Listing] | None:
        if not self.words:
            return None
        if text not in self._searched:
            found = self.book.listings(text, _MOST)
            # A full page may hide more; then only a scan knows.
            self._searched[text] = found if len(found) < _MOST else None
        return self._searched[text]
