"""States: where each source's connector goes on, and what that depends on."""

import json
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, Connection, ForeignKey, Integer, Table, Text, select
from sqlalchemy.dialects.sqlite import insert

from connectors.events import State
from directory_server.store.database import Database
from directory_server.store.schema import METADATA

STATES = Table(
    "states",
    METADATA,
    Column("source_id", Integer, ForeignKey("sources.id"), primary_key=True),
    Column("fingerprint", Text, nullable=False),
    Column("mapping", Text, nullable=False),
    Column("state", Text, nullable=False),
)


@dataclass(frozen=True, slots=True)
class SavedState:
    """A connector's state, the fingerprint of the settings it belongs to, and of the mapping last applied."""

    fingerprint: str
    mapping: str
    state: State


def of(database: Database, source_id: int) -> SavedState | None:
    """Return the state of the source's last applied run."""
    with database.read() as connection:
        row = connection.execute(select(STATES).where(STATES.c.source_id == source_id)).one_or_none()
    return None if row is None else SavedState(row.fingerprint, row.mapping, _state(row.state))


def put(connection: Connection, source_id: int, saved: SavedState) -> None:
    """Keep the state, in the transaction that keeps the contacts."""
    values = {"fingerprint": saved.fingerprint, "mapping": saved.mapping, "state": json.dumps(saved.state)}
    statement = insert(STATES).values(source_id=source_id, **values)
    connection.execute(statement.on_conflict_do_update(index_elements=["source_id"], set_=values))


def _state(text: str) -> State:
    value: Any = json.loads(text)
    if not isinstance(value, dict):
        raise TypeError("a stored state is a JSON object")
    return value
