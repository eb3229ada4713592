"""Grants: which group may see which fields of which source."""

from collections.abc import Iterable
from typing import Final

from sqlalchemy import Column, ForeignKey, Integer, Table, Text, delete, select
from sqlalchemy.dialects.sqlite import insert

from directory_server.store.database import Database
from directory_server.store.errors import NotFound
from directory_server.store.rows import FieldGroup, Grant, Source
from directory_server.store.schema import METADATA

EVERYONE: Final = "all"

GRANTS = Table(
    "grants",
    METADATA,
    Column("source_id", Integer, ForeignKey("sources.id"), primary_key=True),
    Column("group", Text, primary_key=True),
    Column("fields", Text, nullable=False),
)


def put(database: Database, source: Source, group: str, fields: Iterable[FieldGroup]) -> Grant:
    """Let the group see these fields of the source, instead of those it was granted before."""
    grant = Grant(source.id, group, frozenset(fields))
    text = to_text(grant.fields)
    statement = insert(GRANTS).values(source_id=source.id, group=group, fields=text)
    with database.write() as connection:
        connection.execute(
            statement.on_conflict_do_update(index_elements=["source_id", "group"], set_={"fields": text})
        )
    return grant


def all(database: Database) -> list[Grant]:  # noqa: A001 - `grants.all` is how it reads
    """Return every grant, in order of source and group."""
    query = select(GRANTS).order_by(GRANTS.c.source_id, GRANTS.c.group)
    with database.read() as connection:
        return [Grant(row.source_id, row.group, from_text(row.fields)) for row in connection.execute(query)]


def remove(database: Database, source: Source, group: str) -> None:
    """Take the grant back; raises NotFound if there is none."""
    statement = delete(GRANTS).where(GRANTS.c.source_id == source.id, GRANTS.c.group == group)
    with database.write() as connection:
        if connection.execute(statement).rowcount == 0:
            raise NotFound(f"the source {source.name!r} is not granted to {group!r}")


def to_text(fields: frozenset[FieldGroup]) -> str:
    """Return the field groups as text, in their own order."""
    return ",".join(group.value for group in FieldGroup if group in fields)


def from_text(text: str) -> frozenset[FieldGroup]:
    """Return the field groups that `to_text` wrote; ValueError for an unknown one."""
    return frozenset(FieldGroup(name) for name in text.split(",") if name)
