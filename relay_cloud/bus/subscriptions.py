"""Subscriptions of this relay: what is wanted is said at once, what the server has follows soon."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable

from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.aio.subscription import Subscription
from nats.errors import Error as NatsError

Handler = Callable[[Msg], Awaitable[None]]


class Subscriptions:
    """Keeps the server's subscriptions as they are wanted; `run` it as a task. The client renews them by itself."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._wanted: dict[str, tuple[str, Handler]] = {}
        self._made: dict[str, Subscription] = {}
        self._changed: dict[str, None] = {}
        self._wake = asyncio.Event()
        self._idle = asyncio.Event()
        self._idle.set()

    def __len__(self) -> int:
        return len(self._made)

    def want(self, subject: str, handler: Handler, queue: str = "") -> None:
        """Listen to a subject from now on."""
        if subject not in self._wanted:
            self._wanted[subject] = (queue, handler)
            self._note(subject)

    def drop(self, subject: str) -> None:
        """Listen to it no longer."""
        if self._wanted.pop(subject, None) is not None:
            self._note(subject)

    def wake(self) -> None:
        """Go on after the connection was away."""
        self._wake.set()

    async def settled(self) -> None:
        """Wait until the server knows what is wanted."""
        await self._idle.wait()
        await self._client.flush()

    async def run(self) -> None:
        """Tell the server, for ever."""
        while True:
            await self._wake.wait()
            self._wake.clear()
            while self._changed and self._client.is_connected:
                subject = next(iter(self._changed))
                del self._changed[subject]
                try:
                    await self._apply(subject)
                except (NatsError, OSError):
                    self._changed[subject] = None
                    break
            if not self._changed:
                self._idle.set()

    def _note(self, subject: str) -> None:
        self._changed[subject] = None
        self._idle.clear()
        self._wake.set()

    async def _apply(self, subject: str) -> None:
        wanted = self._wanted.get(subject)
        made = self._made.get(subject)
        if wanted is not None and made is None:
            queue, handler = wanted
            self._made[subject] = await self._client.subscribe(subject, queue=queue, cb=handler)
        elif wanted is None and made is not None:
            del self._made[subject]
            with contextlib.suppress(NatsError):
                await made.unsubscribe()
