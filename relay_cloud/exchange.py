"""The requests in flight on one line: each waits for its answer under a deadline and ends in one named outcome."""

import asyncio
from collections.abc import Callable

from relay_cloud.outcomes import Failed, Outcome
from relay_cloud.wire.frame import RefusalCode, RequestFrame

_REFUSALS = {
    RefusalCode.MALFORMED: Outcome.MALFORMED,
    RefusalCode.CANNOT_OPEN: Outcome.CANNOT_OPEN,
    RefusalCode.UNKNOWN_KEY: Outcome.UNKNOWN_KEY,
    RefusalCode.REPLAYED: Outcome.REPLAYED,
    RefusalCode.BUSY: Outcome.BUSY,
}


class Exchange:
    """What one line owes its askers.

    `send` hands one message to the line's writer and never waits. At most `limit` requests are in flight; the next
    fails BUSY at once. A closed exchange fails every waiting request LINE_LOST at once.
    """

    def __init__(self, send: Callable[[bytes], None], limit: int) -> None:
        self._send = send
        self._limit = limit
        self._waiting: dict[bytes, asyncio.Future[bytes]] = {}
        self._closed = False

    def __len__(self) -> int:
        return len(self._waiting)

    async def ask(self, rid: bytes, message: bytes, timeout_s: float) -> bytes:
        """Return the response to the request; raises Failed with BUSY, REPLAYED, LINE_LOST, DEADLINE or a refusal."""
        if self._closed:
            raise Failed(Outcome.LINE_LOST)
        if len(self._waiting) >= self._limit:
            raise Failed(Outcome.BUSY)
        if rid in self._waiting:
            raise Failed(Outcome.REPLAYED)
        loop = asyncio.get_running_loop()
        future: asyncio.Future[bytes] = loop.create_future()
        self._waiting[rid] = future
        timer = loop.call_later(timeout_s, _fail, future, Outcome.DEADLINE)
        try:
            self._send(RequestFrame(message).encode())
            return await future
        finally:
            timer.cancel()
            del self._waiting[rid]

    def answer(self, rid: bytes, response: bytes) -> bool:
        """Deliver a response; False if nobody waits for it (late, or never asked)."""
        future = self._waiting.get(rid)
        if future is None or future.done():
            return False
        future.set_result(response)
        return True

    def refuse(self, rid: bytes, code: RefusalCode) -> bool:
        """Deliver the directory's refusal; False if nobody waits for it."""
        future = self._waiting.get(rid)
        if future is None or future.done():
            return False
        future.set_exception(Failed(_REFUSALS[code]))
        return True

    def close(self) -> None:
        """Fail everything in flight: the line is gone."""
        self._closed = True
        for future in self._waiting.values():
            _fail(future, Outcome.LINE_LOST)


def _fail(future: asyncio.Future[bytes], outcome: Outcome) -> None:
    if not future.done():
        future.set_exception(Failed(outcome))
