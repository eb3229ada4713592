"""Entries of a phone's book: a name and the numbers that can be called. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from connectors.contact import PhoneKind
from directory_server.directory.document import sort_name
from directory_server.directory.listing import Listing
from directory_server.directory.number_format import formatted
from directory_server.directory.person import Person, together
from directory_server.fronts.telephony.naming import Naming
from directory_server.fronts.telephony.shown import shown
from directory_server.store.rows import Client

_ORDER: Final = tuple(kind for kind in PhoneKind if kind not in {PhoneKind.FAX, PhoneKind.PAGER})

_GERMAN: Final = {
    PhoneKind.WORK: "Arbeit", PhoneKind.MOBILE: "Mobil", PhoneKind.MAIN: "Zentrale", PhoneKind.HOME: "Privat",
    PhoneKind.ASSISTANT: "Assistenz", PhoneKind.IP: "IP", PhoneKind.OTHER: "Weitere",
}  # fmt: skip
_GERMAN_COUNTRIES: Final = frozenset({"DE", "AT", "CH", "LI", "LU"})


@dataclass(frozen=True, slots=True)
class Entry:
    """One contact of a book: `numbers` are (kind in words, number to dial), at least one."""

    name: str
    numbers: tuple[tuple[str, str], ...]


def entries(persons: Iterable[Person], client: Client, naming: Naming, longest: int) -> list[Entry]:
    """Return the persons that have a name and a number to call, for a client.

    Numbers are in its format, their kinds in the language of its country.
    """
    found = (_entry(person, client, naming, longest) for person in persons)
    return [entry for entry in found if entry.name and entry.numbers]


def in_order(listings: Sequence[Listing]) -> list[Person]:
    """Return the persons of these listings in order of their names."""
    persons = [Person(tuple(group)) for group in together(listings)]
    return sorted(persons, key=lambda person: (sort_name(person.listings[0].contact), person.id))


def one_number_each(held: Iterable[Entry]) -> list[Entry]:
    """Return an entry for each number; the name of one with several says which of them it is."""
    return [
        Entry(entry.name if len(entry.numbers) == 1 else f"{entry.name} ({kind})", ((kind, number),))
        for entry in held
        for kind, number in entry.numbers
    ]


def _entry(person: Person, client: Client, naming: Naming, longest: int) -> Entry:
    held: dict[str, PhoneKind] = {}
    for listing in person.ordered("numbers"):
        for number in listing.numbers:
            dialled = number.extension or number.raw
            if number.e164:
                dialled = formatted(number, client.location, client.number_format)
            if number.kind in _ORDER and any(char.isdigit() for char in dialled):
                held.setdefault(shown(dialled, longest), number.kind)
    numbers = sorted(held.items(), key=lambda item: _ORDER.index(item[1]))
    country = client.location.country
    return Entry(naming.of_person(person), tuple((_word(kind, country), one) for one, kind in numbers))


def _word(kind: PhoneKind, country: str) -> str:
    return _GERMAN[kind] if country in _GERMAN_COUNTRIES else kind.value.capitalize().replace("Ip", "IP")
