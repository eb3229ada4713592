"""Who was let go and does not look at its socket learns of it before it loses a question."""

import asyncio
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from directory_server.fronts.ldap import filter as f
from directory_server.fronts.ldap.parting import GRACE_S, part
from tests.fakes import ldap_oracle as oracle
from tests.fakes.ldap_samples import fill
from tests.fakes.world import World
from tests.servers.ldap_front import PASSWORD, RunningFront, certificate_files

START_TLS = "1.3.6.1.4.1.1466.20037"
SEARCH = oracle.search(3, f.Equality("mobile", "+491701234567"))


@pytest.fixture
def running(tmp_path: Path) -> Iterator[RunningFront]:
    tls = certificate_files(tmp_path / "tls")
    with World(tmp_path) as world, RunningFront(world, tls=tls) as front:
        front.add_client("sbc", fill(world))
        yield front


def unchecked() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


def connected(running: RunningFront, how: str) -> socket.socket:
    wire = socket.create_connection(running.front.addresses["ldaps" if how == "ldaps" else "ldap"], timeout=5)
    if how == "starttls":
        wire.sendall(oracle.extended(1, START_TLS))
        assert oracle.decode(wire.recv(4096))["protocolOp"][1]["resultCode"] == "success"
    if how != "ldap":
        wire = unchecked().wrap_socket(wire)
    wire.sendall(oracle.bind(2, "sbc", PASSWORD))
    assert oracle.decode(wire.recv(4096))["protocolOp"][1]["resultCode"] == "success"
    return wire


@pytest.mark.server
@pytest.mark.parametrize("how", ["ldap", "ldaps", "starttls"])
def test_who_looks_at_nothing_is_refused_its_next_question(running: RunningFront, how: str) -> None:
    with connected(running, how) as wire:
        running.stop()
        assert not running.front.connections
        with pytest.raises((BrokenPipeError, ConnectionResetError, ssl.SSLEOFError)):
            wire.sendall(SEARCH)


@pytest.mark.server
@pytest.mark.parametrize("how", ["ldap", "ldaps", "starttls"])
def test_who_looks_finds_the_notice_and_the_end_of_the_stream(
    running: RunningFront, how: str, caplog: pytest.LogCaptureFixture
) -> None:
    with connected(running, how) as wire:
        stopping = threading.Thread(target=running.stop)
        stopping.start()
        assert oracle.decode(wire.recv(4096))["protocolOp"][0] == "extendedResp"
        assert wire.recv(10) == b""
        assert running.front.connections
        (wire.unwrap() if isinstance(wire, ssl.SSLSocket) else wire).close()
        until = time.monotonic() + GRACE_S / 2
        while running.front.connections and time.monotonic() < until:
            time.sleep(0.005)
        assert not running.front.connections
        stopping.join(10)
        time.sleep(GRACE_S)  # nothing is done to a socket that is no more, or somebody else's by now
        assert not caplog.records


class Wire(asyncio.Transport):
    """Records what is done to it; its socket is a real one."""

    def __init__(self, opened: socket.socket | None, *, halves: bool) -> None:
        super().__init__({"socket": opened})
        self._halves = halves
        self.done: list[str] = []

    def can_write_eof(self) -> bool:
        return self._halves

    def write_eof(self) -> None:
        self.done.append("half")

    def close(self) -> None:
        self.done.append("closed")

    def abort(self) -> None:
        self.done.append("cut")


@pytest.mark.parametrize("halves", [True, False])
@pytest.mark.parametrize("gone", [True, False])
@pytest.mark.parametrize("known", [True, False])
def test_a_grace_lies_between_the_end_and_the_cut(
    halves: bool, gone: bool, known: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("directory_server.fronts.ldap.parting.GRACE_S", 0.02)
    with socket.socket() as opened:
        lingers = opened.getsockopt(socket.SOL_SOCKET, socket.SO_LINGER, 8)
        wire = Wire(opened if known else None, halves=halves)

        async def run() -> None:
            handle = part(wire)
            assert wire.done == ["half" if halves else "closed"]
            if gone:
                handle.cancel()
            await asyncio.sleep(0.04)

        asyncio.run(run())
        assert wire.done[1:] == ([] if gone else ["cut"])
        assert (opened.getsockopt(socket.SOL_SOCKET, socket.SO_LINGER, 8) != lingers) == (known and not gone)
