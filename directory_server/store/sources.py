"""Sources: the configured places contacts come from. Their secrets are in `source_secrets`, sealed."""

import json
from collections.abc import Mapping
from datetime import datetime
from hashlib import blake2b
from typing import Any

from sqlalchemy import Column, Connection, Index, Integer, Row, Table, Text, insert, select, text, update

from connectors.events import Json
from directory_server.store import contacts, moment, source_secrets
from directory_server.store.database import Database
from directory_server.store.errors import NameTaken, NotFound
from directory_server.store.location_json import location_from_json, location_to_json
from directory_server.store.rows import Location, Source
from directory_server.store.schema import METADATA

SOURCES = Table(
    "sources",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("name", Text, nullable=False),
    Column("type", Text, nullable=False),
    Column("settings", Text, nullable=False),
    Column("location", Text, nullable=False),
    Column("mapping", Text),
    Column("priority", Integer, nullable=False),
    Column("removed", Text),
    Index("sources_name", "name", unique=True, sqlite_where=text("removed IS NULL")),
    sqlite_autoincrement=True,
)


def add(
    database: Database,
    name: str,
    kind: str,
    settings: Mapping[str, Json],
    *,
    secrets: Mapping[str, str] | None = None,
    location: Location | None = None,
    mapping: Mapping[str, Json] | None = None,
    priority: int = 100,
) -> Source:
    """Add a source and return it; its secrets are sealed. Raises NameTaken."""
    with database.write() as connection:
        if _find(connection, name) is not None:
            raise NameTaken(f"a source named {name!r} exists already")
        values = {
            "name": name,
            "type": kind,
            "settings": json.dumps(dict(settings), ensure_ascii=False),
            "location": location_to_json(location or Location()),
            "mapping": None if mapping is None else json.dumps(dict(mapping), ensure_ascii=False),
            "priority": priority,
        }
        identity = connection.execute(insert(SOURCES).values(values).returning(SOURCES.c.id)).scalar_one()
        source_secrets.put(connection, database.vault, identity, secrets or {})
        found = _find(connection, name)
    if found is None:
        raise NotFound(f"the source {name!r} vanished while it was added")
    return found


def all(database: Database) -> list[Source]:  # noqa: A001 - `sources.all` is how it reads
    """Return every source in order of name."""
    query = select(SOURCES).where(SOURCES.c.removed.is_(None)).order_by(SOURCES.c.name)
    with database.read() as connection:
        return [_source(row) for row in connection.execute(query)]


def by_name(database: Database, name: str) -> Source:
    """Return the source of this name; raises NotFound (a KeyError)."""
    with database.read() as connection:
        found = _find(connection, name)
    if found is None:
        raise NotFound(f"there is no source named {name!r}")
    return found


def by_id(database: Database, identity: int) -> Source | None:
    """Return the source with this id as it is now, None if it was removed."""
    query = select(SOURCES).where(SOURCES.c.id == identity, SOURCES.c.removed.is_(None))
    with database.read() as connection:
        row = connection.execute(query).one_or_none()
    return None if row is None else _source(row)


def settings_of(database: Database, source: Source) -> dict[str, Json]:
    """Return the source's settings with its secrets unsealed, for its connector alone."""
    with database.read() as connection:
        return {**source.settings, **source_secrets.unseal(connection, database.vault, source.id)}


def secret_names(database: Database, source: Source) -> list[str]:
    """Return the names of the settings that are kept as secrets, in order."""
    with database.read() as connection:
        return [name for name, _ in source_secrets.sealed(connection, source.id)]


def fingerprint(database: Database, source: Source) -> str:
    """Return a text that changes with the source's type, settings or secrets, and tells none of them."""
    with database.read() as connection:
        sealed = source_secrets.sealed(connection, source.id)
    settings = json.dumps(
        [source.type, source.settings, [(name, value.hex()) for name, value in sealed]], sort_keys=True
    )
    return blake2b(settings.encode(), digest_size=16).hexdigest()


def change(
    database: Database,
    source: Source,
    *,
    settings: Mapping[str, Json] | None = None,
    secrets: Mapping[str, str] | None = None,
) -> None:
    """Keep location, mapping and priority of `source` instead of the stored ones, and its settings if given anew.

    `settings` replace all settings and `secrets` all secrets; without `settings` both stay. The next sync applies a
    new mapping to what was read before, and reads everything after new settings; the index follows a new location.
    Raises NotFound if the source was removed.
    """
    values: dict[str, Any] = {
        "location": location_to_json(source.location),
        "mapping": None if source.mapping is None else json.dumps(dict(source.mapping), ensure_ascii=False),
        "priority": source.priority,
    }
    if settings is not None:
        values["settings"] = json.dumps(dict(settings), ensure_ascii=False)
    with database.write() as connection:
        changed = update(SOURCES).where(SOURCES.c.id == source.id, SOURCES.c.removed.is_(None)).values(values)
        if connection.execute(changed).rowcount == 0:
            raise NotFound(f"there is no source named {source.name!r}")
        if settings is not None:
            source_secrets.replace(connection, database.vault, source.id, secrets or {})


def remove(database: Database, source: Source, at: datetime) -> int:
    """Remove the source, its secrets, state and grants, and delete its contacts; return how many those were.

    The contacts stay 30 days as every deleted contact does, so that whoever follows the sequence learns of it.
    """
    with database.write() as connection:
        number = contacts.delete_source(connection, source.id, at)
        for table in ("source_secrets", "states", "grants"):
            connection.execute(text(f"DELETE FROM {table} WHERE source_id = :id"), {"id": source.id})  # noqa: S608 - constant names
        gone = {"removed": moment.to_text(at), "settings": "{}", "mapping": None}
        connection.execute(update(SOURCES).where(SOURCES.c.id == source.id).values(gone))
    return number


def _find(connection: Connection, name: str) -> Source | None:
    query = select(SOURCES).where(SOURCES.c.name == name, SOURCES.c.removed.is_(None))
    row = connection.execute(query).one_or_none()
    return None if row is None else _source(row)


def _source(row: Row[Any]) -> Source:
    return Source(
        id=row.id,
        name=row.name,
        type=row.type,
        settings=json.loads(row.settings),
        location=location_from_json(row.location),
        mapping=None if row.mapping is None else json.loads(row.mapping),
        priority=row.priority,
    )
