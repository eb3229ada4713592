"""The look-ups over HTTP under a real uvicorn, over a real store and index, in a thread of its own, on loopback."""

import socket
import threading
import time
from collections.abc import Mapping
from dataclasses import replace
from types import TracebackType
from typing import Any, Self

import httpx
import uvicorn

from directory_server.directory.called import view_of_call
from directory_server.fronts.telephony.front import TelephonyFront
from directory_server.fronts.telephony.limits import Limits
from directory_server.store import clients
from directory_server.store.rows import Client, FieldGroup, Location
from tests.fakes.world import EVERYTHING, World

PASSWORD = "geheim: ü"


def front_of(world: World, limits: Limits | None = None, **changes: Any) -> TelephonyFront:
    """Return a front over a world; `changes` replace what it asks."""
    parts: dict[str, Any] = {
        "verify": lambda *asked: clients.verify(world.database, *asked),
        "known_by": lambda address: clients.known_by(world.database, address),
        "views": lambda name, called: view_of_call(
            world.database, world.index, clients.by_name(world.database, name), called
        ),
        "clock": time.monotonic,
    }
    # The time limits are for people who wait; a busy test machine gets more.
    return TelephonyFront(**{**parts, **changes}, limits=limits or Limits(lookup_seconds=5, search_seconds=10))


def add_client(
    world: World,
    name: str,
    sources: Mapping[str, int],
    *,
    password: str | None = PASSWORD,
    fields: frozenset[FieldGroup] = EVERYTHING,
    location: Location | None = None,
    **changes: Any,
) -> None:
    """Add a client that sees these sources."""
    client = Client(0, name, "generic", frozenset(sources.values()), fields, "", location or Location("DE"))
    clients.add(world.database, replace(client, **changes), password)


class RunningTelephony:
    """Serves a front; use as a context manager. `url` and `address` are bound then; `client` asks as `sbc`."""

    def __init__(self, front: TelephonyFront, **options: Any) -> None:
        self.front = front
        config = uvicorn.Config(front, log_config=None, access_log=False, **{"proxy_headers": False, **options})
        self._server = uvicorn.Server(config)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.address: tuple[str, int] = self._listener.getsockname()
        self.url = f"{'https' if config.is_ssl else 'http'}://127.0.0.1:{self.address[1]}"
        self._thread = threading.Thread(target=self._server.run, kwargs={"sockets": [self._listener]}, daemon=True)

    def client(self, name: str = "sbc", password: str = PASSWORD, **options: Any) -> httpx.Client:
        """Return a client that asks by name and password; "" asks without."""
        login = httpx.BasicAuth(name, password) if name else None
        return httpx.Client(base_url=self.url, auth=login, trust_env=False, timeout=20, **options)

    def raw(self, request: bytes) -> bytes:
        """Send bytes as they are and return all that comes back until the other end closes."""
        with socket.create_connection(self.address, timeout=20) as connection:
            connection.sendall(request)
            answer = b""
            while part := connection.recv(65536):
                answer += part
        return answer

    def __enter__(self) -> Self:
        self._thread.start()
        deadline = time.monotonic() + 10
        while not self._server.started and time.monotonic() < deadline:
            time.sleep(0.01)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.should_exit = True
        self._thread.join(10)
        self._listener.close()
        self.front.close()
