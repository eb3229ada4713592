"""What every connection of a front shares."""

import asyncio
import ssl
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from directory_server.fronts.ldap.credentials import Credentials
from directory_server.fronts.ldap.doorkeeper import Doorkeeper
from directory_server.fronts.ldap.limits import Limits
from directory_server.fronts.ldap.message import Decoded
from directory_server.fronts.ldap.recognition import Recognition
from directory_server.fronts.ldap.search import Tree
from directory_server.fronts.ldap.session import Session

if TYPE_CHECKING:
    from directory_server.fronts.ldap.connection import Connection


@dataclass(slots=True)
class Shared:
    """The parts of one front, and its open connections."""

    limits: Limits
    tls: ssl.SSLContext | None
    credentials: Credentials
    doorkeeper: Doorkeeper
    recognition: Recognition
    bind_threads: Executor
    scan_threads: Executor
    clock: Callable[[], float]
    decoded: Decoded = field(default_factory=Decoded)
    connections: set["Connection"] = field(default_factory=set)
    empty: asyncio.Event = field(default_factory=asyncio.Event)

    def tree(self, session: Session, client: str, address: str) -> Tree | None:
        """Return the tree as this client sees it now over this session's connection, as Credentials.tree does."""
        return self.credentials.tree(client, address, can_start_tls=session.can_start_tls, secure=session.secure)
