"""Several real relays over a real NATS server behind a balancer, with one registrar and one ticket key."""

import contextlib
import shutil
from types import TracebackType
from typing import Any, Self

from tests.servers.balancer import Balancer
from tests.servers.nats import Nats
from tests.servers.relay import Relay


class Cluster:
    """`relays` share keys and are reached by `url`; `relays[0]` signs tickets and credentials for all."""

    def __init__(self, count: int = 3, **settings: Any) -> None:
        self.nats = Nats()
        self.relays = [Relay(nats=self.nats.url, **settings) for _ in range(count)]
        self.balancer = Balancer([relay.port for relay in self.relays])
        self.url = self.balancer.url
        first = self.relays[0]
        for relay in self.relays:
            if relay is not first:
                for pem in first.folder.glob("*.pem*"):
                    shutil.copy(pem, relay.folder / pem.name)
            relay.set(public_url=self.url)

    def __enter__(self) -> Self:
        with contextlib.ExitStack() as started:
            started.callback(self._stop)
            self.nats.start()
            for relay in self.relays:
                relay.start()
            self.balancer.__enter__()
            started.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.balancer.__exit__(kind, error, trace)
        self._stop()

    def _stop(self) -> None:
        for relay in self.relays:
            relay.close()
        self.nats.__exit__(None, None, None)
