"""Who holds which tenant's line, whatever lies between: the contract of every bus."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol
from uuid import UUID

from relay_cloud.exchange import Exchange
from relay_cloud.wire.credential import Credential


@dataclass(eq=False, slots=True)
class Line:
    """One open line: whose it is, its requests in flight, and the key configuration its directory published."""

    credential: Credential
    exchange: Exchange
    keys: Mapping[str, Any] | None = field(default=None, repr=False)


class Bus(Protocol):
    """Finds the line of a tenant and carries requests to it."""

    def attach(self, line: Line) -> None:
        """Offer an open line; the newest one of a tenant gets its requests."""

    def detach(self, line: Line) -> None:
        """Take the line back; unknown lines are ignored."""

    async def ask(self, tid: UUID, rid: bytes, message: bytes, timeout_s: float) -> bytes:
        """Return the response of the tenant's directory; raises Failed, at once NO_DIRECTORY if there is none."""

    def keys(self, tid: UUID) -> Mapping[str, Any] | None:
        """Return the key configuration to seal to, or None without a directory."""

    def newest_epoch(self, tid: UUID) -> int:
        """Return the highest epoch among the tenant's open lines, 0 without one."""

    def lines(self) -> list[Line]:
        """Return this instance's open lines."""
