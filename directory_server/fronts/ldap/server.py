"""The LDAP front: its listeners, its limits on idle connections, and a stop that tells every client."""

import asyncio
import contextlib
import ssl
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeAlias

from directory_server.fronts.ldap.connection import Connection
from directory_server.fronts.ldap.credentials import Credentials, Verify, Views
from directory_server.fronts.ldap.doorkeeper import Doorkeeper
from directory_server.fronts.ldap.limits import Limits
from directory_server.fronts.ldap.recognition import KnownBy, Recognition
from directory_server.fronts.ldap.response import Code
from directory_server.fronts.ldap.shared import Shared

Address: TypeAlias = tuple[str, int]

_BACKLOG = 1024
_SWEEP_SHARE = 4
_THREADS = 2


class ListenError(OSError):
    """An address cannot be listened on; the message names it and the reason."""


class LdapFront:
    """Answers LDAP on `ldap` (with StartTLS if `tls` is given) and LDAPS on `ldaps`; None switches one off.

    `verify(name, password, address)` returns the client or None, `views(name)` the client's view (KeyError if it is
    gone), `known_by(address)` the client that needs no bind from there, or None; they run in threads or for
    microseconds. `clock` is a steady clock in seconds. `shared` lets other processes listen on the same addresses
    (SO_REUSEPORT).
    """

    def __init__(
        self,
        *,
        ldap: Address | None,
        ldaps: Address | None,
        tls: ssl.SSLContext | None,
        suffix: str,
        verify: Verify,
        views: Views,
        clock: Callable[[], float],
        known_by: KnownBy | None = None,
        limits: Limits | None = None,
        shared: bool = False,
    ) -> None:
        if ldaps is not None and tls is None:
            raise ValueError("LDAPS needs a certificate")
        self._wanted = {"ldap": ldap, "ldaps": ldaps}
        self._limits = limits or Limits()
        self._shared_addresses = shared
        # Apart, so that long scans never keep anybody from binding.
        self._pools = [ThreadPoolExecutor(_THREADS, thread_name_prefix=f"ldap-{work}") for work in ("bind", "scan")]
        self._shared = Shared(
            limits=self._limits,
            tls=tls,
            credentials=Credentials(suffix, verify, views, self._limits, clock),
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
        try:
            server = await asyncio.get_running_loop().create_server(
                lambda: Connection(self._shared, secure=secure),
                host,
                port,
                ssl=self._shared.tls if secure else None,
                ssl_handshake_timeout=self._limits.tls_handshake_seconds if secure else None,
                backlog=_BACKLOG,
                reuse_port=self._shared_addresses or None,
            )
        except OSError as error:
            raise ListenError(error.errno, f"{name} cannot listen on {host}:{port}: {error.strerror}") from error
        self._servers.append(server)
        bound = server.sockets[0].getsockname()
        self.addresses[name] = (bound[0], bound[1])

    async def _sweep(self) -> None:
        limits = self._limits
        pause = min(limits.message_seconds, limits.unbound_idle_seconds) / _SWEEP_SHARE
        while True:
            await asyncio.sleep(pause)
            now = self._shared.clock()
            for connection in tuple(self._shared.connections):
                connection.sweep(now)

    async def stop(self) -> None:
        """Stop listening, tell every client with a notice, close; cut those that do not leave in time."""
        if self._sweeper is not None:
            self._sweeper.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._sweeper
        for server in self._servers:
            server.close()
        for connection in tuple(self._shared.connections):
            connection.close(Code.UNAVAILABLE, "the directory is stopping")
        self._shared.empty.clear()
        if self._shared.connections:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._shared.empty.wait(), self._limits.stop_seconds)
        for connection in tuple(self._shared.connections):
            connection.abort()
        for server in self._servers:
            await server.wait_closed()
        self._servers.clear()
        for pool in self._pools:
            pool.shutdown(wait=False, cancel_futures=True)
