"""Gathering: the persons that found listings belong to, put together from all visible contacts that share a link."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import islice

from msgspec import structs

from directory_server.directory import catalogue, person
from directory_server.directory.holders import Holders
from directory_server.directory.link import links
from directory_server.directory.listing import Listing
from directory_server.directory.person import MOST_HOLDERS, Person, Preferred
from directory_server.directory.scope import Scope
from directory_server.directory.tables import contact_of
from directory_server.directory.words.segments import Snapshot


class Gathering:
    """Gathers persons for one answer; what it has read of the index it keeps.

    `names` are those of sources by id, `priorities` by name; see `person.Person` for `preferred`.
    """

    def __init__(
        self,
        snapshot: Snapshot,
        scope: Scope,
        names: dict[int, str],
        priorities: Mapping[str, int],
        preferred: Preferred,
    ) -> None:
        self._held = Holders(snapshot, scope)
        self._scope = scope
        self._names = names
        self._priorities = priorities
        self._preferred = preferred
        self._listings: dict[int, Listing] = {}
        self._keys: dict[int, tuple[int, ...]] = {}
        self._rows: dict[int, Sequence[int]] = {}

    def persons(self, listings: Iterable[Listing], limit: int) -> list[Person]:
        """Return the persons of these listings in their order, `limit` at most."""
        found: list[Person] = []
        covered: set[int] = set()
        waiting = iter(listings)
        while batch := list(islice(waiting, limit - len(found))):
            self._read(batch)
            for listing in batch:
                if listing.id in covered:
                    continue
                found.append(self.person(listing))
                covered |= {part.id for part in found[-1].listings}
        return found

    def person(self, seed: Listing) -> Person:
        """Return the person a listing belongs to: who shares a link with it, or with one that was gathered before."""
        gathered = {seed.id: seed}
        waiting = [seed]
        while waiting and len(gathered) <= MOST_HOLDERS:
            listing = waiting.pop()
            self._read([listing])
            for key in self._keys[listing.id]:
                for row in self._rows[key]:
                    other = self._listings[contact_of(row)]
                    if other.id not in gathered and person.same(listing, other):
                        gathered[other.id] = other if other.match is None else structs.replace(other, match=None)
                        waiting.append(other)
        return person.one_person(gathered.values(), self._priorities, seed.match, self._preferred)

    def _read(self, listings: Iterable[Listing]) -> None:
        """Read all that share a link with one of the listings; what too many share links nobody."""
        new = [one for one in listings if one.id not in self._keys]
        if not new:
            return
        for one in new:
            self._listings.setdefault(one.id, one)
            self._keys[one.id] = tuple([key for key, _group in links(one.contact, one.numbers)])
        unknown = {key for one in new for key in self._keys[one.id]} - self._rows.keys()
        found = self._held.linked(unknown)
        self._rows |= {key: rows if 1 < len(rows) <= MOST_HOLDERS else () for key, rows in found.items()}
        missing = {row: None for key in unknown for row in self._rows[key] if contact_of(row) not in self._listings}
        read = catalogue.listings(self._held.places, list(missing.items()), self._scope, self._names)
        self._listings.update((one.id, one) for one in read)
