"""A stopping front lets its clients go one by one, each with a notice and none without its answer."""

import asyncio
import contextlib
import itertools
import select
import socket
import threading
import time
from collections.abc import Iterator

import pytest

from directory_server.fronts.ldap import filter as f
from directory_server.fronts.ldap.drain import ASKING_S, AT_FIRST_S, drain
from directory_server.fronts.ldap.response import NOTICE_OF_DISCONNECTION
from directory_server.fronts.ldap.search import Search
from tests.fakes import ldap_oracle as oracle
from tests.fakes.ldap_samples import fill
from tests.fakes.world import World
from tests.servers.ldap_front import PASSWORD, RunningFront


class Client:
    """A connection that has asked nothing since `quiet_since`; `stays` until the end of the drain."""

    def __init__(self, quiet_since: float, *, stays: bool = False) -> None:
        self.quiet_since = quiet_since
        self._stays = stays
        self.asked: list[float] = []
        self.room: Room

    def leave(self, quiet: float) -> None:
        self.asked = [*self.asked, quiet]
        if not self._stays:
            self.room.go(self)


class Room:
    def __init__(self, clients: list[Client]) -> None:
        self.clients = set(clients)
        self.gone: list[tuple[Client, float]] = []
        self._start = time.monotonic()
        for client in clients:
            client.room = self

    def go(self, client: Client) -> None:
        self.clients.discard(client)
        self.gone.append((client, time.monotonic() - self._start))

    def drain(self, seconds: float, hurry_after: float | None = None) -> float:
        async def run() -> None:
            hurried = asyncio.Event()
            if hurry_after is not None:
                asyncio.get_running_loop().call_later(hurry_after, hurried.set)
            await drain(self.clients, seconds, time.monotonic, hurried)

        asyncio.run(run())
        return time.monotonic() - self._start


def test_they_go_evenly_and_the_longest_silent_first() -> None:
    clients = [Client(float(at)) for at in (3, 1, 4, 0, 2)]
    room = Room(clients)
    assert room.drain(1.0) < 0.7
    assert [client.quiet_since for client, _ in room.gone] == [0, 1, 2, 3, 4]
    for turn, (_, at) in enumerate(room.gone):
        assert (turn + 1) * 0.1 <= at < (turn + 1) * 0.1 + 0.09


def test_nobody_goes_before_the_other_processes_of_a_reload_have_stopped_listening() -> None:
    room = Room([Client(0)])
    assert room.drain(30) < AT_FIRST_S + 0.3
    assert [at >= AT_FIRST_S for _, at in room.gone] == [True]


def test_few_do_not_take_the_whole_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("directory_server.fronts.ldap.drain.LONGEST_PAUSE_S", 0.05)
    assert Room([Client(0), Client(1)]).drain(5) < 1
    assert Room([]).drain(5) < 0.1


def test_many_go_in_a_short_time() -> None:
    room = Room([Client(at) for at in range(2000)])
    assert room.drain(0.4) <= 0.6
    assert len(room.gone) > 1900
    assert len([at for _, at in room.gone if at < 0.1]) < 1100


@pytest.mark.parametrize(("seconds", "hurry_after", "within"), [(0.2, None, 0.35), (30, 0.4, 0.6), (0, None, 0.1)])
def test_who_stays_does_not_make_it_longer(seconds: float, hurry_after: float | None, within: float) -> None:
    room = Room([Client(0, stays=True)])
    assert room.drain(seconds, hurry_after) < within
    assert [client.asked for client in room.clients] == [[ASKING_S] if seconds else []]


def test_who_stays_is_asked_more_firmly_a_little_later(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("directory_server.fronts.ldap.drain.ASKING_S", 0.1)
    client = Client(0, stays=True)
    Room([client]).drain(0.8)
    assert client.asked == [0.1, 0.0]


@pytest.fixture
def running(tmp_path: object) -> Iterator[RunningFront]:
    with World(tmp_path) as world, RunningFront(world) as front:  # type: ignore[arg-type] # a Path
        front.add_client("sbc", fill(world))
        yield front


@contextlib.contextmanager
def stopping(running: RunningFront, drain_seconds: float) -> Iterator[threading.Thread]:
    thread = threading.Thread(target=running.stop, args=(drain_seconds,))
    thread.start()
    try:
        yield thread
    finally:
        thread.join(10)


def bound(running: RunningFront) -> socket.socket:
    wire = socket.create_connection(running.address, timeout=5)
    wire.sendall(oracle.bind(1, "sbc", PASSWORD))
    assert oracle.decode(wire.recv(4096))["protocolOp"][1]["resultCode"] == "success"
    return wire


def received(wire: socket.socket) -> list[str]:
    """Return what comes until the end of the stream, by name; a notice by its result."""
    data = b""
    while part := wire.recv(4096):
        data += part
    found = []
    for name, body in (oracle.decode(one)["protocolOp"] for one in oracle.split(data)):
        notice = body.get("responseName") == NOTICE_OF_DISCONNECTION.encode() if name == "extendedResp" else False
        found.append(f"notice: {body['resultCode']}" if notice else name)
    return found


GOODBYE = "notice: unavailable"


@pytest.mark.server
def test_it_stops_listening_at_once_and_answers_until_the_turn_comes(running: RunningFront) -> None:
    with contextlib.ExitStack() as held:
        wires = [held.enter_context(bound(running)) for _ in range(4)]
        held.enter_context(stopping(running, 2.0))
        start, gone = time.monotonic(), []
        time.sleep(0.1)
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(running.address, timeout=1)
        last = wires[-1]  # connected last, so that its turn comes last
        last.sendall(oracle.search(2, f.Equality("mobile", "+491701234567")))
        assert oracle.decode(oracle.split(last.recv(4096))[0])["protocolOp"][0] == "searchResEntry"
        for wire in wires:
            assert received(wire) == [GOODBYE]
            gone.append(time.monotonic() - start)
        assert gone[0] < ASKING_S + 0.3
        assert gone[-1] > 1.4
        assert min(later - earlier for earlier, later in itertools.pairwise(gone)) > 0.1


@pytest.mark.server
def test_who_asks_all_the_time_is_let_go_along_with_an_answer(running: RunningFront) -> None:
    with bound(running) as wire, stopping(running, 5.0):
        answers, told = 0, False
        while not told:
            wire.sendall(oracle.search(answers + 2, f.Equality("mobile", "+491701234567")))
            data = wire.recv(65536)
            names = [oracle.decode(one)["protocolOp"][0] for one in oracle.split(data)]
            assert names[:2] == ["searchResEntry", "searchResDone"]
            answers, told = answers + 1, names[2:] == ["extendedResp"]
            time.sleep(0.005)
        assert wire.recv(10) == b""


@pytest.mark.server
@pytest.mark.parametrize("drain_seconds", [0.0, 5.0])
def test_what_is_outstanding_is_answered_first(
    running: RunningFront, drain_seconds: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, go_on = threading.Event(), threading.Event()
    run = Search.run

    def slow(*asked: object) -> bytes:
        begun.set()
        go_on.wait(5)
        return run(*asked)  # type: ignore[arg-type] # passed through

    monkeypatch.setattr(Search, "run", slow)
    with bound(running) as wire:
        wire.sendall(oracle.search(2, f.Substrings("cn", "", ("uste",), "")))
        assert begun.wait(3)
        with stopping(running, drain_seconds):
            assert select.select([wire], [], [], 0.3)[0] == []
            go_on.set()
            assert received(wire) == ["searchResEntry", "searchResDone", GOODBYE]
