"""Scope: which field groups of which sources a view may read, and how everything else is blanked."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Any

from msgspec import structs

from connectors.contact import Contact, PhoneKind, PlaceKind
from directory_server.directory.columns import granted
from directory_server.directory.listing import Number
from directory_server.store.rows import FieldGroup

_NAME = (
    "prefix", "given_name", "middle_name", "family_name", "suffix", "nickname", "display_name", "company", "department",
    "job_title", "categories",
)  # fmt: skip
_BUSINESS = ("office", "urls")
_PRIVATE = ("birthday",)
_NOTES = ("notes", "custom")
_EMPTY = Contact()
_HOME, _HOME_PHONE = PlaceKind.HOME, PhoneKind.HOME  # attributes of an Enum are slow to look up


@dataclass(frozen=True)
class Scope:
    """Source id -> field groups that may be read; a source that is missing or has no group cannot be read at all."""

    fields: Mapping[int, frozenset[FieldGroup]] = field(default_factory=dict)

    def groups(self, source: int) -> frozenset[FieldGroup]:
        """Return the field groups of a source that may be read."""
        return self.fields.get(source, frozenset())

    @cached_property
    def parts(self) -> tuple[tuple[frozenset[int], frozenset[int]], ...]:
        """Sources that may be read, put together by equal columns: pairs of (sources, columns)."""
        found: dict[frozenset[FieldGroup], set[int]] = {}
        for source, groups in self.fields.items():
            if groups:
                found.setdefault(groups, set()).add(source)
        return tuple(
            sorted(
                ((frozenset(sources), granted(groups)) for groups, sources in found.items()),
                key=lambda part: min(part[0]),
            )
        )

    def narrowed(self, sources: frozenset[int]) -> "Scope":
        """Return the scope without other sources than these."""
        return Scope({source: groups for source, groups in self.fields.items() if source in sources})


def visible(contact: Contact, groups: frozenset[FieldGroup]) -> Contact:
    """Return the contact with every field blanked whose group is missing."""
    private, business, blank = _shown(groups)
    if private and business:
        return structs.replace(contact, **blank) if blank else contact
    return structs.replace(
        contact,
        **blank,
        phones=tuple([one for one in contact.phones if (private if one.kind is _HOME_PHONE else business)]),
        emails=tuple([one for one in contact.emails if (private if one.kind is _HOME else business)]),
        addresses=tuple([one for one in contact.addresses if (private if one.kind is _HOME else business)]),
    )


@lru_cache(maxsize=64)
def _shown(groups: frozenset[FieldGroup]) -> tuple[bool, bool, dict[str, Any]]:
    """Return whether private and business places are shown, and fields to be blanked with what stands there then."""
    parts = {
        FieldGroup.NAME: _NAME,
        FieldGroup.BUSINESS: _BUSINESS,
        FieldGroup.PRIVATE: _PRIVATE,
        FieldGroup.NOTES: _NOTES,
    }
    blank = {name: getattr(_EMPTY, name) for group, names in parts.items() if group not in groups for name in names}
    return FieldGroup.PRIVATE in groups, FieldGroup.BUSINESS in groups, blank


def visible_numbers(numbers: tuple[Number, ...], groups: frozenset[FieldGroup]) -> tuple[Number, ...]:
    """Return the numbers whose group is granted."""
    if FieldGroup.PRIVATE in groups and FieldGroup.BUSINESS in groups:
        return numbers
    return tuple(number for number in numbers if number.group in groups)
