"""Why: how a text or number was read, who matches it on what, and who is hidden from a view and why. Admins only.

What is explained is worked out from what contacts show, not taken from the index: an explanation checks the answer.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, Final

from msgspec import structs

from directory_server.directory import hiding, nicknames, number_trace, phonetic
from directory_server.directory.columns import COLUMNS, NAMED
from directory_server.directory.evidence import Evidence, evidence, initials
from directory_server.directory.listing import Listing, Match
from directory_server.directory.number import ask
from directory_server.directory.person_json import hit_json
from directory_server.directory.query import Query, Term, parse
from directory_server.directory.standing import standing
from directory_server.directory.view import MOST_HITS, View

_FEWEST_DIGITS: Final = 3
_EXCLUSION = re.compile(r"(?<!\S)-(?:[^\W\d]\w*:)?(?:[\"\u201c\u201d\u201e][^\"\u201c\u201d\u201e]*.?|\S+)")


def is_number(text: str) -> bool:
    """Whether a text is asked about as a number rather than as words."""
    return sum(char.isdigit() for char in text) >= _FEWEST_DIGITS and not any(
        char.isalpha() for char in text.partition(":")[2] or text
    )


def explain(
    text: str, everything: View, view: View, limit: int = 50, priorities: Mapping[str, int] | None = None
) -> dict[str, Any]:
    """Return how `text` is read, which contacts match in the view of everything, and which of them `view` hides.

    `priorities` are those of the sources by name. Of `matched`, what the view shows comes first, in its order; `more`
    tells that others match behind the limit.
    """
    query = parse(text, view.location)
    value: dict[str, Any] = {
        "text": text,
        "terms": [_term(term) for term in query.terms],
        "excluded": [_term(term) for term in query.excluded],
        "sources": list(query.sources),
        "other_than": list(query.other_than),
    }
    known = {one.id: one for one in everything.listings(text, limit)}
    shown = {one.id: one for one in view.listings(text, limit)}
    value["more"] = _are_more(everything, text, len(known), limit)
    left_out = _excluded(text, query, everything, limit)
    keys: frozenset[str] = frozenset()
    withheld = False
    if is_number(text):
        asked = ask(text, view.location)
        full, seen = everything.lookup(text), view.lookup(text)
        with view.numbers() as reading:
            tried = number_trace.steps(reading, asked, seen)
        value["number"] = {
            **number_trace.reading_of(asked, view.location),
            "e164": seen.e164,
            "approximate": seen.approximate,
            "withheld": seen.withheld,
            "policy": view.shared_numbers.value,
            "persons": seen.shared,
            "shown_as": [one.contact.name() for one in seen.listings],
            "total": seen.total,
            "steps": tried,
            "answered_by": _answered_by(tried),
        }
        keys, withheld = frozenset({"x" + asked.extension, *("+" + one for one in asked.candidates)}), seen.withheld
        # What a look-up finds comes first, and keeps by what the look-up found it.
        known |= {one.id: one for one in full.listings}
        looked_up = {one.id: one for one in seen.listings}
        shown = looked_up | {number: one for number, one in shown.items() if number not in looked_up}
        value["looked_up"] = list(looked_up)
    hidden = {
        number: _reasons(query, listing, view, keys, withheld=withheld)
        for number, listing in known.items()
        if number not in shown
    }
    hidden |= {
        one.id: hiding.of_source(one, view) + hiding.of_exclusion(query, one) for one in left_out if one.id not in shown
    }
    known = {one.id: one for one in left_out} | known
    in_names = _is_read_in_names(query, shown.values())
    found = {number: _evidence(query, one, in_names=in_names) for number, one in shown.items()}
    places = standing(
        [(one, found[number]) for number, one in shown.items()], priorities or {}, len(value.get("looked_up", ()))
    )
    value["matched"] = [
        _hit(query, known.get(number, one), one, found[number], []) | place
        for (number, one), place in zip(shown.items(), places, strict=True)
    ] + [
        _hit(query, known[number], known[number], _evidence(query, known[number]), reasons)
        for number, reasons in hidden.items()
    ]
    return value


def _are_more(everything: View, text: str, found: int, limit: int) -> bool:
    """Whether more contacts match than were found with this limit."""
    if found < limit:
        return False
    if limit >= MOST_HITS:
        return everything.search(text, limit).more
    return len(everything.listings(text, limit + 1)) > limit


def _term(term: Term) -> dict[str, Any]:
    word = term.words[0] if len(term.words) == 1 else ""
    near = bool(word) and word.isalpha() and not term.whole
    return {
        "typed": term.raw,
        "words": list(term.words),
        "fields": sorted({COLUMNS[at].field for at in term.columns}),
        "phrase": term.whole,
        "custom": term.tagged,
        "number_begins": ["+" + digits for digits in term.international],
        "number_contains": term.digits,
        "codes": list(phonetic.codes(word)) if near else [],
        "nicknames": sorted(nicknames.others(word)) if near else [],
    }


def _excluded(text: str, query: Query, everything: View, limit: int) -> list[Listing]:
    """Return contacts that match but for an excluded word or source."""
    if not query.excluded and not query.other_than:
        return []
    without = _EXCLUSION.sub(" ", text)
    rest = parse(without, everything.location)
    if rest.excluded or rest.other_than:
        return []
    return [one for one in everything.listings(without, limit) if hiding.of_exclusion(query, one)]


def _evidence(query: Query, listing: Listing, *, in_names: bool = False) -> list[Evidence | None]:
    """Return the best match of each term, in the reading of the query by which the listing was found.

    `in_names` tells that words of one letter were looked for in names and companies only.
    """
    several = len(query.terms) > 1
    found = [evidence(term, listing, several=several) for term in query.terms]
    if listing.match is None or (not in_names and _told(found) == listing.match):
        return found
    others = [_in_names(query, listing), found]
    if not several:
        others.append([initials(query.terms[0], listing)])
    return next((one for one in others if _told(one) == listing.match), found)


def _in_names(query: Query, listing: Listing) -> list[Evidence | None]:
    terms = [replace(term, columns=term.columns & NAMED) if _is_short(term) else term for term in query.terms]
    return [evidence(term, listing, several=len(terms) > 1) for term in terms]


def _is_read_in_names(query: Query, shown: Iterable[Listing]) -> bool:
    """Whether this answer is of the reading that search tries first for words of one letter."""
    return any(map(_is_short, query.terms)) and all(_told(_in_names(query, one)) == one.match for one in shown)


def _is_short(term: Term) -> bool:
    return any(len(word) == 1 for word in term.words)


def _told(found: list[Evidence | None]) -> Match | None:
    """Return the match that a hit with this evidence carries."""
    held = [one for one in found if one]
    if not held or len(held) < len(found):
        return None
    worst = max(held, key=lambda one: (one.rank, one.far, one.column.order))
    return Match("number" if worst.column.digits else worst.rank.text, worst.column.field)


def _reasons(
    query: Query, listing: Listing, view: View, keys: frozenset[str], *, withheld: bool
) -> list[dict[str, Any]]:
    """Say why a matching contact is not shown."""
    reasons = hiding.of_source(listing, view)
    if reasons:
        return reasons
    seen = view.contact(listing.id)
    reasons = hiding.of_number(listing, seen, keys)
    if not reasons:
        reasons = hiding.of_words(query, listing, seen, _evidence(query, listing))
    if not reasons and withheld and any(one.e164 in keys for one in listing.numbers):
        reasons = [{"reason": "policy", "policy": view.shared_numbers.value}]
    return reasons or [{"reason": "behind_limit"}]


def _hit(
    query: Query, listing: Listing, seen: Listing, found: list[Evidence | None], reasons: list[dict[str, Any]]
) -> dict[str, Any]:
    return {
        **hit_json(structs.replace(listing, match=seen.match)),
        "shown": not reasons,
        "hidden_because": "; ".join(map(hiding.sentence, reasons)),
        "hidden": reasons,
        "terms": [
            {
                "term": term.raw,
                "rank": hit.rank.text,
                "field": hit.column.field,
                "group": hit.column.group.value,
                "written": hit.written,
                "as_typed": hit.as_typed,
            }
            for term, hit in zip(query.terms, found, strict=True)
            if hit
        ],
    }


def _answered_by(tried: list[dict[str, Any]]) -> str:
    last = tried[-1] if tried else None
    return last["step"] if last and (last.get("decides") or (last["step"] != "trunk" and last["contacts"])) else ""
