"""Placeholders of templates: which values of a contact each stands for, as they are over LDAP. Pure."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

from connectors.contact import Address, PhoneKind, PlaceKind
from directory_server.directory.listing import Listing

NUMBER: Final = "number"
"""The placeholder for the number that was asked for, else the first."""

KINDS: Final = {
    name: frozenset(kinds)
    for names, kinds in (
        (("number",), PhoneKind),
        (("telephonenumber",), (PhoneKind.WORK, PhoneKind.MAIN)),
        (("mobile", "mobiletelephonenumber"), (PhoneKind.MOBILE,)),
        (("homephone", "hometelephonenumber"), (PhoneKind.HOME,)),
        (("facsimiletelephonenumber", "fax"), (PhoneKind.FAX,)),
        (("pager", "pagertelephonenumber"), (PhoneKind.PAGER,)),
        (("ipphone",), (PhoneKind.IP,)),
        (("othertelephone",), (PhoneKind.OTHER, PhoneKind.ASSISTANT)),
        (("msrtcsip-line",), (PhoneKind.WORK,)),
    )
    for name in names
}
"""The kinds of numbers that a placeholder stands for, by its name in lower case."""
URI: Final = "msrtcsip-line"
"""The one whose numbers are written as `tel:` addresses."""


@dataclass(frozen=True, slots=True)
class Text:
    """A placeholder for a text: `read` says what a contact has, `field` by which preference a person's are asked."""

    field: str
    read: Callable[[Listing], Iterable[str]]

    def of(self, listing: Listing) -> str:
        """Return the first value of a contact, "" without one."""
        return next((value for value in self.read(listing) if value), "")


def _named(listing: Listing) -> Iterable[str]:
    contact = listing.contact
    both = f"{contact.given_name} {contact.family_name}" if contact.given_name and contact.family_name else ""
    return both, contact.family_name, contact.given_name, contact.name(), str(listing.id)


def _family(listing: Listing) -> Iterable[str]:
    return listing.contact.family_name, listing.contact.company, listing.contact.name(), str(listing.id)


def _place(read: Callable[[Address], str]) -> Callable[[Listing], Iterable[str]]:
    return lambda listing: map(read, listing.contact.addresses)


def _posted(*, home: bool) -> Callable[[Listing], Iterable[str]]:
    def read(listing: Listing) -> Iterable[str]:
        return (_lines(one) for one in listing.contact.addresses if (one.kind is PlaceKind.HOME) is home)

    return read


def _lines(place: Address) -> str:
    lines = (place.street, f"{place.postal_code} {place.city}".strip(), place.region, place.country)
    return "$".join(line.replace("\\", "\\5C").replace("$", "\\24") for line in lines if line)


_EACH: Final = (
    ("name displayname", "display_name", lambda it: (it.contact.name(),)),
    ("company o organizationname", "company", lambda it: (it.contact.company,)),
    ("department ou organizationalunitname", "department", lambda it: (it.contact.department,)),
    ("title", "job_title", lambda it: (it.contact.job_title,)),
    ("cn commonname", "display_name", _named),
    ("sn surname", "display_name", _family),
    ("givenname gn", "display_name", lambda it: (it.contact.given_name,)),
    ("mail rfc822mailbox", "emails", lambda it: (email.address for email in it.contact.emails)),
    ("l localityname", "addresses", _place(lambda one: one.city)),
    ("street streetaddress", "addresses", _place(lambda one: one.street)),
    ("postalcode", "addresses", _place(lambda one: one.postal_code)),
    ("st stateorprovincename", "addresses", _place(lambda one: one.region)),
    ("co friendlycountryname", "addresses", _place(lambda one: one.country)),
    ("postaladdress", "addresses", _posted(home=False)),
    ("homepostaladdress", "addresses", _posted(home=True)),
    ("physicaldeliveryofficename", "office", lambda it: (it.contact.office,)),
    ("description", "notes", lambda it: (it.contact.notes,)),
    ("labeleduri", "urls", lambda it: it.contact.urls),
    ("uid userid", "id", lambda it: (str(it.id),)),
    ("objectcategory", "id", lambda _it: ("person",)),
)
TEXTS: Final = {name: Text(field, read) for names, field, read in _EACH for name in names.split()}
"""What a placeholder for a text stands for, by its name in lower case; what is not here stands for nothing."""
