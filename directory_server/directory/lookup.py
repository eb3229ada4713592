"""Lookup: whose number is this? Exact, then extension, then the company by a learnt trunk, then nothing."""

import sqlite3
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from connectors.contact import Contact, PhoneKind
from directory_server.directory import contact_table
from directory_server.directory.listing import Listing, Match, Number
from directory_server.directory.normal_form import words
from directory_server.directory.number import Asked
from directory_server.directory.scope import Scope

MOST_HOLDERS: Final = 200
"""Listings returned for one number at most."""

_LONGEST_DIRECT_DIAL = 5
_SHORTEST_TRUNK = 7


@dataclass(frozen=True, slots=True)
class Lookup:
    """What a number stands for: everyone on it, best first; `approximate` when only the company is known.

    `e164` is how the number was read, with plus; empty for an extension or service number.
    """

    listings: tuple[Listing, ...]
    approximate: bool
    e164: str


Fetch = Callable[[list[int], Match], list[Listing]]
"""Returns the listings of rows, best first."""


def lookup(connection: sqlite3.Connection, asked: Asked, scope: Scope, fetch: Fetch) -> Lookup:
    """Find the visible holders of a number; several holders all come, in an order that does not change."""
    exact = Match("number", "phones")
    for digits in asked.candidates:
        found = contact_table.holders(connection, digits, scope)
        if found:
            return _answer(fetch(found, exact), "+" + digits)
    if asked.extension:
        found = contact_table.holders(connection, "x" + asked.extension, scope)
        if found:
            return _answer(fetch(found, Match("extension", "phones")), "")
    for digits in asked.candidates:
        found = _switchboard(connection, digits, scope)
        if found:
            return _answer(fetch(found, exact), "+" + digits)
    for digits in asked.candidates:
        company = _company(connection, digits, scope, fetch)
        if company:
            return Lookup((company,), approximate=True, e164="+" + digits)
    return Lookup((), approximate=False, e164="+" + asked.candidates[0] if asked.candidates else "")


def _answer(listings: list[Listing], e164: str) -> Lookup:
    return Lookup(tuple(listings[:MOST_HOLDERS]), approximate=False, e164=e164)


def _switchboard(connection: sqlite3.Connection, digits: str, scope: Scope) -> list[int]:
    """Return who holds the same switchboard written with or without its zero."""
    other = [digits + "0"] if contact_table.on_trunk(connection, digits, scope) else []
    if digits.endswith("0") and contact_table.on_trunk(connection, digits[:-1], scope):
        other.append(digits[:-1])
    return [row for number in other for row in contact_table.holders(connection, number, scope)]


def _company(connection: sqlite3.Connection, digits: str, scope: Scope, fetch: Fetch) -> Listing | None:
    """Return a listing of the company whose trunk this number begins with, unless companies share it."""
    for cut in range(1, _LONGEST_DIRECT_DIAL + 1):
        trunk = digits[:-cut]
        if len(trunk) < _SHORTEST_TRUNK:
            return None
        votes = [(row, name) for row, name in contact_table.on_trunk(connection, trunk, scope) if name]
        if not votes:
            continue
        (name, most), *others = Counter(name for _row, name in votes).most_common(2)
        if 2 * most < len(votes) or (others and others[0][1] == most):
            return None
        rows = [row for row, voted in votes if voted == name]
        return _representative(connection, trunk, rows, scope, fetch, name=name)
    return None


def _representative(
    connection: sqlite3.Connection, trunk: str, rows: list[int], scope: Scope, fetch: Fetch, *, name: str
) -> Listing | None:
    """Return the company's own entry on its switchboard, else a listing that shows company and switchboard only."""
    match = Match("approximate", "phones")
    board = set(contact_table.holders(connection, trunk + "0", scope))
    board |= set(contact_table.holders(connection, trunk, scope))
    for listing in fetch(sorted(board)[:MOST_HOLDERS], match):
        contact = listing.contact
        if not contact.given_name and not contact.family_name and " ".join(words(contact.company)) == name:
            return listing
    found = fetch(rows[:1], match)
    if not found:
        return None
    company = found[0].contact.company
    number = Number(PhoneKind.MAIN, "+" + trunk, "+" + trunk, "", "+" + trunk)
    return replace(found[0], contact=Contact(display_name=company, company=company), numbers=(number,))
