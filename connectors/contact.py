"""Contact and its parts: the one vocabulary that connectors and the server share.

Everything is what the source said, trimmed: numbers stay raw here, because only the server knows the location
they must be read with. Empty text means "not given"; no field is ever None.

Structs, not dataclasses: an import makes millions of them, to and from JSON (see `store.contact_json`), several times
as fast. The order of the fields is that of the JSON that is stored and hashed.
"""

from enum import StrEnum

from msgspec import Struct


class PhoneKind(StrEnum):
    """What a number is for; the order is the order in which cards show numbers."""

    WORK = "work"
    MOBILE = "mobile"
    MAIN = "main"
    HOME = "home"
    ASSISTANT = "assistant"
    IP = "ip"
    PAGER = "pager"
    FAX = "fax"
    OTHER = "other"


class PlaceKind(StrEnum):
    """Where an e-mail or postal address belongs; `home` is private."""

    WORK = "work"
    HOME = "home"
    OTHER = "other"


class Phone(Struct, frozen=True, gc=False, array_like=True):
    """A number exactly as its source wrote it."""

    kind: PhoneKind
    raw: str
    label: str = ""


class Email(Struct, frozen=True, gc=False, array_like=True):
    """An e-mail address."""

    address: str
    kind: PlaceKind = PlaceKind.WORK


class Address(Struct, frozen=True, gc=False, array_like=True):
    """A postal address."""

    kind: PlaceKind = PlaceKind.WORK
    street: str = ""
    postal_code: str = ""
    city: str = ""
    region: str = ""
    country: str = ""


class Contact(Struct, frozen=True, gc=False, omit_defaults=True):
    """A record mapped to our fields; order inside the tuples is the source's order.

    `custom` holds (name, value) pairs of fields we have no own place for, sorted by name.
    """

    prefix: str = ""
    given_name: str = ""
    middle_name: str = ""
    family_name: str = ""
    suffix: str = ""
    nickname: str = ""
    display_name: str = ""
    company: str = ""
    department: str = ""
    job_title: str = ""
    office: str = ""
    phones: tuple[Phone, ...] = ()
    emails: tuple[Email, ...] = ()
    addresses: tuple[Address, ...] = ()
    notes: str = ""
    urls: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    birthday: str = ""
    custom: tuple[tuple[str, str], ...] = ()

    def name(self) -> str:
        """Return what to call the contact: display name, else given and family name, else company, else an e-mail."""
        if self.display_name:  # most
            return self.display_name
        given, family = self.given_name, self.family_name
        full = f"{given} {family}" if given and family else given or family
        email = self.emails[0].address if self.emails else ""
        return full or self.company or email
