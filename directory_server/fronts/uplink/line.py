"""The line: the outbound WebSocket to one relay, kept open for ever. Randomness, sleep and clock are arguments."""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any
from urllib.parse import urlsplit

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from relay_cloud.wire.envelope import RID_SIZE, Malformed
from relay_cloud.wire.frame import MAX_FRAME, Drain, Keys, RefusalCode, Refused, RequestFrame, ResponseFrame
from relay_cloud.wire.handshake import HandshakeFailed
from relay_cloud.wire.session import DirectorySession, State

log = logging.getLogger("directory_server.uplink")

OPEN_S = 10.0
WRITE_S = 5.0
RETIRE_S = 25.0
"""A line that was replaced may finish its requests in flight for this long."""
SETTLED_S = 10.0
"""After having lived this long, a line's next reconnect starts from the shortest back-off."""
MAX_BACK_OFF_S = 30.0
DENIED_BACK_OFF_S = 60.0


class LineState(StrEnum):
    """How the line is."""

    OFF = "off"
    CONNECTING = "connecting"
    CONNECTED = "connected"
    WAITING = "waiting"
    DENIED = "denied"


@dataclass(slots=True)
class LineHealth:
    """What the status page shows: the state, since when, and the last error ("" for none)."""

    state: LineState = LineState.OFF
    since: datetime | None = None
    last_error: str = ""


Answer = Callable[[bytes], Awaitable[ResponseFrame | Refused]]


def back_off(attempt: int, random: Callable[[], float]) -> float:
    """Return the seconds to wait before attempt 0, 1, 2 …: full jitter up to min(30, 0.5 · 2^attempt)."""
    return random() * min(MAX_BACK_OFF_S, 0.5 * 2.0 ** min(attempt, 10))


def line_url(relay: str) -> tuple[str, str]:
    """Return the WebSocket URL of a relay's base URL, and the host the proof is made for; ValueError if it is none."""
    parts = urlsplit(relay)
    if parts.scheme not in ("http", "https") or not parts.netloc:
        raise ValueError("relay URL is not http(s)://host[:port]")
    scheme = "wss" if parts.scheme == "https" else "ws"
    return f"{scheme}://{parts.netloc}{parts.path.rstrip('/')}/v1/line", parts.netloc


class _Connection:
    """One open WebSocket: reads requests, answers each in a task of its own."""

    def __init__(self, socket: ClientConnection, session: DirectorySession, answer: Answer) -> None:
        self.socket = socket
        self.session = session
        self.draining = asyncio.Event()
        self._answer = answer
        self._tasks: set[asyncio.Task[None]] = set()
        self._reader = asyncio.create_task(self._read())

    async def ended(self) -> str:
        """Wait for the end; returns its reason."""
        return await asyncio.shield(self._reader)

    async def send(self, message: bytes) -> None:
        """Write one message; a socket that does not drain is dropped."""
        try:
            async with asyncio.timeout(WRITE_S):
                await self.socket.send(message)
        except TimeoutError:
            self.socket.transport.abort()
        except ConnectionClosed:
            return  # the reader reports the end; the relay has failed what was in flight

    async def retire(self) -> None:
        """Finish what is in flight, then close; cancelled, close now."""
        try:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(RETIRE_S):
                    while self._tasks:
                        await asyncio.wait(set(self._tasks))
        finally:
            await self.close()

    async def close(self) -> None:
        """Close now."""
        for task in self._tasks:
            task.cancel()
        await self.socket.close()
        await self._reader

    async def _read(self) -> str:
        try:
            async for data in self.socket:
                received = self.session.receive(data) if isinstance(data, bytes) else None
                if isinstance(received, RequestFrame):
                    self._start(received.message)
                elif isinstance(received, Drain):
                    self.draining.set()
        except ConnectionClosed as error:
            return f"closed by the relay or network: {error}"
        except Malformed as error:
            await self.socket.close(1002)
            return f"relay sent a wrong frame: {error}"
        return "closed by the relay"

    def _start(self, message: bytes) -> None:
        if len(self._tasks) >= self.session.terms.max_inflight:
            rid = message[17 : 17 + RID_SIZE]
            work = self.send(Refused(rid, RefusalCode.BUSY).encode())
        else:
            work = self._work(message)
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _work(self, message: bytes) -> None:
        try:
            frame = await self._answer(message)
        except Exception as error:  # noqa: BLE001 - the request ends in its deadline; a message could quote its content
            log.error("request failed: %s", type(error).__name__)  # noqa: TRY400 - same
        else:
            await self.send(frame.encode())


