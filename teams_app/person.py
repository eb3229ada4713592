"""A person as the directory answers: read leniently, because the directory may be newer than this service."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

MAX_FIELD = 300
"""Characters kept of one field."""
MAX_NOTE = 1000
_INVISIBLE = dict.fromkeys(
    [*range(0x20), *range(0x7F, 0xA0), 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A), 0xFEFF], " "
)


class BadAnswer(ValueError):  # noqa: N818 - what the directory's answer is
    """The answer is no person of the protocol."""


@dataclass(frozen=True, slots=True, repr=False)
class Number:
    """A number: `raw` as its source wrote it, `e164` with leading + or empty."""

    kind: str
    raw: str
    e164: str


@dataclass(frozen=True, slots=True, repr=False)
class Place:
    """An e-mail address, postal address or note in one line; `kind` is work, home or other."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True, repr=False)
class Person:
    """What cards show of a person; every text is one line without control characters (notes keep theirs out too)."""

    id: int
    name: str
    company: str
    department: str
    job_title: str
    upn: str
    numbers: tuple[Number, ...]
    emails: tuple[Place, ...]
    addresses: tuple[Place, ...]
    notes: tuple[str, ...]
    sources: tuple[str, ...]


def read(data: object) -> Person:
    """Read one person; raises BadAnswer if it has no id, skips parts it does not understand."""
    if not isinstance(data, Mapping) or not isinstance(data.get("id"), int):
        raise BadAnswer("person without an id")
    company = clean(data.get("company"))
    contacts = [clean(entry.get("source")) for entry in _objects(data, "contacts")]
    return Person(
        id=data["id"],
        name=clean(data.get("display_name")) or company or "-",
        company=company,
        department=clean(data.get("department")),
        job_title=clean(data.get("job_title")),
        upn=clean(data.get("upn")),
        numbers=tuple(
            Number(
                clean(entry.get("kind")), clean(entry.get("raw")) or clean(entry.get("e164")), clean(entry.get("e164"))
            )
            for entry in _objects(data, "numbers")
            if clean(entry.get("raw")) or clean(entry.get("e164"))
        ),
        emails=tuple(
            Place(clean(entry.get("kind")), clean(entry.get("address")))
            for entry in _objects(data, "emails")
            if clean(entry.get("address"))
        ),
        addresses=tuple(Place(clean(entry.get("kind")), _address(entry)) for entry in _objects(data, "addresses")),
        notes=tuple(note for entry in _objects(data, "notes") if (note := clean(entry.get("text"), MAX_NOTE))),
        sources=tuple(dict.fromkeys(source for source in contacts if source)),
    )


def read_all(answer: Mapping[str, Any]) -> tuple[Person, ...]:
    """Read the persons of a search answer; raises BadAnswer."""
    persons = answer.get("persons")
    if not isinstance(persons, list):
        raise BadAnswer("answer without persons")
    return tuple(read(entry) for entry in persons)


def clean(value: object, limit: int = MAX_FIELD) -> str:
    """Return one trimmed line without control and direction characters, cut to `limit`; "" for what is no text."""
    if not isinstance(value, str):
        return ""
    line = " ".join(value[: limit * 4].translate(_INVISIBLE).split())
    line = line.encode("utf-8", "ignore").decode()  # lone surrogates cannot travel
    return line if len(line) <= limit else line[: limit - 1] + "…"


def _address(entry: Mapping[str, Any]) -> str:
    city = " ".join(part for part in (clean(entry.get("postal_code")), clean(entry.get("city"))) if part)
    parts = (clean(entry.get("street")), city, clean(entry.get("region")), clean(entry.get("country")))
    return ", ".join(part for part in parts if part)


def _objects(data: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    value = data.get(name)
    return [entry for entry in value if isinstance(entry, Mapping)] if isinstance(value, list) else []
