"""Entries: a listing, or a node of the tree above it, as LDAP attributes. Only what the listing carries appears."""

from collections.abc import Callable
from typing import Protocol

from connectors.contact import Address, PhoneKind, PlaceKind
from directory_server.directory.listing import Listing, Number
from directory_server.fronts.ldap import schema
from directory_server.fronts.ldap.dn import Dn, escape
from directory_server.fronts.ldap.fold import squeeze

SUBSCHEMA = "cn=subschema"

NUMBER_KINDS: dict[str, frozenset[PhoneKind]] = {
    "telephoneNumber": frozenset({PhoneKind.WORK, PhoneKind.MAIN}),
    "mobile": frozenset({PhoneKind.MOBILE}),
    "homePhone": frozenset({PhoneKind.HOME}),
    "facsimileTelephoneNumber": frozenset({PhoneKind.FAX}),
    "pager": frozenset({PhoneKind.PAGER}),
    "ipPhone": frozenset({PhoneKind.IP}),
    "otherTelephone": frozenset({PhoneKind.OTHER, PhoneKind.ASSISTANT}),
    "msRTCSIP-Line": frozenset({PhoneKind.WORK}),
    "metaSearchNumber": frozenset(PhoneKind),
}


class Entry(Protocol):
    """What filters are asked of and answers are made of."""

    @property
    def dn(self) -> str:
        """The distinguished name as it is sent."""

    @property
    def name(self) -> Dn:
        """The distinguished name as it is compared."""

    @property
    def listing(self) -> Listing | None:
        """The contact, None for nodes of the tree."""

    def values(self, attribute: str) -> tuple[str, ...]:
        """Return the values of a known attribute by its canonical name."""

    def numbers(self, attribute: str) -> tuple[Number, ...]:
        """Return the values of a number attribute, without repetitions."""


class Node:
    """A node of the tree that is no contact: suffix, source, rootDSE, subschema."""

    listing: Listing | None = None

    def __init__(self, dn: str, name: Dn, attributes: dict[str, tuple[str, ...]]) -> None:
        self.dn = dn
        self.name = name
        self._attributes = attributes

    def values(self, attribute: str) -> tuple[str, ...]:
        """Return the values of an attribute."""
        return self._attributes.get(attribute, ())

    def numbers(self, attribute: str) -> tuple[Number, ...]:  # noqa: ARG002 - nodes have none
        """Return nothing: nodes have no numbers."""
        return ()


class Person:
    """A contact as inetOrgPerson (RFC 2798): `uid=<contact id>,ou=<source>,<suffix>`."""

    def __init__(self, listing: Listing, suffix: str, base: Dn) -> None:
        self._listing = listing
        self._suffix = suffix
        self._base = base
        self._numbers: dict[str, tuple[Number, ...]] = {}

    @property
    def listing(self) -> Listing | None:
        """The contact."""
        return self._listing

    @property
    def dn(self) -> str:
        """The distinguished name as it is sent."""
        return f"uid={self._listing.id},ou={escape(self._listing.source)},{self._suffix}"

    @property
    def name(self) -> Dn:
        """The distinguished name as it is compared."""
        return ((("uid", str(self._listing.id)),), (("ou", squeeze(self._listing.source)),), *self._base)

    def values(self, attribute: str) -> tuple[str, ...]:
        """Return the values of an attribute that holds no numbers."""
        reader = _VALUES.get(attribute)
        if reader is not None:
            return reader(self._listing)
        return (self.dn,) if attribute == "entryDN" else ()

    def numbers(self, attribute: str) -> tuple[Number, ...]:
        """Return the values of a number attribute, without repetitions."""
        found = self._numbers.get(attribute)
        if found is None:
            kinds = NUMBER_KINDS.get(attribute, frozenset())
            seen: dict[str, Number] = {}
            for number in self._listing.numbers:
                if number.kind in kinds:
                    seen.setdefault(number.e164 or number.raw, number)
            found = self._numbers[attribute] = tuple(seen.values())
        return found


