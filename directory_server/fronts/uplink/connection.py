"""One open WebSocket to a relay: reads requests, confirms and answers each, and can try itself out."""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed

from directory_server.fronts.uplink.executions import Frame
from relay_cloud.wire.envelope import Malformed
from relay_cloud.wire.frame import Ack, Drain, Probe, Probed, RefusalCode, Refused, RequestFrame
from relay_cloud.wire.session import DirectorySession

log = logging.getLogger("directory_server.uplink")

WRITE_S = 5.0
RETIRE_S = 25.0
"""A line that was replaced may finish its requests in flight for this long."""
ACK_AFTER_S = 0.1
"""A request that is not answered by then is confirmed, so that the relay sends it to nobody else."""

Answer = Callable[[RequestFrame], Awaitable[Frame]]


class Connection:
    """Serves one relay; `answer` returns the frame that answers a request."""

    def __init__(self, socket: ClientConnection, session: DirectorySession, answer: Answer) -> None:
        self.socket = socket
        self.session = session
        self.draining = asyncio.Event()
        self._answer = answer
        self._tasks: set[asyncio.Task[None]] = set()
        self._working = 0
        self._probes: dict[bytes, asyncio.Future[bool]] = {}
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

    async def probe(self, rid: bytes, message: bytes, seconds: float) -> bool:
        """Have the relay carry a request of ours; True if it was answered in time."""
        told: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._probes[rid] = told
        await self.send(Probe(message).encode())
        try:
            async with asyncio.timeout(seconds):
                return await told
        except TimeoutError:
            return False
        finally:
            del self._probes[rid]

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
                    self._start(received)
                elif isinstance(received, Drain):
                    self.draining.set()
                elif isinstance(received, Probed):
                    self._probed(received)
        except ConnectionClosed as error:
            return f"closed by the relay or network: {error}"
        except Malformed as error:
            await self.socket.close(1002)
            return f"relay sent a wrong frame: {error}"
        return "closed by the relay"

    def _probed(self, probed: Probed) -> None:
        told = self._probes.get(probed.rid)
        if told is not None and not told.done():
            told.set_result(probed.answered)

    def _start(self, request: RequestFrame) -> None:
        if self._working >= self.session.terms.max_inflight:
            self._spawn(self.send(Refused(request.rid, RefusalCode.BUSY).encode()))
        else:
            self._working += 1
            self._spawn(self._work(request))

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _work(self, request: RequestFrame) -> None:
        ack = Ack(request.rid).encode()
        confirm = asyncio.get_running_loop().call_later(ACK_AFTER_S, lambda: self._spawn(self.send(ack)))
        try:
            frame = await self._answer(request)
        except Exception as error:  # noqa: BLE001 - the request ends in its deadline; a message could quote its content
            log.error("request failed: %s", type(error).__name__)  # noqa: TRY400 - same
        else:
            if frame is not None:
                confirm.cancel()
                await self.send(frame.encode())
        finally:
            self._working -= 1
            confirm.cancel()
