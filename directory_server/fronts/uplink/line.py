"""The line: the outbound connection to one relay, kept open for ever. Randomness, sleep and clock are arguments."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from directory_server.fronts.uplink.connection import Connection
from directory_server.fronts.uplink.dial import Way, back_off, dial, line_url, same_back_off
from directory_server.fronts.uplink.fallback import FallBack
from directory_server.fronts.uplink.instances import Instances, SameInstance
from directory_server.fronts.uplink.polls import Polls
from directory_server.fronts.uplink.requests import Answer
from relay_cloud.wire import polling
from relay_cloud.wire.envelope import Request
from relay_cloud.wire.frame import Keys
from relay_cloud.wire.handshake import HandshakeFailed
from relay_cloud.wire.session import DirectorySession

log = logging.getLogger("directory_server.uplink")

SETTLED_S = 10.0
"""After having lived this long, a line's next reconnect starts from the shortest back-off."""
DENIED_BACK_OFF_S = 60.0
PROBE_S = 60.0
"""So often, about, a line is tried out by a request of our own: a relay can be connected and carry nothing."""
PROBE_WAIT_S = 10.0
PROBE_FAILURES = 2
"""So many in a row end the line; one may be lost to a busy relay."""


class LineState(StrEnum):
    """How the line is."""

    OFF = "off"
    CONNECTING = "connecting"
    CONNECTED = "connected"
    POLLING = "polling"
    """Connected by long-polls, because no WebSocket gets through."""
    WAITING = "waiting"
    DENIED = "denied"
    SPARE = "spare"
    """Not needed: every relay instance that answers has a line of ours."""


@dataclass(slots=True)
class LineHealth:
    """What the status page shows: the state, since when, and the last error ("" for none)."""

    state: LineState = LineState.OFF
    since: datetime | None = None
    last_error: str = ""


