"""What this relay says on the bus, in order: said at once, sent as soon as the client takes it."""

import asyncio
from collections import deque
from collections.abc import Callable

from nats.aio.client import Client
from nats.errors import Error as NatsError


class Outgoing:
    """Sends over a client that may be away for a moment."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._waiting: deque[tuple[str, bytes, str, Callable[[], None] | None]] = deque()
        self._wake = asyncio.Event()

    def put(self, subject: str, payload: bytes, reply: str, failed: Callable[[], None] | None) -> None:
        """Send soon; `failed` is called if it cannot be."""
        self._waiting.append((subject, payload, reply, failed))
        self._wake.set()

    async def run(self) -> None:
        """Send until cancelled."""
        while True:
            await self._wake.wait()
            self._wake.clear()
            while self._waiting:
                subject, payload, reply, failed = self._waiting.popleft()
                try:
                    await self._client.publish(subject, payload, reply)
                except (NatsError, OSError):
                    if failed is not None:
                        failed()
