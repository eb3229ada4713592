"""`POST /v1/t/{tid}` (a sealed request) and `GET /v1/t/{tid}/keys`: the clients' side of the relay, raw ASGI."""

import asyncio
import contextlib
from collections.abc import Callable
from uuid import UUID

from relay_cloud import http_answer
from relay_cloud.bus.bus import Asked, Bus
from relay_cloud.http_answer import Receive, Scope, Send
from relay_cloud.limits import BODY_READ_S, DISCARD_S, KEYS_BURST, KEYS_RATE, MAX_DISCARD, TokenBuckets, network
from relay_cloud.metrics import Metrics
from relay_cloud.outcomes import Failed, Outcome
from relay_cloud.tickets import Tickets
from relay_cloud.wire.envelope import MAX_MESSAGE, Malformed, decode_request

PREFIX = "/v1/t/"
_TID_SIZE = 36


class AskRoute:
    """Carries requests of ticket holders to their tenant's directory; `clock` tells Unix seconds."""

    def __init__(
        self, *, bus: Bus, tickets: Tickets, buckets: TokenBuckets, metrics: Metrics, clock: Callable[[], float]
    ) -> None:
        self._bus = bus
        self._tickets = tickets
        self._buckets = buckets
        self._fetches = TokenBuckets(KEYS_RATE, KEYS_BURST)
        self._metrics = metrics
        self._clock = clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request below `/v1/t/`."""
        method = scope["method"]
        if method == "OPTIONS":
            await http_answer.preflight(send)
        elif method == "POST":
            await self._post(scope, receive, send)
        elif method == "GET":
            await self._fetch(scope, send)
        else:
            await http_answer.not_allowed(send)

    async def _post(self, scope: Scope, receive: Receive, send: Send) -> None:
        outcome = Outcome.ANSWERED
        try:
            response = await self._ask(scope, receive)
        except Failed as failed:
            outcome = failed.outcome
        self._metrics.requests[outcome] += 1
        if outcome is Outcome.ANSWERED:
            await http_answer.answer(send, 200, b"application/octet-stream", response, [])
        elif outcome is not Outcome.CLIENT_GONE:
            await http_answer.refuse(send, outcome)

    async def _ask(self, scope: Scope, receive: Receive) -> bytes:
        tid = _tenant(scope["path"][len(PREFIX) :])
        authorization = length = None
        for name, value in scope["headers"]:
            if name == b"authorization":
                authorization = value
            elif name == b"content-length":
                length = value
        if length is not None and int(length) > MAX_MESSAGE:
            if int(length) <= MAX_DISCARD:
                await _discard(receive)
            raise Failed(Outcome.TOO_LARGE)
        now = self._clock()
        ticket = self._tickets.check(authorization, tid, now)
        if not self._buckets.take(tid, now):
            raise Failed(Outcome.BUSY)
        message = await _body(receive)
        try:
            request = decode_request(message)
        except Malformed as error:
            raise Failed(Outcome.MALFORMED) from error
        if request.tid != tid:
            raise Failed(Outcome.MALFORMED)
        if request.sender != ticket.sender:
            raise Failed(Outcome.TICKET_FOREIGN)
        return await self._bus.ask(Asked(tid, request.rid, request.kid, message, request.deadline_ms / 1000))

    async def _fetch(self, scope: Scope, send: Send) -> None:
        """Answer with the key configuration; nobody has shown who they are, so addresses are limited."""
        if not self._fetches.take(network((scope.get("client") or ("",))[0]), self._clock()):
            await http_answer.refuse(send, Outcome.BUSY)
            return
        name, _, rest = scope["path"][len(PREFIX) :].partition("/")
        try:
            tid = _tenant(name)
        except Failed as failed:
            await http_answer.refuse(send, failed.outcome)
            return
        document = await self._bus.keys(tid) if rest == "keys" else None
        if rest != "keys":
            await http_answer.not_allowed(send)
        elif document is None:
            await http_answer.refuse(send, Outcome.NO_DIRECTORY)
        else:
            await http_answer.answer(send, 200, b"application/json", document, [])


def _tenant(text: str) -> UUID:
    try:
        if len(text) == _TID_SIZE:
            return UUID(text)
    except ValueError:
        pass
    raise Failed(Outcome.MALFORMED)


async def _body(receive: Receive) -> bytes:
    parts = bytearray()
    try:
        async with asyncio.timeout(BODY_READ_S):
            while (event := await receive())["type"] == "http.request":
                parts += event.get("body", b"")
                more = event.get("more_body", False)
                if len(parts) > MAX_MESSAGE:
                    if more:
                        await _discard(receive)
                    raise Failed(Outcome.TOO_LARGE)
                if not more:
                    return bytes(parts)
    except TimeoutError as error:
        raise Failed(Outcome.MALFORMED) from error
    raise Failed(Outcome.CLIENT_GONE)


async def _discard(receive: Receive) -> None:
    """Throw the rest of a body away, within bounds: closing on unread bytes would reset the client's connection."""
    seen = 0
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(DISCARD_S):
            while seen <= MAX_DISCARD:
                event = await receive()
                seen += len(event.get("body", b""))
                if event["type"] != "http.request" or not event.get("more_body"):
                    return
