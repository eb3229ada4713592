"""Lines that misbehave, over the bare ASGI route: no socket decides when a message leaves or a close is answered."""

import asyncio
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Self
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from relay_cloud import line_route, writer
from relay_cloud.bus.bus import Asked
from relay_cloud.bus.loopback import Loopback
from relay_cloud.line_route import LineRoute, LineSettings
from relay_cloud.metrics import Metrics
from relay_cloud.outcomes import Failed, Outcome
from relay_cloud.wire import base64url, credential, es256
from relay_cloud.wire.envelope import Request, SenderClass
from relay_cloud.wire.frame import Ack, Drain, Keys, Kind, Probe, Probed, ResponseFrame, Talk, decode
from relay_cloud.wire.handshake import HandshakeFailed, Terms
from relay_cloud.wire.session import DirectorySession, State

pytestmark = pytest.mark.anyio

KID = b"k" * 8
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
        self.say(Keys({"opens": [base64url.encode(KID)]}).encode())
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
def routed(
    revoked: Callable[[credential.Credential], bool] = lambda _: False, **terms: int
) -> Iterator[tuple[LineRoute, Loopback]]:
    bus = Loopback()

    def opened(tid: UUID, epoch: int) -> None:
        route.superseded(tid, epoch)

    route = LineRoute(
        bus=bus,
        settings=LineSettings(REGISTRAR.public_key(), "instance", HOST, Terms(**terms), opened, revoked),
        metrics=Metrics(),
        nonce=lambda: bytes(32),
        clock=lambda: NOW,
        random=lambda: 0.5,
    )
    yield route, bus


def asked(number: int = 0, timeout_s: float = 1) -> Asked:
    rid = number.to_bytes(16, "big")
    return Asked(TID, rid, KID, Request(TID, rid, KID, 1000, SenderClass.TAB, b"sealed").encode(), timeout_s)


async def test_what_a_line_that_does_not_drain_had_goes_over_another(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writer, "WRITE_S", 0.05)
    with routed() as (route, bus):
        healthy, stalled = await Peer(route).open(), await Peer(route).open()
        stalled.stalled = True
        first = asyncio.create_task(bus.ask(asked(1)))
        message = (await asyncio.wait_for(healthy.sent.get(), 1))["bytes"]
        assert message == b"\x18" + asked(1).message
        healthy.say(ResponseFrame(asked(1).rid + bytes(60)).encode())
        assert await first == asked(1).rid + bytes(60)
        assert [line.exchange.suspect for line in bus.lines()] == [False]
        with pytest.raises(Failed) as failed:
            await bus.ask(asked(2, 0.2))
        assert failed.value.outcome is Outcome.DEADLINE
        for peer in (healthy, stalled):
            peer.incoming.put_nowait({"type": "websocket.disconnect"})
            await peer.task


async def test_revoked_lines_are_closed_and_not_opened_again() -> None:
    revoked: set[int] = set()
    with routed(lambda held: held.epoch in revoked) as (route, bus):
        peer = await Peer(route).open()
        route.revoke()
        await asyncio.sleep(0.05)
        assert (len(bus.lines()), peer.sent.empty()) == (1, True)
        revoked.add(1)
        route.revoke()
        assert await asyncio.wait_for(peer.closing(), 1) == (1008, "revoked")
        assert len(bus.lines()) == 0
        with pytest.raises(HandshakeFailed, match="revoked"):
            await asyncio.wait_for(Peer(route).open(), 1)


async def test_a_confirmed_request_is_sent_to_nobody_else() -> None:
    with routed() as (route, bus):
        peers = [await Peer(route).open() for _ in range(2)]
        task = asyncio.create_task(bus.ask(asked(1, 0.8)))
        await asyncio.sleep(0.05)
        chosen = next(peer for peer in peers if not peer.sent.empty())
        chosen.say(Ack(asked(1).rid).encode())
        with pytest.raises(Failed) as failed:
            await task
        assert failed.value.outcome is Outcome.DEADLINE
        assert sum(peer.sent.qsize() for peer in peers) == 1
        assert bus.hedged == 0
        for peer in peers:
            peer.incoming.put_nowait({"type": "websocket.disconnect"})
            await peer.task


async def test_a_probe_travels_like_a_request(monkeypatch: pytest.MonkeyPatch) -> None:
    with routed() as (route, _):
        peer = await Peer(route).open()
        for answers in (True, False):
            probe = asked(3 + answers, 0.1)
            peer.say(Probe(probe.message[:41] + (100).to_bytes(4, "big") + probe.message[45:]).encode())
            assert decode((await peer.sent.get())["bytes"]).message[:41] == probe.message[:41]  # type: ignore[union-attr]
            if answers:
                peer.say(ResponseFrame(probe.rid + bytes(60)).encode())
            assert decode((await asyncio.wait_for(peer.sent.get(), 1))["bytes"]) == Probed(probe.rid, answers)
        foreign = Request(UUID(int=8), bytes(16), KID, 100, SenderClass.TAB, b"sealed").encode()
        peer.say(Probe(foreign).encode())
        assert await asyncio.wait_for(peer.closing(), 3) == (1008, "malformed")


@pytest.mark.parametrize("document", [{}, {"opens": []}, {"opens": ["x"]}, {"opens": "AAAA"}, {"opens": [1]}])
async def test_keys_that_do_not_say_what_they_open_end_the_line(document: dict[str, Any]) -> None:
    with routed() as (route, _):
        peer = await Peer(route).open()
        peer.say(Keys(document).encode())
        assert await asyncio.wait_for(peer.closing(), 3) == (1008, "malformed")


async def test_a_draining_relay_tells_its_lines_answers_what_is_in_flight_and_takes_no_more() -> None:
    with routed() as (route, bus):
        peer = await Peer(route).open()
        draining = asyncio.create_task(route.drain(0.2, 0.3))
        assert decode((await asyncio.wait_for(peer.sent.get(), 1))["bytes"]) == Drain(0)
        late = Peer(route)
        assert await late.sent.get() == {"type": "websocket.http.response.start", "status": 503, "headers": []}
        await late.task
        task = asyncio.create_task(bus.ask(asked(1)))
        await peer.sent.get()
        await asyncio.sleep(0.5)
        assert not draining.done()
        peer.say(ResponseFrame(asked(1).rid + bytes(60)).encode())
        assert await task
        assert await asyncio.wait_for(peer.closing(), 3) == (1012, "draining")
        await draining


async def test_a_newer_registration_elsewhere_closes_the_lines_here() -> None:
    with routed() as (route, bus):
        peer = await Peer(route).open()
        route.superseded(TID, 1)
        route.superseded(UUID(int=9), 2)
        assert len(bus.lines()) == 1
        route.superseded(TID, 2)
        assert bus.lines() == []
        assert await asyncio.wait_for(peer.closing(), 3) == (1008, "superseded")


async def test_a_line_that_outlives_its_lifetime_is_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(line_route, "LIFETIME_GRACE_S", 0)
    with routed(max_lifetime=1) as (route, bus):
        started = time.monotonic()
        peer = await Peer(route).open()
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
