"""Hostile and broken clients over TCP: each gets a clear answer within a second, and nobody else notices."""

import contextlib
import select
import socket
import ssl
import time
from collections.abc import Iterator

import pytest

from directory_server.fronts.ldap import ber
from directory_server.fronts.ldap import filter as f
from directory_server.fronts.ldap.limits import Limits
from directory_server.fronts.ldap.response import NOTICE_OF_DISCONNECTION
from tests.fakes import ldap_oracle as oracle
from tests.fakes.ldap_samples import fill
from tests.fakes.world import World
from tests.servers.ldap_front import PASSWORD, RunningFront, certificate_files

pytestmark = pytest.mark.server
LIMITS = Limits(
    message_seconds=0.4,
    unbound_idle_seconds=0.6,
    connections_per_address=12,
    bind_delay_seconds=0.1,
    bind_delay_most_seconds=0.3,
    tls_handshake_seconds=0.6,
)
ERIKA = f.Equality("telephoneNumber", "030123456789")


@pytest.fixture(scope="module")
def front(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningFront]:
    folder = tmp_path_factory.mktemp("front")
    with World(folder) as world:
        sources = fill(world)
        with RunningFront(world, limits=LIMITS, tls=certificate_files(folder)) as running:
            running.add_client("sbc", sources)
            yield running


@pytest.fixture
def wire(front: RunningFront) -> Iterator[socket.socket]:
    with socket.create_connection(front.address, timeout=2) as connection:
        yield connection


@pytest.fixture(autouse=True)
def neighbour(front: RunningFront) -> Iterator[None]:
    """Hold a bound connection that must go on working whatever happens on the others."""
    with socket.create_connection(front.address, timeout=2) as connection:
        connection.sendall(oracle.bind(1, "sbc", PASSWORD))
        assert answer(connection)[:2] == ("bindResponse", "success")
        yield
        connection.sendall(oracle.search(2, ERIKA))
        assert answer(connection)[0] == "searchResEntry"
        assert answer(connection)[:2] == ("searchResDone", "success")


def receive(connection: socket.socket) -> bytes:
    """Return one whole message, or b"" at the end of the stream."""
    data = b""
    while len(data) < 2 or (found := ber.header(data, 0, len(data))) is None or found[2] > len(data):
        want = 1 if len(data) < 2 or found is None else found[2] - len(data)
        part = connection.recv(want)
        if not part:
            return data
        data += part
    return data


def answer(connection: socket.socket) -> tuple[str, str, str]:
    data = receive(connection)
    if not data:
        return "closed", "", ""
    name, body = oracle.decode(data)["protocolOp"]
    return name, body.get("resultCode", ""), body.get("responseName", b"").decode()


def expect_notice(connection: socket.socket, code: str = "protocolError", seconds: float = 1.0) -> None:
    start = time.monotonic()
    assert answer(connection) == ("extendedResp", code, NOTICE_OF_DISCONNECTION)
    with contextlib.suppress(ConnectionResetError):  # what we still sent met a closed socket
        assert answer(connection)[0] == "closed"
    assert time.monotonic() - start < seconds


@pytest.mark.parametrize(
    "data",
    [
        b"GET / HTTP/1.1\r\nHost: directory\r\n\r\n",
        bytes(range(255, 0, -1)),
        b"\x30\x80\x02\x01\x01",
        b"\x30\x05\x02\x01\x01\x42\x01",
    ],
)
def test_garbage(wire: socket.socket, data: bytes) -> None:
    wire.sendall(data)
    expect_notice(wire)


def test_a_pdu_of_ten_megabytes_is_refused_by_its_header(wire: socket.socket) -> None:
    wire.sendall(b"\x30\x84" + (10 * 1024 * 1024).to_bytes(4, "big"))
    expect_notice(wire)


def test_a_pdu_of_ten_megabytes_after_a_bind(wire: socket.socket) -> None:
    wire.sendall(oracle.bind(1, "sbc", PASSWORD))
    assert answer(wire)[1] == "success"
    try:
        wire.sendall(b"\x30\x84" + (10 * 1024 * 1024).to_bytes(4, "big") + bytes(1024 * 1024))
    except (ConnectionResetError, BrokenPipeError):
        return
    expect_notice(wire)


def nested(depth: int) -> bytes:
    node = b"\x87\x02cn"
    for _ in range(depth):
        node = ber.encode(f.NOT, node)
    head = b"\x04\x0bdc=contacts" + b"\x0a\x01\x02" + b"\x0a\x01\x00" + b"\x02\x01\x00" * 2 + b"\x01\x01\x00"
    return ber.encode(0x30, b"\x02\x01\x07" + ber.encode(0x63, head + node + b"\x30\x00"))


@pytest.mark.parametrize("bound", [False, True])
def test_ten_thousand_nested_nots(wire: socket.socket, bound: bool) -> None:
    if bound:
        wire.sendall(oracle.bind(1, "sbc", PASSWORD))
        assert answer(wire)[1] == "success"
    start = time.monotonic()
    wire.sendall(nested(10_000))
    assert answer(wire)[:2] == ("searchResDone", "unwillingToPerform")
    assert time.monotonic() - start < 1
    wire.sendall(oracle.extended(8, "1.3.6.1.4.1.4203.1.11.3"))
    assert answer(wire)[:2] == ("extendedResp", "success")


