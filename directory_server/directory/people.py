"""People of a company: how they are searched for, and who of those found is one. Pure."""

from collections.abc import Iterable

from directory_server.directory.document import sort_name
from directory_server.directory.listing import Listing
from directory_server.directory.names import is_company, without_legal_form
from directory_server.directory.normal_form import words


def question(company: str) -> str:
    """Return the text that finds everyone of a company; "" where its name has no word to search for."""
    named = without_legal_form(words(company))
    spoken = [word for word in named if not word.isdigit()] or named
    return " ".join(f"company:{word}" for word in spoken)


def of_company(found: Iterable[Listing], company: str) -> list[Listing]:
    """Return the people among them whose company has the same words, legal form aside, in order of their names."""
    wanted = without_legal_form(words(company))
    people = [
        listing
        for listing in found
        if without_legal_form(words(listing.contact.company)) == wanted and not is_company(listing.contact)
    ]
    return sorted(people, key=lambda listing: (sort_name(listing.contact), listing.id))
