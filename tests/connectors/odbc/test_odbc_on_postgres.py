import pytest

from connectors import registry
from connectors.connector import Connector
from connectors.errors import AuthFailed, ConnectorError, PartialRead, SourceGone, Unreachable
from connectors.events import Snapshot
from tests.servers.postgres import PASSWORD, Postgres

pytestmark = pytest.mark.server


@pytest.fixture(scope="module")
def postgres():
    with Postgres() as server:
        server.sql("create table k (id int primary key, name text, notes text, active bool, born date)")
        server.sql("insert into k select i, 'Name ' || i, repeat('x', 500), true, '1970-01-31'"
                   " from generate_series(1, 20000) i")  # fmt: skip
        server.sql("create schema s create table k (id int) create table secret (id int)")
        yield server


@pytest.fixture(params=["odbc", "url"])
def make(postgres: Postgres, request):
    def make(**settings: object) -> Connector:
        place = {"connection": postgres.odbc()} if request.param == "odbc" else {"url": postgres.url()}
        return registry.connect("odbc", {**place, "password": PASSWORD, "key": "id", **settings})

    return make


def test_types_and_schemas(make) -> None:
    first = next(iter(make(table="public.k").read(None)))
    assert {"active": ("1",), "born": ("1970-01-31",)}.items() <= first.record.items()
    assert make(table="s.k").check().count == 0


def test_missing_rights_are_auth_failed(make, postgres) -> None:
    postgres.sql("revoke all on s.secret from app")
    with pytest.raises(AuthFailed, match="may not read"):
        make(query="select * from s.secret").check()


def test_missing_database_is_source_gone(postgres) -> None:
    connection = postgres.odbc().replace("DATABASE=kontakte", "DATABASE=nix")
    with pytest.raises(SourceGone, match="nix"):
        registry.connect("odbc", {"connection": connection, "table": "k"}).check()


def test_a_row_that_fails_midway_is_a_partial_read_without_its_value(make) -> None:
    query = "select id, 1000 / (15000 - id) as x, name from k order by id"
    with pytest.raises(ConnectorError) as caught:
        list(make(query=query).read(None))
    assert isinstance(caught.value, PartialRead)
    assert "Name" not in str(caught.value)


def test_server_killed_while_reading_is_typed_and_gives_no_snapshot(make, postgres) -> None:
    stream = make(table="public.k").read(None)
    events = [next(stream)]
    postgres.kill()
    try:
        with pytest.raises((PartialRead, Unreachable)):
            events.extend(stream)
        assert len(events) < 20_000
        with pytest.raises(Unreachable):
            make(table="public.k").check()
    finally:
        postgres.resume()
    assert not any(isinstance(event, Snapshot) for event in events)
