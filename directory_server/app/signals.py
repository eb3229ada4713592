"""Signals: how a process that serves is told to end, to hurry, and to reload."""

import asyncio
import signal
from collections.abc import Callable


class Signals:
    """SIGTERM ends with a drain, SIGINT (Ctrl-C) at once, and so does a second one of either; SIGHUP reloads.

    With `led` a second SIGTERM says nothing new: a worker gets one from its parent and one from systemd, which sends it
    to every process of a service; its parent sends SIGINT when it must hurry.
    """

    def __init__(self, *, led: bool = False) -> None:
        self._led = led
        self.stopped = asyncio.Event()
        self.hurried = asyncio.Event()

    def listen(self, reload: Callable[[], object]) -> None:
        """Take the signals of this process; `reload` is called for SIGHUP, where there is one."""
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGTERM, self.stop)
        loop.add_signal_handler(signal.SIGINT, self.hurry)
        if hasattr(signal, "SIGHUP"):
            loop.add_signal_handler(signal.SIGHUP, reload)

    def stop(self) -> None:
        """End with a drain; the second time, at once."""
        if self.stopped.is_set() and not self._led:
            self.hurried.set()
        self.stopped.set()

    def hurry(self) -> None:
        """End at once."""
        self.stopped.set()
        self.hurried.set()
