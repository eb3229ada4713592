"""What writes to a line's socket, so that nobody else ever waits for it."""

import asyncio
import contextlib
import logging
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
        self._queue: list[bytes] = []
        self._closing: tuple[int, str] | None = None
        self._task: asyncio.Task[None] | None = None
        self._ended = False
        self.lost: Callable[[], None] = lambda: None

    def write(self, message: bytes) -> None:
        """Send a message after those before it."""
        self._queue.append(message)
        self._go()

    def close(self, code: int, reason: str) -> None:
        """Close the socket after what was written before."""
        self._closing = (code, reason)
        self._go()

    async def finish(self) -> None:
        """Let a requested close go out, then end."""
        if self._task is not None:
            if self._closing is None:
                self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
        self._ended = True

    def _go(self) -> None:
        # A task for as long as there is something to write: most lines are idle, and there are very many.
        if self._task is None and not self._ended:
            self._task = asyncio.create_task(self._run())

    async def _run(self) -> None:
        try:
            while self._queue:
                messages, self._queue = self._queue, []
                for message in messages:
                    await self._write(message)
            if self._closing is not None:
                await self._end(*self._closing)
        except TimeoutError:
            log.warning("line closed: it does not drain")
            await self._end(TRY_AGAIN, "does not drain")
        except Exception as error:  # noqa: BLE001 - whatever the server raises, the socket is gone
            log.info("line lost while writing: %s", type(error).__name__)
            self._ended = True
            self.lost()
        finally:
            self._task = None

    async def _write(self, message: bytes) -> None:
        async with asyncio.timeout(WRITE_S):
            await self._send({"type": "websocket.send", "bytes": message})

    async def _end(self, code: int, reason: str) -> None:
        self._ended = True
        self.lost()
        with contextlib.suppress(Exception):  # the other side may have gone first
            async with asyncio.timeout(WRITE_S):
                await self._send({"type": "websocket.close", "code": code, "reason": reason})
