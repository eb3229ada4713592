"""Who holds which tenant's lines, whatever lies between: the contract of every bus."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol
from uuid import UUID

from relay_cloud.exchange import Exchange
from relay_cloud.wire import published
from relay_cloud.wire.credential import Credential


@dataclass(eq=False, slots=True)
class Line:
    """One open line: whose it is, its requests in flight, and what its directory published.

    `keys` is the key configuration as clients get it, None before it came; `kids` the ids of the keys in it.
    """

    credential: Credential
    exchange: Exchange
    keys: bytes | None = field(default=None, repr=False)
    kids: frozenset[bytes] = frozenset()

    def publish(self, document: Mapping[str, Any]) -> None:
        """Take the key configuration that the directory sends; raises Malformed, and changes nothing then."""
        self.kids, self.keys = published.kids(document), published.handed_out(document)

    def serves(self, kid: bytes) -> bool:
        """Whether requests sealed to this key can be opened behind it."""
        return kid in self.kids


@dataclass(frozen=True, slots=True)
class Asked:
    """A request to carry: its ids as in its header, its whole message, and how many seconds it has."""

    tid: UUID
    rid: bytes
    kid: bytes
    message: bytes = field(repr=False)
    timeout_s: float


class Bus(Protocol):
    """Finds the lines of a tenant and carries requests to one of them.

    `hedged` counts the requests that needed a second round.
    """

    hedged: int

    @property
    def ready(self) -> bool:
        """Whether everything it should reach can be reached."""

    async def start(self) -> None:
        """Begin; returns before everything is reached."""

    async def stop(self) -> None:
        """End."""

    def withdraw(self) -> None:
        """Take no more requests of other relays; own lines go on."""

    def attach(self, line: Line) -> None:
        """Offer an open line; it serves once it has published keys (`published`)."""

    def published(self, line: Line) -> None:
        """Note that the keys of an attached line have changed."""

    def detach(self, line: Line) -> None:
        """Take the line back; unknown lines are ignored."""

    async def ask(self, asked: Asked) -> bytes:
        """Return the response of the tenant's directory; raises Failed, at once NO_DIRECTORY if there is none."""

    async def keys(self, tid: UUID) -> bytes | None:
        """Return the key configuration to seal to, or None without a directory."""

    def forward(self, instance: str, tid: UUID, data: bytes) -> None:
        """Bring answers of a directory to the relay that waits for them; lost if that is gone."""

    def newest_epoch(self, tid: UUID) -> int:
        """Return the highest epoch among the tenant's lines that are known here, 0 without one."""

    def lines(self) -> list[Line]:
        """Return this instance's open lines."""
