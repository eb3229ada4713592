"""Rights: what views are made from, read once and kept while the store is unchanged."""

from collections.abc import Mapping
from dataclasses import dataclass

from directory_server.store import grants, preferences, sources
from directory_server.store.database import Database
from directory_server.store.rows import Grant, Source


@dataclass(frozen=True, slots=True)
class Rights:
    """Every source in order of name, the grants by group, and the preferred sources by field of a person."""

    sources: tuple[Source, ...]
    grants: Mapping[str, tuple[Grant, ...]]
    preferred: Mapping[str, tuple[str, ...]]


def current(database: Database) -> Rights:
    """Return the rights as they are now; costs microseconds where nothing was written since this thread asked last."""
    (version,) = database.driver().execute("PRAGMA data_version").fetchone()
    held: tuple[int, Rights] | None = getattr(database.remembered, "rights", None)
    if held is not None and held[0] == version:
        return held[1]
    # Whatever is written from here on changes the version, so that the next call reads again.
    by_group: dict[str, tuple[Grant, ...]] = {}
    for grant in grants.all(database):
        by_group[grant.group] = (*by_group.get(grant.group, ()), grant)
    found = Rights(tuple(sources.all(database)), by_group, preferences.all(database))
    database.remembered.rights = version, found
    return found
