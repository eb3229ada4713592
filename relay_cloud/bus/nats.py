"""The bus of several relays over core NATS: a subscription is the routing table, nothing is stored.

A request goes over a line of this relay if one carries; else to one of the relays that hold a line behind which its
key is known. The second round goes to all of them (`journey`); what is said in between is in `carried`.
"""

import asyncio
import contextlib
import itertools
import logging
from collections.abc import Callable
from typing import Any
from uuid import UUID

from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.errors import Error as NatsError

from relay_cloud.bus import carried
from relay_cloud.bus.bus import Asked, Line
from relay_cloud.bus.carried import Kind, Round
from relay_cloud.bus.held import HeldLines
from relay_cloud.bus.holder import Holder, checked
from relay_cloud.bus.journey import Journey
from relay_cloud.bus.outgoing import Outgoing
from relay_cloud.bus.pulse import Pulse
from relay_cloud.bus.subscriptions import Subscriptions
from relay_cloud.outcomes import Failed, Outcome
from relay_cloud.wire import published

log = logging.getLogger("relay_cloud.bus")

FRESH_S = 3.0
"""So long after the bus came back others may not have subscribed anew yet."""
FLUSH_S = 2
KEYS_S = 2.0
_OPTIONS: dict[str, Any] = {
    "max_reconnect_attempts": -1,
    "reconnect_time_wait": 0.25,
    "ping_interval": 5,
    "max_outstanding_pings": 2,
    "connect_timeout": 2,
    # What is asked while the bus is away waits here for a moment; more than that fails at once.
    "pending_size": 1 << 20,
    "no_echo": True,
}