class Line:
    """Keeps one line to one relay open until cancelled.

    `hello` makes the session for a relay host, `keys` the key configuration to publish, `answer` answers a request.
    `random` returns [0, 1), `sleep` waits seconds, `now` tells the time (UTC), `monotonic` seconds.
    """

    def __init__(
        self,
        relay: str,
        *,
        hello: Callable[[str], DirectorySession],
        keys: Callable[[], dict[str, Any]],
        answer: Answer,
        random: Callable[[], float],
        sleep: Callable[[float], Awaitable[None]],
        now: Callable[[], datetime],
        monotonic: Callable[[], float],
    ) -> None:
        self.url, self._host = line_url(relay)
        self.health = LineHealth()
        self._hello = hello
        self._keys = keys
        self._answer = answer
        self._random = random
        self._sleep = sleep
        self._now = now
        self._monotonic = monotonic
        self._current: _Connection | None = None
        self._retiring: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Connect, serve, reconnect; a line whose lifetime ends is replaced before it is closed."""
        attempt = 0
        try:
            while True:
                try:
                    connection = await self._open()
                except HandshakeFailed as error:
                    self._note(LineState.DENIED, f"relay refused: {error.code}: {error}"[:200])
                    await self._sleep(DENIED_BACK_OFF_S * (0.5 + self._random() / 2))
                    continue
                except Exception as error:  # noqa: BLE001 - whatever fails, the status says so and the line tries again
                    self._note(LineState.WAITING, f"{type(error).__name__}: {error}"[:200])
                    await self._sleep(back_off(attempt, self._random))
                    attempt += 1
                    continue
                started = self._monotonic()
                self._retire(self._current)
                self._current = connection
                self._note(LineState.CONNECTED, self.health.last_error)
                reason = await self._live(connection)
                if reason:  # an ended line, not one to be replaced
                    self._current = None
                    attempt = 0 if self._monotonic() - started >= SETTLED_S else attempt + 1
                    self._note(LineState.WAITING, reason[:200])
                    await self._sleep(back_off(attempt, self._random))
        finally:
            await self._stop()

    async def publish(self) -> None:
        """Send the key configuration again, after a rotation or renewal."""
        if self._current is not None:
            await self._current.send(Keys(self._keys()).encode())

    async def _open(self) -> _Connection:
        if self._current is None:
            self._note(LineState.CONNECTING, self.health.last_error)
        session = self._hello(self._host)
        socket = await connect(
            self.url,
            compression=None,
            max_size=MAX_FRAME,
            ping_interval=20,
            ping_timeout=10,
            open_timeout=OPEN_S,
            close_timeout=2,
        )
        try:
            async with asyncio.timeout(OPEN_S):
                await _send_all(socket, session)
                while session.state is not State.OPEN:
                    data = await socket.recv()
                    session.receive(data if isinstance(data, bytes) else data.encode())
                    await _send_all(socket, session)
                await socket.send(Keys(self._keys()).encode())
        except BaseException:
            await socket.close()
            raise
        return _Connection(socket, session, self._answer)

    async def _live(self, connection: _Connection) -> str:
        """Wait until the line ends (returns why) or should be replaced (returns "")."""
        lifetime = connection.session.terms.max_lifetime * (0.8 + 0.2 * self._random())
        ended = asyncio.ensure_future(connection.ended())
        draining = asyncio.ensure_future(connection.draining.wait())
        try:
            done, _ = await asyncio.wait({ended, draining}, timeout=lifetime, return_when=asyncio.FIRST_COMPLETED)
            return ended.result() if ended in done else ""
        finally:
            draining.cancel()
            ended.cancel()

    def _retire(self, connection: _Connection | None) -> None:
        if connection is not None:
            task = asyncio.create_task(connection.retire())
            self._retiring.add(task)
            task.add_done_callback(self._retiring.discard)

    async def _stop(self) -> None:
        retiring = tuple(self._retiring)
        for task in retiring:
            task.cancel()
        await asyncio.gather(*retiring, return_exceptions=True)
        if self._current is not None:
            await self._current.close()
            self._current = None
        self._note(LineState.OFF, self.health.last_error)

    def _note(self, state: LineState, error: str) -> None:
        if state is not self.health.state:
            self.health.since = self._now().astimezone(UTC)
            log.info("line %s", state.value)
        if error != self.health.last_error:
            log.warning("line: %s", error)
        self.health.state, self.health.last_error = state, error


async def _send_all(socket: ClientConnection, session: DirectorySession) -> None:
    for message in session.to_send():
        await socket.send(message)
