"""`GET /v1/line`: the WebSocket a directory keeps open, raw ASGI; one owner per connection."""

import asyncio
import contextlib
import logging
from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric import ec

from relay_cloud.bus.bus import Bus, Line
from relay_cloud.exchange import Exchange
from relay_cloud.http_answer import Receive, Scope, Send
from relay_cloud.limits import HANDSHAKE_S, Failures
from relay_cloud.metrics import Metrics
from relay_cloud.probing import Probing
from relay_cloud.wire.credential import Credential
from relay_cloud.wire.envelope import MAX_DEADLINE_MS, Malformed
from relay_cloud.wire.frame import Ack, Drain, Keys, Probe, Refused, ResponseFrame
from relay_cloud.wire.handshake import HandshakeFailed, Terms
from relay_cloud.wire.session import FromDirectory, RelaySession
from relay_cloud.writer import Writer

log = logging.getLogger("relay_cloud.line")

LINES_PER_KEY = 4
"""Open lines of one identity key; beyond, the oldest is closed with 1008 (superseded)."""
LIFETIME_GRACE_S = 60.0
"""A directory replaces its line within the lifetime; one that has not after this time more is closed with 1008."""
DRAIN_TICK_S = 0.1
POLICY, RESTART = 1008, 1012


@dataclass(frozen=True, slots=True)
class LineSettings:
    """What every line of this relay shares."""

    registrar: ec.EllipticCurvePublicKey
    instance: str
    host: str
    terms: Terms
    opened: Callable[[UUID, int], None]
    """Called with tenant and epoch of each line that is proved: those of earlier registrations end."""
    revoked: Callable[[Credential], bool] = lambda _: False

    def admit(self, credential: Credential, bus: Bus) -> None:
        """Refuse what was registered and is no longer; raises HandshakeFailed."""
        if self.revoked(credential):
            raise HandshakeFailed("revoked", "this registration was revoked: register the tenant again")
        if credential.epoch < bus.newest_epoch(credential.tid):
            raise HandshakeFailed("superseded", "a newer registration of this tenant is connected")


