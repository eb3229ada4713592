"""Reload and stop of real processes: nobody is refused or loses a look-up, and never do all come back at once."""

import asyncio
import contextlib
import os
import signal
import socket
import ssl
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest

from directory_server.fronts.ldap import ber
from directory_server.fronts.ldap import filter as f
from directory_server.fronts.ldap.certificate import self_signed
from directory_server.fronts.ldap.response import NOTICE_OF_DISCONNECTION
from tests.fakes import ldap_oracle as oracle
from tests.servers.serving import Served
from tests.servers.stack import CLIENT_PASSWORD

pytestmark = [pytest.mark.journey, pytest.mark.server, pytest.mark.timeout(120)]
CLIENTS = 40
DRAIN_S = 5


@dataclass
class Story:
    """What happened to all the clients together."""

    answered: int = 0
    lost: list[str] = field(default_factory=list)
    let_go: list[float] = field(default_factory=list)
    stopped: bool = False


async def message(reader: asyncio.StreamReader) -> tuple[str, dict]:
    head = await reader.readexactly(2)
    if head[1] & 0x80:
        head += await reader.readexactly(head[1] & 0x7F)
    at, stop = 0, (ber.header(head + bytes(8), 0, 1 << 20) or (0, 0, 0))[2]
    name, body = oracle.decode(head + await reader.readexactly(stop - at - len(head)))["protocolOp"]
    return name, body


