"""What a sync run compares against, and what it asks the store to change."""

from dataclasses import dataclass
from typing import NamedTuple


@dataclass(frozen=True, slots=True)
class Known:
    """What the store knows of a record: both hashes, and whether its contact is deleted."""

    record_hash: bytes
    contact_hash: bytes
    deleted: bool


class Change(NamedTuple):
    """What to keep under a key: contact and record as JSON text with their hashes; `contact` None deletes.

    `quiet` keeps the record only, because the contact made from it stayed the same.
    """

    key: str
    contact: str | None
    record: str | None
    record_hash: bytes | None
    contact_hash: bytes | None
    quiet: bool = False
