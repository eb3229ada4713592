"""A polled line: what waits for the next long-poll of a directory that cannot open a WebSocket."""

import asyncio
from collections import deque

from relay_cloud.bus.bus import Line
from relay_cloud.exchange import Exchange
from relay_cloud.wire.credential import Credential
from relay_cloud.wire.polling import MAX_BATCH, MAX_FRAMES

LINGER_S = 2.0
"""So long a line outlives its last poll, and a frame waits for the next one; by then the request went elsewhere."""


class PolledLine:
    """One directory's long-polls at this relay; behaves towards the bus as an open line does.

    While no poll waits it is suspect, so that others are taken before it.
    """

    def __init__(self, credential: Credential, limit: int) -> None:
        self.line = Line(credential, Exchange(self.put, limit))
        self.attached = False
        self._outbox: deque[tuple[float, bytes]] = deque()
        self._parked: deque[asyncio.Future[None]] = deque()

    @property
    def waiting(self) -> bool:
        """Whether a poll waits for something to come."""
        return bool(self._parked)

    async def park(self, seconds: float) -> list[bytes]:
        """Return what has come for the directory, at the latest after so many seconds: at most one batch."""
        frames = self._take()
        if frames or not seconds:
            return frames
        told: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._parked.append(told)
        self.line.exchange.heard()
        try:
            await asyncio.wait((told,), timeout=seconds)
        finally:
            if told in self._parked:
                self._parked.remove(told)
            self.line.exchange.suspect = not self._parked
        frames = self._take()
        if self._outbox:
            self._nudge()
        return frames

    def wake(self) -> None:
        """Let every poll return."""
        for told in self._parked:
            if not told.done():
                told.set_result(None)

    def put(self, frame: bytes) -> None:
        """Send a frame with the poll that waits, or the next one."""
        self._outbox.append((asyncio.get_running_loop().time(), frame))
        self._nudge()

    def _nudge(self) -> None:
        """Let one poll return with what is there, if none is about to."""
        if self._parked and not any(told.done() for told in self._parked):
            self._parked[0].set_result(None)

    def _take(self) -> list[bytes]:
        now, size, frames = asyncio.get_running_loop().time(), 0, list[bytes]()
        while self._outbox and len(frames) < MAX_FRAMES:
            put, frame = self._outbox[0]
            if now - put <= LINGER_S:
                size += len(frame) + 4
                if size > MAX_BATCH:
                    break
                frames.append(frame)
            self._outbox.popleft()
        return frames
