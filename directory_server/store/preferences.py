"""Preferences: which sources win for a field of a person that several of them fill, whatever their priority."""

from typing import Final

from connectors.events import Json
from directory_server.store import settings
from directory_server.store.database import Database

FIELDS: Final = (
    "display_name", "company", "department", "job_title", "numbers", "emails", "addresses", "notes",
)  # fmt: skip
"""The fields of a person that may prefer a source."""

_SETTING = "person_priority"


def all(database: Database) -> dict[str, tuple[str, ...]]:  # noqa: A001 - `preferences.all` is how it reads
    """Return names of sources by field, most preferred first; a field without a preference is missing.

    A source that was removed meanwhile may still be named.
    """
    held = settings.get(database, _SETTING) or {}
    return {field: tuple(held[field]) for field in FIELDS if held.get(field)}


def put(database: Database, field: str, names: tuple[str, ...]) -> None:
    """Prefer these sources, the first most, instead of those before; ValueError for a field that is not in FIELDS."""
    if field not in FIELDS:
        raise ValueError(f"a person has no field {field!r}; fields are {', '.join(FIELDS)}")
    settings.put(database, _SETTING, {**_lists(database), field: list(names)})


def remove(database: Database, field: str) -> bool:
    """Go back to the order of the sources' priority; return whether there was a preference."""
    held = _lists(database)
    found = held.pop(field, None) is not None
    if found:
        settings.put(database, _SETTING, held)
    return found


def _lists(database: Database) -> dict[str, Json]:
    return {field: list(names) for field, names in all(database).items()}
