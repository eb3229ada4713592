"""A running LDAP front over a real store and index, in a thread of its own, on loopback."""

import asyncio
import ssl
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from directory_server.directory.view import for_client
from directory_server.fronts.ldap import certificate
from directory_server.fronts.ldap.limits import Limits
from directory_server.fronts.ldap.server import LdapFront
from directory_server.store import clients
from directory_server.store.rows import Client, FieldGroup, Location
from tests.fakes.world import World

PASSWORD = "secret"


def certificate_files(folder: Path) -> ssl.SSLContext:
    """Return a context of the front's own self-signed certificate, which is left in `folder/ldap.crt`."""
    return certificate.context(*certificate.self_signed(folder, "127.0.0.1", datetime.now(UTC)))


class RunningFront:
    """Serves `world` with one client, `sbc`; use as a context manager. `front.addresses` are bound then."""

    def __init__(
        self,
        world: World,
        *,
        tls: ssl.SSLContext | None = None,
        watch: Callable[[], None] | None = None,
        limits: Limits | None = None,
        fields: frozenset[FieldGroup] = frozenset(FieldGroup),
        location: Location | None = None,
        suffix: str = "dc=contacts",
        loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        self.world = world
        self.location = location or Location("DE")
        self._fields = fields
        self._loop = loop or asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self.front = LdapFront(
            ldap=("127.0.0.1", 0),
            ldaps=("127.0.0.1", 0) if tls else None,
            tls=tls,
            suffix=suffix,
            verify=lambda *asked: clients.verify(world.database, *asked),
            verify_again=lambda *asked: clients.verify_again(world.database, *asked, time.monotonic()),
            views=lambda name: for_client(world.database, world.index, clients.by_name(world.database, name)),
            clock=time.monotonic,
            known_by=lambda address: clients.known_by(world.database, address),
            limits=limits or Limits(bind_delay_seconds=0.02),
            watch=watch,
        )

    @property
    def address(self) -> tuple[str, int]:
        return self.front.addresses["ldap"]

    @property
    def url(self) -> str:
        return "ldap://{}:{}".format(*self.address)

    @property
    def secure_url(self) -> str:
        return "ldaps://{}:{}".format(*self.front.addresses["ldaps"])

    def add_client(
        self, name: str, sources: Mapping[str, int], *, password: str | None = PASSWORD, **changes: object
    ) -> None:
        client = Client(0, name, "generic", frozenset(sources.values()), self._fields, "", self.location)
        clients.add(self.world.database, replace(client, **changes), password)  # type: ignore[arg-type] # passed through

    def __enter__(self) -> Self:
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self.front.start(), self._loop).result(10)
        return self

    def stop(self, drain_seconds: float = 0.0) -> None:
        """Stop the front in order; the thread goes on until the end of the block."""
        asyncio.run_coroutine_threadsafe(self.front.stop(drain_seconds), self._loop).result(10)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()
