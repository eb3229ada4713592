"""A certificate is exchanged under a running front, on both event loops: old connections go on, new ones see it."""

import asyncio
import socket
import ssl
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import uvloop

from directory_server.fronts.ldap import session
from directory_server.fronts.ldap.limits import Limits
from tests.fakes import ldap_oracle as oracle
from tests.fakes.certificate_files import HOST, Files
from tests.fakes.ldap_samples import fill
from tests.fakes.world import World
from tests.servers.ldap_front import PASSWORD, RunningFront

LOOPS = {"asyncio": asyncio.new_event_loop, "uvloop": uvloop.new_event_loop}


@pytest.fixture(params=LOOPS)
def served(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[RunningFront, Files]]:
    files = Files(tmp_path)
    files.now = datetime.now(UTC)
    files.put(files.pair("current", files.now))
    one = files.present()
    limits = Limits(message_seconds=0.2)
    with World(tmp_path) as world:
        running = RunningFront(world, tls=one.context, watch=one.check, limits=limits, loop=LOOPS[request.param]())
        with running:
            running.add_client("sbc", fill(world))
            yield running, files


def connect(running: RunningFront, wire: str, trusted: Path) -> ssl.SSLSocket:
    """Return a bound connection that accepts the certificate in `trusted` and no other."""
    address = running.front.addresses["ldaps" if wire == "ldaps" else "ldap"]
    plain = socket.create_connection(address, timeout=3)
    if wire == "starttls":
        plain.sendall(oracle.extended(1, session.STARTTLS))
        plain.recv(4096)
    secure = ssl.create_default_context(cafile=str(trusted)).wrap_socket(plain, server_hostname=HOST)
    secure.sendall(oracle.bind(2, "sbc", PASSWORD))
    assert oracle.decode(secure.recv(4096))["protocolOp"][1]["resultCode"] == "success"
    return secure


@pytest.mark.server
@pytest.mark.parametrize("wire", ["ldaps", "starttls"])
def test_connections_go_on_and_new_ones_see_the_new_certificate(served: tuple[RunningFront, Files], wire: str) -> None:
    running, files = served
    with connect(running, wire, files.certificate) as before:
        second = files.put(files.pair("second", files.now))
        end = time.monotonic() + 5
        while time.monotonic() < end:
            try:
                after = connect(running, wire, files.certificate)
                break
            except ssl.SSLCertVerificationError:
                time.sleep(0.05)
        with after:
            assert after.getpeercert(binary_form=True) == second
            for one in (before, after):
                one.sendall(oracle.extended(3, session.WHO_AM_I))
                assert b"cn=sbc" in one.recv(4096)
        assert before.getpeercert(binary_form=True) != second
