"""The child process that drivers run in: one order in, JSON lines out (`python -m connectors.odbc.child`).

Order, one line on standard input: {"job": "read" | "check" | "discover", "connection" | "url", "password", "table",
"query", "login_timeout"}. Answer: {"server"}, then for rows {"columns"}, {"rows"} …, for discover {"container"} …, last
{"end": number of rows or containers}; or {"fault"} as the last line. Anything else than one of these two at the end
means that the process died. It leaves at once when its standard input ends.
"""

import json
import os
import sys
from collections.abc import Callable
from dataclasses import asdict
from threading import Thread
from typing import Any

from connectors.odbc.database import BATCH, Database, DatabaseError
from connectors.odbc.faults import CONFIG, Fault
from connectors.odbc.text import text_of

CHECK_ROWS = 1000
CONTAINERS = 500
_EXAMPLES = 25  # containers whose first row is read for examples

Send = Callable[[dict[str, Any]], None]


def main() -> None:
    """Carry out one order and leave without unloading drivers, which some do not survive."""
    with os.fdopen(os.dup(1), "wb") as out:
        os.dup2(2, 1)  # a driver that prints must not spoil the messages

        def send(message: dict[str, Any]) -> None:
            out.write(json.dumps(message, ensure_ascii=False).encode("utf-8", "replace") + b"\n")
            out.flush()

        order = json.loads(sys.stdin.buffer.readline())
        Thread(target=_leave_with_parent, daemon=True).start()
        try:
            obey(order, send)
        except DatabaseError as error:
            send({"fault": asdict(error.fault)})
        except Exception as error:  # noqa: BLE001 - a driver may raise anything; its text may hold rows, its type does not
            send({"fault": asdict(Fault("fetch", "", type(error).__name__))})
    os._exit(0)


def _leave_with_parent() -> None:
    while os.read(0, 4096):
        pass
    os._exit(3)


def obey(order: dict[str, Any], send: Send) -> None:
    """Open the database and answer the order."""
    database = _open(order)
    send({"server": database.server()})
    if order["job"] == "discover":
        _discover(database, order, send)
    else:
        _rows(database, order, send)
    database.close()


def _open(order: dict[str, Any]) -> Database:
    if order["url"]:
        from connectors.odbc.url_database import UrlDatabase

        return UrlDatabase(order["url"], order["password"])
    from connectors.odbc.odbc_database import OdbcDatabase

    return OdbcDatabase(order["connection"], order["password"], order["login_timeout"])


def _statement(database: Database, order: dict[str, Any], what: str = "*") -> str:
    if order["query"]:
        return str(order["query"]).strip().removesuffix(";")
    schema, table = _found(database, order["table"])
    return f"SELECT {what} FROM {database.quoted(schema, table)}"  # noqa: S608 - quoted by the database's own rule


def _found(database: Database, name: str) -> tuple[str, str]:
    """Return the table as the database spells it: exactly as given, else without regard to case."""
    tables = database.tables()
    for spell in (str, str.casefold):
        fits = [pair for pair in tables if spell(name) in {spell(pair[1]), spell(".".join(pair))}]
        if len(fits) == 1:
            return fits[0]
        if fits:
            places = ", ".join(sorted(schema for schema, _ in fits))
            said = f"setting 'table': {name} exists more than once, put the schema before it: {places}"
            raise DatabaseError(Fault("execute", CONFIG, said))
    raise DatabaseError(Fault("execute", "42S02", f"table {name} does not exist or this account may not see it"))


def _rows(database: Database, order: dict[str, Any], send: Send) -> None:
    limit = CHECK_ROWS if order["job"] == "check" else None
    if limit and order["table"]:
        database.run(_statement(database, order, "COUNT(*)"))
        count = int(text_of(database.fetch(1)[0][0]) or 0)
        send({"count": count})
    send({"columns": database.run(_statement(database, order))})
    sent = 0
    while (limit is None or sent < limit) and (batch := database.fetch(BATCH)):
        send({"rows": [[text_of(value) for value in row] for row in batch]})
        sent += len(batch)
    send({"end": sent})


def _discover(database: Database, order: dict[str, Any], send: Send) -> None:
    if order["query"]:
        send({"container": ["query", _examples(database, _statement(database, order))]})
        send({"end": 1})
        return
    tables = [_found(database, order["table"])] if order["table"] else database.tables()[:CONTAINERS]
    for number, (schema, table) in enumerate(tables):
        fields = [[name, ""] for name in database.columns(schema, table)]
        if number < _EXAMPLES:
            fields = _examples(database, f"SELECT * FROM {database.quoted(schema, table)}") or fields  # noqa: S608 - quoted
        send({"container": [f"{schema}.{table}" if schema else table, fields]})
    send({"end": len(tables)})


def _examples(database: Database, statement: str) -> list[list[str]]:
    columns = database.run(statement)
    first = next(iter(database.fetch(1)), [None] * len(columns))
    return [[name, (text_of(value) or "")[:200]] for name, value in zip(columns, first, strict=True)]


if __name__ == "__main__":
    main()
