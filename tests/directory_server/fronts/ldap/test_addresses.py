"""Clients that ask from their addresses only, and those that are known by them: on the wire, from two addresses."""

import socket
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, Self

import pytest

from directory_server.fronts.ldap import credentials, recognition
from directory_server.fronts.ldap import filter as f
from directory_server.fronts.ldap.limits import Limits
from directory_server.fronts.ldap.recognition import Recognition
from directory_server.fronts.ldap.session import WHO_AM_I
from directory_server.store import clients
from directory_server.store.rows import Client, FieldGroup, Location, NumberFormat
from tests.fakes import ldap_oracle as oracle
from tests.fakes.ldap_samples import fill
from tests.fakes.world import World
from tests.servers.ldap_front import PASSWORD, RunningFront

pytestmark = pytest.mark.server
HERE, THERE = "127.0.0.1", "127.0.0.10"
LIMITS = Limits(bind_delay_seconds=0.3, unbound_idle_seconds=0.5, message_seconds=5.0)
ERIKA = f.Equality("telephoneNumber", "030123456789")


@pytest.fixture
def running(tmp_path: Path) -> Iterator[RunningFront]:
    with World(tmp_path) as world, RunningFront(world, limits=LIMITS) as front:
        sources = fill(world)
        front.add_client("here", sources, addresses=(HERE,))
        front.add_client("phones", sources, password=None, addresses=(THERE,), base_dn="o=phones")
        yield front


class Wire:
    """One connection from an address of this machine."""

    def __init__(self, front: RunningFront, address: str) -> None:
        self._socket = socket.create_connection(front.address, timeout=5, source_address=(address, 0))
        self._data = b""

    def send(self, data: bytes) -> "Wire":
        self._socket.sendall(data)
        return self

    def answer(self) -> tuple[str, dict[str, Any]]:
        """Return the next operation, ("", {}) after the end."""
        while True:
            try:
                first, *_ = oracle.split(self._data)
            except (ValueError, TypeError):
                first = b""
            if first and len(first) <= len(self._data):
                self._data = self._data[len(first) :]
                return oracle.decode(first)["protocolOp"]  # type: ignore[no-any-return] # of asn1tools
            more = self._socket.recv(65536)
            if not more:
                return "", {}
            self._data += more

    def bind(self, name: str, password: str = PASSWORD) -> str:
        return str(self.send(oracle.bind(1, name, password)).answer()[1]["resultCode"])

    def found(self, base: str = "o=phones", node: f.Filter = ERIKA, **options: Any) -> list[str]:
        """Return the names of the entries, or the result code where there are none."""
        self.send(oracle.search(2, node, base, **options))
        names: list[str] = []
        while (told := self.answer())[0] == "searchResEntry":
            names.append(told[1]["objectName"].decode())
        return names or [told[1]["resultCode"]]

    def who_am_i(self) -> bytes:
        return bytes(self.send(oracle.extended(3, WHO_AM_I)).answer()[1]["responseValue"])

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()


def change(world: World, name: str, **changes: object) -> None:
    clients.change(world.database, replace(clients.by_name(world.database, name), **changes))  # type: ignore[arg-type] # by name


def test_from_elsewhere_the_right_password_is_wrong_and_as_slow(running: RunningFront) -> None:
    with Wire(running, HERE) as wire:
        assert wire.bind("here") == "success"
        assert wire.found("dc=contacts") == ["uid=1,ou=contacts,dc=contacts"]
    with Wire(running, THERE) as wire:
        start = time.monotonic()
        assert wire.bind("here") == "invalidCredentials"
        assert time.monotonic() - start >= LIMITS.bind_delay_seconds


def test_an_anonymous_session_from_its_address_sees_the_clients_tree(running: RunningFront) -> None:
    with Wire(running, THERE) as wire:
        assert wire.found() == ["uid=1,ou=contacts,o=phones"]
        assert wire.who_am_i() == b""
        assert wire.bind("", "") == "success"
        assert wire.found() == ["uid=1,ou=contacts,o=phones"]
        assert wire.who_am_i() == b""
        wire.send(oracle.search(5, f.Present("objectClass"), "", scope="baseObject", attributes=[b"+"]))
        root = {one["type"]: one["vals"] for one in wire.answer()[1]["attributes"]}
        assert root[b"namingContexts"] == [b"o=phones"]


