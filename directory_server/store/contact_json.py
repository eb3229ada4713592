"""Contact and record as JSON text, exactly invertible, and the hashes that tell whether they changed.

Empty fields of a contact are left out. Equal contacts have equal text, because fields come in the order of the class.
"""

from hashlib import blake2b
from typing import Final

from msgspec.json import Decoder, Encoder

from connectors.contact import Contact
from connectors.events import Record

HASH_SIZE: Final = 16
_HASH: Final = blake2b(digest_size=HASH_SIZE)
_encode: Final = Encoder().encode
_contact: Final = Decoder(Contact).decode
_record: Final = Decoder(dict[str, tuple[str, ...]]).decode


def contact_to_json(contact: Contact) -> str:
    """Return the contact as JSON text; raises UnicodeEncodeError for half a character."""
    return _encode(contact).decode()


def contact_to_json_and_fingerprint(contact: Contact) -> tuple[str, bytes]:
    """Return what `contact_to_json` does and its fingerprint; raises UnicodeEncodeError for half a character."""
    text = _encode(contact)
    return text.decode(), _digest(text)


def contact_from_json(text: str) -> Contact:
    """Return the contact that `contact_to_json` wrote."""
    return _contact(text)


def record_to_json(record: Record) -> str:
    """Return the source record as JSON text, its fields in the source's order, which the mapping may depend on.

    Raises UnicodeEncodeError for half a character.
    """
    return _encode(record).decode()


def record_from_json(text: str) -> Record:
    """Return the record that `record_to_json` wrote."""
    return _record(text)


def fingerprint(text: str) -> bytes:
    """Return the 128-bit BLAKE2b hash by which a record or contact is compared.

    Raises UnicodeEncodeError for half a character, which no database could keep.
    """
    return _digest(text.encode())


def _digest(text: bytes) -> bytes:
    hashed = _HASH.copy()  # faster than a new one
    hashed.update(text)
    return hashed.digest()
