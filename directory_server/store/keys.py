"""Keys: private keys of this directory by name, sealed."""

from sqlalchemy import Column, LargeBinary, Table, Text, delete, select
from sqlalchemy.dialects.sqlite import insert

from directory_server.store.database import Database
from directory_server.store.schema import METADATA

KEYS = Table(
    "keys",
    METADATA,
    Column("name", Text, primary_key=True),
    Column("sealed", LargeBinary, nullable=False),
)


def put(database: Database, name: str, content: bytes) -> None:
    """Seal and keep the key, instead of one of the same name."""
    sealed = database.vault.seal(content, _context(name))
    statement = insert(KEYS).values(name=name, sealed=sealed)
    with database.write() as connection:
        connection.execute(statement.on_conflict_do_update(index_elements=["name"], set_={"sealed": sealed}))


def get(database: Database, name: str) -> bytes | None:
    """Return the key, or None if there is none of that name; raises the vault's errors."""
    with database.read() as connection:
        sealed = connection.execute(select(KEYS.c.sealed).where(KEYS.c.name == name)).scalar_one_or_none()
    return None if sealed is None else database.vault.open(sealed, _context(name))


def names(database: Database) -> list[str]:
    """Return the names of all keys, in order."""
    with database.read() as connection:
        return list(connection.execute(select(KEYS.c.name).order_by(KEYS.c.name)).scalars())


def remove(database: Database, name: str) -> None:
    """Forget the key, if there is one."""
    with database.write() as connection:
        connection.execute(delete(KEYS).where(KEYS.c.name == name))


def _context(name: str) -> str:
    return f"keys/{name}"
