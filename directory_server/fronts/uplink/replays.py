"""Request ids already executed: a replayed request is refused, never answered again."""

from collections import OrderedDict

WINDOW_S = 120
"""A request's `iat` may differ from our clock by this many seconds."""
KEPT_S = 300
"""Longer than twice the window, after which `iat` alone refuses the request."""
MAX_ENTRIES = 100_000


class Replays:
    """Remembers request ids for five minutes; times are Unix seconds."""

    def __init__(self) -> None:
        self._seen: OrderedDict[bytes, float] = OrderedDict()

    def first(self, rid: bytes, now: float) -> bool:
        """Note the id; False if it was noted before."""
        self._forget(now)
        if rid in self._seen:
            return False
        self._seen[rid] = now
        return True

    def full(self, now: float) -> bool:
        """Say whether no more requests may be executed until older ids expire."""
        self._forget(now)
        return len(self._seen) >= MAX_ENTRIES

    def _forget(self, now: float) -> None:
        while self._seen and now - next(iter(self._seen.values())) >= KEPT_S:
            self._seen.popitem(last=False)
