"""The bus of a single relay: every line is held by this process."""

from uuid import UUID

from relay_cloud.asking import Asking
from relay_cloud.bus.bus import Asked, Line
from relay_cloud.bus.held import HeldLines, send
from relay_cloud.outcomes import Failed, Outcome


class Loopback:
    """Lines by tenant, in memory; implements `bus.Bus`."""

    ready = True

    def __init__(self) -> None:
        self.hedged = 0
        self._held = HeldLines()

    async def start(self) -> None:
        """Nothing to begin."""

    async def stop(self) -> None:
        """Nothing to end."""

    def withdraw(self) -> None:
        """Nobody else asks."""

    def attach(self, line: Line) -> None:
        """Offer an open line; it serves once it has published keys."""
        self._held.add(line)

    def published(self, line: Line) -> None:
        """Note that the keys of an attached line have changed; they are looked at with each request anyway."""

    def detach(self, line: Line) -> None:
        """Take the line back; unknown lines are ignored."""
        self._held.remove(line)

    async def ask(self, asked: Asked) -> bytes:
        """Return the response of the tenant's directory; raises Failed, at once NO_DIRECTORY if there is none."""
        line = self._held.choose(asked.tid, asked.kid)
        if line is None:
            known = self._held.published(asked.tid) is not None
            raise Failed(Outcome.UNKNOWN_KEY if known else Outcome.NO_DIRECTORY)
        tried = [line]

        def again(asking: Asking) -> None:
            for other in self._held.others(asked.tid, asked.kid, line):
                tried.append(other)
                send(asking, other, asked, again=True)

        asking = Asking(again)
        send(asking, line, asked)
        try:
            return await asking.outcome(asked.timeout_s)
        finally:
            for one in tried:
                one.exchange.forget(asked.rid, asking)
            self.hedged += asking.hedged

    async def keys(self, tid: UUID) -> bytes | None:
        """Return the key configuration to seal to, or None without a directory."""
        line = self._held.published(tid)
        return line.keys if line else None

    def forward(self, instance: str, tid: UUID, data: bytes) -> None:
        """Nobody else waits: what comes for another instance is for one that is gone."""

    def newest_epoch(self, tid: UUID) -> int:
        """Return the highest epoch among the tenant's open lines, 0 without one."""
        return self._held.newest_epoch(tid)

    def lines(self) -> list[Line]:
        """Return this instance's open lines."""
        return self._held.all()
