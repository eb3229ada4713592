"""Card: all that an index shows of one contact, as bytes."""

from typing import Final

from msgspec import DecodeError, Raw, Struct
from msgspec.json import Decoder, Encoder

from connectors.contact import Contact
from directory_server.directory.listing import Number


class Card(Struct, frozen=True, gc=False, array_like=True):
    """A contact as its source gave it, with the numbers as they were read.

    `sort` is the name to sort by, `key` the source's own key, `changed` the moment of the last change as text.
    """

    sort: str
    key: str
    changed: str
    contact: Contact
    numbers: tuple[Number, ...]


_encode: Final = Encoder().encode
_decode: Final = Decoder(Card).decode
_sort: Final = Decoder(tuple[str, Raw, Raw, Raw, Raw]).decode


class UnreadableError(ValueError):
    """The bytes are no card; nothing of what they hold is told."""


def to_bytes(sort: str, key: str, changed: str, contact: str, numbers: tuple[Number, ...]) -> bytes:
    """Return a card as bytes, `contact` being JSON text already."""
    return _encode((sort, key, changed, Raw(contact), numbers))


def from_bytes(data: bytes | memoryview) -> Card:
    """Return the card that `to_bytes` made; raises UnreadableError."""
    try:
        return _decode(data)
    except DecodeError:
        raise UnreadableError("no card") from None  # its own text would show what the contact holds


def sort_from_bytes(data: bytes | memoryview) -> str:
    """Return the name to sort by alone; raises UnreadableError."""
    try:
        return _sort(data)[0]
    except DecodeError:
        raise UnreadableError("no card") from None
