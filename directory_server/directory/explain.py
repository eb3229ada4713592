"""Why: how a text or number was read, who matches it on what, and who is hidden from a view and why. Admins only."""

from typing import Any

from directory_server.directory.columns import COLUMNS
from directory_server.directory.listing import Listing
from directory_server.directory.number import ask
from directory_server.directory.person_json import hit_json
from directory_server.directory.query import Term, parse
from directory_server.directory.view import View
from directory_server.store.rows import FieldGroup

_GROUPS = {
    field: ", ".join(dict.fromkeys(column.group.value for column in COLUMNS if column.field == field))
    for field in {column.field for column in COLUMNS}
}
_FEWEST_DIGITS = 3


def is_number(text: str) -> bool:
    """Whether a text is asked about as a number rather than as words."""
    return sum(char.isdigit() for char in text) >= _FEWEST_DIGITS and not any(
        char.isalpha() for char in text.partition(":")[2] or text
    )


def explain(text: str, everything: View, view: View, limit: int = 50) -> dict[str, Any]:
    """Return how `text` is read, which contacts match in the view of everything, and which of them `view` hides."""
    query = parse(text, view.location)
    known = {listing.id: listing for listing in everything.listings(text, limit)}
    shown = {listing.id for listing in view.listings(text, limit)}
    value: dict[str, Any] = {
        "text": text,
        "terms": [_term(term) for term in query.terms],
        "excluded": [_term(term) for term in query.excluded],
    }
    if is_number(text):
        asked = ask(text, view.location)
        full, seen = everything.lookup(text), view.lookup(text)
        value["number"] = {
            "country": view.country,
            "candidates": ["+" + digits for digits in asked.candidates],
            "extension": asked.extension,
            "e164": seen.e164,
            "approximate": seen.approximate,
        }
        known = {listing.id: listing for listing in full.listings} | known
        shown |= {listing.id for listing in seen.listings}
    value["matched"] = [
        {**hit_json(listing), "shown": listing.id in shown, "hidden_because": _reason(listing, view, shown)}
        for listing in known.values()
    ]
    return value


def _term(term: Term) -> dict[str, Any]:
    return {
        "words": list(term.words),
        "fields": sorted({COLUMNS[at].field for at in term.columns}),
        "phrase": term.whole,
        "number_begins": ["+" + digits for digits in term.international],
        "number_contains": term.digits,
    }


def _reason(listing: Listing, view: View, shown: set[int]) -> str:
    """Say why a matching contact is not shown; "" if it is."""
    if listing.id in shown:
        return ""
    if listing.source not in view.source_names():
        return f"no grant for source {listing.source}"
    granted = view.groups_of(listing.source)
    missing = ", ".join(group.value for group in FieldGroup if group not in granted and group is not FieldGroup.PHOTO)
    field = listing.match.field if listing.match else ""
    if missing:
        return f"matches in {field} ({_GROUPS.get(field, '')}); of source {listing.source} is not granted: {missing}"
    return "behind the limit of this answer"
