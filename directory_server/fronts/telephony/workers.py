"""Workers: a few threads for one kind of work, and a bounded row of what waits for them."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")


class Busy(Exception):  # noqa: N818 - named as its reader knows it
    """More work waits already than may; nothing was done."""


class Workers:
    """Runs blocking work in `threads` threads; at most `waiting` pieces are under way or wait at a time."""

    def __init__(self, name: str, threads: int, waiting: int) -> None:
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix=f"telephony-{name}")
        self._waiting = waiting
        self._under_way = 0

    async def run(
        self, work: Callable[Parameters, Result], *args: Parameters.args, **kwargs: Parameters.kwargs
    ) -> Result:
        """Return what the work returns, or raise what it raises; raises Busy. Cancelled, it goes on if it has begun."""
        if self._under_way >= self._waiting:
            raise Busy
        loop = asyncio.get_running_loop()
        self._under_way += 1
        future = self._pool.submit(work, *args, **kwargs)
        future.add_done_callback(lambda _: loop.call_soon_threadsafe(self._done))
        return await asyncio.wrap_future(future)

    def _done(self) -> None:
        self._under_way -= 1

    def close(self) -> None:
        """Begin nothing any more; what has begun ends by itself."""
        self._pool.shutdown(wait=False, cancel_futures=True)
