"""Threads that look things up for askers: who would wait beyond its deadline is told at once that we are busy."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

_WEIGHT = 0.2
"""Share of the newest duration in the expected one."""


class Busy(Exception):  # noqa: N818 - named by what the asker can do: try again later
    """The work would not be done in time."""


class Workers:
    """A fixed number of threads; `monotonic` tells seconds.

    Work that is taken in any case and then waits in a queue until it is too late makes an overloaded directory answer
    nobody. So it is taken only if, as long as work lasts lately, it will be done in time.
    """

    def __init__(self, threads: int, monotonic: Callable[[], float]) -> None:
        self._threads = threads
        self._monotonic = monotonic
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="uplink")
        self._lasts = 0.0
        self._admitted = 0
        self._running: dict[object, float] = {}

    async def run(self, work: Callable[[], dict[str, Any]], within_s: float) -> dict[str, Any]:
        """Return what `work` returns; raises Busy at once if that is not to be expected within so many seconds."""
        # Where a thread is free it is tried: only work tells that work has become faster again.
        if self._admitted >= self._threads and self.expected() > within_s:
            raise Busy
        self._admitted += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._pool, self._timed, work)
        finally:
            self._admitted -= 1

    def expected(self) -> float:
        """Return the seconds that work taken now would take, waiting included."""
        now = self._monotonic()
        lasts = max([self._lasts, *(now - start for start in tuple(self._running.values()))])
        return lasts * (self._admitted // self._threads + 1)

    def close(self) -> None:
        """Take no more; what runs, ends."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _timed(self, work: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        mine = object()
        start = self._running[mine] = self._monotonic()
        try:
            return work()
        finally:
            del self._running[mine]
            took = self._monotonic() - start
            self._lasts = took if not self._lasts else self._lasts + (took - self._lasts) * _WEIGHT