def test_sixty_nested_nots_are_answered(wire: socket.socket) -> None:
    wire.sendall(oracle.bind(1, "sbc", PASSWORD))
    assert answer(wire)[1] == "success"
    wire.sendall(nested(60))
    names = [answer(wire)[0] for _ in range(4)]
    assert names == ["searchResEntry", "searchResEntry", "searchResEntry", "searchResDone"]


def test_half_a_message_is_not_waited_for(wire: socket.socket) -> None:
    wire.sendall(oracle.search(1, ERIKA)[:20])
    expect_notice(wire, "unavailable")


def test_a_message_sent_drop_by_drop_gains_no_time(wire: socket.socket) -> None:
    start = time.monotonic()
    for byte in oracle.bind(1, "sbc", PASSWORD) + bytes(100):
        if select.select([wire], [], [], 0.05)[0]:
            break
        wire.sendall(bytes((byte,)))
    expect_notice(wire, "unavailable")
    assert time.monotonic() - start < 2


def test_silence_without_a_bind_ends(wire: socket.socket) -> None:
    expect_notice(wire, "unavailable")


def test_a_half_closed_connection_still_gets_its_answers(wire: socket.socket) -> None:
    wire.sendall(oracle.bind(1, "sbc", PASSWORD) + oracle.search(2, ERIKA) + oracle.search(3, f.Present("cn")))
    wire.shutdown(socket.SHUT_WR)
    assert [answer(wire)[0] for _ in range(8)] == [
        "bindResponse", "searchResEntry", "searchResDone", *["searchResEntry"] * 3, "searchResDone", "closed",
    ]  # fmt: skip


def test_clear_text_on_the_tls_port(front: RunningFront) -> None:
    with socket.create_connection(front.front.addresses["ldaps"], timeout=2) as wire:
        wire.sendall(oracle.bind(1, "sbc", PASSWORD))
        start = time.monotonic()
        with contextlib.suppress(ConnectionResetError):
            while wire.recv(1024):
                pass
        assert time.monotonic() - start < 1


def test_a_broken_handshake_after_start_tls_ends(front: RunningFront, wire: socket.socket) -> None:
    wire.sendall(oracle.extended(1, "1.3.6.1.4.1.1466.20037"))
    assert answer(wire)[1] == "success"
    before = front.front.connections
    wire.sendall(b"no TLS at all, but long enough to be looked at")
    with contextlib.suppress(ConnectionResetError):
        while wire.recv(1024):
            pass
    deadline = time.monotonic() + 1
    while front.front.connections >= before and time.monotonic() < deadline:
        time.sleep(0.01)
    assert front.front.connections < before


def test_requests_injected_before_tls_are_dropped(front: RunningFront, wire: socket.socket) -> None:
    wire.sendall(oracle.extended(1, "1.3.6.1.4.1.1466.20037") + oracle.bind(2, "sbc", PASSWORD))
    assert answer(wire)[1] == "success"
    context = ssl.create_default_context(cafile=str(front.world.folder / "ldap.crt"))
    with context.wrap_socket(wire, server_hostname="127.0.0.1") as secure:
        secure.sendall(oracle.extended(3, "1.3.6.1.4.1.4203.1.11.3"))
        message = oracle.decode(receive(secure))
        assert message["messageID"] == 3
        assert message["protocolOp"][1]["responseValue"] == b""


def test_wrong_passwords_wait_longer_each_time(wire: socket.socket) -> None:
    waits = []
    for number in range(1, 5):
        start = time.monotonic()
        wire.sendall(oracle.bind(number, "sbc", "wrong"))
        assert answer(wire)[1] == "invalidCredentials"
        waits.append(time.monotonic() - start)
    assert all(wait >= least for wait, least in zip(waits, (0.1, 0.2, 0.3, 0.3), strict=True))
    assert waits[3] < 1.5  # 0.8 if nothing held it back
    wire.sendall(oracle.bind(9, "sbc", PASSWORD))
    assert answer(wire)[1] == "success"


def test_too_many_connections_of_one_address_are_told_so(front: RunningFront) -> None:
    held = [socket.create_connection(front.address, timeout=2) for _ in range(11)]
    with socket.create_connection(front.address, timeout=2) as one_more:
        expect_notice(one_more, "busy")
    for connection in held:
        connection.close()


def test_requests_without_end_and_a_reader_that_does_not_read(wire: socket.socket) -> None:
    """Answers that are not read stop the reading of requests, so that memory stays bounded."""
    wire.sendall(oracle.bind(1, "sbc", PASSWORD))
    assert answer(wire)[1] == "success"
    wire.setblocking(False)
    sent, request = 0, oracle.search(2, ERIKA)
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:
        if not select.select([], [wire], [], 0.3)[1]:
            break
        try:
            sent += wire.send(request * 50)
        except BlockingIOError:
            continue
    else:
        pytest.fail("the front reads requests for ever")
    assert sent > 0
