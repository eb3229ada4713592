"""Which relay instance each line of this directory is at: no two share one, so that none is lost with all."""

import asyncio


class SameInstance(Exception):  # noqa: N818 - a reason to dial again, not a fault
    """The relay's balancer led to an instance that another line is at."""


class Instances:
    """Claims of lines; an instance is named by its relay in the handshake."""

    def __init__(self) -> None:
        self._claimed: dict[object, str] = {}
        self._released = asyncio.Event()

    def claim(self, line: object, instance: str) -> None:
        """Take the place at an instance, instead of the line's earlier one; raises SameInstance if another has it."""
        if any(held == instance for other, held in self._claimed.items() if other is not line):
            raise SameInstance
        self._claimed[line] = instance

    def release(self, line: object) -> None:
        """Give the line's place up."""
        if self._claimed.pop(line, None) is not None:
            self._released.set()
            self._released = asyncio.Event()

    async def released(self) -> None:
        """Wait until another line gives its place up."""
        await self._released.wait()
