"""A TCP load balancer in a thread, as it stands before several relays: in turn, to those that say they are ready.

A backend can be cut off: its connections stay open and nothing passes any more, as when a firewall forgets them.
"""

import asyncio
import contextlib
from typing import Any

from tests.servers.threaded import ThreadedServer

CHECK_S = 0.2
_READY = b"GET /readyz HTTP/1.1\r\nHost: balancer\r\nConnection: close\r\n\r\n"


class Balancer(ThreadedServer):
    """Balances over `backends` (loopback ports); `port` and `url` are where it listens. Use as a context manager."""

    def __init__(self, backends: list[int]) -> None:
        super().__init__()
        self.url = f"http://127.0.0.1:{self.port}"
        self.backends = backends
        self.ready: set[int] = set()
        self.cut: set[int] = set()
        self._turn = 0

    async def _start(self, **how: Any) -> None:
        await super()._start(**how)
        self._spawn(self._watch())

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

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
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
