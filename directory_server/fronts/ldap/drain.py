"""Drain: lets connections go one by one, so that the clients of a stopping process do not all come back at once."""

import asyncio
import contextlib
from collections import deque
from collections.abc import Callable, Collection
from typing import Protocol

LONGEST_PAUSE_S = 5.0
"""Few connections need not the whole time to be spread."""
ASKING_S = 1.0
"""Who asked this recently is likely to ask again: it has as long from its turn, and is let go with that answer."""
AT_FIRST_S = 0.25
"""Before anybody goes, the other processes of a reload stop listening: who came back to one would be let go again."""
_TICK_S = 0.05


class Leaving(Protocol):
    """What is let go: see `connection.Connection`."""

    @property
    def quiet_since(self) -> float:
        """When it last asked, by the steady clock."""

    def leave(self, quiet: float) -> None:
        """Close with the next answer, or now if nothing was asked for `quiet` seconds."""


async def drain(
    connections: Collection[Leaving], seconds: float, clock: Callable[[], float], hurried: asyncio.Event
) -> None:
    """Let `connections` go, those that asked longest ago first, evenly over at most `seconds`.

    Returns when all are gone (`connections` is then empty), when the time is over or `hurried` is set.
    """
    start = clock()
    staying = deque(sorted(connections, key=lambda one: one.quiet_since))
    # The last one has its time to ask as well.
    span = max(seconds - ASKING_S, seconds / 2)
    pause = min(span / max(len(staying), 1), LONGEST_PAUSE_S)
    leaving: deque[tuple[Leaving, float]] = deque()
    turn = start + min(pause, AT_FIRST_S)
    while connections and not hurried.is_set() and (now := clock()) - start < seconds:
        while staying and turn <= now:
            one = staying.popleft()
            one.leave(ASKING_S)
            leaving.append((one, now + ASKING_S))
            turn += pause
        while leaving and leaving[0][1] <= now:
            leaving.popleft()[0].leave(0.0)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(hurried.wait(), min(_TICK_S, pause))
