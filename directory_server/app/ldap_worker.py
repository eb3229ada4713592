"""One LDAP worker as its parent sees it: a process, and the sockets it accepts from."""

import asyncio
import contextlib
import multiprocessing
import os
import signal
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import Any

from directory_server.app import ldap_counts, ldap_process
from directory_server.app.ldap_counts import LdapCounts
from directory_server.app.ldap_listener import Listeners
from directory_server.observe.status import LdapActivity

START_S = 60.0
"""A process that does not listen within this time counts as failed."""


class Worker:
    """Starts the process; the parent keeps `listeners` open, so that what waits in their queues outlives it."""

    def __init__(self, data: Path, settings: dict[str, Any], listeners: Listeners) -> None:
        self.listeners = listeners
        context = multiprocessing.get_context("spawn")
        self._ready, said = context.Pipe(duplex=False)
        self._counted = ldap_counts.shared()
        arguments = data, settings, listeners, said, self._counted
        self._process = context.Process(target=ldap_process.serve, args=arguments, daemon=True)
        self._process.start()
        said.close()

    @property
    def alive(self) -> bool:
        """Whether the process lives."""
        return self._process.is_alive()

    @property
    def activity(self) -> LdapActivity:
        """What it does, and did; one that ended has no connections and bans nobody."""
        did = LdapCounts(self._counted).activity
        return did if self.alive else replace(did, connections=0, banned=0)

    async def listens(self) -> bool:
        """Wait until it listens; False if it ended or took too long. Ask once."""
        loop, told = asyncio.get_running_loop(), asyncio.Event()
        loop.add_reader(self._ready.fileno(), told.set)
        try:
            await asyncio.wait_for(told.wait(), START_S)
            return self._ready.recv_bytes() == ldap_process.READY
        except (TimeoutError, EOFError, OSError):
            return False
        finally:
            loop.remove_reader(self._ready.fileno())
            self._ready.close()

    def drain(self) -> None:
        """Tell it to stop listening and to let its clients go."""
        self._process.terminate()

    def hurry(self) -> None:
        """Tell it to end at once."""
        if self.alive and self._process.pid:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self._process.pid, signal.SIGINT)

    def kill(self) -> None:
        """End it without its doing, and wait for that."""
        self._process.kill()
        self._process.join()

    def close(self) -> None:
        """Let go of the sockets: with their last process they are gone."""
        for listener in chain.from_iterable(self.listeners.values()):
            listener.close()
