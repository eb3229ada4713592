"""Probes: a directory's own requests, carried to it as if a client had sent them; one at a time for each line."""

import asyncio
from collections.abc import Callable

from relay_cloud.bus.bus import Asked, Bus, Line
from relay_cloud.outcomes import Failed
from relay_cloud.wire.envelope import Malformed, decode_request
from relay_cloud.wire.frame import Probed


class Probing:
    """Carries probes over `bus`."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus
        self._running: dict[Line, asyncio.Task[None]] = {}

    def begin(self, line: Line, message: bytes, tell: Callable[[bytes], None]) -> None:
        """Carry a probe that came over `line`; `tell` sends the PROBED frame.

        Raises Malformed for one of another tenant.
        """
        request = decode_request(message)
        if request.tid != line.credential.tid:
            raise Malformed("probe of another tenant")
        if line not in self._running:
            asked = Asked(request.tid, request.rid, request.kid, message, request.deadline_ms / 1000)
            task = self._running[line] = asyncio.create_task(self._carry(asked, tell))
            task.add_done_callback(lambda _: self._running.pop(line, None))

    async def _carry(self, asked: Asked, tell: Callable[[bytes], None]) -> None:
        try:
            await self._bus.ask(asked)
        except Failed:
            answered = False
        else:
            answered = True
        tell(Probed(asked.rid, answered).encode())