def written(number: Number, attribute: str) -> str:
    """Return a number nobody asked for in particular: E.164, or what the source wrote where that is unknown."""
    if attribute == "msRTCSIP-Line":
        return f"tel:{number.e164 or number.raw}"
    return number.e164 or number.raw


def _some(*values: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(value for value in values if value))


def _cn(listing: Listing) -> tuple[str, ...]:
    """Both orders: phones put a typed surname into cn and compare its beginning."""
    contact = listing.contact
    if contact.given_name and contact.family_name:
        return _some(f"{contact.given_name} {contact.family_name}", f"{contact.family_name} {contact.given_name}")
    return (contact.family_name or contact.given_name or contact.name() or str(listing.id),)


def _sn(listing: Listing) -> tuple[str, ...]:
    """RFC 4519: a person must have one, so a company lends its name."""
    contact = listing.contact
    return (contact.family_name or contact.company or contact.name() or str(listing.id),)


def _places(listing: Listing, field: str) -> tuple[str, ...]:
    return _some(*(getattr(address, field) for address in listing.contact.addresses))


def _postal(listing: Listing, *, home: bool) -> tuple[str, ...]:
    """Return addresses in the lines of RFC 4517 §3.3.28."""
    places = (place for place in listing.contact.addresses if (place.kind is PlaceKind.HOME) is home)
    return _some(*(_lines(place) for place in places))


def _lines(place: Address) -> str:
    lines = (place.street, f"{place.postal_code} {place.city}".strip(), place.region, place.country)
    return "$".join(line.replace("\\", "\\5C").replace("$", "\\24") for line in lines if line)


def _meta_text(listing: Listing) -> tuple[str, ...]:
    contact = listing.contact
    mails = (email.address for email in contact.emails)
    return _some(*_cn(listing), contact.given_name, contact.display_name, contact.company, *mails)


_VALUES: dict[str, Callable[[Listing], tuple[str, ...]]] = {
    "objectClass": lambda _: schema.PERSON_CLASSES,
    "structuralObjectClass": lambda _: ("inetOrgPerson",),
    "objectCategory": lambda _: ("person",),
    "userAccountControl": lambda _: ("512",),
    "subschemaSubentry": lambda _: (SUBSCHEMA,),
    "hasSubordinates": lambda _: ("FALSE",),
    "modifyTimestamp": lambda it: _some(it.changed.strftime("%Y%m%d%H%M%SZ") if it.changed else ""),
    "uid": lambda it: (str(it.id),),
    "cn": _cn,
    "sn": _sn,
    "givenName": lambda it: _some(it.contact.given_name),
    "displayName": lambda it: _some(it.contact.name()),
    "name": lambda it: _some(it.contact.name()),
    "o": lambda it: _some(it.contact.company),
    "ou": lambda it: _some(it.contact.department),
    "title": lambda it: _some(it.contact.job_title),
    "mail": lambda it: _some(*(email.address for email in it.contact.emails)),
    "l": lambda it: _places(it, "city"),
    "street": lambda it: _places(it, "street"),
    "postalCode": lambda it: _places(it, "postal_code"),
    "st": lambda it: _places(it, "region"),
    "co": lambda it: _places(it, "country"),
    "postalAddress": lambda it: _postal(it, home=False),
    "homePostalAddress": lambda it: _postal(it, home=True),
    "physicalDeliveryOfficeName": lambda it: _some(it.contact.office),
    "description": lambda it: _some(it.contact.notes),
    "labeledURI": lambda it: _some(*it.contact.urls),
    "metaSearchText": _meta_text,
}

_SAME = (
    "objectClass", "structuralObjectClass", "objectCategory", "userAccountControl", "subschemaSubentry",
    "hasSubordinates",
)  # fmt: skip
CONSTANT = frozenset(
    a.name for a in schema.ATTRIBUTES if a.name in _SAME or a.name not in {*_VALUES, *NUMBER_KINDS, "entryDN"}
)
"""Attributes that are the same in every contact, or in none."""
