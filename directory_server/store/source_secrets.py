"""The secrets of sources, each sealed for its source and setting."""

from collections.abc import Mapping

from sqlalchemy import Column, Connection, ForeignKey, Integer, LargeBinary, Table, Text, delete, insert, select

from directory_server.store.schema import METADATA
from directory_server.vault.vault import Vault

SOURCE_SECRETS = Table(
    "source_secrets",
    METADATA,
    Column("source_id", Integer, ForeignKey("sources.id"), primary_key=True),
    Column("name", Text, primary_key=True),
    Column("sealed", LargeBinary, nullable=False),
)


def put(connection: Connection, vault: Vault, source_id: int, secrets: Mapping[str, str]) -> None:
    """Seal and keep these secrets of a source that has none yet."""
    for name, secret in secrets.items():
        sealed = vault.seal(secret.encode("utf-8", "surrogatepass"), _context(source_id, name))
        connection.execute(insert(SOURCE_SECRETS).values(source_id=source_id, name=name, sealed=sealed))


def replace(connection: Connection, vault: Vault, source_id: int, secrets: Mapping[str, str]) -> None:
    """Forget the secrets of a source and keep these instead."""
    connection.execute(delete(SOURCE_SECRETS).where(SOURCE_SECRETS.c.source_id == source_id))
    put(connection, vault, source_id, secrets)


def sealed(connection: Connection, source_id: int) -> list[tuple[str, bytes]]:
    """Return the sealed secrets of a source by name, in order."""
    table = SOURCE_SECRETS.c
    query = select(table.name, table.sealed).where(table.source_id == source_id).order_by(table.name)
    return [(name, content) for name, content in connection.execute(query)]


def unseal(connection: Connection, vault: Vault, source_id: int) -> dict[str, str]:
    """Return the secrets of a source in clear; raises the vault's errors."""
    return {
        name: vault.open(content, _context(source_id, name)).decode("utf-8", "surrogatepass")
        for name, content in sealed(connection, source_id)
    }


def _context(source_id: int, name: str) -> str:
    return f"sources/{source_id}/{name}"
