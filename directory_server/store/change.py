"""What a sync run compares against, and what it asks the store to change."""

from typing import NamedTuple

Known = bytes
"""What the store knows of a record: its hash followed by that of its contact, 16 bytes each; empty if it is deleted.

One object per record and no more, because a run holds those of all records of its source in memory.
"""


class Change(NamedTuple):
    """What to keep under a key: contact and record as JSON text with their hashes; `contact` None deletes.

    `quiet` keeps the record only, because the contact made from it stayed the same. `again` tells that a change of the
    same key came before.
    """

    key: str
    contact: str | None
    record: str | None
    record_hash: bytes | None
    contact_hash: bytes | None
    quiet: bool = False
    again: bool = False
