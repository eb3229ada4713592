"""Start, stop, taken addresses, and connections that outlive what their client may see."""

import asyncio
import socket
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
import uvloop

from directory_server.fronts.ldap import filter as f
from directory_server.fronts.ldap import session
from directory_server.fronts.ldap.limits import Limits
from directory_server.fronts.ldap.response import NOTICE_OF_DISCONNECTION
from directory_server.fronts.ldap.server import LdapFront, ListenError
from directory_server.store import clients
from tests.fakes import ldap_oracle as oracle
from tests.fakes.ldap_book import sample_book
from tests.fakes.ldap_samples import fill
from tests.fakes.world import World
from tests.servers.ldap_front import PASSWORD, RunningFront

pytestmark = pytest.mark.server


def front(port: int, **changes: object) -> LdapFront:
    options = {
        "ldap": ("127.0.0.1", port), "ldaps": None, "tls": None, "suffix": "dc=contacts",
        "verify": lambda *_: None, "verify_again": lambda *_: None, "views": lambda _name: sample_book(),
        "clock": time.monotonic,
    } | changes  # fmt: skip
    return LdapFront(**options)  # type: ignore[arg-type] # as listed


def test_a_taken_address_is_named() -> None:
    async def start(port: int) -> None:
        await front(port).start()

    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(ListenError, match=f"ldap cannot listen on 127.0.0.1:{port}: .*in use"):
            asyncio.run(start(port))


def test_ldaps_needs_a_certificate() -> None:
    with pytest.raises(ValueError, match="certificate"):
        front(0, ldaps=("127.0.0.1", 0))


def test_one_front_may_be_switched_off() -> None:
    async def run() -> dict[str, tuple[str, int]]:
        nothing = front(0, ldap=None)
        await nothing.start()
        await nothing.stop()
        return nothing.addresses

    assert asyncio.run(run()) == {}


@pytest.fixture
def world(tmp_path: object) -> Iterator[World]:
    with World(tmp_path) as one:  # type: ignore[arg-type] # a Path
        yield one


@pytest.mark.parametrize("loop", [asyncio.new_event_loop, uvloop.new_event_loop])
def test_connections_send_at_once_and_ask_whether_silent_peers_live(
    world: World, loop: Callable[[], asyncio.AbstractEventLoop]
) -> None:
    with RunningFront(world, loop=loop(), limits=Limits(keepalive_seconds=77)) as running:
        running.add_client("sbc", fill(world))
        with bound(running):
            (connection,) = running.front._shared.connections
            option = connection._transport.get_extra_info("socket").getsockopt
            assert option(socket.IPPROTO_TCP, socket.TCP_NODELAY)
            assert option(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
            assert option(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE) == 77


def bound(running: RunningFront) -> socket.socket:
    wire = socket.create_connection(running.address, timeout=3)
    wire.sendall(oracle.bind(1, "sbc", PASSWORD))
    assert oracle.decode(wire.recv(4096))["protocolOp"][1]["resultCode"] == "success"
    return wire


def test_a_stop_tells_every_client_and_frees_the_address(world: World) -> None:
    with RunningFront(world) as running:
        running.add_client("sbc", fill(world))
        with bound(running) as wire:
            start = time.monotonic()
            running.stop()
            assert time.monotonic() - start < 1
            body = oracle.decode(wire.recv(4096))["protocolOp"][1]
            assert (body["resultCode"], body["responseName"]) == ("unavailable", NOTICE_OF_DISCONNECTION.encode())
            assert wire.recv(10) == b""
        with socket.create_server(running.address):
            pass


def bind(running: RunningFront, address: str, name: str, password: str) -> str:
    with socket.create_connection(running.address, timeout=3, source_address=(address, 0)) as wire:
        wire.sendall(oracle.bind(1, name, password))
        return str(oracle.decode(wire.recv(4096))["protocolOp"][1]["resultCode"])


def test_wrong_passwords_shut_out_their_address_and_nobody_else(world: World) -> None:
    limits = Limits(bind_delay_seconds=0.01, bind_delay_most_seconds=0.02, bind_failures_per_address=3)
    with RunningFront(world, limits=limits) as running:
        sources = fill(world)
        for name in ("sbc", "phone"):
            running.add_client(name, sources)
        assert bind(running, "127.0.0.2", "sbc", PASSWORD) == "success"
        for name in ("sbc", "cn=sbc,ou=clients,dc=contacts", "CN=Phone, OU=clients, dc=contacts"):
            assert bind(running, "127.0.0.2", name, "wrong") == "invalidCredentials"
        assert bind(running, "127.0.0.2", "phone", PASSWORD) == "busy"
        assert bind(running, "127.0.0.2", "nobody", "wrong") == "busy"
        assert bind(running, "127.0.0.2", "sbc", PASSWORD) == "success", "which bound from there before"
        for name in ("sbc", "phone"):
            assert bind(running, "127.0.0.3", name, PASSWORD) == "success"


def test_tries_side_by_side_tell_no_more_than_one_after_the_other(world: World) -> None:
    limits = Limits(bind_delay_seconds=0.01, bind_delay_most_seconds=0.02, bind_failures_per_address=3)
    with RunningFront(world, limits=limits) as running:
        running.add_client("sbc", fill(world))
        with ThreadPoolExecutor(20) as guessing:
            told = list(guessing.map(lambda at: bind(running, "127.0.0.2", "sbc", f"wrong{at}"), range(20)))
        assert told.count("invalidCredentials") == 3
        assert told.count("busy") == 17


def test_a_removed_client_loses_its_connection(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("directory_server.fronts.ldap.credentials._VIEW_SECONDS", 0.0)
    with RunningFront(world) as running:
        running.add_client("sbc", fill(world))
        with bound(running) as wire:
            clients.remove(world.database, "sbc")
            wire.sendall(oracle.search(2, f.Equality("mobile", "+491701234567")))
            body = oracle.decode(wire.recv(4096))["protocolOp"][1]
            assert body["responseName"] == NOTICE_OF_DISCONNECTION.encode()
            assert wire.recv(10) == b""


def test_a_fault_in_the_directory_is_an_answer(world: World, caplog: pytest.LogCaptureFixture) -> None:
    with RunningFront(world) as running:
        running.add_client("sbc", fill(world))
        with bound(running) as wire:
            world.index.close()
            world.index._snapshots.current = lambda: None  # type: ignore[method-assign] # as if the files were gone
            for number, text in ((2, "+491701234567"), (3, "*canary*")):
                node = f.Substrings("cn", "", ("canary",), "") if "canary" in text else f.Equality("mobile", text)
                wire.sendall(oracle.search(number, node))
                body = oracle.decode(wire.recv(4096))["protocolOp"][1]
                assert (body["resultCode"], body["diagnosticMessage"]) == ("other", b"internal error")
    assert "FileNotFoundError" in caplog.text
    assert "canary" not in caplog.text
    assert "1701234567" not in caplog.text


def test_an_abandoned_scan_is_not_answered(world: World) -> None:
    with RunningFront(world) as running:
        running.add_client("sbc", fill(world))
        with bound(running) as wire:
            wire.sendall(
                oracle.search(2, f.Substrings("cn", "", ("uste",), ""))
                + oracle.encode(3, ("abandonRequest", 2))
                + oracle.extended(4, session.WHO_AM_I)
            )
            message = oracle.decode(wire.recv(4096))
            assert message["messageID"] == 4