class Line:
    """Keeps one line to one relay open until cancelled.

    `hello` makes the session for a relay host, `polls` the long-polls of a URL for where no WebSocket gets through,
    `keys` the key configuration to publish, `answer` answers a request, `probe` makes a request of our own and
    `probed` is told when it is over. `instances` are shared by all lines. `way` leads to the relay. `random` returns
    [0, 1), `sleep` waits seconds, `now` tells the time (UTC), `monotonic` seconds.
    """

    def __init__(
        self,
        relay: str,
        *,
        hello: Callable[[str], DirectorySession],
        polls: Callable[[str], Polls],
        keys: Callable[[], dict[str, Any]],
        answer: Answer,
        probe: Callable[[], Request],
        probed: Callable[[bytes], None],
        instances: Instances,
        way: Way,
        random: Callable[[], float],
        sleep: Callable[[float], Awaitable[None]],
        now: Callable[[], datetime],
        monotonic: Callable[[], float],
    ) -> None:
        self.url, self._host = line_url(relay)
        self.poll_url = relay.rstrip("/") + polling.PATH
        self.health = LineHealth()
        self._hello = hello
        self._polls = polls
        self._fallback = FallBack()
        self._keys = keys
        self._answer = answer
        self._probe = probe
        self._probed = probed
        self._instances = instances
        self._way = way
        self._random = random
        self._sleep = sleep
        self._now = now
        self._monotonic = monotonic
        self._current: Connection | Polls | None = None
        self._retiring: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Connect, serve, reconnect; a line whose lifetime ends is replaced before it is closed."""
        attempt = same = 0
        try:
            while True:
                try:
                    connection = await self._open()
                except SameInstance:
                    self._note(LineState.SPARE, "")
                    await self._wait(same_back_off(same, self._random), self._instances.released())
                    same += 1
                    continue
                except HandshakeFailed as error:
                    self._note(LineState.DENIED, f"relay refused: {error.code}: {error}"[:200])
                    await self._wait(DENIED_BACK_OFF_S * (0.5 + self._random() / 2))
                    continue
                except Exception as error:  # noqa: BLE001 - whatever fails, the status says so and the line tries again
                    self._note(LineState.WAITING, f"{type(error).__name__}: {error}"[:200])
                    await self._wait(back_off(attempt, self._random))
                    attempt += 1
                    continue
                same = 0
                started = self._monotonic()
                self._retire(self._current)
                self._current = connection
                state = LineState.POLLING if isinstance(connection, Polls) else LineState.CONNECTED
                self._note(state, self.health.last_error)
                reason = await self._live(connection)
                if reason:  # an ended line, not one to be replaced
                    await self._lose()
                    settled = self._monotonic() - started >= SETTLED_S
                    attempt = 0 if settled else attempt + 1
                    self._judge(connection, settled=settled)
                    self._note(LineState.WAITING, reason[:200])
                    await self._wait(back_off(attempt, self._random))
        finally:
            await self._stop()

    async def publish(self) -> None:
        """Send the key configuration again, after a rotation or renewal."""
        if self._current is not None:
            await self._current.send(Keys(self._keys()).encode())

    def _judge(self, connection: Connection | Polls, *, settled: bool) -> None:
        if isinstance(connection, Polls):
            self._fallback.retry()
        elif settled:
            self._fallback.lived()
        else:
            self._fallback.died()

    async def _open(self) -> Connection | Polls:
        if self._current is None and self.health.state is not LineState.SPARE:
            self._note(LineState.CONNECTING, self.health.last_error)
        return await (self._open_polls() if self._fallback.polls else self._open_socket())

    async def _open_polls(self) -> Polls:
        polls = self._polls(self.poll_url)
        try:
            await polls.open(Keys(self._keys()).encode())
        except BaseException:
            self._fallback.retry()
            raise
        return polls

    async def _open_socket(self) -> Connection:
        session = self._hello(self._host)
        try:
            socket = await dial(self.url, session, lambda instance: self._instances.claim(self, instance), self._way)
        except BaseException as error:
            if self._current is None:
                self._instances.release(self)
            if isinstance(error, Exception) and not isinstance(error, HandshakeFailed | SameInstance):
                self._fallback.failed(error)
            raise
        connection = Connection(socket, session, self._answer)
        await connection.send(Keys(self._keys()).encode())
        return connection

    async def _wait(self, seconds: float, *sooner: Awaitable[None]) -> None:
        """Wait before the next try, less if something of `sooner` happens or a line to be replaced ends meanwhile."""
        waits = {asyncio.ensure_future(one) for one in (self._sleep(seconds), *sooner)}
        ended = asyncio.ensure_future(self._current.ended()) if self._current else None
        try:
            await asyncio.wait(waits | ({ended} if ended else set()), return_when=asyncio.FIRST_COMPLETED)
            if ended and ended.done():
                await self._lose()
        finally:
            for one in (*waits, *((ended,) if ended else ())):
                one.cancel()

    async def _lose(self) -> None:
        connection, self._current = self._current, None
        self._instances.release(self)
        if connection is not None:
            await connection.close()

    async def _live(self, connection: Connection | Polls) -> str:
        """Wait until the line ends (returns why) or should be replaced (returns "")."""
        lifetime = connection.lifetime * (0.8 + 0.2 * self._random())
        ended = asyncio.ensure_future(connection.ended())
        draining = asyncio.ensure_future(connection.draining.wait())
        deaf = asyncio.ensure_future(self._try_out(connection))
        try:
            done, _ = await asyncio.wait({ended, draining, deaf}, timeout=lifetime, return_when=asyncio.FIRST_COMPLETED)
            if ended in done:
                return ended.result()
            if deaf in done:
                return "the relay carries nothing over this line"
            if isinstance(connection, Polls):
                self._fallback.retry()
            return ""
        finally:
            for one in (ended, draining, deaf):
                one.cancel()

    async def _try_out(self, connection: Connection | Polls) -> None:
        """Return once the line does not carry our own requests."""
        failed = 0
        while failed < PROBE_FAILURES:
            await asyncio.sleep(PROBE_S * (0.75 + self._random() / 2))
            request = self._probe()
            try:
                carried = await connection.probe(request.rid, request.encode(), PROBE_WAIT_S)
            finally:
                self._probed(request.rid)
            failed = 0 if carried else failed + 1

    def _retire(self, connection: Connection | Polls | None) -> None:
        if connection is not None:
            task = asyncio.create_task(connection.retire())
            self._retiring.add(task)
            task.add_done_callback(self._retiring.discard)

    async def _stop(self) -> None:
        retiring = tuple(self._retiring)
        for task in retiring:
            task.cancel()
        await asyncio.gather(*retiring, return_exceptions=True)
        await self._lose()
        self._note(LineState.OFF, self.health.last_error)

    def _note(self, state: LineState, error: str) -> None:
        if state is not self.health.state:
            self.health.since = self._now().astimezone(UTC)
            log.info("line %s", state.value)
        if error and error != self.health.last_error:
            log.warning("line: %s", error)
        self.health.state, self.health.last_error = state, error
