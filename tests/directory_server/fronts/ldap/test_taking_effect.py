"""What an admin changes reaches connections that stay bound, without a restart; `ldap3` holds the connection."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import ldap3
import pytest

from connectors.contact import Contact, Phone, PhoneKind
from directory_server.fronts.ldap import credentials
from directory_server.store import clients, sources
from directory_server.store.rows import FieldGroup, Location, NumberFormat, SharedNumbers
from tests.fakes.world import World
from tests.servers.ldap_front import PASSWORD, RunningFront

pytestmark = pytest.mark.server
NUMBER = "+498984079812"


def person(given_name: str) -> Contact:
    return Contact(given_name=given_name, family_name="Abel", phones=(Phone(PhoneKind.WORK, NUMBER),))


@pytest.fixture
def bound(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[World, ldap3.Connection]]:
    monkeypatch.setattr(credentials, "_VIEW_SECONDS", 0.0)
    with World(tmp_path) as world:
        one, two = world.source("one", priority=1), world.source("two", priority=2)
        world.put(one, {"1": person("Anna")})
        world.put(two, {"1": person("Bert")})
        with RunningFront(world) as front:
            front.add_client("sbc", {"one": one.id, "two": two.id})
            server = ldap3.Server(*front.address)
            connection = ldap3.Connection(server, "sbc", PASSWORD, auto_bind=True)
            yield world, connection
            connection.unbind()


def names(connection: ldap3.Connection, text: str = f"(telephoneNumber={NUMBER})") -> list[str]:
    connection.search("dc=contacts", text, attributes=["displayName"])
    return [entry["attributes"]["displayName"] for entry in connection.response]


def change(world: World, **changes: object) -> None:
    clients.change(world.database, replace(clients.by_name(world.database, "sbc"), **changes))  # type: ignore[arg-type] # by name


def test_a_view_is_never_held_for_a_minute() -> None:
    assert credentials._VIEW_SECONDS < 60


def test_sources_fields_policy_and_location_of_a_bound_client(bound: tuple[World, ldap3.Connection]) -> None:
    world, connection = bound
    one, two = sources.all(world.database)
    assert names(connection) == ["Anna Abel", "Bert Abel"]
    change(world, source_ids=frozenset({two.id}))
    assert names(connection) == ["Bert Abel"]
    change(world, source_ids=frozenset({one.id, two.id}), fields=frozenset({FieldGroup.NAME}))
    assert names(connection) == []
    assert names(connection, "(sn=abel)") == ["Anna Abel", "Bert Abel"]
    change(world, fields=frozenset(FieldGroup), shared_numbers=SharedNumbers.ONLY_IF_UNAMBIGUOUS)
    assert names(connection) == []
    change(world, shared_numbers=SharedNumbers.PRIORITY)
    assert names(connection, "(telephoneNumber=84079812)") == []
    change(world, location=Location("DE", "89"))
    assert names(connection, "(telephoneNumber=84079812)") == ["Anna Abel", "Bert Abel"]


def test_the_format_limit_and_texts_of_a_bound_client(bound: tuple[World, ldap3.Connection]) -> None:
    world, connection = bound
    change(world, templates=(("displayName", "{sn}, {givenName}: {number}"),))
    assert names(connection, "(sn=abel)") == [f"Abel, Anna: {NUMBER}", f"Abel, Bert: {NUMBER}"]
    change(world, number_format=NumberFormat.NATIONAL)
    assert names(connection, "(sn=abel)") == ["Abel, Anna: 08984079812", "Abel, Bert: 08984079812"]
    change(world, result_limit=1)
    assert names(connection, "(sn=abel)") == ["Abel, Anna: 08984079812"]
    assert connection.result["description"] == "sizeLimitExceeded"
    change(world, result_limit=0, templates=())
    assert names(connection, "(sn=abel)") == ["Anna Abel", "Bert Abel"]
    change(world, base_dn="o=other")
    assert names(connection, "(sn=abel)") == []
    connection.search("o=other", "(sn=abel)", attributes=["displayName"])
    assert len(connection.response) == 2


def test_the_priority_of_a_source(bound: tuple[World, ldap3.Connection]) -> None:
    world, connection = bound
    assert names(connection) == ["Anna Abel", "Bert Abel"]
    two = sources.by_name(world.database, "two")
    sources.change(world.database, replace(two, priority=0))
    assert names(connection) == ["Bert Abel", "Anna Abel"]
