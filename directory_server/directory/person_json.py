"""Persons and hits as JSON: what the command line, the HTTP interface and the uplink answer with."""

from collections.abc import Iterable
from typing import Any

from connectors.contact import PhoneKind
from directory_server.directory.listing import Listing, Match
from directory_server.directory.person import Person


def _match(match: Match | None) -> dict[str, str] | None:
    return {"rank": match.rank, "field": match.field} if match else None


def hit_json(listing: Listing) -> dict[str, Any]:
    """Return one contact as a hit: id, source, key, display_name, company, numbers, match."""
    return {
        "id": listing.id,
        "source": listing.source,
        "key": listing.key,
        "display_name": listing.contact.name(),
        "company": listing.contact.company,
        "numbers": [{"kind": number.kind.value, "raw": number.raw, "e164": number.e164} for number in listing.numbers],
        "match": _match(listing.match),
    }


def person_json(person: Person) -> dict[str, Any]:
    """Return a person as fronts show it; every value of a list says which source it is from, once per value.

    `sources` names the source of every other field that has a value; of urls and categories one for each, in order.
    """
    listings = person.listings
    texts = {name: person.chosen(name) for name in ("display_name", "company", "department", "job_title")}
    urls = _first_source((url, one.source) for one in listings for url in one.contact.urls)
    categories = _first_source((name, one.source) for one in listings for name in one.contact.categories)
    lists = {"urls": list(urls.values()), "categories": list(categories.values())}
    return {
        "id": person.id,
        "is_company": person.is_company,
        **{name: text for name, (text, _source) in texts.items()},
        "sources": {name: source for name, (_text, source) in texts.items() if source}
        | {name: held for name, held in lists.items() if held},
        "numbers": _numbers(person.ordered("numbers")),
        "emails": _once(
            {"kind": email.kind.value, "address": email.address, "source": one.source}
            for one in person.ordered("emails")
            for email in one.contact.emails
        ),
        "addresses": _once(
            {
                "kind": address.kind.value,
                "street": address.street,
                "postal_code": address.postal_code,
                "city": address.city,
                "region": address.region,
                "country": address.country,
                "source": one.source,
            }
            for one in person.ordered("addresses")
            for address in one.contact.addresses
        ),
        "notes": [
            {"text": one.contact.notes, "source": one.source} for one in person.ordered("notes") if one.contact.notes
        ],
        "urls": list(urls),
        "categories": list(categories),
        "contacts": [
            {
                "id": one.id,
                "source": one.source,
                "key": one.key,
                "changed": one.changed.isoformat() if one.changed else None,
            }
            for one in listings
        ],
        "match": _match(person.match),
    }


def _first_source(values: Iterable[tuple[str, str]]) -> dict[str, str]:
    found: dict[str, str] = {}
    for value, source in values:
        found.setdefault(value, source)
    return found


_ASIDE = frozenset({"source", "kind"})


def _once(values: Iterable[dict[str, str]]) -> list[dict[str, str]]:
    """Leave out a value that an earlier, preferred source gave already (ignoring case)."""
    found: dict[tuple[str, ...], dict[str, str]] = {}
    for value in values:
        found.setdefault(tuple(text.casefold() for name, text in value.items() if name not in _ASIDE), value)
    return list(found.values())


def _numbers(listings: tuple[Listing, ...]) -> list[dict[str, str]]:
    """Return all numbers, one per line (E.164 digits) and kind of line, in the order in which cards show kinds."""
    kinds = list(PhoneKind)
    found: dict[str, dict[str, str]] = {}
    for listing in listings:
        for number in listing.numbers:
            found.setdefault(
                number.e164 or number.raw,
                {
                    "kind": number.kind.value,
                    "raw": number.raw,
                    "e164": number.e164,
                    "label": number.label,
                    "source": listing.source,
                },
            )
    return sorted(found.values(), key=lambda value: kinds.index(PhoneKind(value["kind"])))
