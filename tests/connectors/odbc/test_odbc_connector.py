import os
import signal
import sqlite3
from pathlib import Path

import pytest

from connectors import registry
from connectors.connector import Connector, Field
from connectors.errors import ConfigInvalid, PartialRead, SourceGone
from connectors.events import BadRecord, Snapshot, Upsert
from connectors.odbc import process
from connectors.odbc.connector import VALUE_LIMIT


@pytest.fixture
def database(tmp_path: Path):
    path = tmp_path / "crm.db"

    def make(*statements: str, **settings: object) -> Connector:
        connection = sqlite3.connect(path)
        with connection:
            for statement in statements:
                connection.execute(statement)
        connection.close()
        return registry.connect("odbc", {"connection": f"DRIVER={{SQLite3}};Database={path}", "table": "k", **settings})

    return make


def many(database, **settings: object) -> Connector:
    numbers = "with recursive n(i) as (select 1 union all select i+1 from n where i < 20000)"
    rows = f"insert into k {numbers} select i, 'Name ' || i, printf('%0200d', i) from n"  # noqa: S608 - constants
    return database("create table k (id integer primary key, name text, notes text)", rows, **settings)


def test_missing_driver_names_it_and_lists_the_installed(database) -> None:
    connector = registry.connect(
        "odbc", {"connection": "DRIVER={Nix 18};SERVER=127.0.0.1;UID=a;PWD=Geheim1", "table": "k"}
    )
    with pytest.raises(ConfigInvalid, match=r"Nix 18.*drivers installed: .*SQLite3") as caught:
        connector.check()
    assert "Geheim1" not in str(caught.value)
    with pytest.raises(ConfigInvalid, match=r"connection.*data sources"):
        list(registry.connect("odbc", {"connection": "DSN=nix", "table": "k"}).read(None))


def test_missing_database_file_is_not_created(tmp_path) -> None:
    path = tmp_path / "none.db"
    for settings in ({"connection": f"DRIVER={{SQLite3}};Database={path}"}, {"url": f"sqlite:///{path}"}):
        with pytest.raises(SourceGone, match=r"none\.db"):
            list(registry.connect("odbc", {**settings, "table": "k"}).read(None))
    assert not path.exists()


def test_key_column_and_rows_without_or_with_a_used_key(database) -> None:
    rows = "insert into k values ('1', 'a'), (null, 'b'), ('1', 'c'), ('2', 'd')"
    connector = database("create table k (nr text, name text)", rows, key="NR")
    events = list(connector.read(None))
    assert [event for event in events if isinstance(event, BadRecord)] == [
        BadRecord(None, "row 2: the key column is empty"),
        BadRecord("1", "row 3: an earlier row has the same key"),
    ]
    with pytest.raises(ConfigInvalid, match="'key': column 'id' is missing; columns found: nr, name"):
        list(database().read(None))


def test_values_become_the_same_text_whatever_their_type(database) -> None:
    rows = "insert into k values (1, 4976112345.0, 1.5, x'00ff', '  ', null, 'ä 😀')"
    connector = database("create table k (id int, a real, b real, c blob, d text, e text, f text)", rows)
    assert next(iter(connector.read(None))) == Upsert(
        "1", {"id": ("1",), "a": ("4976112345",), "b": ("1.5",), "f": ("ä 😀",)}
    )


def test_column_names_with_umlauts_arrive_as_they_are(database) -> None:
    connector = database('create table k ("Schlüssel" text, "Nachnäme" text)', "insert into k values ('1', 'a')")
    assert connector.discover()[0].fields == (Field("Schlüssel", "1"), Field("Nachnäme", "a"))
    connector.settings = connector.settings.model_copy(update={"key": "Schlüssel"})
    (upsert,) = (event for event in connector.read(None) if isinstance(event, Upsert))
    assert upsert.record == {"Schlüssel": ("1",), "Nachnäme": ("a",)}


