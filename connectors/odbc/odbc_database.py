"""A database reached through an ODBC driver; imported in the child process only."""

# ruff: noqa: D102 - `Database` says what each method promises

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import pyodbc

from connectors.odbc.connection_string import completed, parsed
from connectors.odbc.database import DatabaseError
from connectors.odbc.faults import Fault


class OdbcDatabase:
    """See `Database`."""

    def __init__(self, connection: str, password: str, login_timeout: int) -> None:
        sources = pyodbc.dataSources()
        driver = sources.get(parsed(connection).get("dsn", ""), "")
        try:
            self._connection = pyodbc.connect(
                completed(connection, password, driver), timeout=login_timeout, autocommit=False, readonly=True
            )
        except pyodbc.Error as error:
            known = (tuple(pyodbc.drivers()), tuple(sources))
            raise DatabaseError(Fault("connect", *_said(error), *known)) from error
        self._cursor = self._connection.cursor()

    def server(self) -> str:
        with _faults("execute"):
            names = (pyodbc.SQL_DBMS_NAME, pyodbc.SQL_DBMS_VER)
            return " ".join(str(self._connection.getinfo(name)) for name in names)

    def tables(self) -> list[tuple[str, str]]:
        with _faults("execute"):
            rows = self._cursor.tables().fetchall()
        return [(row[1] or "", row[2]) for row in rows if "SYSTEM" not in (row[3] or "").upper()]

    def columns(self, schema: str, table: str) -> list[str]:
        with _faults("execute"):
            rows = self._cursor.columns(table=table, schema=schema or None).fetchall()
        # the catalogue takes names as patterns: "a_b" also finds "axb"
        return [row[3] for row in rows if row[2] == table and (row[1] or "") == schema]

    def quoted(self, schema: str, table: str) -> str:
        with _faults("execute"):
            quote = str(self._connection.getinfo(pyodbc.SQL_IDENTIFIER_QUOTE_CHAR)).strip()
        return ".".join(
            f"{quote}{part.replace(quote, quote * 2) if quote else part}{quote}" for part in (schema, table) if part
        )

    def run(self, statement: str) -> list[str]:
        with _faults("execute"):
            self._cursor.execute(statement)
            # sqliteodbc counts characters as bytes: a name with umlauts comes with zeros at its end
            return [column[0].rstrip("\0") for column in self._cursor.description or ()]

    def fetch(self, count: int) -> list[Sequence[object]]:
        with _faults("fetch"):
            return list(self._cursor.fetchmany(count))

    def close(self) -> None:
        with _faults("fetch"):
            self._connection.rollback()
            self._connection.close()


@contextmanager
def _faults(phase: str) -> Iterator[None]:
    try:
        yield
    except pyodbc.Error as error:
        raise DatabaseError(Fault(phase, *_said(error))) from error


def _said(error: pyodbc.Error) -> tuple[str, str]:
    arguments = [str(argument) for argument in error.args] + ["", ""]
    return arguments[0], arguments[1]
