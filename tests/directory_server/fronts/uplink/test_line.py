"""The line's own decisions. Its life with a real relay: tests/relay_cloud/."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from websockets.asyncio.server import ServerConnection, serve

from deploy.demo.program import free_port
from directory_server.fronts.uplink import line as line_module
from directory_server.fronts.uplink.instances import Instances
from directory_server.fronts.uplink.line import DENIED_BACK_OFF_S, Line, LineState
from directory_server.fronts.uplink.outbound import Outbound
from relay_cloud.wire import credential, es256
from relay_cloud.wire.envelope import Request, SenderClass
from relay_cloud.wire.frame import Ack, Drain, Kind, Probe, Probed, RequestFrame, ResponseFrame, Talk, decode
from relay_cloud.wire.handshake import Terms
from relay_cloud.wire.session import DirectorySession, RelaySession, State

KEY = ec.derive_private_key(71, ec.SECP256R1())


def line(port: int, sleeps: list[float], instances: Instances | None = None) -> Line:
    async def sleep(seconds: float) -> None:
        sleeps.append(seconds)
        await asyncio.sleep(0.01)

    async def answer(_: RequestFrame) -> Any:
        raise NotImplementedError

    return Line(
        f"http://127.0.0.1:{port}",
        hello=lambda host: DirectorySession(credential="c", identity=KEY, host=host, nonce=bytes(32)),
        polls=lambda _: pytest.fail("a WebSocket gets through"),
        keys=dict,
        answer=answer,
        probe=lambda: Request(UUID(int=1), bytes(16), bytes(8), 8000, SenderClass.TAB, b"sealed"),
        probed=lambda _: None,
        instances=instances or Instances(),
        way=Outbound().line,
        random=lambda: 1.0,
        sleep=sleep,
        now=lambda: datetime(2026, 1, 2, tzinfo=UTC),
        monotonic=lambda: 0.0,
    )


@asynccontextmanager
async def relaying(
    then: Callable[[ServerConnection], Awaitable[None]], instance: str = "i", **terms: int
) -> AsyncIterator[int]:
    """Serve a relay that goes on with `then` once a line is open; yields its port."""
    host = ""

    async def relay(socket: ServerConnection) -> None:
        session = RelaySession(
            registrar=KEY.public_key(), instance=instance, host=host, nonce=bytes(32), terms=Terms(**terms)
        )
        while session.state is not State.OPEN:
            session.receive(await socket.recv(decode=False), 0)
            for message in session.to_send():
                await socket.send(message)
        await then(socket)

    async with serve(relay, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        host = f"127.0.0.1:{port}"
        yield port


def registered(port: int, instances: Instances | None = None, sleeps: list[float] | None = None) -> Line:
    thumbprint = es256.thumbprint(KEY.public_key())
    text = credential.issue(KEY, tid=UUID(int=1), thumbprint=thumbprint, epoch=1, now=0)
    made = line(port, [] if sleeps is None else sleeps, instances)
    made._hello = lambda host: DirectorySession(credential=text, identity=KEY, host=host, nonce=bytes(32))
    return made


@asynccontextmanager
async def running(*lines: Line) -> AsyncIterator[None]:
    tasks = [asyncio.create_task(one.run()) for one in lines]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def until(found: Any, seconds: float = 5) -> None:
    async with asyncio.timeout(seconds):
        while not found():  # noqa: ASYNC110 - the line has no event for each of its states
            await asyncio.sleep(0.01)


@pytest.mark.anyio
async def test_nobody_there_backs_off_longer_each_time() -> None:
    sleeps: list[float] = []
    waiting = line(free_port(), sleeps)
    task = asyncio.create_task(waiting.run())
    await until(lambda: len(sleeps) >= 8)
    assert sleeps[:8] == [0.5, 1, 2, 4, 8, 16, 30, 30]
    assert waiting.health.state in (LineState.WAITING, LineState.CONNECTING)
    assert "Connect call failed" in waiting.health.last_error
    await waiting.publish()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert waiting.health.state is LineState.OFF


@pytest.mark.anyio
async def test_a_denial_is_shown_and_not_hammered() -> None:
    async def deny(socket: ServerConnection) -> None:
        await socket.recv()
        await socket.send(Talk(Kind.DENIED, {"error": "credential_expired", "message": "renew"}).encode())

    sleeps: list[float] = []
    async with serve(deny, "127.0.0.1", 0) as server:
        denied = line(server.sockets[0].getsockname()[1], sleeps)
        task = asyncio.create_task(denied.run())
        await until(lambda: sleeps)
        assert denied.health.state is LineState.DENIED
        assert denied.health.last_error == "relay refused: credential_expired: renew"
        assert sleeps[0] == DENIED_BACK_OFF_S
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task


@pytest.mark.anyio
async def test_stopping_closes_the_lines_it_has_replaced_too() -> None:
    """Else a replaced line would go on answering for a registration that has been given up."""
    sockets: list[ServerConnection] = []

    async def then(socket: ServerConnection) -> None:
        sockets.append(socket)
        await socket.send(RequestFrame(bytes(60)).encode())
        await socket.wait_closed()

    async def answer(_: RequestFrame) -> Any:
        await asyncio.Event().wait()

    async with relaying(then, max_lifetime=1) as port:
        stopped = registered(port)
        stopped._answer = answer
        task = asyncio.create_task(stopped.run())
        await until(lambda: len(sockets) == 2)
        await until(lambda: stopped._retiring)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await until(lambda: all(socket.close_code is not None for socket in sockets), 3)


@pytest.mark.anyio
@pytest.mark.parametrize("said", [b"garbage", b"", "text", Talk(Kind.OK, {}).encode()])
async def test_a_relay_that_talks_nonsense(said: bytes | str) -> None:
    async def nonsense(socket: ServerConnection) -> None:
        await socket.send(said)
        await socket.wait_closed()

    sleeps: list[float] = []
    async with serve(nonsense, "127.0.0.1", 0) as server:
        confused = line(server.sockets[0].getsockname()[1], sleeps)
        task = asyncio.create_task(confused.run())
        await until(lambda: len(sleeps) >= 2)
        assert confused.health.last_error
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task


async def stay(socket: ServerConnection) -> None:
    await socket.wait_closed()


@pytest.mark.anyio
async def test_where_there_is_one_relay_the_second_line_is_spare_until_the_first_is_lost() -> None:
    sockets: list[ServerConnection] = []

    async def then(socket: ServerConnection) -> None:
        sockets.append(socket)
        await socket.wait_closed()

    instances, sleeps = Instances(), list[float]()
    async with relaying(then) as port:
        one, two = (registered(port, instances, sleeps) for _ in range(2))
        async with running(one, two):
            await until(lambda: sorted((one.health.state, two.health.state)) == [LineState.CONNECTED, LineState.SPARE])
            await until(lambda: sleeps[:6] == [1, 2, 4, 8, 16, 32])
            assert len(sockets) == 1, "refused before we prove who we are"
            spare = one if one.health.state is LineState.SPARE else two
            waited = asyncio.Event()

            async def long(_: float) -> None:
                await waited.wait()

            spare._sleep = long
            await asyncio.sleep(0.05)
            await sockets[0].close()
            await until(lambda: len(sockets) == 2)
            waited.set()
            assert (one.health.last_error, two.health.last_error).count("") >= 1
        assert {one.health.state, two.health.state} == {LineState.OFF}


@pytest.mark.anyio
async def test_a_line_to_be_replaced_that_ends_meanwhile_is_noticed() -> None:
    sockets: list[ServerConnection] = []

    async def then(socket: ServerConnection) -> None:
        sockets.append(socket)
        if len(sockets) == 1:
            await socket.send(Drain(10).encode())
        await socket.wait_closed()

    instances = Instances()
    async with relaying(then) as port:
        tested = registered(port, instances)
        holder, refused = object(), asyncio.Event()
        claim = instances.claim

        def taken(who: object, instance: str) -> None:
            if sockets:  # at the second dialling another line is there
                refused.set()
                instances.release(tested)
                claim(holder, instance)
            claim(who, instance)

        instances.claim = taken  # type: ignore[method-assign]
        tested._sleep = lambda _: asyncio.sleep(600)
        async with running(tested):
            await asyncio.wait_for(refused.wait(), 5)
            await until(lambda: tested.health.state is LineState.SPARE)
            await sockets[0].close()
            instances.claim = claim  # type: ignore[method-assign]
            instances.release(holder)
            await until(lambda: len(sockets) == 2 and tested.health.state is LineState.CONNECTED)


@pytest.mark.anyio
@pytest.mark.parametrize("answers", [True, False])
async def test_a_line_that_carries_nothing_is_replaced(answers: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(line_module, "PROBE_S", 0.05)
    monkeypatch.setattr(line_module, "PROBE_WAIT_S", 0.05)
    probes: list[int] = []
    sockets: list[ServerConnection] = []

    async def then(socket: ServerConnection) -> None:
        sockets.append(socket)
        async for data in socket:
            assert isinstance(data, bytes)
            received = decode(data)
            if isinstance(received, Probe):
                probes.append(len(sockets))
                if answers:
                    await socket.send(Probed(received.message[17:33], answered=True).encode())

    async with relaying(then) as port:
        tested = registered(port)
        async with running(tested):
            await until(lambda: len(probes) >= 4)
            assert (len(sockets) == 1) is answers
            if not answers:
                assert probes[:3] == [1, 1, 2]
                assert tested.health.last_error == "the relay carries nothing over this line"


@pytest.mark.anyio
async def test_a_request_is_confirmed_when_it_takes_longer_and_answered_when_it_is_ready() -> None:
    got: list[object] = []
    go_on = asyncio.Event()

    async def then(socket: ServerConnection) -> None:
        await socket.send(RequestFrame(bytes(60)).encode())
        async for data in socket:
            assert isinstance(data, bytes)
            got.append(decode(data))

    async def answer(_: RequestFrame) -> Any:
        await go_on.wait()
        return ResponseFrame(bytes(60))

    async with relaying(then) as port:
        tested = registered(port)
        tested._answer = answer
        async with running(tested):
            await until(lambda: Ack(bytes(16)) in got)
            go_on.set()
            await until(lambda: ResponseFrame(bytes(60)) in got)
            assert got[1:] == [Ack(bytes(16)), ResponseFrame(bytes(60))]
