"""Caller: what a telephone system is told of the number that calls. Pure."""

from dataclasses import dataclass
from typing import Any

from directory_server.directory.listing import Listing
from directory_server.directory.lookup import Lookup
from directory_server.fronts.telephony.limits import Limits
from directory_server.fronts.telephony.naming import Naming
from directory_server.fronts.telephony.shown import shown


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls: `name`, `company`, `department` of the first contact that has a name, "" where nobody is known.

    `number` is E.164 with plus, "" for an extension or what is no number. `contacts` hold the number, of whom
    `matches` are the first, each with its name; 0 where the client's policy for shared numbers tells of none.
    """

    number: str
    name: str = ""
    company: str = ""
    department: str = ""
    approximate: bool = False
    contacts: int = 0
    matches: tuple[tuple[str, Listing], ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Return the answer of `/lookup/{number}.json`."""
        return {
            "number": self.number,
            "name": self.name,
            "company": self.company,
            "department": self.department,
            "approximate": self.approximate,
            "contacts": self.contacts,
            "matches": [_match(*match) for match in self.matches],
        }


def caller(found: Lookup, naming: Naming, limits: Limits, most: int) -> Caller:
    """Return who calls by the client's own look-up; `most` matches are told (0: the server's limit)."""
    named = next(((one.contact, name) for one in found.listings if (name := naming.of(one))), None)
    if named is None:
        return Caller(found.e164)
    first, name = named
    return Caller(
        number=found.e164,
        name=name,
        company=shown(first.company, limits.name_characters),
        department=shown(first.department, limits.name_characters),
        approximate=found.approximate,
        contacts=found.total,
        matches=tuple((naming.of(one), one) for one in found.listings[: min(most or limits.matches, limits.matches)]),
    )


def _match(name: str, listing: Listing) -> dict[str, Any]:
    contact = listing.contact
    return {
        "name": name,
        "company": contact.company,
        "department": contact.department,
        "job_title": contact.job_title,
        "source": listing.source,
        "numbers": [{"kind": number.kind.value, "raw": number.raw, "e164": number.e164} for number in listing.numbers],
    }
