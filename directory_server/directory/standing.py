"""Standing: why a hit comes behind the one before it, in the steps of the ranking. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from directory_server.directory.document import sort_name
from directory_server.directory.evidence import Evidence
from directory_server.directory.listing import Listing

STEPS = ("class", "field", "spelling", "priority", "name", "id")
"""What decides the order, one after the other: worst class over the words, worst field and then all fields, words spelt
otherwise than typed, the source's priority, the name to sort by, the contact's number."""


def standing(
    hits: Sequence[tuple[Listing, Sequence[Evidence | None]]], priorities: Mapping[str, int], looked_up: int = 0
) -> list[dict[str, Any]]:
    """Return for each hit, in their order, its `place` and the step that put it behind the hit before.

    The first `looked_up` of them are those of a look-up. `behind` is "" for the first one, "lookup" for the first that
    only the search finds, and "other" where none of STEPS tells (the asker's own familiar contacts, the order of a
    look-up).
    """
    keys = [_key(listing, found, priorities) for listing, found in hits]
    places = []
    for at, key in enumerate(keys):
        before = keys[at - 1] if at else None
        behind = ""
        if before is not None:
            differs = next((step for step, (one, two) in enumerate(zip(before, key, strict=True)) if one != two), None)
            right = differs is not None and before[differs] < key[differs]
            behind = STEPS[differs] if differs is not None and right else "other"
        if at and at == looked_up:
            behind = "lookup"
        places.append({"place": at + 1, "behind": behind})
    return places


def _key(listing: Listing, found: Iterable[Evidence | None], priorities: Mapping[str, int]) -> tuple[Any, ...]:
    held = [one for one in found if one]
    return (
        max(((int(one.rank), one.far) for one in held), default=(0, 0)),
        (max((one.column.order for one in held), default=0), sum(one.column.order for one in held)),
        sum(not one.as_typed and not one.column.digits for one in held),
        priorities.get(listing.source, 0),
        sort_name(listing.contact),
        listing.id,
    )
