"""A source's connector, made from what the store keeps, closed at the end, and never trusted to keep its contract."""

from collections.abc import Iterator
from contextlib import contextmanager

from connectors.connector import Connector
from connectors.errors import ConnectorError
from connectors.registry import connect
from directory_server.store import sources
from directory_server.store.database import Database
from directory_server.store.rows import Source


class ConnectorBroken(ConnectorError):  # noqa: N818 - named as the admin reads it
    """The connector failed in a way it must not: report it to whoever wrote it."""


@contextmanager
def connected(database: Database, source: Source) -> Iterator[Connector]:
    """Give the source's connector; raises ConnectorError only, and the vault's errors for its secrets.

    The text of an unexpected exception may hold what the source said; only its type is told.
    """
    connector = connect(source.type, sources.settings_of(database, source), source.mapping)
    try:
        yield connector
    except ConnectorError:
        raise
    except Exception as error:
        raise ConnectorBroken(f"unexpected {type(error).__name__} in the connector '{source.type}'") from error
    finally:
        connector.close()
