"""The bus of a single relay: every line is held by this process."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from relay_cloud.bus.bus import Line
from relay_cloud.outcomes import Failed, Outcome


class Loopback:
    """Lines by tenant, in memory; implements `bus.Bus`."""

    def __init__(self) -> None:
        self._lines: dict[UUID, list[Line]] = {}

    def attach(self, line: Line) -> None:
        """Offer an open line; the newest one of a tenant gets its requests."""
        self._lines.setdefault(line.credential.tid, []).append(line)

    def detach(self, line: Line) -> None:
        """Take the line back; unknown lines are ignored."""
        held = self._lines.get(line.credential.tid, [])
        if line in held:
            held.remove(line)
        if not held:
            self._lines.pop(line.credential.tid, None)

    async def ask(self, tid: UUID, rid: bytes, message: bytes, timeout_s: float) -> bytes:
        """Return the response of the tenant's directory; raises Failed, at once NO_DIRECTORY if there is none."""
        line = self._ready(tid)
        if line is None:
            raise Failed(Outcome.NO_DIRECTORY)
        return await line.exchange.ask(rid, message, timeout_s)

    def keys(self, tid: UUID) -> Mapping[str, Any] | None:
        """Return the key configuration to seal to, or None without a directory."""
        line = self._ready(tid)
        return line.keys if line else None

    def newest_epoch(self, tid: UUID) -> int:
        """Return the highest epoch among the tenant's open lines, 0 without one."""
        return max((line.credential.epoch for line in self._lines.get(tid, ())), default=0)

    def lines(self) -> list[Line]:
        """Return this instance's open lines."""
        return [line for held in self._lines.values() for line in held]

    def _ready(self, tid: UUID) -> Line | None:
        # A line serves once it has published the keys that requests are sealed to.
        return next((line for line in reversed(self._lines.get(tid, ())) if line.keys is not None), None)
