"""One open WebSocket to a relay: reads requests, has each answered, and can try itself out."""

import asyncio

from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed

from directory_server.fronts.uplink.requests import Answer, Requests
from relay_cloud.wire.envelope import Malformed
from relay_cloud.wire.frame import Drain, Probe, Probed, RequestFrame
from relay_cloud.wire.session import DirectorySession

WRITE_S = 5.0


class Connection:
    """Serves one relay; `answer` returns the frame that answers a request."""

    def __init__(self, socket: ClientConnection, session: DirectorySession, answer: Answer) -> None:
        self.draining = asyncio.Event()
        self.lifetime = session.terms.max_lifetime
        self._socket = socket
        self._session = session
        self._requests = Requests(answer, session.terms.max_inflight)
        self._probes: dict[bytes, asyncio.Future[bool]] = {}
        self._reader = asyncio.create_task(self._read())

    async def ended(self) -> str:
        """Wait for the end; returns its reason."""
        return await asyncio.shield(self._reader)

    async def send(self, message: bytes) -> None:
        """Write one message; a socket that does not drain is dropped."""
        try:
            async with asyncio.timeout(WRITE_S):
                await self._socket.send(message)
        except TimeoutError:
            self._socket.transport.abort()
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
            await self._requests.finished()
        finally:
            await self.close()

    async def close(self) -> None:
        """Close now."""
        self._requests.drop()
        await self._socket.close()
        await self._reader

    async def _read(self) -> str:
        try:
            async for data in self._socket:
                received = self._session.receive(data) if isinstance(data, bytes) else None
                if isinstance(received, RequestFrame):
                    self._requests.take(received, self.send)
                elif isinstance(received, Drain):
                    self.draining.set()
                elif isinstance(received, Probed):
                    told = self._probes.get(received.rid)
                    if told is not None and not told.done():
                        told.set_result(received.answered)
        except ConnectionClosed as error:
            return f"closed by the relay or network: {error}"
        except Malformed as error:
            await self._socket.close(1002)
            return f"relay sent a wrong frame: {error}"
        return "closed by the relay"
