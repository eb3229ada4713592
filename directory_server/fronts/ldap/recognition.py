"""Recognition: which client an address is known by, without a bind."""

from collections.abc import Callable
from typing import Final, TypeAlias

from directory_server.store.rows import Client

KnownBy: TypeAlias = Callable[[str], Client | None]

SECONDS: Final = 5.0
"""How long an answer holds."""
_MOST_ADDRESSES = 10_000


class Recognition:
    """Asks `known_by(address)`, anew after five seconds; without it nobody is known by an address."""

    def __init__(self, known_by: KnownBy | None, clock: Callable[[], float]) -> None:
        self._known_by = known_by
        self._clock = clock
        self._held: dict[str, tuple[str, float]] = {}

    def held(self, address: str) -> str | None:
        """Return the client's name, "" for nobody's address, None if `ask` is due first; takes no time."""
        if self._known_by is None:
            return ""
        name, since = self._held.get(address, ("", None))
        return None if since is None or self._clock() - since >= SECONDS else name

    def ask(self, address: str) -> str:
        """Ask now, in a thread: it reads the store."""
        client = self._known_by(address) if self._known_by else None
        name = client.name if client else ""
        if len(self._held) >= _MOST_ADDRESSES:
            self._held.clear()
        self._held[address] = name, self._clock()
        return name
