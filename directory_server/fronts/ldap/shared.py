"""What every connection of a front shares."""

import asyncio
import ssl
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from directory_server.fronts.ldap.credentials import Credentials
from directory_server.fronts.ldap.doorkeeper import Doorkeeper
from directory_server.fronts.ldap.fault import report
from directory_server.fronts.ldap.limits import Limits
from directory_server.fronts.ldap.message import Decoded
from directory_server.fronts.ldap.recognition import Recognition
from directory_server.fronts.ldap.search import Tree
from directory_server.fronts.ldap.session import Session

if TYPE_CHECKING:
    from directory_server.fronts.ldap.connection import Connection


@dataclass(slots=True)
class Shared:
    """The parts of one front, its open connections with their sessions, and how often it failed."""

    limits: Limits
    tls: ssl.SSLContext | None
    credentials: Credentials
    doorkeeper: Doorkeeper
    recognition: Recognition
    bind_threads: Executor
    scan_threads: Executor
    clock: Callable[[], float]
    decoded: Decoded = field(default_factory=Decoded)
    connections: dict["Connection", Session] = field(default_factory=dict)
    empty: asyncio.Event = field(default_factory=asyncio.Event)
    faults: int = 0
    _requests: int = 0  # of connections that are gone

    @property
    def requests(self) -> int:
        """How many requests came."""
        return self._requests + sum(session.messages for session in self.connections.values())

    def left(self, connection: "Connection", address: str) -> None:
        """Forget a connection that is gone; may be called twice."""
        session = self.connections.pop(connection, None)
        if session is None:
            return
        self._requests += session.messages
        self.doorkeeper.leave(address)
        if not self.connections:
            self.empty.set()

    def failed(self, error: BaseException) -> None:
        """Count and log a fault of this front itself."""
        self.faults += 1
        report(error)

    def tree(self, session: Session, client: str, address: str) -> Tree | None:
        """Return the tree as this client sees it now over this session's connection, as Credentials.tree does."""
        return self.credentials.tree(client, address, can_start_tls=session.can_start_tls, secure=session.secure)
