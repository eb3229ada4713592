"""What the store holds, as values: no SQL here, so that every layer above may speak of them."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from ipaddress import ip_address, ip_network

from msgspec import Struct

from connectors.contact import Contact
from connectors.events import Json


class FieldGroup(StrEnum):
    """The unit in which fields are granted.

    `name`: name parts, display name, company, department, job title, categories · `business`: every number but
    home ones, work and other e-mail and addresses, office, urls · `private`: home numbers, home e-mail and addresses,
    birthday · `notes`: notes and custom fields · `photo`: pictures.
    """

    NAME = "name"
    BUSINESS = "business"
    PRIVATE = "private"
    NOTES = "notes"
    PHOTO = "photo"


class Location(Struct, frozen=True, cache_hash=True):
    """How numbers written at one place are to be read.

    `country` is ISO 3166 alpha-2; `area` the area code without its trunk zero ("89"); `trunk` the company's own
    number inside the area without extension ("12345"); `extension_length` digits of an internal extension (0: none);
    `outside_line` the digits dialled before an outside number ("" or "0").
    """

    country: str = "DE"
    area: str = ""
    trunk: str = ""
    extension_length: int = 0
    outside_line: str = ""


@dataclass(frozen=True, slots=True)
class Source:
    """A configured connection to one place contacts come from; secrets are not in `settings`."""

    id: int
    name: str
    type: str
    settings: dict[str, Json]
    location: Location = field(default_factory=Location)
    mapping: dict[str, Json] | None = None
    priority: int = 100


@dataclass(frozen=True, slots=True)
class StoredContact:
    """A contact as last read from its source; `sequence` is its place in the store's one growing row of changes."""

    id: int
    source_id: int
    key: str
    sequence: int
    contact: Contact
    first_seen: datetime
    changed: datetime
    deleted: datetime | None = None


@dataclass(frozen=True, slots=True)
class Grant:
    """A group (an Entra or AD group id, or `all`) may see these field groups of a source."""

    source_id: int
    group: str
    fields: frozenset[FieldGroup]


class SharedNumbers(StrEnum):
    """What a client is told of a number that several different persons hold.

    `priority`: all of them, the best first · `company`: one listing with company, count and number ·
    `only-if-unambiguous`: nothing.
    """

    PRIORITY = "priority"
    COMPANY = "company"
    ONLY_IF_UNAMBIGUOUS = "only-if-unambiguous"


class NumberFormat(StrEnum):
    """How a client is told numbers; what it asked for comes back as it asked in every format but EXTENSION.

    `echo`: as asked, all others as E.164 · `e164`: +498984079812 · `e164-no-plus` · `national`: 08984079812 ·
    `readable`: +49 89 84079812 · `dialable`: as a phone at the client's location dials it, behind its outside line ·
    `extension`: the extension alone where the number is one of the client's own trunk.
    """

    ECHO = "echo"
    E164 = "e164"
    E164_NO_PLUS = "e164-no-plus"
    NATIONAL = "national"
    READABLE = "readable"
    DIALABLE = "dialable"
    EXTENSION = "extension"


@dataclass(frozen=True, slots=True)
class Client:
    """One LDAP/HTTP client (an SBC, a phone fleet) and how it is answered; its password hash stays in the store.

    `addresses` are the networks it may ask from, empty for any; a client without a password is known by them alone.
    `result_limit` are the entries of one answer at most, 0 for the server's limit. `templates` give an attribute
    another text, such as `displayName` = `{name} ({company})`. `called_view` are the sources whose contacts tell which
    user a called number belongs to; a look-up that names a called number is answered with that user's view. Empty:
    never.
    """

    id: int
    name: str
    preset: str
    source_ids: frozenset[int]
    fields: frozenset[FieldGroup]
    base_dn: str
    location: Location
    shared_numbers: SharedNumbers = SharedNumbers.PRIORITY
    called_view: frozenset[int] = frozenset()
    addresses: tuple[str, ...] = ()
    number_format: NumberFormat = NumberFormat.ECHO
    result_limit: int = 0
    templates: tuple[tuple[str, str], ...] = ()

    def may_ask_from(self, address: str) -> bool:
        """Return whether the client may ask from this IP address; IPv4 may be written as IPv6."""
        return not self.addresses or most_narrow(self.addresses, address) >= 0


def most_narrow(networks: Iterable[str], address: str) -> int:
    """Return the length of the longest prefix among the networks that hold this IP address, -1 if none does."""
    try:
        asked = ip_address(address.partition("%")[0])
    except ValueError:
        return -1
    asked = getattr(asked, "ipv4_mapped", None) or asked
    held = (network for network in map(ip_network, networks) if network.version == asked.version and asked in network)
    return max((network.prefixlen for network in held), default=-1)


class RunState(StrEnum):
    """How a sync run ended."""

    DONE = "done"
    HELD = "held"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Run:
    """One sync run of one source, as history shows it; `faults` say of its first bad records where and why."""

    id: int
    source_id: int
    started: datetime
    seconds: float
    state: RunState
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    deleted: int = 0
    bad: int = 0
    reason: str = ""
    faults: tuple[str, ...] = ()
