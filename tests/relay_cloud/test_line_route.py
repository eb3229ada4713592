"""Lines that misbehave, over the bare ASGI route: no socket decides when a message leaves or a close is answered."""

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Self
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from relay_cloud import line_route
from relay_cloud.bus.loopback import Loopback
from relay_cloud.line_route import LineRoute, LineSettings
from relay_cloud.metrics import Metrics
from relay_cloud.outcomes import Failed, Outcome
from relay_cloud.wire import credential, es256
from relay_cloud.wire.frame import Keys, Kind, Talk, decode
from relay_cloud.wire.handshake import Terms
from relay_cloud.wire.session import DirectorySession, State

pytestmark = pytest.mark.anyio

TID, HOST, NOW = UUID(int=7), "relay.test", 1_780_000_000
REGISTRAR, IDENTITY = (ec.derive_private_key(number, ec.SECP256R1()) for number in (91, 92))


class Peer:
    """A directory at the other end of the route; `stalled` makes it read nothing more."""

    def __init__(self, route: LineRoute, age: int = 0, address: str = "192.0.2.1") -> None:
        text = credential.issue(
            REGISTRAR, tid=TID, thumbprint=es256.thumbprint(IDENTITY.public_key()), epoch=1, now=NOW - age
        )
        self.session = DirectorySession(credential=text, identity=IDENTITY, host=HOST, nonce=bytes(32))
        self.incoming: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self.sent: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self.stalled = False
        self.incoming.put_nowait({"type": "websocket.connect"})
        scope = {"type": "websocket", "client": (address, 1)}
        self.task = asyncio.create_task(route(scope, self.incoming.get, self._send))

    async def _send(self, message: Any) -> None:
        if self.stalled:
            await asyncio.Event().wait()
        await self.sent.put(message)

    def say(self, data: bytes) -> None:
        self.incoming.put_nowait({"type": "websocket.receive", "bytes": data})

    async def open(self) -> Self:
        while self.session.state is not State.OPEN:
            for message in self.session.to_send():
                self.say(message)
            event = await self.sent.get()
            if event["type"] == "websocket.send":
                self.session.receive(event["bytes"])
        self.say(Keys({"of": "a directory"}).encode())
        await asyncio.sleep(0)
        return self

    async def closing(self) -> tuple[int, str]:
        while (event := await self.sent.get())["type"] != "websocket.close":
            pass
        self.incoming.put_nowait({"type": "websocket.disconnect", "code": event["code"]})
        await self.task
        return event["code"], event["reason"]


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@contextmanager
def routed(**terms: int) -> Iterator[tuple[LineRoute, Loopback]]:
    bus = Loopback()
    settings = LineSettings(REGISTRAR.public_key(), "instance", HOST, Terms(**terms))
    yield LineRoute(bus=bus, settings=settings, metrics=Metrics(), nonce=lambda: bytes(32), clock=lambda: NOW), bus


async def test_a_line_that_does_not_drain_leaves_its_requests_to_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(line_route, "WRITE_S", 0.05)
    with routed() as (route, bus):
        healthy, stalled = await Peer(route).open(), await Peer(route).open()
        stalled.stalled = True
        with pytest.raises(Failed) as failed:
            await bus.ask(TID, bytes(16), b"request", 1)
        assert failed.value.outcome is Outcome.LINE_LOST
        again = asyncio.create_task(bus.ask(TID, bytes(16), b"request", 0.2))
        assert (await asyncio.wait_for(healthy.sent.get(), 1))["bytes"] == b"\x10request"
        with pytest.raises(Failed):
            await again
        for peer in (healthy, stalled):
            peer.incoming.put_nowait({"type": "websocket.disconnect"})
            await peer.task


async def test_a_line_that_outlives_its_lifetime_is_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(line_route, "LIFETIME_GRACE_S", 0)
    with routed(max_lifetime=1) as (route, bus):
        peer, started = await Peer(route).open(), time.monotonic()
        assert await asyncio.wait_for(peer.closing(), 3) == (1008, "lifetime")
        assert time.monotonic() - started >= 1
        assert bus.lines() == []


async def test_a_line_ends_with_its_credential() -> None:
    with routed() as (route, _):
        peer = await Peer(route, age=credential.LIFETIME - 1).open()
        assert await asyncio.wait_for(peer.closing(), 3) == (1008, "lifetime")


async def test_others_at_an_address_that_failed_often_still_get_in(caplog: pytest.LogCaptureFixture) -> None:
    """Many tenants share one address behind a NAT or a proxy: none may shut the others out."""
    with routed() as (route, bus):
        denials = []
        for _ in range(12):
            stranger = Peer(route)
            stranger.say(Talk(Kind.HELLO, {"v": 1, "credential": "forged"}).encode())
            await stranger.sent.get()
            denied = decode((await stranger.sent.get())["bytes"])
            assert isinstance(denied, Talk)
            denials.append(denied.content["error"])
            await stranger.closing()
        assert denials == ["credential_invalid"] * 12
        assert len(caplog.records) == 10, "an address that keeps failing fills no log"
        peer = await Peer(route).open()
        assert len(bus.lines()) == 1
        peer.incoming.put_nowait({"type": "websocket.disconnect"})
        await peer.task
