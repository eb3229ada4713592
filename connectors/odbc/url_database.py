"""A database reached through SQLAlchemy; imported in the child process only."""

# ruff: noqa: D102 - `Database` says what each method promises

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import CursorResult, create_engine, inspect, make_url, text
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, SQLAlchemyError

from connectors.odbc.database import BATCH, DatabaseError
from connectors.odbc.faults import CONFIG, Fault


class UrlDatabase:
    """See `Database`."""

    def __init__(self, url: str, password: str) -> None:
        try:
            address = make_url(url)
            self._engine = create_engine(address.set(password=password) if password else address)
        except (ArgumentError, NoSuchModuleError) as error:
            reason = (
                "names a dialect that is not installed"
                if isinstance(error, NoSuchModuleError)
                else "is no database URL"
            )
            raise DatabaseError(Fault("connect", CONFIG, f"setting 'url' {reason}")) from error
        except ModuleNotFoundError as error:
            said = f"setting 'url' needs the Python package {error.name}, which is not installed"
            raise DatabaseError(Fault("connect", CONFIG, said)) from error
        with _faults("connect"):
            self._connection = self._engine.connect().execution_options(stream_results=True, max_row_buffer=BATCH)
        self._result: CursorResult[Any] | None = None

    def server(self) -> str:
        version = self._engine.dialect.server_version_info or ()
        return " ".join((self._engine.dialect.name, ".".join(map(str, version))))

    def tables(self) -> list[tuple[str, str]]:
        with _faults("execute"):
            look = inspect(self._connection)
            schemas = [name for name in look.get_schema_names() if name not in {"information_schema", "pg_catalog"}]
            return [
                (schema, name)
                for schema in schemas
                for name in (*look.get_table_names(schema), *look.get_view_names(schema))
            ]

    def columns(self, schema: str, table: str) -> list[str]:
        with _faults("execute"):
            return [str(column["name"]) for column in inspect(self._connection).get_columns(table, schema or None)]

    def quoted(self, schema: str, table: str) -> str:
        quote = self._engine.dialect.identifier_preparer.quote_identifier
        return ".".join(quote(part) for part in (schema, table) if part)

    def run(self, statement: str) -> list[str]:
        with _faults("execute"):
            self._result = self._connection.execute(text(statement.replace(":", r"\:")))
            return list(self._result.keys())

    def fetch(self, count: int) -> list[Sequence[object]]:
        with _faults("fetch"):
            return list(self._result.fetchmany(count)) if self._result else []

    def close(self) -> None:
        with _faults("fetch"):
            self._connection.close()
            self._engine.dispose()


@contextmanager
def _faults(phase: str) -> Iterator[None]:
    try:
        yield
    except DBAPIError as error:
        state = getattr(error.orig, "sqlstate", None) or ""
        raise DatabaseError(Fault(phase, str(state), str(error.orig))) from error
    except SQLAlchemyError as error:
        raise DatabaseError(Fault(phase, "", type(error).__name__)) from error
