"""`POST /v1/poll`: long-polls of directories that cannot open a WebSocket, raw ASGI."""

import asyncio
import contextlib
import json
import logging
from collections import OrderedDict
from collections.abc import Callable
from uuid import UUID

from relay_cloud import http_answer
from relay_cloud.bus.bus import Bus
from relay_cloud.http_answer import Receive, Scope, Send
from relay_cloud.limits import BODY_READ_S, MAX_ENTRIES, Failures
from relay_cloud.line_route import LineSettings
from relay_cloud.metrics import Metrics
from relay_cloud.polled import LINGER_S, PolledLine
from relay_cloud.probing import Probing
from relay_cloud.wire import frame, polling
from relay_cloud.wire.credential import Credential
from relay_cloud.wire.envelope import MAX_DEADLINE_MS, Malformed
from relay_cloud.wire.frame import Ack, Keys, Probe, Refused, ResponseFrame
from relay_cloud.wire.handshake import HandshakeFailed

log = logging.getLogger("relay_cloud.poll")

KIND = b"application/octet-stream"
DRAIN_TICK_S = 0.1
_STATUS = {"malformed": 400, "superseded": 403, "revoked": 403, "too_large": 413, "stopping": 503}


class PollRoute:
    """Serves long-polls; `clock` tells Unix seconds."""

    def __init__(self, *, bus: Bus, settings: LineSettings, metrics: Metrics, clock: Callable[[], float]) -> None:
        self._bus = bus
        self._settings = settings
        self._metrics = metrics
        self._clock = clock
        self._probing = Probing(bus)
        self._failures = Failures()
        self._seen: OrderedDict[str, float] = OrderedDict()
        self._polled: dict[UUID, dict[str, PolledLine]] = {}
        self._leaving: dict[PolledLine, asyncio.TimerHandle] = {}
        self._draining = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one poll."""
        if scope["method"] != "POST":
            await http_answer.not_allowed(send)
            return
        address = (scope.get("client") or ("",))[0]
        try:
            frames = await self._poll(scope, receive, address)
        except HandshakeFailed as failure:
            self._metrics.handshakes[failure.code] += 1
            await self._refuse(send, failure)
            return
        except Malformed as error:
            await self._refuse(send, HandshakeFailed("malformed", str(error)))
            return
        if frames is not None:
            body = polling.batch(frames)
            extra = [(polling.INSTANCE_HEADER.encode(), self._settings.instance.encode())]
            await http_answer.answer(send, 200 if body else 204, KIND, body, extra)

    async def drain(self) -> None:
        """Take no more polls, let those that wait go, and return once nothing is in flight any more."""
        self._draining = True
        for polled in self._all():
            polled.wake()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(MAX_DEADLINE_MS / 1000):
                while any(len(one.line.exchange) for one in self._all()):  # noqa: ASYNC110 - the process ends
                    await asyncio.sleep(DRAIN_TICK_S)

    def superseded(self, tid: UUID, epoch: int) -> None:
        """End the tenant's polls of registrations before this one."""
        for polled in tuple(self._polled.get(tid, {}).values()):
            if polled.line.credential.epoch < epoch:
                self._end(polled)

    def revoke(self) -> None:
        """End the polls of registrations that were revoked."""
        for polled in self._all():
            if self._settings.revoked(polled.line.credential):
                self._end(polled)

    def forwarded(self, tid: UUID, data: bytes) -> None:
        """Take the answers that a directory brought to another relay."""
        for one in polling.unbatch(data):
            self._answer(tid, frame.decode(one))

    def _all(self) -> list[PolledLine]:
        return [polled for mine in self._polled.values() for polled in mine.values()]

    async def _poll(self, scope: Scope, receive: Receive, address: str) -> list[bytes] | None:
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        credential = self._proved(headers, address)
        wait = headers.get(polling.WAIT_HEADER, "0")
        if not wait.isascii() or not wait.isdigit() or int(wait) > polling.MAX_WAIT_S:
            raise Malformed("contact-relay-wait is not 0 to 25")
        body = await _body(receive, headers)
        if body is None:
            return None
        brought = polling.unbatch(body)
        polled = self._open(credential)
        elsewhere = []
        for one in brought:
            received = frame.decode(one)
            if isinstance(received, Keys):
                polled.line.publish(received.document)
                self._bus.published(polled.line)
            elif isinstance(received, Probe):
                self._probing.begin(polled.line, received.message, polled.put)
            elif not self._answer(credential.tid, received):
                elsewhere.append(one)
        instance = headers.get(polling.INSTANCE_HEADER, "")
        if instance == self._settings.instance:
            self._metrics.late_answers += len(elsewhere)
        elif elsewhere:
            self._bus.forward(instance, credential.tid, polling.batch(elsewhere))
        return await self._parked(polled, int(wait), receive) if int(wait) else []

    def _proved(self, headers: dict[str, str], address: str) -> Credential:
        now = self._clock()
        try:
            credential, unique = polling.prove(
                headers.get("authorization", ""),
                headers.get("dpop", ""),
                registrar=self._settings.registrar,
                host=self._settings.host,
                now=now,
            )
        except HandshakeFailed:
            if not self._failures.blocked(address, now):  # an address that keeps failing fills no log
                self._failures.note(address, now)
                log.warning("poll refused")
            raise
        while self._seen and now - next(iter(self._seen.values())) > 2 * polling.WINDOW_S:
            self._seen.popitem(last=False)
        if unique in self._seen:
            raise HandshakeFailed("proof_invalid", "a proof is good once")
        self._seen[unique] = now
        if len(self._seen) > MAX_ENTRIES:
            self._seen.popitem(last=False)
        if self._draining:
            raise HandshakeFailed("stopping", "this relay is stopping")
        self._settings.admit(credential, self._bus)
        return credential

    def _open(self, credential: Credential) -> PolledLine:
        self._settings.opened(credential.tid, credential.epoch)
        mine = self._polled.setdefault(credential.tid, {})
        polled = mine.get(credential.thumbprint)
        if polled is None:
            polled = mine[credential.thumbprint] = PolledLine(credential, self._settings.terms.max_inflight)
            self._metrics.handshakes["ok"] += 1
        polled.line.credential = credential
        if not polled.attached:
            polled.attached = True
            self._bus.attach(polled.line)
        self._leave(polled)
        return polled

    async def _parked(self, polled: PolledLine, seconds: int, receive: Receive) -> list[bytes] | None:
        """Wait for frames; None if the directory has gone."""
        waiting = asyncio.ensure_future(polled.park(seconds))
        gone = asyncio.ensure_future(receive())
        try:
            await asyncio.wait((waiting, gone), return_when=asyncio.FIRST_COMPLETED)
            return waiting.result() if waiting.done() else None
        finally:
            waiting.cancel()
            gone.cancel()
            await asyncio.gather(waiting, gone, return_exceptions=True)
            self._leave(polled)

    def _stay(self, polled: PolledLine) -> None:
        leaving = self._leaving.pop(polled, None)
        if leaving is not None:
            leaving.cancel()

    def _leave(self, polled: PolledLine) -> None:
        """Look in a while whether a poll waits then; a line that was ended is past that."""
        self._stay(polled)
        if self._holds(polled):
            self._leaving[polled] = asyncio.get_running_loop().call_later(LINGER_S, self._left, polled)

    def _left(self, polled: PolledLine) -> None:
        if polled.waiting:  # the poll that ends last looks again
            return
        polled.attached = False
        self._bus.detach(polled.line)
        if len(polled.line.exchange):  # answers may still be brought, here or elsewhere
            self._leave(polled)
        else:
            self._end(polled)

    def _end(self, polled: PolledLine) -> None:
        self._stay(polled)
        self._bus.detach(polled.line)
        polled.line.exchange.close()
        polled.wake()
        if self._holds(polled):
            credential = polled.line.credential
            del self._polled[credential.tid][credential.thumbprint]
            if not self._polled[credential.tid]:
                del self._polled[credential.tid]

    def _holds(self, polled: PolledLine) -> bool:
        credential = polled.line.credential
        return self._polled.get(credential.tid, {}).get(credential.thumbprint) is polled

    def _answer(self, tid: UUID, received: frame.Frame) -> bool:
        """Deliver what a directory says of a request; False if it is not asked here."""
        if not isinstance(received, ResponseFrame | Refused | Ack):
            raise Malformed("a directory does not send this frame in a poll")
        return any(polled.line.exchange.take(received) for polled in self._polled.get(tid, {}).values())

    async def _refuse(self, send: Send, failure: HandshakeFailed) -> None:
        body = json.dumps({"error": failure.code, "message": str(failure)}).encode()
        await http_answer.answer(send, _STATUS.get(failure.code, 401), b"application/json", body, [])


async def _body(receive: Receive, headers: dict[str, str]) -> bytes | None:
    """Return the whole body, None if the directory has gone; what is longer than a batch is not read."""
    length = headers.get("content-length", "")
    if length.isdigit() and int(length) > polling.MAX_BATCH:
        raise HandshakeFailed("too_large", "a batch has at most 1 MiB")
    parts = bytearray()
    try:
        async with asyncio.timeout(BODY_READ_S):
            while (event := await receive())["type"] == "http.request":
                parts += event.get("body", b"")
                if len(parts) > polling.MAX_BATCH:
                    raise HandshakeFailed("too_large", "a batch has at most 1 MiB")
                if not event.get("more_body", False):
                    return bytes(parts)
    except TimeoutError as error:
        raise Malformed("the batch did not arrive in time") from error
    return None
