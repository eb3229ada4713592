"""A contact as one view may show it: the value that every front receives."""

from datetime import datetime
from typing import Final

from msgspec import Struct

from connectors.contact import Contact, PhoneKind
from directory_server.store.rows import FieldGroup

WHOLE: Final = frozenset({FieldGroup.NAME, FieldGroup.BUSINESS, FieldGroup.PRIVATE, FieldGroup.NOTES})
"""The field groups of a contact's fields: who may read them all may know when any of them changed."""

_BUSINESS, _PRIVATE = FieldGroup.BUSINESS, FieldGroup.PRIVATE  # an attribute of an Enum is slow to look up


class Number(Struct, frozen=True, gc=False, array_like=True):
    """A number read with its source's location.

    `raw` as the source wrote it; `e164` with its plus ("+498984079812"), empty where it cannot be read or is internal;
    `extension` the internal extension or the digits behind the company's trunk, empty if unknown; `trunk` the E.164
    switchboard stem a hyphen or the location reveals ("+4989840798"), empty if unknown.
    """

    kind: PhoneKind
    raw: str
    e164: str
    extension: str = ""
    trunk: str = ""
    label: str = ""

    @property
    def group(self) -> FieldGroup:
        """The field group that shows this number."""
        return _PRIVATE if self.kind is PhoneKind.HOME else _BUSINESS


class Match(Struct, frozen=True, gc=False):
    """Why a listing was found.

    `rank` is the class: exact, prefix, compound, nickname, infix, phonetic, edit1, edit2, number, extension or
    approximate; `field` names the Contact field that matched (`phones` for numbers).
    """

    rank: str
    field: str


class Listing(Struct, frozen=True):
    """A contact with every field blanked that the view may not read; `numbers` likewise.

    `key` is the source's own key. `changed` is None where the view may not read all of WHOLE: it would tell of changes
    to hidden fields. `match` is None for a listing that was asked for by id.
    """

    id: int
    source: str
    key: str
    contact: Contact
    numbers: tuple[Number, ...]
    changed: datetime | None
    match: Match | None = None
