"""Contact and record as JSON text, exactly invertible, and the hashes that tell whether they changed.

Empty fields are left out; a part is a list whose trailing empty texts are left out. Equal contacts have equal
text, because fields come in the order of the class.
"""

import json
from collections.abc import Mapping
from hashlib import blake2b
from typing import Any, Final

from connectors.contact import Address, Contact, Email, Phone, PhoneKind, PlaceKind
from connectors.events import Record

HASH_SIZE: Final = 16
TEXTS: Final = (
    "prefix",
    "given_name",
    "middle_name",
    "family_name",
    "suffix",
    "nickname",
    "display_name",
    "company",
    "department",
    "job_title",
    "office",
    "notes",
    "birthday",
)
LISTS: Final = ("urls", "categories")
PHONE_KINDS: Final = {kind.value: kind for kind in PhoneKind}
PLACE_KINDS: Final = {kind.value: kind for kind in PlaceKind}

_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def contact_to_json(contact: Contact) -> str:
    """Return the contact as JSON text."""
    value: dict[str, Any] = {}
    for name in TEXTS:
        text = getattr(contact, name)
        if text:
            value[name] = text
    if contact.phones:
        value["phones"] = [[p.kind.value, p.raw, p.label] if p.label else [p.kind.value, p.raw] for p in contact.phones]
    if contact.emails:
        value["emails"] = [[e.kind.value, e.address] for e in contact.emails]
    if contact.addresses:
        value["addresses"] = [
            [a.kind.value, a.street, a.postal_code, a.city, a.region, a.country] for a in contact.addresses
        ]
    for name in LISTS:
        texts = getattr(contact, name)
        if texts:
            value[name] = texts
    if contact.custom:
        value["custom"] = contact.custom
    return _encode(value)


def contact_from_json(text: str) -> Contact:
    """Return the contact that `contact_to_json` wrote."""
    value: dict[str, Any] = json.loads(text)
    phones = value.get("phones")
    if phones:
        value["phones"] = tuple(Phone(PHONE_KINDS[part[0]], *part[1:]) for part in phones)
    emails = value.get("emails")
    if emails:
        value["emails"] = tuple(Email(address, PLACE_KINDS[kind]) for kind, address in emails)
    addresses = value.get("addresses")
    if addresses:
        value["addresses"] = tuple(Address(PLACE_KINDS[part[0]], *part[1:]) for part in addresses)
    for name in LISTS:
        if name in value:
            value[name] = tuple(value[name])
    if "custom" in value:
        value["custom"] = tuple((name, content) for name, content in value["custom"])
    return Contact(**value)


def record_to_json(record: Record) -> str:
    """Return the source record as JSON text, its fields in the source's order, which the mapping may depend on."""
    return _encode(record if type(record) is dict else dict(record))


def record_from_json(text: str) -> Record:
    """Return the record that `record_to_json` wrote."""
    fields: Mapping[str, list[str]] = json.loads(text)
    return {name: tuple(values) for name, values in fields.items()}


def fingerprint(text: str) -> bytes:
    """Return the 128-bit BLAKE2b hash by which a record or contact is compared.

    Raises UnicodeEncodeError for half a character, which no database could keep.
    """
    return blake2b(text.encode(), digest_size=HASH_SIZE).digest()
