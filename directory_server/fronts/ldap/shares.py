"""Shares: what a front may remember, divided among its clients."""

from collections.abc import Collection
from typing import Final, Protocol

LEAST_BYTES: Final = 1024 * 1024
"""Bytes that each client may have, however many there are."""


class Remembering(Protocol):
    """Something of one client that remembers."""

    def limit(self, most: int) -> None:
        """Remember no more than so many bytes from now on."""


def share(most: int, clients: Collection[Remembering]) -> None:
    """Divide so many bytes among the clients."""
    for one in clients:
        one.limit(max(most // len(clients), LEAST_BYTES))
