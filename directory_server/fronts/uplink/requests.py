"""The requests of one connection: each is confirmed if it takes long, and answered over the way it came."""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

from directory_server.fronts.uplink.executions import Frame
from relay_cloud.wire.frame import Ack, RefusalCode, Refused, RequestFrame

log = logging.getLogger("directory_server.uplink")

RETIRE_S = 25.0
"""A connection that was replaced may finish its requests in flight for this long."""
ACK_AFTER_S = 0.1
"""A request that is not answered by then is confirmed, so that the relay sends it to nobody else."""

Answer = Callable[[RequestFrame], Awaitable[Frame]]
Send = Callable[[bytes], Coroutine[Any, Any, None]]


class Requests:
    """Answers with the frame that `answer` returns; beyond `limit` at once they are refused as busy."""

    def __init__(self, answer: Answer, limit: int) -> None:
        self._answer = answer
        self._limit = limit
        self._tasks: set[asyncio.Task[None]] = set()
        self._working = 0

    def take(self, request: RequestFrame, send: Send) -> None:
        """Answer a request by `send`."""
        if self._working >= self._limit:
            self._spawn(send(Refused(request.rid, RefusalCode.BUSY).encode()))
        else:
            self._working += 1
            self._spawn(self._work(request, send))

    async def finished(self) -> None:
        """Wait until all are answered, at most 25 s."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(RETIRE_S):
                while self._tasks:
                    await asyncio.wait(set(self._tasks))

    def drop(self) -> None:
        """Answer none of them."""
        for task in self._tasks:
            task.cancel()

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _work(self, request: RequestFrame, send: Send) -> None:
        ack = Ack(request.rid).encode()
        confirm = asyncio.get_running_loop().call_later(ACK_AFTER_S, lambda: self._spawn(send(ack)))
        try:
            frame = await self._answer(request)
        except Exception as error:  # noqa: BLE001 - the request ends in its deadline; a message could quote its content
            log.error("request failed: %s", type(error).__name__)  # noqa: TRY400 - same
        else:
            if frame is not None:
                confirm.cancel()
                await send(frame.encode())
        finally:
            self._working -= 1
            confirm.cancel()
