"""Answers of search and look-up as lines for people."""

from directory_server.directory.listing import Listing
from directory_server.directory.lookup import Lookup
from directory_server.directory.person import Person
from directory_server.directory.view import Answer


def _numbers(listings: tuple[Listing, ...]) -> str:
    found = dict.fromkeys(number.e164 or number.raw for one in listings for number in one.numbers)
    return ", ".join(found)


def _line(name: str, company: str, numbers: str, sources: str) -> str:
    titled = f"{name} ({company})" if company and company != name else name
    return "  ".join(part for part in (titled, numbers, f"[{sources}]") if part)


def _person(person: Person) -> str:
    name = next((name for one in person.listings if (name := one.contact.name())), "-")
    sources = ", ".join(dict.fromkeys(one.source for one in person.listings))
    return _line(name, person.first("company"), _numbers(person.listings), sources)


def search_text(answer: Answer) -> str:
    """Return one line per person, and whether there are more."""
    lines = [_person(person) for person in answer.persons] or ["Nothing found."]
    return "\n".join([*lines, *(["… and more"] if answer.more else [])])


def lookup_text(answer: Lookup) -> str:
    """Return how the number was read, and one line per contact on it."""
    lines = [
        _line(one.contact.name() or "-", one.contact.company, _numbers((one,)), one.source) for one in answer.listings
    ]
    if not lines:
        return f"{answer.e164 or 'Not a full number'}: nobody"
    kind = "only the company is known" if answer.approximate else "exact"
    return "\n".join([f"{answer.e164 or 'internal'}: {kind}", *lines])