class NatsBus:
    """Lines here and at other relays; implements `bus.Bus`.

    `instance` names this relay, `superseded(tid, epoch)` is called when a line of a higher epoch than known here is
    open anywhere, `forwarded(tid, data)` with answers to requests of ours that were brought to another relay. `start`
    returns before the server is reached; until then nothing but own lines carries.
    """

    def __init__(
        self, url: str, instance: str, superseded: Callable[[UUID, int], None], forwarded: Callable[[UUID, bytes], None]
    ) -> None:
        self.instance = instance
        self.hedged = 0
        self._url = url
        self._forwarded = forwarded
        self._held = HeldLines()
        self._client = Client()
        self._subscriptions = Subscriptions(self._client)
        self._holder = Holder(self._held, self._subscriptions, self.publish, old=self._old, superseded=superseded)
        self._journeys: dict[bytes, Journey] = {}
        self._wanting: dict[str, asyncio.Future[bytes | None]] = {}
        self._numbers = itertools.count()
        self._outgoing = Outgoing(self._client)
        self._tasks: list[asyncio.Task[None]] = []
        self._away = False
        self._back_at = float("-inf")
        self._trouble: type[Exception] | None = None
        self._pulse = Pulse(_now, self._stood_still)
        self._catching_up: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Connect in the background, and stay so."""
        self._subscriptions.want(carried.replies(self.instance), self._on_reply)
        works = (self._connect(), self._subscriptions.run(), self._outgoing.run(), self._pulse.run())
        self._tasks = [asyncio.create_task(work) for work in works]

    async def stop(self) -> None:
        """Leave the bus."""
        for task in self._tasks:
            task.cancel()
        if self._catching_up is not None:
            self._catching_up.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        with contextlib.suppress(NatsError, OSError):
            await self._client.close()

    @property
    def ready(self) -> bool:
        """Whether other relays can be reached."""
        return self._client.is_connected

    async def settled(self) -> None:
        """Wait until the others can reach the lines attached before."""
        await self._subscriptions.settled()

    def attach(self, line: Line) -> None:
        """Offer an open line; it serves once it has published keys."""
        self._held.add(line)
        self._holder.announce(line.credential.tid)
        self._holder.follow(line.credential.tid)

    def published(self, line: Line) -> None:
        """Note that the keys of an attached line have changed."""
        self._holder.follow(line.credential.tid)

    def detach(self, line: Line) -> None:
        """Take the line back; unknown lines are ignored."""
        if self._held.remove(line):
            self._holder.follow(line.credential.tid)

    def withdraw(self) -> None:
        """Take no more requests of other relays; own lines go on."""
        self._holder.withdraw()

    async def ask(self, asked: Asked) -> bytes:
        """Return the response of the tenant's directory; raises Failed, at once NO_DIRECTORY if there is none."""
        if asked.rid in self._journeys:
            raise Failed(Outcome.REPLAYED)
        journey = self._journeys[asked.rid] = Journey(self, self._held, asked)
        try:
            return await journey.run()
        finally:
            del self._journeys[asked.rid]
            self.hedged += journey.hedged

    async def keys(self, tid: UUID) -> bytes | None:
        """Return the key configuration to seal to, or None without a directory."""
        line = self._held.published(tid)
        if line is not None and not line.exchange.suspect:
            return line.keys
        reply = carried.keys_reply(self.instance, next(self._numbers))
        answer: asyncio.Future[bytes | None] = asyncio.get_running_loop().create_future()
        self._wanting[reply] = answer
        self.publish(carried.everybody(tid), bytes((Kind.WANT_KEYS,)), reply, lambda: _resolve(answer, None))
        try:
            async with asyncio.timeout(KEYS_S):
                found = await answer
        except TimeoutError:
            found = None
        finally:
            del self._wanting[reply]
        if found is not None and published.is_document(found):
            return found
        return line.keys if line is not None else None

    def forward(self, instance: str, tid: UUID, data: bytes) -> None:
        """Bring answers of a directory to the relay that waits for them; lost if that is gone."""
        subject = carried.answers(instance)
        if subject is not None:
            self.publish(subject, tid.bytes + data)

    def newest_epoch(self, tid: UUID) -> int:
        """Return the highest epoch among the tenant's lines that are open here, 0 without one."""
        return self._held.newest_epoch(tid)

    def lines(self) -> list[Line]:
        """Return this instance's open lines."""
        return self._held.all()

    # what journeys need

    def publish(self, subject: str, payload: bytes, reply: str = "", failed: Callable[[], None] | None = None) -> None:
        """Send soon; `failed` is called if it cannot be."""
        self._outgoing.put(subject, payload, reply, failed)

    def shaky(self) -> bool:
        """Whether the bus is away or came back a moment ago."""
        return self._away or _now() - self._back_at < FRESH_S

    # the connection

    async def _connect(self) -> None:
        def connected() -> None:
            self._trouble = None
            log.info("bus connected")
            self._subscriptions.wake()
            for line in self._held.all():
                self._holder.announce(line.credential.tid)

        async def reconnected() -> None:
            self._away, self._back_at = False, _now()
            connected()
            for journey in tuple(self._journeys.values()):
                journey.back()

        async def disconnected() -> None:
            self._away = True
            log.warning("bus lost")

        async def error(problem: Exception) -> None:
            if type(problem) is not self._trouble:  # each try anew brings the same
                self._trouble = type(problem)
                log.warning("bus: %s", self._trouble.__name__)

        await self._client.connect(
            self._url, disconnected_cb=disconnected, reconnected_cb=reconnected, error_cb=error, **_OPTIONS
        )
        connected()

    def _old(self) -> bool:
        """Whether what comes now waited while this process stood still."""
        self._pulse.look()
        return self._catching_up is not None

    def _stood_still(self) -> None:
        if self._catching_up is None:
            log.warning("stood still: what waited meanwhile is left to others")
            self._catching_up = asyncio.create_task(self._catch_up())

    async def _catch_up(self) -> None:
        """Wait until the server has nothing left from before."""
        try:
            with contextlib.suppress(NatsError, OSError):
                await self._client.flush(FLUSH_S)
        finally:
            self._catching_up = None

    # what others say

    async def _on_reply(self, message: Msg) -> None:
        nobody = message.headers is not None and message.headers.get("Status") == "503"
        name = message.subject.rpartition(".")[2]
        if name[:1] == "k":
            answer = self._wanting.get(message.subject)
            if answer is not None:
                _resolve(answer, None if nobody else message.data)
            return
        if name == "p":
            with checked():
                self._forwarded(UUID(bytes=message.data[:16]), message.data[16:])
            return
        try:
            round_, journey = Round(int(name[:1])), self._journeys.get(bytes.fromhex(name[1:]))
            if journey is None:
                return
            if nobody:
                journey.nobody(round_)
            else:
                journey.hear(round_, carried.decode_said(message.data))
        except ValueError:  # Malformed among them
            log.warning("bus: a reply that is none")


def _now() -> float:
    return asyncio.get_running_loop().time()


def _resolve(future: "asyncio.Future[bytes | None]", value: bytes | None) -> None:
    if not future.done():
        future.set_result(value)
