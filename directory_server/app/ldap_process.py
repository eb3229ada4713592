"""The LDAP front of one process, and further processes that share its addresses."""

import asyncio
import contextlib
import multiprocessing
import signal
import time
from pathlib import Path
from typing import Any

from directory_server.app.directory import Directory
from directory_server.fronts.ldap import certificate
from directory_server.fronts.ldap.server import Address, LdapFront
from directory_server.observe import logs
from directory_server.store import clients

RESTART_PAUSE_S = 1.0
"""Pause before a process that ended is started again."""
STOP_S = 10.0


class NotAnAddress(ValueError):  # noqa: N818 - named as the admin reads it
    """A setting is no host:port; the message names the setting."""


def address(name: str, text: str) -> Address | None:
    """Return host and port of a `host:port` setting, None for an empty one; raises NotAnAddress."""
    if not text:
        return None
    host, _, port = text.rpartition(":")
    if not host or not port.isdigit() or int(port) > 65535:  # noqa: PLR2004 - the highest TCP port
        raise NotAnAddress(f"{name}: {text!r} is not host:port")
    return host.strip("[]"), int(port)


def front(directory: Directory, *, shared: bool = False) -> LdapFront:
    """Return the LDAP front of this directory's settings, not started; `shared` lets other processes listen too."""
    settings = directory.config
    ldap, ldaps = address("ldap", settings.ldap), address("ldaps", settings.ldaps)
    tls = None
    if ldap or ldaps:
        if settings.tls_certificate and settings.tls_key:
            files = settings.tls_certificate, settings.tls_key
        else:
            files = certificate.self_signed(
                directory.data / "tls", (ldaps or ldap or ("localhost", 0))[0], directory.clock()
            )
        tls = certificate.context(*files)
    return LdapFront(
        ldap=ldap,
        ldaps=ldaps,
        tls=tls,
        suffix=settings.suffix,
        verify=lambda *asked: clients.verify(directory.database, *asked),
        views=directory.view_for_client,
        known_by=lambda address: clients.known_by(directory.database, address),
        clock=time.monotonic,
        shared=shared,
    )


class LdapProcesses:
    """Processes that each serve the LDAP front on the same addresses; one that ends is started again."""

    def __init__(self, data: Path, count: int, settings: dict[str, Any]) -> None:
        self._arguments = (data, settings)
        self._context = multiprocessing.get_context("spawn")
        self._processes = [self._new() for _ in range(count)]
        self._watch: asyncio.Task[None] | None = None

    def _new(self) -> Any:
        return self._context.Process(target=_serve, args=self._arguments, daemon=True)

    def start(self) -> None:
        """Start all of them, and watch over them."""
        for process in self._processes:
            process.start()
        self._watch = asyncio.get_running_loop().create_task(self._restart_ended())

    @property
    def running(self) -> int:
        """How many are alive."""
        return sum(process.is_alive() for process in self._processes)

    async def _restart_ended(self) -> None:
        while True:
            await asyncio.sleep(RESTART_PAUSE_S)
            for place, process in enumerate(self._processes):
                if not process.is_alive():
                    self._processes[place] = self._new()
                    self._processes[place].start()

    async def stop(self) -> None:
        """End all of them; each tells its clients first."""
        if self._watch:
            self._watch.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._watch
        for process in self._processes:
            process.terminate()
        for process in self._processes:
            await asyncio.to_thread(process.join, STOP_S)
            if process.is_alive():
                process.kill()


def _serve(data: Path, settings: dict[str, Any]) -> None:
    logs.start()
    with Directory(data, serving=True, **settings) as directory:
        run(_until_stopped(directory))


async def _until_stopped(directory: Directory) -> None:
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopped.set)
    serving = front(directory, shared=True)
    await serving.start()
    try:
        await stopped.wait()
    finally:
        await serving.stop()


def run(work: Any) -> None:
    """Run a coroutine on the platform's fastest event loop."""
    try:
        import uvloop
    except ImportError:  # Windows
        asyncio.run(work)
    else:
        uvloop.run(work)
