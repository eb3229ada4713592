"""What the child process asks of a database, whichever way it is reached."""

from collections.abc import Sequence
from typing import Protocol

from connectors.odbc.faults import Fault

BATCH = 200  # rows fetched, and sent, at once


class DatabaseError(Exception):
    """Carries what the driver said."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.state)
        self.fault = fault


class Database(Protocol):
    """An open connection; nothing is ever written, and the transaction is rolled back at the end.

    Every method raises only DatabaseError.
    """

    def server(self) -> str:
        """Return product and version."""
        ...

    def tables(self) -> list[tuple[str, str]]:
        """Return (schema, name) of every table and view."""
        ...

    def columns(self, schema: str, table: str) -> list[str]:
        """Return the column names of one table."""
        ...

    def quoted(self, schema: str, table: str) -> str:
        """Return a table's name as it stands in a statement."""
        ...

    def run(self, statement: str) -> list[str]:
        """Run a SELECT and return its column names."""
        ...

    def fetch(self, count: int) -> list[Sequence[object]]:
        """Return up to `count` further rows; none at the end."""
        ...

    def close(self) -> None:
        """Roll back and let go."""
        ...
