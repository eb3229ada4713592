"""The way of one request that may leave this relay: over a line of its own, to another relay, then to all of them."""

import asyncio
from collections.abc import Callable
from typing import Protocol

from relay_cloud.asking import Asking
from relay_cloud.bus import carried
from relay_cloud.bus.bus import Asked, Line
from relay_cloud.bus.carried import Round, Said, Verdict
from relay_cloud.bus.held import HeldLines, send
from relay_cloud.bus.remote import Broadcast
from relay_cloud.outcomes import Outcome
from relay_cloud.wire.envelope import with_deadline

RETRY_S = 0.3
"""What reached nobody just after the bus came back is sent again, while others subscribe anew."""


class Sending(Protocol):
    """What a journey needs of its bus."""

    instance: str

    def publish(self, subject: str, payload: bytes, reply: str, failed: Callable[[], None]) -> None:
        """Send; `failed` is called if it cannot be."""

    def shaky(self) -> bool:
        """Whether the bus is away or came back a moment ago."""


class Journey:
    """Carries one request and hears what becomes of it."""

    def __init__(self, bus: Sending, held: HeldLines, asked: Asked) -> None:
        self._bus = bus
        self._held = held
        self._asked = asked
        self._loop = asyncio.get_running_loop()
        self._due = self._loop.time() + asked.timeout_s
        self._asking = Asking(self._again)
        self._broadcast: Broadcast | None = None
        self._retries: dict[Round, asyncio.TimerHandle] = {}
        self._published = False
        self._nobody = False
        self._tried: list[Line] = []

    @property
    def hedged(self) -> bool:
        """Whether there was a second round."""
        return self._asking.hedged

    async def run(self) -> bytes:
        """Return the answer; raises Failed."""
        line = self._held.choose(self._asked.tid, self._asked.kid)
        if line is not None and not line.exchange.suspect:
            self._try(line, again=False)
        else:
            self._asking.begin()
            self._first()
        try:
            return await self._asking.outcome(self._asked.timeout_s)
        finally:
            if self._broadcast is not None:
                self._broadcast.close()
            for retry in self._retries.values():
                retry.cancel()
            for line in self._tried:
                line.exchange.forget(self._asked.rid, self._asking)

    def hear(self, round_: Round, said: Said) -> None:
        """Take what another relay says."""
        if self._asking.done:
            return
        if round_ is Round.AGAIN:
            if self._broadcast is not None:
                self._broadcast.hear(said)
        elif said.verdict is Verdict.ACK:
            self._asking.acked()
        elif said.verdict is Verdict.ANSWER:
            self._asking.answered(said.content)
        else:
            self._asking.failed(said.outcome)

    def back(self) -> None:
        """Take that the bus was away: an answer may have been lost, so that the request is sent again."""
        if self._published:
            self._asking.once_more()

    def nobody(self, round_: Round) -> None:
        """Take that nobody listens to what was sent."""
        if self._asking.done:
            return
        if self._bus.shaky():
            send = self._first if round_ is Round.FIRST else self._everybody
            self._retries[round_] = self._loop.call_later(RETRY_S, send)
        elif round_ is Round.AGAIN:
            if self._broadcast is not None:
                # A line here may be of the tenant and not know the key.
                here = self._held.published(self._asked.tid) is not None
                self._broadcast.nobody(Outcome.UNKNOWN_KEY if here else Outcome.NO_DIRECTORY)
        else:
            self._nobody = True
            self._asking.failed(Outcome.NO_DIRECTORY)

    def _try(self, line: Line, *, again: bool) -> None:
        self._tried.append(line)
        send(self._asking, line, self._asked, again=again)

    def _first(self) -> None:
        asked = self._asked
        self._publish(carried.requests(asked.tid, asked.kid), Round.FIRST, self._left())

    def _again(self, _: Asking) -> None:
        asked = self._asked
        tried = self._tried[0] if self._tried else None
        self._broadcast = Broadcast(self._asking, alone=self._nobody, shaky=self._bus.shaky)
        for line in self._held.others(asked.tid, asked.kid, tried):
            self._try(line, again=True)
        self._everybody()

    def _everybody(self) -> None:
        self._publish(carried.everybody(self._asked.tid), Round.AGAIN, carried.again(self._left()))

    def _left(self) -> bytes:
        return with_deadline(self._asked.message, int((self._due - self._loop.time()) * 1000))

    def _publish(self, subject: str, round_: Round, payload: bytes) -> None:
        self._published = True
        reply = carried.reply(self._bus.instance, round_, self._asked.rid)
        self._bus.publish(subject, payload, reply, lambda: self._lost(round_))

    def _lost(self, round_: Round) -> None:
        if round_ is Round.AGAIN:
            self.nobody(round_)
        else:
            self._asking.failed(Outcome.BUS_DOWN)
