"""Telephone assertions: what a client asks about numbers, which numbers that means, and how to write them back.

Clients drop a hit whose number is written otherwise than they asked, so a number that was hit is echoed in the asked
notation; every other one is E.164.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from msgspec import Struct

from directory_server.directory import dialling
from directory_server.directory.listing import Listing, Number
from directory_server.directory.number import ask
from directory_server.fronts.ldap import filter as f
from directory_server.store.rows import Location


class Found(Protocol):
    """What a caller lookup gives."""

    @property
    def listings(self) -> tuple[Listing, ...]:
        """The visible contacts, best first."""

    @property
    def approximate(self) -> bool:
        """Whether only the company's trunk matched."""

    @property
    def e164(self) -> str:
        """The number as it was understood, with plus, or ""."""

    @property
    def withheld(self) -> bool:
        """Whether `listings` stand for other contacts, which hold the number and must not be shown for it."""


@dataclass(frozen=True, slots=True)
class Nobody:
    """A lookup that finds nothing."""

    listings: tuple[Listing, ...] = ()
    approximate: bool = False
    e164: str = ""
    withheld: bool = False


def nobody(_text: str) -> Found:
    """Look up in no directory at all."""
    return Nobody()


class Assertion(Protocol):
    """An assertion about numbers."""

    def hits(self, number: Number, listing: Listing) -> bool:
        """Whether this number of this contact is meant."""

    def echo(self, number: Number) -> str:
        """Write a number that was hit as it was asked."""


class Whole(Struct, frozen=True):
    """A whole number was asked, written as `text`; `found` is the directory's own lookup of it."""

    text: str
    digits: str
    candidates: frozenset[str]
    extension: str
    found: Found

    def hits(self, number: Number, listing: Listing) -> bool:
        """Whether it is this number: by E.164, as an extension, or as the company's switchboard."""
        if self.found.withheld:  # every number of a listing that stands for others is the asked one
            return any(listing is other for other in self.found.listings)
        if number.e164[1:] in self.candidates if number.e164 else _digits(number.raw) == self.digits:
            return True
        if not any(listing.id == other.id for other in self.found.listings):
            return False
        if self.extension and number.extension == self.extension:
            return True
        return self._is_switchboard(number, listing)

    def _is_switchboard(self, number: Number, listing: Listing) -> bool:
        """Whether this is the switchboard of the company the asked number belongs to."""
        asked, held = self.found.e164, number.e164
        if not self.found.approximate:  # a switchboard is written with and without its zero
            return bool(held) and asked in (held + "0", held.removesuffix("0"))
        # A person whose number merely shares the trunk is somebody else than the caller: only a company is shown.
        contact = listing.contact
        if contact.family_name or contact.given_name:
            return False
        trunk = number.trunk or held.removesuffix("0")
        return bool(trunk) and asked.startswith(trunk)

    def echo(self, number: Number) -> str:  # noqa: ARG002 - whatever was hit, the client compares with its own text
        """Return the asked text."""
        return self.text


@dataclass(frozen=True, slots=True)
class Parts:
    """Digits with gaps: `initial*any*final`; `plus` if the first part began with one."""

    initial: str
    between: tuple[str, ...]
    final: str
    plus: bool
    location: Location

    def hits(self, number: Number, listing: Listing) -> bool:  # noqa: ARG002 - the protocol's shape
        """Whether one of the number's notations has these digits in this order."""
        return self._form(number) is not None

    def echo(self, number: Number) -> str:
        """Return the number in the notation whose digits fit."""
        return self._form(number) or number.e164 or number.raw

    def _form(self, number: Number) -> str | None:
        for form in notations(number, self.location):
            digits = form.lstrip("+")
            international = digits != form
            if not digits.startswith(self.initial) or (self.initial and self.plus is not international):
                continue
            at = len(self.initial)
            end = len(digits) - len(self.final)
            for part in self.between:
                at = digits.find(part, at, end)
                if at < 0:
                    break
                at += len(part)
            else:
                if at <= end and digits.endswith(self.final):
                    return form
        return None


def notations(number: Number, location: Location) -> list[str]:
    """Return how a number may be written or dialled at a location, E.164 first; digits only but for its plus."""
    if not number.e164:
        return [form for form in (number.extension, _digits(number.raw)) if form]
    digits = number.e164[1:]
    plan = dialling.plan(location.country)
    forms = [number.e164, f"{plan.abroad}{digits}"]
    if plan.abroad != "00":
        forms.append(f"00{digits}")
    if plan.code and digits.startswith(plan.code):
        national = digits[len(plan.code) :]
        forms.append(plan.trunk + national)
        if not plan.trunk:
            forms.append(national)
        if location.area and national.startswith(location.area):
            forms.append(national[len(location.area) :])
    if location.outside_line:
        forms += [location.outside_line + form for form in forms[1:]]
    forms.append(digits)
    if number.extension:
        forms.append(number.extension)
    return forms


def whole(text: str, location: Location, lookup: Callable[[str], Found]) -> Whole | None:
    """Return the assertion of an equality; None if the text is no number (the assertion is then Undefined)."""
    asked = ask(text, location)
    if not asked.digits:
        return None
    return Whole(text, asked.digits, frozenset(asked.candidates), asked.extension, lookup(text))


def parts(node: f.Substrings, location: Location, lookup: Callable[[str], Found]) -> Assertion | None:
    """Return the assertion of a substring filter; None if a part has no digit left.

    The star form of AudioCodes, `5*0*3*8`, is the whole number 5038: a `*` stands between all its digits. A number
    with a `*` behind is a caller's number too where several persons hold it and the client is not told of all of them.
    """
    pieces = [piece for piece in (node.initial, *node.any, node.final) if piece]
    if any(not ask(piece, location).digits for piece in pieces) or node.initial == "(0)":
        return None
    if node.initial and node.final and all(len(_digits(piece)) == 1 for piece in pieces) and len(pieces) > 1:
        return whole("".join(pieces), location, lookup)
    if node.initial and len(pieces) == 1 and lookup(node.initial).withheld:
        return whole(node.initial, location, lookup)
    begin = node.initial.replace("(0)", "")
    initial, *between = (ask(piece, location).digits if piece else "" for piece in (begin, *node.any))
    final = ask(node.final, location).digits if node.final else ""
    return Parts(initial, tuple(between), final, begin.lstrip(" (").startswith("+"), location)


def _digits(text: str) -> str:
    return "".join(character for character in text if character in "0123456789")
