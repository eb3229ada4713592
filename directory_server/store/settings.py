"""Settings that the directory itself keeps, as JSON by name: the relay registration, for one. Secrets are in `keys`."""

import json
from typing import Any

from sqlalchemy import Column, Table, Text, delete, select
from sqlalchemy.dialects.sqlite import insert

from connectors.events import Json
from directory_server.store.database import Database
from directory_server.store.schema import METADATA

SETTINGS = Table(
    "settings",
    METADATA,
    Column("name", Text, primary_key=True),
    Column("value", Text, nullable=False),
)


def put(database: Database, name: str, value: Json) -> None:
    """Keep the value, instead of one of the same name."""
    content = json.dumps(value, ensure_ascii=False)
    statement = insert(SETTINGS).values(name=name, value=content)
    with database.write() as connection:
        connection.execute(statement.on_conflict_do_update(index_elements=["name"], set_={"value": content}))


def get(database: Database, name: str) -> Any:
    """Return the value, or None if there is none of that name."""
    with database.read() as connection:
        content = connection.execute(select(SETTINGS.c.value).where(SETTINGS.c.name == name)).scalar_one_or_none()
    return None if content is None else json.loads(content)


def remove(database: Database, name: str) -> None:
    """Forget the value, if there is one."""
    with database.write() as connection:
        connection.execute(delete(SETTINGS).where(SETTINGS.c.name == name))
