import sqlite3
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from connectors import registry
from connectors.connector import Connector
from tests.contracts.connector_contract import ConnectorContract, Person
from tests.servers.postgres import PASSWORD, Postgres

TABLE = 'create table "Kontakte" (nr integer primary key, vorname text, nachname text, firma text, telefon text)'
SETTINGS = {"table": "kontakte", "key": "Nr"}


class SqlBench:
    """What both databases share: one German table."""

    secret = ""

    def execute(self, statement: str, *values: Any) -> None:
        raise NotImplementedError

    def wrong_login(self) -> Connector | None:
        return None

    def dead(self) -> Connector | None:
        return None

    def add(self, people: Iterable[Person]) -> None:
        for one in people:
            row = (one.i, one.given_name, one.family_name, one.company, one.number)
            self.execute('insert into "Kontakte" values (?, ?, ?, ?, ?)', *row)

    def change(self, i: int, number: str) -> None:
        self.execute('update "Kontakte" set telefon = ? where nr = ?', number, i)

    def clear(self, i: int) -> None:
        self.execute('update "Kontakte" set telefon = null where nr = ?', i)

    def rename(self, i: int, family_name: str) -> None:
        self.execute('update "Kontakte" set nachname = ? where nr = ?', family_name, i)

    def remove(self, i: int) -> None:
        self.execute('delete from "Kontakte" where nr = ?', i)


class SqliteBench(SqlBench):
    def __init__(self, folder: Path) -> None:
        self.path = folder / "k.db"
        self.execute(TABLE)

    def execute(self, statement: str, *values: Any) -> None:
        connection = sqlite3.connect(self.path)
        with connection:
            connection.execute(statement, values)
        connection.close()

    def connector(self) -> Connector:
        return registry.connect("odbc", {"connection": f"DRIVER={{SQLite3}};Database={self.path}", **SETTINGS})

    def gone(self) -> Connector:
        connection = f"DRIVER={{SQLite3}};Database={self.path}"
        return registry.connect("odbc", {"connection": connection, **SETTINGS, "table": "missing"})


class PostgresBench(SqlBench):
    secret = PASSWORD

    def __init__(self, server: Postgres) -> None:
        self.server = server
        self.execute('drop table if exists "Kontakte"')
        self.execute(TABLE)

    def execute(self, statement: str, *values: Any) -> None:
        self.server.sql(statement.replace("?", "%s"), *values)

    def connector(self) -> Connector:
        return registry.connect("odbc", {"connection": self.server.odbc(), **SETTINGS})

    def wrong_login(self) -> Connector:
        connection = self.server.odbc(password="")
        return registry.connect("odbc", {"connection": connection, "password": "a;b}c", **SETTINGS})

    def dead(self) -> Connector:
        return registry.connect("odbc", {"connection": self.server.odbc(port=1), **SETTINGS})

    def gone(self) -> Connector:
        return registry.connect("odbc", {"connection": self.server.odbc(), **SETTINGS, "table": "missing"})


class UrlBench(PostgresBench):
    def connector(self) -> Connector:
        return registry.connect("odbc", {"url": self.server.url(), "password": PASSWORD, **SETTINGS})

    def wrong_login(self) -> Connector:
        return registry.connect("odbc", {"url": self.server.url(), "password": "x", **SETTINGS})

    def dead(self) -> Connector:
        url = self.server.url().replace(f":{self.server.port}/", ":1/").replace("app@", f"app:{PASSWORD}@")
        return registry.connect("odbc", {"url": url, **SETTINGS})

    def gone(self) -> Connector:
        query = {"query": 'select * from "missing"', "key": "nr"}
        return registry.connect("odbc", {"url": self.server.url(), "password": PASSWORD, **query})


@pytest.fixture(scope="module")
def postgres():
    with Postgres() as server:
        yield server


class TestSqliteThroughOdbc(ConnectorContract):
    @pytest.fixture
    def bench(self, tmp_path):
        return SqliteBench(tmp_path)


@pytest.mark.server
class TestPostgresThroughOdbc(ConnectorContract):
    @pytest.fixture
    def bench(self, postgres):
        return PostgresBench(postgres)


@pytest.mark.server
class TestPostgresThroughUrl(ConnectorContract):
    @pytest.fixture
    def bench(self, postgres):
        return UrlBench(postgres)