def test_from_any_other_address_it_sees_nothing(running: RunningFront) -> None:
    with Wire(running, HERE) as wire:
        assert wire.found() == ["insufficientAccessRights"]
        assert wire.found("dc=contacts") == ["insufficientAccessRights"]


def test_a_name_still_needs_its_password(running: RunningFront) -> None:
    with Wire(running, THERE) as wire:
        assert wire.bind("phones", "") == "unwillingToPerform"
        assert wire.bind("phones", "guess") == "invalidCredentials"
        assert wire.found() == ["uid=1,ou=contacts,o=phones"]  # anonymous again, which is enough from here


def test_whoever_binds_there_is_that_client_and_no_longer_the_addresses(running: RunningFront) -> None:
    change(running.world, "here", addresses=(), fields=frozenset({FieldGroup.NAME}))
    with Wire(running, THERE) as wire:
        assert wire.bind("here") == "success"
        assert wire.found("dc=contacts") == ["success"]  # no numbers for this one
        assert wire.found("o=phones") == ["noSuchObject"]
        assert wire.who_am_i() == b"dn:cn=here,ou=clients,dc=contacts"
        assert wire.bind("", "") == "success"
        assert wire.found("o=phones") == ["uid=1,ou=contacts,o=phones"]


def test_a_request_that_comes_with_the_connection_waits_until_it_is_known(
    running: RunningFront, monkeypatch: pytest.MonkeyPatch
) -> None:
    known_by = clients.known_by

    def slow(*asked: Any) -> Client | None:
        time.sleep(0.2)
        return known_by(*asked)

    monkeypatch.setattr(clients, "known_by", slow)
    with Wire(running, THERE) as wire:
        wire.send(oracle.search(7, ERIKA, "o=phones") + oracle.search(8, ERIKA, "o=phones"))
        assert wire.answer()[1]["objectName"] == b"uid=1,ou=contacts,o=phones"
        assert wire.answer()[1]["resultCode"] == "success"
        assert wire.answer()[1]["objectName"] == b"uid=1,ou=contacts,o=phones"
    monkeypatch.setattr(recognition, "SECONDS", 0.0)
    with Wire(running, THERE) as wire:
        assert wire.found(node=f.Equality("sn", "x" * (LIMITS.pdu_before_bind + 1))) == ["success"]


