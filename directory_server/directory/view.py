"""View: the directory as one asker may see it, and the only way to ask. Hiding comes first, then searching."""

import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Final

from directory_server.directory import contact_table, lookup, person
from directory_server.directory.document import links, sort_name
from directory_server.directory.engine import Found
from directory_server.directory.index import Index
from directory_server.directory.listing import Listing, Match
from directory_server.directory.lookup import Lookup
from directory_server.directory.normal_form import fold
from directory_server.directory.number import ask
from directory_server.directory.person import MOST_HOLDERS, Person
from directory_server.directory.query import Query, parse
from directory_server.directory.scope import Scope
from directory_server.store import grants, sources
from directory_server.store.database import Database
from directory_server.store.rows import Client, FieldGroup, Location, Source

MOST_HITS: Final = 1000
"""The largest `limit`; a larger one is cut to it."""

_PER_PERSON = 3
_BATCH = 500


@dataclass(frozen=True, slots=True)
class Answer:
    """Found persons, best first; `more` tells that there are others."""

    persons: tuple[Person, ...]
    more: bool
    took_ms: float


class View:
    """What one asker may see of the directory. Cheap to make; make a new one per request, as grants change."""

    def __init__(
        self,
        index: Index,
        scope: Scope,
        known: Iterable[Source],
        location: Location,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        seen = [source for source in known if scope.groups(source.id)]
        self.location = location
        self.scope = Scope({source.id: scope.groups(source.id) for source in seen})
        self._index = index
        self._clock = clock
        self._names = {source.id: source.name for source in seen}
        self._priorities = {source.id: source.priority for source in seen}
        self._by_name = {source.name: source.priority for source in seen}

    @property
    def country(self) -> str:
        """ISO country that asked numbers are read with."""
        return self.location.country

    @property
    def state(self) -> object:
        """A token: while it stays equal, this view answers the same question the same way (see `Index.state`)."""
        return self._index.state

    def source_names(self) -> list[str]:
        """Return the names of the sources this view may read, in order."""
        return sorted(self._names.values())

    def groups_of(self, source: str) -> frozenset[FieldGroup]:
        """Return the field groups of the named source that this view may read."""
        return next((self.scope.groups(at) for at, name in self._names.items() if name == source), frozenset())

    def search(self, text: str, limit: int = 20) -> Answer:
        """Find persons of whom one contact matches every word of the text."""
        start = self._clock()
        limit = _bounded(limit)
        with self._index.reading():
            found = self._search(text, min(limit * _PER_PERSON, MOST_HITS))
            listings = self._listings(found)
            persons: list[Person] = []
            covered: set[int] = set()
            for listing in listings:
                if listing.id in covered:
                    continue
                one = self._person(listing)
                covered |= {part.id for part in one.listings}
                persons.append(one)
                if len(persons) > limit:
                    break
        more = found.more or len(persons) > limit
        return Answer(tuple(persons[:limit]), more, (self._clock() - start) * 1000)

    def listings(self, text: str, limit: int = 20) -> list[Listing]:
        """Find contacts that match every word of the text, best first, not merged."""
        with self._index.reading():
            return self._listings(self._search(text, _bounded(limit)))

    def lookup(self, number: str) -> Lookup:
        """Find everyone with this number, in whatever notation it is asked (see `lookup.lookup`)."""
        asked = ask(number, self.location)
        with self._index.reading() as connection:
            return lookup.lookup(connection, asked, self.scope, partial(self._fetch, connection))

    def contact(self, contact_id: int) -> Listing | None:
        """Return one contact, or None if it is unknown or not visible."""
        with self._index.reading() as connection:
            return contact_table.by_id(connection, contact_id, self.scope, self._names)

    def person(self, contact_id: int) -> Person | None:
        """Return the person this visible contact belongs to, or None."""
        with self._index.reading():
            listing = self.contact(contact_id)
            return self._person(listing) if listing else None

    def all(self) -> Iterator[Listing]:
        """Yield every visible contact in order of id."""
        at: int | None = 0
        while at is not None:
            with self._index.reading() as connection:
                batch, at = contact_table.following(connection, at, self.scope, self._names, _BATCH)
            yield from batch

    def _search(self, text: str, limit: int) -> Found:
        query = parse(text, self.location)
        scope = self._narrowed(query)
        with self._index.reading() as connection:
            return self._index.engine.search(connection, query, scope, self._priorities, limit)

    def _narrowed(self, query: Query) -> Scope:
        scope = self.scope
        for name in query.sources:
            scope = scope.narrowed(frozenset(at for at, known in self._names.items() if fold(known).startswith(name)))
        return scope

    def _listings(self, found: Found) -> list[Listing]:
        with self._index.reading() as connection:
            rows = [(hit.row, hit.match) for hit in found.hits]
            return contact_table.listings(connection, rows, self.scope, self._names)

    def _fetch(self, connection: sqlite3.Connection, rows: list[int], match: Match) -> list[Listing]:
        found = contact_table.listings(connection, [(row, match) for row in rows], self.scope, self._names)
        return sorted(found, key=lambda one: (self._by_name[one.source], sort_name(one.contact), one.id))

    def _person(self, seed: Listing) -> Person:
        """Gather the visible contacts that share a key with this one, or with one gathered before, and merge."""
        gathered = {seed.id: seed}
        waiting = [seed]
        with self._index.reading() as connection:
            while waiting and len(gathered) <= MOST_HOLDERS:
                listing = waiting.pop()
                for key, _group in links(listing.contact, listing.numbers):
                    rows = contact_table.linked(connection, key, self.scope)
                    if not 1 < len(rows) <= MOST_HOLDERS:
                        continue
                    for other in contact_table.listings(connection, [(r, None) for r in rows], self.scope, self._names):
                        if other.id not in gathered and person.same(listing, other):
                            gathered[other.id] = other
                            waiting.append(other)
        return person.one_person(gathered.values(), self._by_name, seed.match)


def _bounded(limit: int) -> int:
    return max(0, min(limit, MOST_HITS))


def for_user(
    database: Database,
    index: Index,
    *,
    oid: str,
    groups: frozenset[str],
    country: str,
) -> View:
    """Return what this user may see: the grants of their groups, of `all`, and those that name `oid` itself."""
    names = groups | {grants.EVERYONE, oid}
    fields: dict[int, frozenset[FieldGroup]] = {}
    for grant in grants.all(database):
        if grant.group in names:
            fields[grant.source_id] = fields.get(grant.source_id, frozenset()) | grant.fields
    return View(index, Scope(fields), sources.all(database), Location(country))


def for_client(database: Database, index: Index, client: Client) -> View:
    """Return what an LDAP/HTTP client may see; numbers are read with its location."""
    scope = Scope(dict.fromkeys(client.source_ids, client.fields))
    return View(index, scope, sources.all(database), client.location)


def for_admin(database: Database, index: Index, *, country: str) -> View:
    """Return a view of everything."""
    known = sources.all(database)
    return View(index, Scope({source.id: frozenset(FieldGroup) for source in known}), known, Location(country))
