"""The line's own decisions: back-off, URL, states. Its life with a real relay: tests/relay_cloud/."""

import asyncio
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given
from hypothesis import strategies as st
from websockets.asyncio.server import ServerConnection, serve

from deploy.demo.program import free_port
from directory_server.fronts.uplink.line import DENIED_BACK_OFF_S, MAX_BACK_OFF_S, Line, LineState, back_off, line_url
from relay_cloud.wire import credential, es256
from relay_cloud.wire.frame import Kind, RequestFrame, Talk
from relay_cloud.wire.handshake import Terms
from relay_cloud.wire.session import DirectorySession, RelaySession, State

KEY = ec.derive_private_key(71, ec.SECP256R1())


@given(st.integers(0, 10_000), st.floats(0, 0.999))
def test_back_off_is_full_jitter_with_a_ceiling(attempt: int, random: float) -> None:
    assert 0 <= back_off(attempt, lambda: random) <= min(MAX_BACK_OFF_S, 0.5 * 2.0 ** min(attempt, 10))


def test_url_and_host() -> None:
    assert line_url("https://relay.test/base/") == ("wss://relay.test/base/v1/line", "relay.test")
    assert line_url("http://127.0.0.1:8480") == ("ws://127.0.0.1:8480/v1/line", "127.0.0.1:8480")
    for wrong in ("relay.test", "ftp://relay.test", "", "https://"):
        with pytest.raises(ValueError, match="relay URL"):
            line_url(wrong)


def line(port: int, sleeps: list[float]) -> Line:
    async def sleep(seconds: float) -> None:
        sleeps.append(seconds)
        await asyncio.sleep(0.01)

    async def answer(_: bytes) -> Any:
        raise NotImplementedError

    return Line(
        f"http://127.0.0.1:{port}",
        hello=lambda host: DirectorySession(credential="c", identity=KEY, host=host, nonce=bytes(32)),
        keys=dict,
        answer=answer,
        random=lambda: 1.0,
        sleep=sleep,
        now=lambda: datetime(2026, 1, 2, tzinfo=UTC),
        monotonic=lambda: 0.0,
    )


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

    async def relay(socket: ServerConnection) -> None:
        session = RelaySession(
            registrar=KEY.public_key(), instance="i", host=host, nonce=bytes(32), terms=Terms(max_lifetime=1)
        )
        sockets.append(socket)
        while session.state is not State.OPEN:
            session.receive(await socket.recv(decode=False), 0)
            for message in session.to_send():
                await socket.send(message)
        await socket.send(RequestFrame(bytes(60)).encode())
        await socket.wait_closed()

    async def answer(_: bytes) -> Any:
        await asyncio.Event().wait()

    async with serve(relay, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        host = f"127.0.0.1:{port}"
        thumbprint = es256.thumbprint(KEY.public_key())
        text = credential.issue(KEY, tid=UUID(int=1), thumbprint=thumbprint, epoch=1, now=0)
        stopped = line(port, [])
        stopped._hello = lambda host: DirectorySession(credential=text, identity=KEY, host=host, nonce=bytes(32))
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
