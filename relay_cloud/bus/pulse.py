"""Whether this process has stood still: what waited for it meanwhile is old."""

import asyncio
from collections.abc import Callable

BEAT_S = 0.25
STILL_S = 1.0


class Pulse:
    """Beats while the event loop runs; `run` it as a task.

    `monotonic` tells seconds; `missed` is called when the loop has stood still for a second or more, frozen, suspended
    or starved, until just now: at the next beat, or sooner by who asks with `look`.
    """

    def __init__(self, monotonic: Callable[[], float], missed: Callable[[], None]) -> None:
        self._monotonic = monotonic
        self._missed = missed
        self._at = float("inf")

    async def run(self) -> None:
        """Beat until cancelled."""
        while True:
            self.look()
            await asyncio.sleep(BEAT_S)

    def look(self) -> None:
        """Beat now."""
        now = self._monotonic()
        late, self._at = now - self._at > STILL_S, now
        if late:
            self._missed()
