"""Lookup: whose number is this? Exact, then extension, then the company by its trunk, then nothing.

A company's trunk is learnt from hyphens in visible numbers, or configured as a location's own.
"""

from collections import Counter
from collections.abc import Callable, Collection
from typing import Final

from msgspec import Struct, structs

from connectors.contact import Contact, PhoneKind
from directory_server.directory.dialling import LONGEST_DIRECT_DIAL, SHORTEST_TRUNK
from directory_server.directory.holders import Holders
from directory_server.directory.listing import Listing, Match, Number
from directory_server.directory.names import company_words
from directory_server.directory.normal_form import words
from directory_server.directory.number import Asked
from directory_server.directory.shared_number import persons_on, told
from directory_server.store.rows import SharedNumbers

MOST_HOLDERS: Final = 200
"""Contacts of one number that are read at most: the first by source priority and id."""

_EXACT: Final = Match("number", "phones")
_EXTENSION: Final = Match("extension", "phones")
_APPROXIMATE: Final = Match("approximate", "phones")


class Lookup(Struct, frozen=True):
    """What a number stands for: whom to show, best first; `approximate` when only the company is known.

    `e164` is how the number was read, with plus; empty for an extension or service number. `total` visible contacts
    hold the number (1 for a company that is only approximate). `withheld` tells that the policy for shared numbers
    shows something else than these contacts; then they were `counted` as so many persons.
    """

    listings: tuple[Listing, ...]
    approximate: bool
    e164: str
    total: int = 0
    withheld: bool = False
    counted: int = 0

    @property
    def shared(self) -> int:
        """How many different persons are among the contacts, of which MOST_HOLDERS are looked at."""
        return self.counted or persons_on(self.listings)


Fetch = Callable[[list[int], Match], list[Listing]]
"""Returns the listings of these rows, best first, MOST_HOLDERS at most."""


class Reading(Struct, frozen=True):
    """How one view reads the index: who holds what, its policy for shared numbers and the trunks configured for it.

    `trunks` are E.164 digits without plus, of locations of visible sources or of the client itself.
    """

    held: Holders
    fetch: Fetch
    shared_numbers: SharedNumbers = SharedNumbers.PRIORITY
    trunks: frozenset[str] = frozenset()

    def holders(self, key: str) -> list[int]:
        """Return the rows of visible contacts with this number key."""
        return self.held.of_number(key)

    def on_trunk(self, digits: str) -> list[tuple[int, str]]:
        """Return rows of contacts whose visible number has this trunk, with the company in normal form."""
        return self.held.on_trunk(digits)


def lookup(reading: Reading, asked: Asked) -> Lookup:
    """Find the visible holders of a number, and show what the policy for shared numbers lets be shown."""
    for digits in asked.candidates:
        found = reading.holders(digits)
        if found:
            return _answer(reading, found, "+" + digits)
    if asked.extension:
        found = reading.holders("x" + asked.extension)
        if found:
            return _answer(reading, found, "", ("x" + asked.extension,))
    for digits in asked.candidates:
        others = other_switchboards(reading, digits)
        found = [row for other in others for row in reading.holders(other)]
        if found:
            return _answer(reading, found, "+" + digits, ["+" + other for other in others])
    for digits in asked.candidates:
        company = _company(reading, digits)
        if company:
            return Lookup((company,), approximate=True, e164="+" + digits, total=1)
    return Lookup((), approximate=False, e164="+" + asked.candidates[0] if asked.candidates else "")


def _answer(reading: Reading, rows: list[int], e164: str, others: Collection[str] = ()) -> Lookup:
    """Return what rows found by a number stand for, or by `others` in its place."""
    listings = reading.fetch(rows, _EXACT if e164 else _EXTENSION)
    if reading.shared_numbers is not SharedNumbers.PRIORITY and (shared := persons_on(listings)) > 1:
        shown = told(reading.shared_numbers, listings, shared, len(rows), frozenset(others or (e164,)))
        return Lookup(shown, approximate=False, e164=e164, total=len(rows), withheld=True, counted=shared)
    return Lookup(tuple(listings), approximate=False, e164=e164, total=len(rows))


def other_switchboards(reading: Reading, digits: str) -> list[str]:
    """Return the same switchboard written with or without its zero."""
    other = [digits + "0"] if digits in reading.trunks or reading.on_trunk(digits) else []
    if digits.endswith("0") and (digits[:-1] in reading.trunks or reading.on_trunk(digits[:-1])):
        other.append(digits[:-1])
    return other


def elected(votes: Counter[str]) -> str:
    """Return the company that a trunk belongs to by the votes of its contacts; "" where companies share it."""
    if not votes:
        return ""
    (name, most), *others = votes.most_common(2)
    return "" if 2 * most < votes.total() or (others and others[0][1] == most) else name


def _company(reading: Reading, digits: str) -> Listing | None:
    """Return a listing of the company whose trunk this number begins with, unless companies share it."""
    for cut in range(1, LONGEST_DIRECT_DIAL + 1):
        trunk = digits[:-cut]
        if trunk in reading.trunks:
            company = _on_switchboard(reading, trunk)
            if company:
                return company
        if len(trunk) < SHORTEST_TRUNK:
            continue
        votes = [(row, name) for row, name in reading.on_trunk(trunk) if name]
        if not votes:
            continue
        name = elected(Counter(name for _row, name in votes))
        rows = [row for row, voted in votes if voted == name]
        return _representative(reading, trunk, rows, name) if name else None
    return None


def _boards(trunk: str) -> tuple[str, str]:
    """Return the numbers of the switchboard of a trunk itself."""
    return trunk + "0", trunk


def _on_switchboard(reading: Reading, trunk: str) -> Listing | None:
    """Return the company that holds a configured switchboard: its own entry, else what its holders agree on."""
    rows = sorted({row for board in _boards(trunk) for row in reading.holders(board)})
    board = reading.fetch(rows, _APPROXIMATE)
    own = [one for one in board if _is_nobody(one.contact) and (one.contact.company or one.contact.display_name)]
    named = own or [one for one in board if one.contact.company]
    companies = {company_words(one.contact.company or one.contact.display_name) for one in named}
    if len(companies) != 1:
        return None
    return own[0] if own else _only_company(named[0], trunk)


def _representative(reading: Reading, trunk: str, rows: list[int], name: str) -> Listing | None:
    """Return the company's own entry on its switchboard, else a listing that shows company and switchboard only."""
    own = sorted({row for board in _boards(trunk) for row in reading.held.of_number(board, nameless=True)})
    for listing in reading.fetch(own, _APPROXIMATE):
        if _is_nobody(listing.contact) and " ".join(words(listing.contact.company)) == name:
            return listing
    found = reading.fetch(rows[:1], _APPROXIMATE)
    return _only_company(found[0], trunk) if found else None


def _is_nobody(contact: Contact) -> bool:
    return not contact.given_name and not contact.family_name


def _only_company(listing: Listing, trunk: str) -> Listing:
    company = listing.contact.company
    number = Number(PhoneKind.MAIN, "+" + trunk, "+" + trunk, "", "+" + trunk)
    return structs.replace(listing, contact=Contact(display_name=company, company=company), numbers=(number,))
