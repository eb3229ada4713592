"""The one task that writes to a line's socket, so that nobody else ever waits for it."""

import asyncio
import contextlib
import logging
from collections import deque
from collections.abc import Callable

from relay_cloud.http_answer import Send

log = logging.getLogger("relay_cloud.line")

WRITE_S = 5.0
"""A message must leave within this time, or the line is closed with 1013."""
TRY_AGAIN = 1013


class Writer:
    """Writes what it is given to `send` in order; `lost` is called once nothing leaves any more.

    What is queued is bounded by the requests in flight. A message that does not leave in time ends the line.
    """

    def __init__(self, send: Send) -> None:
        self._send = send
        self._queue: deque[bytes] = deque()
        self._wake = asyncio.Event()
        self._closing: tuple[int, str] | None = None
        self.lost: Callable[[], None] = lambda: None
        self._task = asyncio.create_task(self._run())

    def write(self, message: bytes) -> None:
        """Send a message after those before it."""
        self._queue.append(message)
        self._wake.set()

    def close(self, code: int, reason: str) -> None:
        """Close the socket after what was written before."""
        self._closing = (code, reason)
        self._wake.set()

    async def finish(self) -> None:
        """Let a requested close go out, then end."""
        if self._closing is None:
            self._task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._task

    async def _run(self) -> None:
        try:
            while True:
                await self._wake.wait()
                self._wake.clear()
                while self._queue:
                    await self._write(self._queue.popleft())
                if self._closing is not None:
                    await self._hang_up(*self._closing)
                    return
        except TimeoutError:
            log.warning("line closed: it does not drain")
            await self._hang_up(TRY_AGAIN, "does not drain")
        except Exception as error:  # noqa: BLE001 - whatever the server raises, the socket is gone
            log.info("line lost while writing: %s", type(error).__name__)
        finally:
            self.lost()

    async def _write(self, message: bytes) -> None:
        async with asyncio.timeout(WRITE_S):
            await self._send({"type": "websocket.send", "bytes": message})

    async def _hang_up(self, code: int, reason: str) -> None:
        self.lost()
        with contextlib.suppress(Exception):  # the other side may have gone first
            async with asyncio.timeout(WRITE_S):
                await self._send({"type": "websocket.close", "code": code, "reason": reason})