def test_an_address_of_a_client_that_is_just_gone_is_nobodys(
    running: RunningFront, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(credentials, "_VIEW_SECONDS", 0.0)
    with Wire(running, THERE) as wire:
        assert wire.found() == ["uid=1,ou=contacts,o=phones"]
        clients.remove(running.world.database, "phones")
        assert wire.found() == ["insufficientAccessRights"]
        assert wire.who_am_i() == b""


def test_a_known_address_is_not_cut_for_being_idle(running: RunningFront) -> None:
    with Wire(running, THERE) as known, Wire(running, HERE) as unknown:
        assert unknown.answer()[1]["responseName"]
        assert unknown.answer() == ("", {})
        assert known.found() == ["uid=1,ou=contacts,o=phones"]


def test_a_known_address_may_send_what_bound_ones_may(running: RunningFront) -> None:
    large = f.Equality("sn", "x" * (LIMITS.pdu_before_bind + 1))
    with Wire(running, THERE) as known, Wire(running, HERE) as unknown:
        assert known.found(node=large) == ["success"]
        assert unknown.send(oracle.search(2, large)).answer()[1]["resultCode"] == "protocolError"


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let nothing be held for five seconds."""
    monkeypatch.setattr(credentials, "_VIEW_SECONDS", 0.0)
    monkeypatch.setattr(recognition, "SECONDS", 0.0)


def test_changes_reach_open_sessions(running: RunningFront, at_once: None) -> None:
    world = running.world
    with Wire(running, THERE) as wire:
        assert wire.found() == ["uid=1,ou=contacts,o=phones"]
        change(world, "phones", base_dn="o=other")
        assert wire.found() == ["noSuchObject"]
        assert wire.found("o=other") == ["uid=1,ou=contacts,o=other"]
        change(world, "phones", fields=frozenset({FieldGroup.NAME}))
        assert wire.found("o=other") == ["success"]
        change(world, "phones", addresses=("192.0.2.1",))
        assert wire.found("o=other") == ["insufficientAccessRights"]
        change(world, "phones", addresses=("127.0.0.0/8",), fields=frozenset(FieldGroup))
        assert wire.found("o=other") == ["uid=1,ou=contacts,o=other"]
        clients.remove(world.database, "phones")
        assert wire.found("o=other") == ["insufficientAccessRights"]


def test_the_client_of_the_smaller_network_answers(running: RunningFront, at_once: None) -> None:
    sources = {"contacts": 1, "portland": 2}
    with Wire(running, THERE) as wire:
        running.add_client("wide", sources, password=None, addresses=("127.0.0.0/24",), base_dn="o=wide")
        assert wire.found("o=wide") == ["noSuchObject"]
        change(running.world, "phones", addresses=("127.0.0.0/8",))
        assert wire.found("o=wide") == ["uid=1,ou=contacts,o=wide"]


def test_a_bound_client_that_may_no_longer_ask_from_there_is_told(running: RunningFront, at_once: None) -> None:
    with Wire(running, HERE) as wire:
        assert wire.bind("here") == "success"
        change(running.world, "here", addresses=("192.0.2.0/24",))
        assert wire.send(oracle.search(2, ERIKA)).answer()[1]["resultCode"] == "unavailable"
        assert wire.answer() == ("", {})


def test_nothing_of_one_client_reaches_another(running: RunningFront) -> None:
    """The same bytes, asked by clients of other formats, limits and texts on sessions of every kind."""
    sources = {"contacts": 1, "portland": 2}
    running.add_client("national", sources, number_format=NumberFormat.NATIONAL, result_limit=1)
    running.add_client("template", sources, templates=(("displayName", "{name} ({company})"),))
    everyone = f.Present("telephoneNumber")

    def told(wire: Wire, base: str = "dc=contacts") -> list[Any]:
        wire.send(oracle.search(9, everyone, base, attributes=[b"displayName", b"telephoneNumber"]))
        found: list[Any] = []
        while (answer := wire.answer())[0] == "searchResEntry":
            found.append([value.decode() for one in answer[1]["attributes"] for value in one["vals"]])
        return [*found, answer[1]["resultCode"]]

    whole = [["Mustermann, Erika", "+4930123456789"], ["Jürgen Groß", "+49404711"], ["John Smith", "+15038234567"]]
    for _ in range(3):
        with Wire(running, HERE) as one, Wire(running, HERE) as two, Wire(running, HERE) as three:
            assert [one.bind("here"), two.bind("national"), three.bind("template")] == ["success"] * 3
            assert told(one) == [*whole, "success"]
            assert told(two) == [["Mustermann, Erika", "030123456789"], "sizeLimitExceeded"]
            assert told(three) == [["Mustermann, Erika (Example GmbH)", "+4930123456789"], *whole[1:], "success"]
            assert two.bind("here") == "success"
            assert told(two) == [*whole, "success"]


CLIENT = Client(1, "phones", "generic", frozenset(), frozenset(), "", Location())


def test_an_address_is_asked_for_once_in_five_seconds() -> None:
    asked: list[str] = []
    now = [0.0]

    def known_by(address: str) -> Client | None:
        asked.append(address)
        return CLIENT if address == THERE else None

    one = Recognition(known_by, lambda: now[0])
    assert one.held(THERE) is None
    assert one.ask(THERE) == one.held(THERE) == "phones"
    assert one.ask(HERE) == one.held(HERE) == ""
    now[0] = 4.9
    assert (one.held(THERE), one.held(HERE)) == ("phones", "")
    now[0] = 5.0
    assert (one.held(THERE), one.held(HERE)) == (None, None)
    assert asked == [THERE, HERE]


def test_addresses_are_forgotten_before_they_are_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recognition, "_MOST_ADDRESSES", 3)
    one = Recognition(lambda _: None, lambda: 0.0)
    for at in range(20):
        one.ask(f"192.0.2.{at}")
        assert len(one._held) <= 3


def test_without_anything_to_ask_nobody_is_known() -> None:
    one = Recognition(None, lambda: 0.0)
    assert (one.held(HERE), one.ask(HERE)) == ("", "")


def test_nothing_is_held_for_a_minute() -> None:
    assert recognition.SECONDS < 60
