"""`GET /v1/line`: the WebSocket a directory keeps open, raw ASGI; one owner per connection."""

import asyncio
import contextlib
import logging
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric import ec

from relay_cloud.bus.bus import Bus, Line
from relay_cloud.exchange import Exchange
from relay_cloud.http_answer import Receive, Scope, Send
from relay_cloud.limits import HANDSHAKE_S, Failures
from relay_cloud.metrics import Metrics
from relay_cloud.wire.credential import Credential
from relay_cloud.wire.envelope import Malformed
from relay_cloud.wire.frame import Keys, Refused, ResponseFrame
from relay_cloud.wire.handshake import HandshakeFailed, Terms
from relay_cloud.wire.session import FromDirectory, RelaySession

log = logging.getLogger("relay_cloud.line")

WRITE_S = 5.0
"""A message must leave within this time, or the line is closed with 1013."""
LINES_PER_KEY = 4
"""Open lines of one identity key; beyond, the oldest is closed with 1008 (superseded)."""
LIFETIME_GRACE_S = 60.0
"""A directory replaces its line within the lifetime; one that has not after this time more is closed with 1008."""
POLICY, TRY_AGAIN = 1008, 1013


@dataclass(frozen=True, slots=True)
class LineSettings:
    """What every line of this relay shares."""

    registrar: ec.EllipticCurvePublicKey
    instance: str
    host: str
    terms: Terms


class LineRoute:
    """Serves lines; `nonce` returns 32 random bytes, `clock` Unix seconds."""

    def __init__(
        self,
        *,
        bus: Bus,
        settings: LineSettings,
        metrics: Metrics,
        nonce: Callable[[], bytes],
        clock: Callable[[], float],
    ) -> None:
        self._bus = bus
        self._settings = settings
        self._metrics = metrics
        self._nonce = nonce
        self._clock = clock
        self._failures = Failures()
        self._owners: dict[Line, _Writer] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one line until it ends."""
        await receive()  # websocket.connect
        await send({"type": "websocket.accept"})
        address = (scope.get("client") or ("",))[0]
        writer = _Writer(send)
        session = self._session()
        try:
            if not await self._shake(session, receive, writer, address):
                return
            await self._serve(session, receive, writer)
        finally:
            session.close()
            await writer.finish()

    def _session(self) -> RelaySession:
        settings = self._settings
        return RelaySession(
            registrar=settings.registrar,
            instance=settings.instance,
            host=settings.host,
            nonce=self._nonce(),
            terms=settings.terms,
            admit=self._admit,
        )

    def _admit(self, credential: Credential) -> None:
        if credential.epoch < self._bus.newest_epoch(credential.tid):
            raise HandshakeFailed("superseded", "a newer registration of this tenant is connected")

    async def _shake(self, session: RelaySession, receive: Receive, writer: "_Writer", address: str) -> bool:
        try:
            async with asyncio.timeout(HANDSHAKE_S):
                while session.credential is None:
                    data = await _message(receive)
                    if data is None:
                        self._metrics.handshakes["abandoned"] += 1
                        return False
                    session.receive(data, self._clock())
                    for message in session.to_send():
                        writer.write(message)
        except (HandshakeFailed, Malformed, TimeoutError) as error:
            failure = _failure(error)
            session.deny(failure)
            for message in session.to_send():
                writer.write(message)
            writer.close(POLICY, failure.code)
            self._metrics.handshakes[failure.code] += 1
            self._report(failure, address)
            return False
        self._metrics.handshakes["ok"] += 1
        return True

    def _report(self, failure: HandshakeFailed, address: str) -> None:
        """Log the failure; an address that keeps failing fills no log.

        It is not shut out: behind it may be a proxy or a network with other tenants, and a refusal costs us as much as
        the check of a credential.
        """
        if not self._failures.blocked(address, self._clock()):
            self._failures.note(address, self._clock())
            log.warning("line refused: %s", failure.code)

    async def _serve(self, session: RelaySession, receive: Receive, writer: "_Writer") -> None:
        if session.credential is None:
            return
        line = Line(session.credential, Exchange(writer.write, self._settings.terms.max_inflight))

        def lost() -> None:
            self._bus.detach(line)  # so that the tenant's other lines get what comes from now on
            line.exchange.close()

        writer.lost = lost
        self._owners[line] = writer
        self._supersede(line)
        self._bus.attach(line)
        log.info("line open")
        try:
            async with asyncio.timeout(self._lifetime(line.credential)):
                while (data := await _message(receive)) is not None:
                    received = session.receive(data, self._clock())
                    if received is not None:
                        self._take(line, received)
        except TimeoutError:
            writer.close(POLICY, "lifetime")
        except Malformed as error:
            writer.close(POLICY, "malformed")
            log.warning("line closed: %s", error)
        finally:
            lost()
            del self._owners[line]
            log.info("line closed")

    def _lifetime(self, credential: Credential) -> float:
        """Return the seconds a line may live; it must not outlive the proof it was opened with."""
        return min(self._settings.terms.max_lifetime + LIFETIME_GRACE_S, credential.expires - self._clock())

    def _take(self, line: Line, received: FromDirectory) -> None:
        if isinstance(received, ResponseFrame):
            if not line.exchange.answer(received.rid, received.message):
                self._metrics.late_answers += 1
        elif isinstance(received, Refused):
            if not line.exchange.refuse(received.rid, received.code):
                self._metrics.late_answers += 1
        elif isinstance(received, Keys):
            line.keys = received.document

    def _supersede(self, line: Line) -> None:
        """Close the tenant's lines of an older registration, and the oldest ones of a key that has too many."""
        mine = [held for held in self._owners if held.credential.tid == line.credential.tid]
        same = [held for held in mine if held.credential.thumbprint == line.credential.thumbprint]
        excess = same[: max(0, len(same) - LINES_PER_KEY)]
        for held in mine:
            if held.credential.epoch < line.credential.epoch or held in excess:
                self._bus.detach(held)
                self._owners[held].close(POLICY, "superseded")


