"""A TCP load balancer in a thread, as it stands before several relays: in turn, to those that say they are ready.

A backend can be cut off: its connections stay open and nothing passes any more, as when a firewall forgets them.
"""

import asyncio
import contextlib
import threading
from types import TracebackType
from typing import Self

from deploy.demo.program import free_port

CHECK_S = 0.2
_READY = b"GET /readyz HTTP/1.1\r\nHost: balancer\r\nConnection: close\r\n\r\n"


class Balancer:
    """Balances over `backends` (loopback ports); `port` and `url` are where it listens. Use as a context manager."""

    def __init__(self, backends: list[int]) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.backends = backends
        self.ready: set[int] = set()
        self.cut: set[int] = set()
        self._turn = 0
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._tasks: set[asyncio.Task[None]] = set()

    def __enter__(self) -> Self:
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._start(), self._loop).result(10)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        asyncio.run_coroutine_threadsafe(self._stop(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    async def _start(self) -> None:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", self.port)
        self._spawn(self._watch())

    async def _stop(self) -> None:
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _spawn(self, work: object) -> None:
        task = self._loop.create_task(work)  # type: ignore[arg-type] # a coroutine
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _watch(self) -> None:
        while True:
            checks = await asyncio.gather(*(self._check(port) for port in self.backends))
            self.ready = {port for port, ready in zip(self.backends, checks, strict=True) if ready}
            await asyncio.sleep(CHECK_S)

    async def _check(self, port: int) -> bool:
        if port in self.cut:
            return False
        with contextlib.suppress(OSError, TimeoutError):
            async with asyncio.timeout(1):
                reader, writer = await asyncio.open_connection("127.0.0.1", port)
                try:
                    writer.write(_READY)
                    return b" 200 " in await reader.readline()
                finally:
                    writer.close()
        return False

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        for _ in self.backends:
            self._turn += 1
            port = self.backends[self._turn % len(self.backends)]
            if port not in self.ready:
                continue
            with contextlib.suppress(OSError):
                away = await asyncio.open_connection("127.0.0.1", port)
                await self._join((reader, writer), away, port)
                return
        writer.transport.abort()

    async def _join(
        self,
        here: tuple[asyncio.StreamReader, asyncio.StreamWriter],
        away: tuple[asyncio.StreamReader, asyncio.StreamWriter],
        port: int,
    ) -> None:
        try:
            await asyncio.wait(
                {
                    asyncio.ensure_future(self._pass(here[0], away[1], port)),
                    asyncio.ensure_future(self._pass(away[0], here[1], port)),
                },
                return_when=asyncio.FIRST_COMPLETED,
            )
        finally:
            here[1].close()
            away[1].close()

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, port: int) -> None:
        with contextlib.suppress(OSError):
            while data := await reader.read(65536):
                while port in self.cut:  # noqa: ASYNC110 - nothing passes, nothing closes
                    await asyncio.sleep(0.05)
                writer.write(data)
                await writer.drain()
