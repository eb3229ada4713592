"""Contacts and their parts made fast; equal in everything to those their classes make.

A frozen dataclass takes 0.1 µs to set each field, which is most of what an import or an index build spends on a
contact. Here an open object with the same slots is filled and then closed by giving it its class.
"""

from typing import Any

from connectors.contact import Address, Contact, Email, Phone, PhoneKind, PlaceKind


class _OpenPhone:
    __slots__ = tuple(Phone.__slots__)


class _OpenEmail:
    __slots__ = tuple(Email.__slots__)


class _OpenAddress:
    __slots__ = tuple(Address.__slots__)


class _OpenContact:
    __slots__ = tuple(Contact.__slots__)


def phone(kind: PhoneKind, raw: str, label: str = "") -> Phone:
    """Return `Phone(kind, raw, label)`."""
    made: Any = _OpenPhone()
    made.kind = kind
    made.raw = raw
    made.label = label
    made.__class__ = Phone
    return made  # type: ignore[no-any-return]  # it is one now


def email(address: str, kind: PlaceKind = PlaceKind.WORK) -> Email:
    """Return `Email(address, kind)`."""
    made: Any = _OpenEmail()
    made.address = address
    made.kind = kind
    made.__class__ = Email
    return made  # type: ignore[no-any-return]  # it is one now


def address(  # noqa: PLR0917 - the fields of the class
    kind: PlaceKind = PlaceKind.WORK,
    street: str = "",
    postal_code: str = "",
    city: str = "",
    region: str = "",
    country: str = "",
) -> Address:
    """Return `Address(kind, street, postal_code, …)`."""
    made: Any = _OpenAddress()
    made.kind = kind
    made.street = street
    made.postal_code = postal_code
    made.city = city
    made.region = region
    made.country = country
    made.__class__ = Address
    return made  # type: ignore[no-any-return]  # it is one now


def contact(  # noqa: PLR0917 - the fields of the class
    prefix: str = "",
    given_name: str = "",
    middle_name: str = "",
    family_name: str = "",
    suffix: str = "",
    nickname: str = "",
    display_name: str = "",
    company: str = "",
    department: str = "",
    job_title: str = "",
    office: str = "",
    phones: tuple[Phone, ...] = (),
    emails: tuple[Email, ...] = (),
    addresses: tuple[Address, ...] = (),
    notes: str = "",
    urls: tuple[str, ...] = (),
    categories: tuple[str, ...] = (),
    birthday: str = "",
    custom: tuple[tuple[str, str], ...] = (),
) -> Contact:
    """Return `Contact(prefix, given_name, …)`."""
    made: Any = _OpenContact()
    made.prefix = prefix
    made.given_name = given_name
    made.middle_name = middle_name
    made.family_name = family_name
    made.suffix = suffix
    made.nickname = nickname
    made.display_name = display_name
    made.company = company
    made.department = department
    made.job_title = job_title
    made.office = office
    made.phones = phones
    made.emails = emails
    made.addresses = addresses
    made.notes = notes
    made.urls = urls
    made.categories = categories
    made.birthday = birthday
    made.custom = custom
    made.__class__ = Contact
    return made  # type: ignore[no-any-return]  # it is one now