class _Writer:
    """The one task that writes to a socket, so that a request never waits for a congested line.

    What is queued is bounded by the requests in flight. A message that does not leave in time ends the line.
    """

    def __init__(self, send: Send) -> None:
        self._send = send
        self._queue: deque[bytes] = deque()
        self._wake = asyncio.Event()
        self._closing: tuple[int, str] | None = None
        self.lost: Callable[[], None] = lambda: None
        self._task = asyncio.create_task(self._run())

    def write(self, message: bytes) -> None:
        self._queue.append(message)
        self._wake.set()

    def close(self, code: int, reason: str) -> None:
        self._closing = (code, reason)
        self._wake.set()

    async def finish(self) -> None:
        """Let a requested close go out, then end."""
        if self._closing is None:
            self._task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._task

    async def _run(self) -> None:
        try:
            while True:
                await self._wake.wait()
                self._wake.clear()
                while self._queue:
                    await self._write(self._queue.popleft())
                if self._closing is not None:
                    await self._hang_up(*self._closing)
                    return
        except TimeoutError:
            log.warning("line closed: it does not drain")
            await self._hang_up(TRY_AGAIN, "does not drain")
        except Exception as error:  # noqa: BLE001 - whatever the server raises, the socket is gone
            log.info("line lost while writing: %s", type(error).__name__)
        finally:
            self.lost()

    async def _write(self, message: bytes) -> None:
        async with asyncio.timeout(WRITE_S):
            await self._send({"type": "websocket.send", "bytes": message})

    async def _hang_up(self, code: int, reason: str) -> None:
        self.lost()
        with contextlib.suppress(Exception):  # the other side may have gone first
            async with asyncio.timeout(WRITE_S):
                await self._send({"type": "websocket.close", "code": code, "reason": reason})


def _failure(error: Exception) -> HandshakeFailed:
    if isinstance(error, HandshakeFailed):
        return error
    if isinstance(error, TimeoutError):
        return HandshakeFailed("timeout", "handshake took too long")
    return HandshakeFailed("malformed", str(error))


async def _message(receive: Receive) -> bytes | None:
    """Return the next binary message; None once the connection has ended."""
    event = await receive()
    if event["type"] == "websocket.disconnect":
        return None
    data = event.get("bytes")
    if not isinstance(data, bytes):
        raise Malformed("a line carries binary messages only")
    return data
