"""The server around the relay: SIGTERM lets the lines go one by one before it ends, Ctrl-C ends at once."""

import asyncio
import signal
from types import FrameType

import uvicorn

from relay_cloud.app import Relay


class Server(uvicorn.Server):
    """Serves `relay`; a second signal of either kind ends at once."""

    def __init__(self, relay: Relay, config: uvicorn.Config) -> None:
        super().__init__(config)
        self._relay = relay
        self._asked_to_end = False
        self._drain: asyncio.Task[None] | None = None

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Take a signal."""
        if sig == signal.SIGTERM and not self._asked_to_end:
            self._asked_to_end = True
        else:
            super().handle_exit(sig, frame)

    async def on_tick(self, counter: int) -> bool:
        """Drain if that was asked for, and end once it is done; called ten times a second."""
        if self._asked_to_end and self._drain is None:
            self._drain = asyncio.get_running_loop().create_task(self._relay.drain())
        if self._drain is not None and self._drain.done():
            self.should_exit = True
        return await super().on_tick(counter)
