"""The lines that this instance holds, by tenant, and which of them a request takes."""

from collections.abc import Iterator
from uuid import UUID

from relay_cloud.asking import Asking
from relay_cloud.bus.bus import Asked, Line


class HeldLines:
    """Lines in memory; the newest credential of a tenant comes first."""

    def __init__(self) -> None:
        self._lines: dict[UUID, list[Line]] = {}

    def add(self, line: Line) -> None:
        """Hold a line."""
        self._lines.setdefault(line.credential.tid, []).append(line)

    def remove(self, line: Line) -> bool:
        """Let a line go; False if it was not held."""
        held = self._lines.get(line.credential.tid, [])
        if line not in held:
            return False
        held.remove(line)
        if not held:
            del self._lines[line.credential.tid]
        return True

    def of(self, tid: UUID) -> tuple[Line, ...]:
        """Return the tenant's lines, the oldest first."""
        return tuple(self._lines.get(tid, ()))

    def all(self) -> list[Line]:
        """Return every line."""
        return [line for held in self._lines.values() for line in held]

    def newest_epoch(self, tid: UUID) -> int:
        """Return the highest epoch among the tenant's lines, 0 without one."""
        return max((line.credential.epoch for line in self._lines.get(tid, ())), default=0)

    def published(self, tid: UUID) -> Line | None:
        """Return the line whose keys clients should seal to: the newest one that carries."""
        return max(self._ready(tid), key=lambda line: not line.exchange.suspect, default=None)

    def choose(self, tid: UUID, kid: bytes) -> Line | None:
        """Return the line for a request sealed to `kid`: of those that carry, the one with the least in flight."""
        fit = (line for line in self._ready(tid) if line.serves(kid))
        return min(fit, key=lambda line: (line.exchange.suspect, len(line.exchange)), default=None)

    def others(self, tid: UUID, kid: bytes, tried: Line | None) -> list[Line]:
        """Return the other lines that could answer such a request."""
        return [line for line in self._ready(tid) if line is not tried and line.serves(kid)]

    def _ready(self, tid: UUID) -> Iterator[Line]:
        return (line for line in reversed(self._lines.get(tid, ())) if line.keys is not None)


def send(asking: Asking, line: Line, asked: Asked, *, again: bool = False) -> None:
    """Make one try of `asking` over the line."""
    asking.begin()
    line.exchange.ask(asked.rid, asked.message, asking, again=again)
