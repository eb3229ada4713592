"""The LDAP front: its listeners, its limits on idle connections, and a stop that tells every client."""

import asyncio
import contextlib
import socket
import ssl
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeAlias

from directory_server.fronts.ldap.connection import Connection
from directory_server.fronts.ldap.credentials import Credentials, Verify, Views
from directory_server.fronts.ldap.doorkeeper import Doorkeeper
from directory_server.fronts.ldap.drain import drain
from directory_server.fronts.ldap.limits import Limits
from directory_server.fronts.ldap.recognition import KnownBy, Recognition
from directory_server.fronts.ldap.response import Code
from directory_server.fronts.ldap.shared import Shared
from directory_server.fronts.ldap.socket_options import tune

Address: TypeAlias = tuple[str, int]

BACKLOG = 1024
_SWEEP_SHARE = 4
_THREADS = 2


class ListenError(OSError):
    """An address cannot be listened on; the message names it and the reason."""


class LdapFront:
    """Answers LDAP on `ldap` (with StartTLS if `tls` is given) and LDAPS on `ldaps`; None switches one off.

    `verify(name, password, address)` returns the client or None, `verify_again` does so in microseconds for those it
    has seen before, `views(name)` gives the client's view (KeyError if it is gone), `known_by(address)` the client that
    needs no bind from there, or None; they run in threads or for microseconds. `clock` is a steady clock in seconds.
    `listeners` are sockets by "ldap" and "ldaps" that listen already, in place of those addresses. `watch` is called
    every few seconds: it may change what `tls` presents, and must not raise.
    """

    def __init__(
        self,
        *,
        ldap: Address | None,
        ldaps: Address | None,
        tls: ssl.SSLContext | None,
        suffix: str,
        verify: Verify,
        verify_again: Verify,
        views: Views,
        clock: Callable[[], float],
        known_by: KnownBy | None = None,
        limits: Limits | None = None,
        listeners: Mapping[str, Sequence[socket.socket]] | None = None,
        watch: Callable[[], None] | None = None,
    ) -> None:
        if ldaps is not None and tls is None:
            raise ValueError("LDAPS needs a certificate")
        self._wanted = {"ldap": ldap, "ldaps": ldaps}
        self._limits = limits or Limits()
        self._listeners = dict(listeners or {})
        self._watch = watch
        # Apart, so that long scans never keep anybody from binding.
        self._pools = [ThreadPoolExecutor(_THREADS, thread_name_prefix=f"ldap-{work}") for work in ("bind", "scan")]
        self._shared = Shared(
            limits=self._limits,
            tls=tls,
            credentials=Credentials(suffix, verify, verify_again, views, self._limits, clock),
            doorkeeper=Doorkeeper(self._limits),
            recognition=Recognition(known_by, clock),
            bind_threads=self._pools[0],
            scan_threads=self._pools[1],
            clock=clock,
        )
        self._servers: list[asyncio.Server] = []
        self._sweeper: asyncio.Task[None] | None = None
        self.addresses: dict[str, Address] = {}

    @property
    def connections(self) -> int:
        """How many connections are open."""
        return len(self._shared.connections)

    @property
    def requests(self) -> int:
        """How many requests came since the start, of all kinds."""
        return self._shared.requests

    @property
    def faults(self) -> int:
        """How many requests ended in an error of ours since the start."""
        return self._shared.faults

    @property
    def banned(self) -> int:
        """How many addresses are banned."""
        return self._shared.doorkeeper.banned(self._shared.clock())

    async def start(self) -> None:
        """Listen; `addresses` then holds the bound host and port of "ldap" and "ldaps". Raises ListenError."""
        try:
            for name, address in self._wanted.items():
                if address is not None:
                    await self._listen(name, address)
        except ListenError:
            await self.stop()
            raise
        self._sweeper = asyncio.get_running_loop().create_task(self._sweep())

    async def _listen(self, name: str, address: Address) -> None:
        secure = name == "ldaps"
        host, port = address
        given = self._listeners.get(name)
        here: list[dict[str, Any]] = [{"host": host, "port": port}]
        places = here if given is None else [{"sock": one} for one in given]
        try:
            servers = [await self._serve(secure=secure, **place) for place in places]
        except OSError as error:
            raise ListenError(error.errno, f"{name} cannot listen on {host}:{port}: {error.strerror}") from error
        bound = servers[0].sockets[0].getsockname()
        self.addresses[name] = (bound[0], bound[1])

    async def _serve(self, *, secure: bool, **place: Any) -> asyncio.Server:
        server = await asyncio.get_running_loop().create_server(
            lambda: Connection(self._shared, secure=secure),
            **place,
            ssl=self._shared.tls if secure else None,
            ssl_handshake_timeout=self._limits.tls_handshake_seconds if secure else None,
            backlog=BACKLOG,
            start_serving=False,
        )
        self._servers.append(server)
        for opened in server.sockets:
            tune(opened, self._limits.keepalive_seconds)
        await server.start_serving()
        return server

    async def _sweep(self) -> None:
        limits = self._limits
        pause = min(limits.message_seconds, limits.unbound_idle_seconds) / _SWEEP_SHARE
        while True:
            await asyncio.sleep(pause)
            if self._watch is not None:
                self._watch()
            now = self._shared.clock()
            for connection in tuple(self._shared.connections):
                connection.sweep(now)

    async def stop(self, drain_seconds: float = 0.0, hurried: asyncio.Event | None = None) -> None:
        """Stop listening at once, let the clients go one by one within `drain_seconds`, cut who does not leave.

        Until its turn comes a connection is answered as before; it then gets a notice of disconnection behind what it
        is owed. `hurried` ends the drain when it is set.
        """
        for server in self._servers:
            server.close()
        await drain(self._shared.connections, drain_seconds, self._shared.clock, hurried or asyncio.Event())
        if self._sweeper is not None:
            self._sweeper.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._sweeper
        for connection in tuple(self._shared.connections):
            connection.leave(0.0)
        await self._emptied(self._limits.stop_seconds / 2)
        for connection in tuple(self._shared.connections):
            connection.close(Code.UNAVAILABLE, "the directory is stopping")
        await self._emptied(self._limits.stop_seconds / 2)
        for connection in tuple(self._shared.connections):
            connection.abort()
        for server in self._servers:
            await server.wait_closed()
        self._servers.clear()
        for pool in self._pools:
            pool.shutdown(wait=False, cancel_futures=True)

    async def _emptied(self, seconds: float) -> None:
        self._shared.empty.clear()
        if self._shared.connections:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._shared.empty.wait(), seconds)
