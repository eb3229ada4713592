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
    """Return a person as fronts show it; every value of a list says which source it is from, once per value."""
    listings = person.listings
    return {
        "id": person.id,
        "display_name": next((name for one in listings if (name := one.contact.name())), ""),
        "company": person.first("company"),
        "department": person.first("department"),
        "job_title": person.first("job_title"),
        "numbers": _numbers(listings),
        "emails": _once(
            {"kind": email.kind.value, "address": email.address, "source": one.source}
            for one in listings
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
            for one in listings
            for address in one.contact.addresses
        ),
        "notes": [{"text": one.contact.notes, "source": one.source} for one in listings if one.contact.notes],
        "urls": list(dict.fromkeys(url for one in listings for url in one.contact.urls)),
        "categories": list(dict.fromkeys(name for one in listings for name in one.contact.categories)),
        "contacts": [
            {"id": one.id, "source": one.source, "key": one.key, "changed": one.changed.isoformat()} for one in listings
        ],
        "match": _match(person.match),
    }


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
