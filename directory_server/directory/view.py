"""View: the directory as one asker may see it, and the only way to ask. Hiding comes first, then searching."""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from copy import copy
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Final

from directory_server.directory import catalogue, dialling, lookup, people
from directory_server.directory.catalogue import Place
from directory_server.directory.document import sort_name
from directory_server.directory.engine import Found
from directory_server.directory.gathering import Gathering
from directory_server.directory.holders import Holders
from directory_server.directory.index import Index
from directory_server.directory.listing import Listing, Match
from directory_server.directory.lookup import Lookup, Reading
from directory_server.directory.number import ask
from directory_server.directory.person import Person, Preferred
from directory_server.directory.query import Query, parse
from directory_server.directory.scope import Scope
from directory_server.directory.sole import Glances
from directory_server.directory.tables import source_of
from directory_server.directory.words.segments import Snapshot
from directory_server.store import grants, rights
from directory_server.store.database import Database
from directory_server.store.rights import Rights
from directory_server.store.rows import Client, FieldGroup, Location, SharedNumbers, Source

MOST_HITS: Final = 1000
"""The largest `limit`; a larger one is cut to it."""

MOST_FAMILIAR: Final = 200
"""Familiar contacts that are looked at; further ones are left out."""

_PER_PERSON = 3
_BATCH = 500


@dataclass(frozen=True, slots=True)
class Answer:
    """Found persons, best first; `more` tells that there are others."""

    persons: tuple[Person, ...]
    more: bool
    took_ms: float


class View:
    """What one asker may see of the directory. Cheap to make; make a new one per request, as grants change.

    `client` is the LDAP/HTTP client it was made for, None for a user or the admin. `state` returns a token: while it
    stays equal, the same question gets the same answer; None while nobody can tell. `glances` finds the one contact of
    a number for who cannot wait for `lookup`; where it finds none, `lookup` must be asked.
    """

    def __init__(
        self,
        index: Index,
        scope: Scope,
        known: Iterable[Source],
        location: Location,
        clock: Callable[[], float] = time.perf_counter,
        *,
        shared_numbers: SharedNumbers = SharedNumbers.PRIORITY,
        preferred: Preferred | None = None,
        client: Client | None = None,
    ) -> None:
        seen = [source for source in known if scope.groups(source.id)]
        self.location = location
        self.scope = Scope({source.id: scope.groups(source.id) for source in seen})
        self._index = index
        self._clock = clock
        self.state: Callable[[], object] = index.changes.look
        self.glances = Glances(index.changes, index.at_once, self.scope)
        self._names = {source.id: source.name for source in seen}
        self._priorities = {source.id: source.priority for source in seen}
        self._by_name = {source.name: source.priority for source in seen}
        self._places = [location, *(source.location for source in seen)]
        self._shared_numbers = shared_numbers
        self._preferred = preferred or {}
        self.client = client

    @property
    def country(self) -> str:
        """ISO country that asked numbers are read with."""
        return self.location.country

    @property
    def facts(self) -> object:
        """What makes this view: two with equal facts give the same answers."""
        known = (self.scope.fields, self._names, self._priorities, self._places)
        return self._index, *known, self._shared_numbers, self._preferred, self.client

    @property
    def shared_numbers(self) -> SharedNumbers:
        """The policy for numbers that several persons hold."""
        return self._shared_numbers

    @property
    def sources(self) -> Mapping[int, str]:
        """The names of the sources this view may read, by their ids."""
        return self._names

    def source_names(self) -> list[str]:
        """Return the names of the sources this view may read, in order."""
        return sorted(self._names.values())

    def groups_of(self, source: str) -> frozenset[FieldGroup]:
        """Return the field groups of the named source that this view may read."""
        return next((self.scope.groups(at) for at, name in self._names.items() if name == source), frozenset())

    def search(self, text: str, limit: int = 20, familiar: Sequence[int] = ()) -> Answer:
        """Find persons of whom one contact matches every word of the text.

        `familiar` are contact ids of the asker's recents and favourites: of equal hits they come first.
        """
        start = self._clock()
        narrow = self._narrowed(query := parse(text, self.location))
        if narrow is not self:  # cards too are made of the sources only that are asked
            return narrow.search(text, limit, familiar)
        limit = _bounded(limit)
        with self._index.snapshot() as snapshot:
            found = self._found(query, min(limit * _PER_PERSON, MOST_HITS), familiar)
            persons = self._gathering(snapshot).persons(self._listed(found, limit), limit + 1)
        more = found.more or len(persons) > limit
        return Answer(tuple(persons[:limit]), more, (self._clock() - start) * 1000)

    def listings(self, text: str, limit: int = 20, familiar: Sequence[int] = ()) -> list[Listing]:
        """Find contacts that match every word of the text, best first, not merged; `familiar` as in `search`."""
        with self._index.snapshot():
            return self._listings(self._search(text, _bounded(limit), familiar))

    def people(self, contact_id: int, limit: int = 20) -> Answer:
        """Find the people of this visible contact's company, in order of their names; nobody without a company.

        Of a company with more than MOST_HITS contacts, the first of the search are taken.
        """
        start = self._clock()
        limit = _bounded(limit)
        with self._index.snapshot() as snapshot:
            seed = self.contact(contact_id)
            company = seed.contact.company if seed else ""
            question = people.question(company)
            found = self._search(question, MOST_HITS) if question else Found((), more=False)
            persons = self._gathering(snapshot).persons(people.of_company(self._listings(found), company), limit + 1)
        more = found.more or len(persons) > limit
        return Answer(tuple(persons[:limit]), more, (self._clock() - start) * 1000)

    def lookup(self, number: str) -> Lookup:
        """Find whose number this is, in whatever notation it is asked (see `lookup.lookup`)."""
        asked = ask(number, self.location)
        return self._index.at_once(lambda snapshot: lookup.lookup(self._reading(snapshot), asked))

    @contextmanager
    def numbers(self) -> Iterator[Reading]:
        """Give what look-ups read with, seeing one unchanging state of the index."""
        with self._index.snapshot() as snapshot:
            yield self._reading(snapshot)

    def _reading(self, snapshot: Snapshot) -> Reading:
        held = Holders(snapshot, self.scope)
        return Reading(held, partial(self._fetch, held.places), self._shared_numbers, self._trunks)

    def contact(self, contact_id: int) -> Listing | None:
        """Return one contact, or None if it is unknown or not visible."""
        with self._index.snapshot() as snapshot:
            return catalogue.by_id(snapshot.opened, contact_id, self.scope, self._names)

    def person(self, contact_id: int) -> Person | None:
        """Return the person this visible contact belongs to, or None."""
        with self._index.snapshot() as snapshot:
            listing = self.contact(contact_id)
            return self._gathering(snapshot).person(listing) if listing else None

    def all(self, after: int = 0) -> Iterator[Listing]:
        """Yield every visible contact with a larger id than `after`, in order of id."""
        at: int | None = after
        while at is not None:
            with self._index.snapshot() as snapshot:
                batch, at = catalogue.following(snapshot.opened, at, self.scope, self._names, _BATCH)
            yield from batch

    @cached_property
    def _trunks(self) -> frozenset[str]:
        return frozenset(
            f"{dialling.plan(place.country).code}{place.area}{place.trunk}" for place in self._places if place.trunk
        )

    def _search(self, text: str, limit: int, familiar: Sequence[int] = ()) -> Found:
        return self._found(parse(text, self.location), limit, familiar)

    def _found(self, query: Query, limit: int, familiar: Sequence[int]) -> Found:
        known = frozenset(familiar[:MOST_FAMILIAR])
        return self._index.search(query, self._narrowed(query).scope, self._priorities, limit, known)

    def _narrowed(self, query: Query) -> "View":
        """Return the view of those sources only that the query asks; itself where it asks them all."""
        if not query.sources and not query.other_than:
            return self
        scope = self.scope.narrowed(frozenset(at for at, name in self._names.items() if query.asks(name)))
        if len(scope.fields) == len(self.scope.fields):
            return self
        narrow = copy(self)
        narrow.scope = scope
        narrow.glances = Glances(self._index.changes, self._index.at_once, scope)
        return narrow

    def _listings(self, found: Found) -> list[Listing]:
        return list(self._listed(found, len(found.hits)))

    def _listed(self, found: Found, at_once: int) -> Iterator[Listing]:
        """Yield the hits, reading so many at once: few are needed where every hit is another person."""
        for start in range(0, len(found.hits), at_once + 1):
            with self._index.snapshot():
                hits = found.hits[start : start + at_once + 1]
                places, rows = {hit.row: hit.place for hit in hits}, [(hit.row, hit.match) for hit in hits]
                yield from catalogue.listings(places, rows, self.scope, self._names)

    def _fetch(self, places: Mapping[int, Place], rows: list[int], match: Match) -> list[Listing]:
        if len(rows) == 1:  # most numbers are one contact's
            one = catalogue.listing(places, rows[0], match, self.scope, self._names)
            return [one] if one else []
        if len(rows) > lookup.MOST_HOLDERS:
            rows = sorted(rows, key=lambda row: (self._priorities[source_of(row)], row))[: lookup.MOST_HOLDERS]
        found = catalogue.listings(places, [(row, match) for row in rows], self.scope, self._names)
        return sorted(found, key=lambda one: (self._by_name[one.source], sort_name(one.contact), one.id))

    def _gathering(self, snapshot: Snapshot) -> Gathering:
        return Gathering(snapshot, self.scope, self._names, self._by_name, self._preferred)


