"""Hiding: why a contact that matches a question is not among a view's answers."""

from collections.abc import Sequence
from typing import Any

from directory_server.directory.columns import COLUMNS
from directory_server.directory.evidence import Evidence, evidence
from directory_server.directory.listing import Listing
from directory_server.directory.normal_form import fold
from directory_server.directory.query import Query, Term
from directory_server.directory.view import View

_GROUPS = {
    field: ", ".join(dict.fromkeys(column.group.value for column in COLUMNS if column.field == field))
    for field in {column.field for column in COLUMNS}
}


def of_source(listing: Listing, view: View) -> list[dict[str, Any]]:
    """Return the reason if the view may not read the contact's source at all, else nothing."""
    if listing.source in view.source_names():
        return []
    return [{"reason": "no_grant", "source": listing.source}]


def of_words(
    query: Query, listing: Listing, seen: Listing | None, found: Sequence[Evidence | None]
) -> list[dict[str, Any]]:
    """Return a reason per term that matches in hidden fields only; `seen` is what the view shows of the contact."""
    several = len(query.terms) > 1
    reasons = []
    for term, known in zip(query.terms, found, strict=True):
        if known is None or (seen is not None and evidence(term, seen, several=several)):
            continue
        reasons.append(
            {
                "reason": "field_not_granted",
                "term": term.raw,
                "field": known.column.field,
                "group": known.column.group.value,
                "source": listing.source,
            }
        )
    return reasons


def of_number(listing: Listing, seen: Listing | None, keys: frozenset[str]) -> list[dict[str, Any]]:
    """Return the reason if the contact holds the asked number (`+` and digits, or `x` and extension) out of sight."""
    held = [one for one in listing.numbers if one.e164 in keys or "x" + one.extension in keys]
    shown = [one for one in (seen.numbers if seen else ()) if one.e164 in keys or "x" + one.extension in keys]
    if not held or shown:
        return []
    return [
        {
            "reason": "number_hidden",
            "number": held[0].raw,
            "kind": held[0].kind.value,
            "group": held[0].group.value,
            "source": listing.source,
        }
    ]


def of_exclusion(query: Query, listing: Listing) -> list[dict[str, Any]]:
    """Return a reason if the contact's source is excluded, and one per excluded word that the contact has."""
    name = fold(listing.source)
    aside: list[dict[str, Any]] = [
        {"reason": "source_excluded", "term": start, "source": listing.source}
        for start in query.other_than
        if name.startswith(start)
    ]
    return aside + [
        {"reason": "excluded", "term": term.raw or " ".join(term.words), "field": hit.column.field,
         "written": hit.written}
        for term in query.excluded
        if (hit := excluded_by(term, listing))
    ]  # fmt: skip


def excluded_by(term: Term, listing: Listing) -> Evidence | None:
    """Return what an excluded term meets: words that are it or begin so, and parts of numbers."""
    hit = evidence(term, listing)
    return hit if hit and (hit.rank <= 2 or hit.column.digits) else None  # noqa: PLR2004 - up to Rank.COMPOUND


def sentence(reason: dict[str, Any]) -> str:
    """Return one reason as a short English sentence, as JSON has always carried it."""
    match reason["reason"]:
        case "no_grant":
            return f"no grant for source {reason['source']}"
        case "field_not_granted":
            field, group = reason["field"], reason["group"]
            return (
                f"matches in {field} ({_GROUPS.get(field, '')}); of source {reason['source']} is not granted: {group}"
            )
        case "number_hidden":
            return (
                f"holds the number as {reason['kind']}; of source {reason['source']} is not granted: {reason['group']}"
            )
        case "excluded" | "source_excluded" as kind:
            where = f"{reason['term']} is in {reason['field']}" if kind == "excluded" else f"source {reason['source']}"
            return f"excluded: {where}"
        case "policy":
            return f"policy for shared numbers: {reason['policy']}"
        case _:
            return "behind the limit of this answer"
