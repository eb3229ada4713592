"""A directory in memory for the LDAP front: the sample contacts, found by scanning."""

from collections.abc import Iterator
from datetime import UTC, datetime

from connectors.contact import Contact
from directory_server.directory.glance import Glance
from directory_server.directory.listing import Listing
from directory_server.directory.lookup import Lookup
from directory_server.directory.normal_form import words
from directory_server.directory.number import ask, read
from directory_server.store.rows import Client, Location
from tests.fakes.ldap_samples import erika, john, juergen

MOMENT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


class Book:
    """What the front asks of a view; `asked` counts the scans."""

    def __init__(self, contacts: dict[str, list[tuple[Contact, Location]]], location: Location) -> None:
        self.location = location
        self.client: Client | None = None
        self.scans = 0
        self.now: object = 0
        self.facts: object = self
        self._listings: list[Listing] = []
        for source, held in contacts.items():
            for contact, where in held:
                numbers = tuple(n for p in contact.phones for n in read(p.raw, where, p.kind, p.label))
                number = len(self._listings) + 1
                self._listings.append(Listing(number, source, str(number), contact, numbers, MOMENT))

    def state(self) -> object:
        return self.now

    def lookup(self, number: str) -> Lookup:
        asked = ask(number, self.location)
        for digits in asked.candidates:
            found = tuple(x for x in self._listings if any(n.e164 == f"+{digits}" for n in x.numbers))
            if found:
                return Lookup(found, approximate=False, e164=f"+{digits}")
        return Lookup((), approximate=False, e164="")

    def listings(self, text: str, limit: int) -> list[Listing]:
        if any(character.isdigit() for character in text):
            return list(self._listings)[:limit]
        wanted = words(text)
        return [x for x in self._listings if all(self._has(x, word) for word in wanted)][:limit]

    def _has(self, listing: Listing, word: str) -> bool:
        contact = listing.contact
        held = (contact.given_name, contact.family_name, contact.display_name, contact.company, contact.job_title)
        places = (place.city for place in contact.addresses)
        mails = (email.address.replace("@", " ") for email in contact.emails)
        return any(one.startswith(word) for text in (*held, *places, *mails) for one in words(text))

    def contact(self, contact_id: int) -> Listing | None:
        return next((listing for listing in self._listings if listing.id == contact_id), None)

    def all(self, after: int = 0) -> Iterator[Listing]:
        self.scans += 1
        return iter([listing for listing in self._listings if listing.id > after])

    def take(self, number: int, glance: Glance) -> bool:
        return False

    @property
    def glances(self) -> "Book":
        return self

    @property
    def sources(self) -> dict[int, str]:
        return dict(enumerate(self.source_names()))

    def source_names(self) -> list[str]:
        return sorted({listing.source for listing in self._listings})


def sample_book(location: Location | None = None) -> Book:
    here = Location("DE")
    contacts = {"contacts": [(erika(), here), (juergen(), here)], "portland": [(john(), Location("US"))]}
    return Book(contacts, location or here)