async def connect(port: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(oracle.bind(1, "sbc", CLIENT_PASSWORD))
    name, body = await message(reader)
    assert (name, body["resultCode"]) == ("bindResponse", "success")
    return reader, writer


async def asks(port: int, pause: float, story: Story) -> None:
    """Look a caller up again and again; come back when told to go, as session border controllers do."""
    search = oracle.search(2, f.Equality("telephoneNumber", "+498999998512"))
    while not story.stopped:
        waiting = ""
        try:
            reader, writer = await connect(port)
            next_message = asyncio.ensure_future(message(reader))
            while not story.stopped:
                # A notice is read before the next question is sent.
                done, _ = await asyncio.wait([next_message], timeout=pause)
                if not done:
                    waiting = "asked"
                    writer.write(search)
                    names = []
                    while names[-1:] != ["searchResDone"]:
                        names.append((await next_message)[0])
                        next_message = asyncio.ensure_future(message(reader))
                    assert names == ["searchResEntry", "searchResDone"], names
                    story.answered, waiting = story.answered + 1, ""
                    continue
                name, body = next_message.result()
                assert (name, body["resultCode"]) == ("extendedResp", "unavailable")
                assert body["responseName"] == NOTICE_OF_DISCONNECTION.encode()
                assert await reader.read() == b""
                story.let_go.append(time.monotonic())
                break
            else:
                next_message.cancel()
            writer.close()
        except (OSError, EOFError, AssertionError) as error:
            story.lost.append(f"{waiting} {type(error).__name__} {error}")
            await asyncio.sleep(0.05)


async def knocks(port: int, story: Story) -> None:
    """Connect anew all the time: nobody may be refused or reset."""
    while not story.stopped:
        try:
            _, writer = await connect(port)
            writer.close()
        except (OSError, EOFError, AssertionError) as error:
            story.lost.append(f"knocked {type(error).__name__} {error}")
        await asyncio.sleep(0.01)


async def during(served: Served, act: Callable[[], object]) -> Story:
    """Let everybody ask, act, and go on until all were told to go and a little longer."""
    story = Story()
    tasks = [asyncio.create_task(asks(served.ldap, 0.05 + at / 200, story)) for at in range(CLIENTS)]
    tasks += [asyncio.create_task(knocks(served.ldap, story)) for _ in range(2)]
    await asyncio.sleep(1)
    act()
    while len(story.let_go) < CLIENTS and not story.lost:  # noqa: ASYNC110 - two lists, no event
        await asyncio.sleep(0.05)
    await asyncio.sleep(0.5)
    story.stopped = True
    await asyncio.gather(*tasks)
    return story


@pytest.mark.parametrize("workers", [1, 2])
def test_a_reload_is_not_noticed_by_who_asks(tmp_path: Path, workers: int) -> None:
    with Served(tmp_path, workers=workers, drain_seconds=DRAIN_S) as served:
        before = served.workers()
        assert len(before) == workers
        story = asyncio.run(during(served, lambda: served.send(signal.SIGHUP)))
        assert story.lost == []
        assert story.answered > CLIENTS * 10
        assert len(story.let_go) == CLIENTS
        seconds = Counter(int(at - story.let_go[0]) for at in story.let_go)
        assert len(seconds) >= DRAIN_S - 2, seconds
        assert max(seconds.values()) < CLIENTS / 2, seconds
        served.until(lambda: len(served.workers()) == workers)
        assert not served.workers() & before


def test_ldap_runs_in_a_process_of_its_own(tmp_path: Path) -> None:
    with Served(tmp_path) as served:
        assert len(served.workers()) == 1
        served.send(signal.SIGSTOP)
        try:
            assert served.answers()
        finally:
            served.send(signal.SIGCONT)


def test_reloads_in_a_row_end_with_as_many_processes_as_before(tmp_path: Path) -> None:
    with Served(tmp_path, workers=2, drain_seconds=0) as served:
        before = served.workers()
        for _ in range(3):
            served.send(signal.SIGHUP)
            time.sleep(0.2)
            assert served.answers()
        served.until(lambda: len(served.workers()) == 2 and not served.workers() & before)
        assert served.answers()
        served.send(signal.SIGHUP)  # and a stop in the middle of one
        time.sleep(0.3)
        served.send(signal.SIGTERM)
        assert served.program.process
        assert served.program.process.wait(15) == 0
        assert "Traceback" not in served.program.log.read_text()


def test_a_reload_that_cannot_start_leaves_the_old_processes(tmp_path: Path) -> None:
    certificate, key = self_signed(tmp_path / "own", "127.0.0.1", datetime.now(UTC))
    with Served(tmp_path, workers=2, drain_seconds=1, tls_certificate=certificate, tls_key=key) as served:
        before = served.workers()
        certificate.write_text("nonsense")
        served.send(signal.SIGHUP)
        served.until(lambda: "the old ones go on" in served.program.log.read_text())
        assert before <= served.workers()
        assert served.answers()
        log = served.program.log.read_text()
        assert "Traceback" not in log
        assert log.count("does not serve, the one before stays in use") == 1


def test_a_reload_looks_at_the_certificate_at_once(tmp_path: Path) -> None:
    certificate, key = self_signed(tmp_path / "own", "127.0.0.1", datetime.now(UTC))
    with Served(tmp_path, tls_certificate=certificate, tls_key=key) as served:
        certificate.write_text("nonsense")
        served.send(signal.SIGHUP)
        # By itself it would look twice, two and a half seconds apart.
        served.until(lambda: "does not serve" in served.program.log.read_text(), 2)
        assert served.answers()


def test_every_worker_takes_up_a_new_certificate(tmp_path: Path) -> None:
    certificate, key = self_signed(tmp_path / "own", "127.0.0.1", datetime.now(UTC))
    with Served(tmp_path, workers=2, tls_certificate=certificate, tls_key=key) as served:
        fresh = self_signed(tmp_path / "fresh", "127.0.0.1", datetime.now(UTC))
        fresh[0].replace(certificate)
        fresh[1].replace(key)
        wanted = ssl.PEM_cert_to_DER_cert(certificate.read_text())

        def presented() -> bytes:
            pem = ssl.get_server_certificate(("127.0.0.1", served.ldaps), timeout=5)
            return ssl.PEM_cert_to_DER_cert(pem)

        served.until(lambda: all(presented() == wanted for _ in range(12)), 20)
        assert served.program.log.read_text().count("TLS certificate exchanged") == 1


def test_a_worker_that_dies_is_replaced(tmp_path: Path) -> None:
    with Served(tmp_path, workers=2) as served:
        served.until(lambda: len(served.workers()) == 2)
        before = served.workers()
        os.kill(min(before), signal.SIGKILL)
        served.until(lambda: len(served.workers() - before) == 1)
        for _ in range(8):
            served.until(served.answers, 5)


@contextlib.contextmanager
def held(served: Served, count: int) -> Iterator[list[socket.socket]]:
    """Hold `count` bound connections that ask nothing."""
    with contextlib.ExitStack() as stack:
        wires = []
        for _ in range(count):
            wires.append(stack.enter_context(socket.create_connection(("127.0.0.1", served.ldap), timeout=10)))
            wires[-1].sendall(oracle.bind(1, "sbc", CLIENT_PASSWORD))
            assert wires[-1].recv(4096)
        yield wires


@pytest.mark.parametrize("workers", [0, 1, 2])
@pytest.mark.parametrize("how", ["drained", "twice", "interrupted", "all at once"])
def test_a_stop_ends_in_its_time(tmp_path: Path, workers: int, how: str) -> None:
    with Served(tmp_path, workers=workers, drain_seconds=60 if how in ("twice", "interrupted") else 4) as served:
        with held(served, 8) as wires:
            assert served.program.process
            start = time.monotonic()
            if how == "all at once":  # as systemd does
                os.killpg(served.program.process.pid, signal.SIGTERM)
            else:
                served.send(signal.SIGINT if how == "interrupted" else signal.SIGTERM)
            if how == "twice":
                time.sleep(0.3)
                with pytest.raises(ConnectionRefusedError):
                    socket.create_connection(("127.0.0.1", served.ldap), timeout=5)
                served.send(signal.SIGTERM)
            gone = []
            for wire in wires:
                body = oracle.decode(oracle.split(wire.recv(4096))[0])["protocolOp"][1]
                assert body["responseName"] == NOTICE_OF_DISCONNECTION.encode()
                assert wire.recv(10) == b""
                gone.append(time.monotonic() - start)
            assert served.program.process.wait(10) == 0
            took = time.monotonic() - start
        if how in ("drained", "all at once"):
            assert 2 < took < 6
            assert gone[-1] - gone[0] > 1
        else:
            assert took < 3.5
        assert "Traceback" not in served.program.log.read_text()


def test_workers_end_with_a_parent_that_was_killed(tmp_path: Path) -> None:
    with Served(tmp_path, workers=2) as served:
        served.until(lambda: len(served.workers()) == 2)
        served.program.kill()
        end = time.monotonic() + 10
        while time.monotonic() < end and served.answers():
            time.sleep(0.05)
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", served.ldap), timeout=5)