def _bounded(limit: int) -> int:
    return max(0, min(limit, MOST_HITS))


def scope_of_user(known: Rights, oid: str, groups: frozenset[str]) -> Scope:
    """Return what this user may see: the grants of their groups, of `all`, and those that name `oid` itself."""
    fields: dict[int, frozenset[FieldGroup]] = {}
    for name in groups | {grants.EVERYONE, oid}:
        for grant in known.grants.get(name, ()):
            fields[grant.source_id] = fields.get(grant.source_id, frozenset()) | grant.fields
    return Scope(fields)


def scope_of_client(client: Client) -> Scope:
    """Return what an LDAP/HTTP client may see."""
    return Scope(dict.fromkeys(client.source_ids, client.fields))


def for_user(
    database: Database,
    index: Index,
    *,
    oid: str,
    groups: frozenset[str],
    country: str,
) -> View:
    """Return the view of this user (see `scope_of_user`)."""
    known = rights.current(database)
    scope = scope_of_user(known, oid, groups)
    return View(index, scope, known.sources, Location(country), preferred=known.preferred)


def for_client(database: Database, index: Index, client: Client, scope: Scope | None = None) -> View:
    """Return the view of an LDAP/HTTP client, or of `scope` with the client's location and policy."""
    known = rights.current(database)
    return View(
        index,
        scope_of_client(client) if scope is None else scope,
        known.sources,
        client.location,
        shared_numbers=client.shared_numbers,
        preferred=known.preferred,
        client=client,
    )


def for_admin(database: Database, index: Index, *, country: str) -> View:
    """Return a view of everything."""
    known = rights.current(database)
    scope = Scope({source.id: frozenset(FieldGroup) for source in known.sources})
    return View(index, scope, known.sources, Location(country), preferred=known.preferred)
