"""LDAP workers: processes that serve the same addresses, each generation replaced by the next without a gap."""

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from directory_server.app.ldap_listener import Listeners, free, listen
from directory_server.app.ldap_worker import Worker
from directory_server.config import Config
from directory_server.fronts.ldap.server import Address
from directory_server.observe.status import LdapActivity

PAUSE_S = 1.0
"""Pause before a process that ended is started again, and between looks at the certificate."""
STOP_S = 10.0
"""So long after the end of its drain a process is killed."""
_TICK_S = 0.05

log = logging.getLogger(__name__)


class LdapWorkers:
    """As many processes as `settings` want on `addresses` ("ldap", "ldaps"); one that ends is started again.

    `watch` is called every second and must not raise. Raises ListenError for an address that is taken; `addresses` then
    are the numeric ones that are listened on, the first of each.
    """

    def __init__(
        self,
        data: Path,
        settings: Config,
        addresses: Mapping[str, Address],
        watch: Callable[[], None],
    ) -> None:
        self._data = data
        self._count = settings.workers
        self._places = {name: free(name, wanted) for name, wanted in addresses.items()}
        self.addresses = {name: places[0] for name, places in self._places.items()}
        # The whole of them, so that what the admin writes meanwhile reaches all processes at the next start or none.
        self._settings = settings.model_dump() | dict.fromkeys(("ldap", "ldaps"), "")
        self._settings |= {name: f"{host}:{port}" for name, (host, port) in self.addresses.items()}
        self._kill_after = settings.drain_seconds + STOP_S
        self._watch = watch
        self._workers: list[Worker] = []
        self._fresh: list[Worker] = []
        self._leaving: dict[Worker, float] = {}
        self._past = LdapActivity()  # of processes that are no more
        self._again = False
        self._keeping: asyncio.Task[None] | None = None
        self._replacing: asyncio.Task[None] | None = None

    @property
    def running(self) -> int:
        """How many of the newest generation are alive."""
        return sum(worker.alive for worker in self._workers)

    @property
    def activity(self) -> LdapActivity:
        """What all of them do, and what those before them did."""
        together = self._past
        for worker in (*self._workers, *self._fresh, *self._leaving):
            together = together.plus(worker.activity)
        return together

    async def start(self) -> None:
        """Start all of them, wait until each listens or has ended, and watch over them."""
        self._workers = [self._worker(self._listeners()) for _ in range(self._count)]
        await asyncio.gather(*(worker.listens() for worker in self._workers))
        self._keeping = asyncio.get_running_loop().create_task(self._keep())

    def reload(self) -> None:
        """Start new processes and, once all of them listen, let the old ones drain; returns at once."""
        self._again = True
        if self._replacing is None or self._replacing.done():
            self._replacing = asyncio.get_running_loop().create_task(self._replace())

    def _worker(self, listeners: Listeners) -> Worker:
        return Worker(self._data, self._settings, listeners)

    def _listeners(self) -> Listeners:
        # One set for each process, so that the kernel spreads the connections evenly.
        return {name: [listen(where) for where in places] for name, places in self._places.items()}

    async def _keep(self) -> None:
        while True:
            await asyncio.sleep(PAUSE_S)
            self._watch()
            self._reap()
            if not self._fresh:
                for place, worker in enumerate(self._workers):
                    if not worker.alive:
                        self._restart(place, worker)

    def _restart(self, place: int, ended: Worker) -> None:
        try:
            self._workers[place] = self._worker(self._listeners())
        except OSError as error:
            log.warning("an LDAP process could not be started again", extra={"error": error.strerror})
        else:
            self._past = self._past.plus(ended.activity)
            # What waits at its sockets would wait for nobody: from here on the others get it.
            ended.close()

    def _reap(self) -> None:
        now = time.monotonic()
        for worker, end in tuple(self._leaving.items()):
            if not worker.alive:
                del self._leaving[worker]
                self._past = self._past.plus(worker.activity)
            elif now > end:
                worker.kill()

    async def _replace(self) -> None:
        while self._again:
            self._again = False
            # The same sockets: what waits in their queues while one process hands over to the next is not lost.
            self._fresh = [self._worker(old.listeners) for old in self._workers]
            listening = all(await asyncio.gather(*(worker.listens() for worker in self._fresh)))
            if listening:
                replaced, self._workers = self._workers, self._fresh
            else:
                replaced = self._fresh
                log.error("the new LDAP processes did not start, the old ones go on; see their messages before this")
            self._fresh = []
            self._let_go(replaced)

    def _let_go(self, workers: list[Worker]) -> None:
        for worker in workers:
            worker.drain()
            self._leaving[worker] = time.monotonic() + self._kill_after

    async def stop(self, hurried: asyncio.Event) -> None:
        """End all of them; each lets its clients go within the drain time, or at once when `hurried` is set."""
        for task in (self._keeping, self._replacing):
            if task is not None:
                task.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await task
        current = [*self._workers, *self._fresh]
        for worker in current:
            worker.close()
        self._let_go(current)
        await self._ended(self._kill_after, hurried)
        for worker in self._leaving:
            worker.hurry()
        await self._ended(STOP_S, None)
        for worker in self._leaving:
            worker.kill()

    async def _ended(self, seconds: float, hurried: asyncio.Event | None) -> None:
        end = time.monotonic() + seconds
        while any(worker.alive for worker in self._leaving) and time.monotonic() < end:
            if hurried is not None and hurried.is_set():
                return
            await asyncio.sleep(_TICK_S)
