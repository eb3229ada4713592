"""The requests in flight on one line: what was sent, what the directory has confirmed, and who waits for the answer."""

import asyncio
from collections.abc import Callable

from relay_cloud.asking import ACK_S, Sink
from relay_cloud.outcomes import Outcome
from relay_cloud.wire.frame import Ack, RefusalCode, Refused, RequestFrame, ResponseFrame

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
    fails BUSY at once. A closed exchange fails every waiting request LINE_LOST at once. A line whose directory has not
    confirmed a request in time is `suspect` until anything is heard from it again.
    """

    def __init__(self, send: Callable[[bytes], None], limit: int) -> None:
        self._send = send
        self._limit = limit
        self._waiting: dict[bytes, Sink] = {}
        self._unconfirmed: dict[bytes, float] = {}
        self._watch: asyncio.TimerHandle | None = None
        self._closed = False
        self.suspect = False
        self.suspected = 0

    def __len__(self) -> int:
        return len(self._waiting)

    def ask(self, rid: bytes, message: bytes, sink: Sink, *, again: bool = False) -> None:
        """Send a request; `sink` is told what becomes of it, before this returns if nothing was sent."""
        if self._closed:
            sink.failed(Outcome.LINE_LOST)
        elif len(self._waiting) >= self._limit:
            sink.failed(Outcome.BUSY)
        elif rid in self._waiting:
            sink.failed(Outcome.REPLAYED)
        else:
            self._waiting[rid] = sink
            loop = asyncio.get_running_loop()
            self._unconfirmed[rid] = loop.time() + ACK_S
            if self._watch is None:
                self._watch = loop.call_later(ACK_S, self._look)
            self._send(RequestFrame(message, again).encode())

    def carries(self, rid: bytes) -> bool:
        """Whether this request is in flight here."""
        return rid in self._waiting

    def forget(self, rid: bytes, sink: Sink) -> None:
        """Take no answer for `sink` any more; another one's request of the same id goes on."""
        if self._waiting.get(rid) is sink:
            self._end(rid)

    def heard(self) -> None:
        """Anything came from the directory: the line carries."""
        self.suspect = False

    def take(self, said: ResponseFrame | Refused | Ack) -> bool:
        """Take what the directory says of a request; False if nobody waits for it here."""
        if isinstance(said, ResponseFrame):
            return self.answer(said.rid, said.message)
        if isinstance(said, Refused):
            return self.refuse(said.rid, said.code)
        known = self.carries(said.rid)
        self.ack(said.rid)
        return known

    def ack(self, rid: bytes) -> None:
        """Note that the directory has the request."""
        self._unconfirmed.pop(rid, None)
        sink = self._waiting.get(rid)
        if sink is not None:
            sink.acked()

    def answer(self, rid: bytes, response: bytes) -> bool:
        """Deliver a response; False if nobody waits for it (late, or never asked)."""
        sink = self._end(rid)
        if sink is None:
            return False
        sink.answered(response)
        return True

    def refuse(self, rid: bytes, code: RefusalCode) -> bool:
        """Deliver the directory's refusal; False if nobody waits for it."""
        sink = self._end(rid)
        if sink is None:
            return False
        sink.failed(_REFUSALS[code])
        return True

    def close(self) -> None:
        """Fail everything in flight: the line is gone."""
        self._closed = True
        if self._watch is not None:
            self._watch.cancel()
            self._watch = None
        waiting, self._waiting, self._unconfirmed = self._waiting, {}, {}
        for sink in waiting.values():
            sink.failed(Outcome.LINE_LOST)

    def _end(self, rid: bytes) -> Sink | None:
        self._unconfirmed.pop(rid, None)
        return self._waiting.pop(rid, None)

    def _look(self) -> None:
        """Suspect the line if its oldest unconfirmed request is overdue; look again when the next one would be."""
        self._watch = None
        loop = asyncio.get_running_loop()
        now = loop.time()
        while self._unconfirmed:
            rid, due = next(iter(self._unconfirmed.items()))
            if due > now:
                self._watch = loop.call_at(due, self._look)
                return
            del self._unconfirmed[rid]
            if not self.suspect:
                self.suspect = True
                self.suspected += 1
