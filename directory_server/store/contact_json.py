"""Contact and record as JSON text, exactly invertible, and the hashes that tell whether they changed.

Empty fields are left out; a phone without a label is a pair. Equal contacts have equal
text, because fields come in the order of the class.
"""

import json
from collections.abc import Iterable
from functools import lru_cache
from hashlib import blake2b
from json.encoder import encode_basestring
from operator import attrgetter
from typing import Any, Final

from connectors import assemble
from connectors.contact import Address, Contact, Phone, PhoneKind, PlaceKind
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
PHONE_KINDS: Final = {kind.value: kind for kind in PhoneKind}
PLACE_KINDS: Final = {kind.value: kind for kind in PlaceKind}
_NAMES: Final = 4096  # combinations of field names remembered as JSON

# An encoder takes longer to start than to write one contact, so the text is put together here from quoted parts.
_quoted = encode_basestring
_texts_of: Final = attrgetter(*TEXTS)
_TEXT_HEADS: Final = tuple([f'"{name}":' for name in TEXTS])
_HASH: Final = blake2b(digest_size=HASH_SIZE)
_decode = json.JSONDecoder().raw_decode


def contact_to_json(contact: Contact) -> str:
    """Return the contact as JSON text."""
    parts = [head + _quoted(text) for head, text in zip(_TEXT_HEADS, _texts_of(contact), strict=True) if text]
    if contact.phones:
        parts.append(f'"phones":[{",".join([_phone(phone) for phone in contact.phones])}]')
    if contact.emails:
        emails = ",".join([f"[{_quoted(email.kind)},{_quoted(email.address)}]" for email in contact.emails])
        parts.append(f'"emails":[{emails}]')
    if contact.addresses:
        parts.append(f'"addresses":[{",".join([_address(address) for address in contact.addresses])}]')
    if contact.urls:
        parts.append(f'"urls":[{_list(contact.urls)}]')
    if contact.categories:
        parts.append(f'"categories":[{_list(contact.categories)}]')
    if contact.custom:
        parts.append(f'"custom":[{",".join([f"[{_list(pair)}]" for pair in contact.custom])}]')
    return f"{{{','.join(parts)}}}"


def contact_from_json(text: str) -> Contact:
    """Return the contact that `contact_to_json` wrote."""
    value: dict[str, Any] = _decode(text)[0]
    if "phones" in value:
        value["phones"] = tuple([assemble.phone(PHONE_KINDS[part[0]], *part[1:]) for part in value["phones"]])
    if "emails" in value:
        value["emails"] = tuple([assemble.email(address, PLACE_KINDS[kind]) for kind, address in value["emails"]])
    if "addresses" in value:
        value["addresses"] = tuple([assemble.address(PLACE_KINDS[part[0]], *part[1:]) for part in value["addresses"]])
    if "urls" in value:
        value["urls"] = tuple(value["urls"])
    if "categories" in value:
        value["categories"] = tuple(value["categories"])
    if "custom" in value:
        value["custom"] = tuple([(name, content) for name, content in value["custom"]])
    return assemble.contact(**value)


def record_to_json(record: Record) -> str:
    """Return the source record as JSON text, its fields in the source's order, which the mapping may depend on."""
    heads = _heads(tuple(record))
    try:
        fields = [f"{head}{_quoted(value)}]" for head, (value,) in zip(heads, record.values(), strict=True)]
    except ValueError:  # not one value in each field
        fields = [f"{head}{_list(values)}]" for head, values in zip(heads, record.values(), strict=True)]
    return f"{{{','.join(fields)}}}"


def record_from_json(text: str) -> Record:
    """Return the record that `record_to_json` wrote."""
    fields: dict[str, list[str]] = _decode(text)[0]
    return {name: tuple(values) for name, values in fields.items()}


def fingerprint(text: str) -> bytes:
    """Return the 128-bit BLAKE2b hash by which a record or contact is compared.

    Raises UnicodeEncodeError for half a character, which no database could keep.
    """
    hashed = _HASH.copy()  # faster than a new one
    hashed.update(text.encode())
    return hashed.digest()


@lru_cache(maxsize=_NAMES)
def _heads(names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple([f"{_quoted(name)}:[" for name in names])


def _list(texts: Iterable[str]) -> str:
    return ",".join(map(_quoted, texts))


def _phone(phone: Phone) -> str:
    label = f",{_quoted(phone.label)}" if phone.label else ""
    return f"[{_quoted(phone.kind)},{_quoted(phone.raw)}{label}]"


def _address(address: Address) -> str:
    kind, street, code = _quoted(address.kind), _quoted(address.street), _quoted(address.postal_code)
    return f"[{kind},{street},{code},{_quoted(address.city)},{_quoted(address.region)},{_quoted(address.country)}]"