def test_query_instead_of_table(database) -> None:
    database("create table k (id int, name text)", "insert into k values (1, 'a;b'), (2, 'x')")
    connector = database(table="", query="select id, name from k where name = 'a;b';")
    assert [event.key for event in connector.read(None) if isinstance(event, Upsert)] == ["1"]
    with pytest.raises(ConfigInvalid, match="no such column"):
        list(database(table="", query="select nix from k").read(None))


@pytest.mark.parametrize("query", ["delete from k", "select 1; drop table k", "update k set id = 1", "selection"])
def test_statements_that_do_more_than_select_are_refused(database, query) -> None:
    with pytest.raises(ConfigInvalid, match="'query' must be one SELECT"):
        database(table="", query=query)


def test_settings_that_contradict_each_other_are_refused(database) -> None:
    for settings, text in (
        ({}, "'connection' and 'url'"),
        ({"connection": "DSN=x", "url": "sqlite:///x"}, "'connection' and 'url'"),
        ({"connection": "DSN=x", "table": "a", "query": "select 1"}, "'table' and 'query'"),
    ):
        with pytest.raises(ConfigInvalid, match=text):
            registry.connect("odbc", settings)
    with pytest.raises(ConfigInvalid, match="'table' or 'query' is needed"):
        list(database(table="").read(None))


def test_url_faults_name_the_setting() -> None:
    for url, text in (
        ("nonsense", "no database URL"),
        ("nix://h/d", "dialect"),
        ("oracle+oracledb://u@/d", "package oracledb"),
    ):
        with pytest.raises(ConfigInvalid, match=text):
            registry.connect("odbc", {"url": url, "table": "k"}).check()


def test_values_beyond_the_limit_are_bad_records(database) -> None:
    rows = f"insert into k values (1, printf('%0{VALUE_LIMIT + 1}d', 0)), (2, 'x')"  # noqa: S608 - constants
    events = list(database("create table k (id int, notes text)", rows, url="", table="k").read(None))
    assert [type(event).__name__ for event in events] == ["BadRecord", "Upsert", "Snapshot", "Checkpoint"]


def test_a_column_cut_by_the_driver_is_told_in_the_check(database) -> None:
    rows = "insert into k values (1, printf('%0255d', 0))"
    check = database("create table k (id int, notes text)", rows).check()
    assert "255 characters" in check.warnings[0]
    assert check.count == 1


def test_discover_lists_tables_and_views_of_the_database(database) -> None:
    connector = database("create table k (id int, name text)", "create view v as select id from k", table="")
    assert {container.name: [field.name for field in container.fields] for container in connector.discover()} == {
        "k": ["id", "name"],
        "v": ["id"],
    }


def test_twenty_thousand_rows_arrive_once_each(database) -> None:
    keys = [event.key for event in many(database).read(None) if isinstance(event, Upsert)]
    assert len(keys) == len(set(keys)) == 20_000


@pytest.mark.parametrize("kill", [signal.SIGSEGV, signal.SIGKILL])
def test_a_crashing_driver_is_a_partial_read(database, kill) -> None:
    connector = many(database)
    stream = connector.read(None)
    events = [next(stream)]
    (child,) = connector._children
    os.kill(child._process.pid, kill)
    with pytest.raises(PartialRead, match=f"signal {kill.value}"):
        events.extend(stream)
    assert not any(isinstance(event, Snapshot) for event in events)
    assert not connector._children


def test_a_driver_that_hangs_is_killed_at_the_deadline(database, monkeypatch) -> None:
    monkeypatch.setattr(process, "_GRACE", 0.5)
    connector = many(database, timeout=1)
    stream = connector.read(None)
    next(stream)
    (child,) = connector._children
    os.kill(child._process.pid, signal.SIGSTOP)
    with pytest.raises(PartialRead, match="timeout"):
        list(stream)
    assert child._process.poll() is not None


def test_abandoned_and_closed_reads_leave_no_process(database) -> None:
    connector = many(database)
    stream = connector.read(None)
    next(stream)
    (child,) = connector._children
    connector.close()
    assert child._process.poll() is not None
    with pytest.raises(PartialRead):
        list(stream)