class LineRoute:
    """Serves lines; `nonce` returns 32 random bytes, `clock` Unix seconds, `random` a number in [0, 1)."""

    def __init__(
        self,
        *,
        bus: Bus,
        settings: LineSettings,
        metrics: Metrics,
        nonce: Callable[[], bytes],
        clock: Callable[[], float],
        random: Callable[[], float],
    ) -> None:
        self._bus = bus
        self._settings = settings
        self._metrics = metrics
        self._nonce = nonce
        self._clock = clock
        self._failures = Failures()
        self._random = random
        self._owners: dict[UUID, dict[Line, Writer]] = {}
        self._probing = Probing(bus)
        self._draining = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one line until it ends."""
        await receive()  # websocket.connect
        if self._draining:
            await send({"type": "websocket.http.response.start", "status": 503, "headers": []})
            await send({"type": "websocket.http.response.body", "body": b"this relay is stopping\n"})
            return
        await send({"type": "websocket.accept"})
        address = (scope.get("client") or ("",))[0]
        scope["headers"] = ()  # a kilobyte that an idle line need not keep
        writer = Writer(send)
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
            admit=lambda credential: settings.admit(credential, self._bus),
        )

    async def _shake(self, session: RelaySession, receive: Receive, writer: Writer, address: str) -> bool:
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

    async def _serve(self, session: RelaySession, receive: Receive, writer: Writer) -> None:
        if session.credential is None:
            return
        line = Line(session.credential, Exchange(writer.write, self._settings.terms.max_inflight))

        def lost() -> None:
            self._bus.detach(line)  # so that the tenant's other lines get what comes from now on
            line.exchange.close()

        writer.lost = lost
        self._owners.setdefault(line.credential.tid, {})[line] = writer
        self._settings.opened(line.credential.tid, line.credential.epoch)
        self._supersede(line)
        self._bus.attach(line)
        log.info("line open")
        try:
            async with asyncio.timeout(self._lifetime(line.credential)):
                while (data := await _message(receive)) is not None:
                    line.exchange.heard()
                    received = session.receive(data, self._clock())
                    if received is not None:
                        self._take(line, received)
                    del data, received  # else the last message stays until the next one comes
        except TimeoutError:
            writer.close(POLICY, "lifetime")
        except Malformed as error:
            writer.close(POLICY, "malformed")
            log.warning("line closed: %s", error)
        finally:
            lost()
            self._gone(line)
            log.info("line closed")

    def _gone(self, line: Line) -> None:
        mine = self._owners[line.credential.tid]
        del mine[line]
        if not mine:
            del self._owners[line.credential.tid]

    def _lifetime(self, credential: Credential) -> float:
        """Return the seconds a line may live; it must not outlive the proof it was opened with."""
        return min(self._settings.terms.max_lifetime + LIFETIME_GRACE_S, credential.expires - self._clock())

    def _take(self, line: Line, received: FromDirectory) -> None:
        if isinstance(received, ResponseFrame | Refused | Ack):
            if not line.exchange.take(received) and not isinstance(received, Ack):
                self._metrics.late_answers += 1
        elif isinstance(received, Keys):
            line.publish(received.document)
            self._bus.published(line)
        elif isinstance(received, Probe):
            self._probing.begin(line, received.message, lambda frame: self._tell(line, frame))

    def _tell(self, line: Line, frame: bytes) -> None:
        if self._held(line):
            self._writer(line).write(frame)

    def superseded(self, tid: UUID, epoch: int) -> None:
        """Close the tenant's lines of registrations before this one."""
        for held in tuple(self._owners.get(tid, ())):
            if held.credential.epoch < epoch:
                self._close(held, "superseded")

    def revoke(self) -> None:
        """Close the lines whose credential has been revoked since they opened."""
        for held in [line for mine in self._owners.values() for line in mine]:
            if self._settings.revoked(held.credential):
                self._close(held, "revoked")

    async def drain(self, window_s: float, grace_s: float) -> None:
        """Refuse new lines, let the open ones go at random moments of the window, and return once all are gone.

        A directory has `grace_s` to open another line and leave by itself; what is in flight is answered first.
        """
        self._draining = True
        lines = [line for mine in self._owners.values() for line in mine]
        await asyncio.gather(*(self._let_go(line, self._random() * window_s, grace_s) for line in lines))

    async def _let_go(self, line: Line, after_s: float, grace_s: float) -> None:
        await asyncio.sleep(after_s)
        if not self._held(line):
            return
        self._writer(line).write(Drain(int(grace_s)).encode())
        await self._until(grace_s, lambda: not self._held(line))
        await self._until(MAX_DEADLINE_MS / 1000, lambda: not (self._held(line) and len(line.exchange)))
        if self._held(line):
            self._close(line, "draining", RESTART)

    async def _until(self, seconds: float, so: Callable[[], bool]) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while not so():  # noqa: ASYNC110 - it ends in a few places, and the process ends with it
                    await asyncio.sleep(DRAIN_TICK_S)

    def _held(self, line: Line) -> bool:
        return line in self._owners.get(line.credential.tid, ())

    def _writer(self, line: Line) -> Writer:
        return self._owners[line.credential.tid][line]

    def _supersede(self, line: Line) -> None:
        """Close the oldest lines of a key that has too many."""
        mine = self._owners[line.credential.tid]
        same = [held for held in mine if held.credential.thumbprint == line.credential.thumbprint]
        for held in same[: max(0, len(same) - LINES_PER_KEY)]:
            self._close(held, "superseded")

    def _close(self, line: Line, reason: str, code: int = POLICY) -> None:
        self._bus.detach(line)
        self._writer(line).close(code, reason)


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
