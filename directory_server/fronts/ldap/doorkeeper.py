"""Doorkeeper: how many connections an address may hold, and how long its next wrong password waits."""

from collections import Counter

from directory_server.fronts.ldap.limits import Limits

_FORGET_AFTER = 600.0
_MOST_ADDRESSES = 10_000


class Doorkeeper:
    """Counts per address; `clock` values are seconds of any steady clock."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._open: Counter[str] = Counter()
        self._failures: dict[str, tuple[int, float]] = {}

    def admit(self, address: str) -> bool:
        """Count a new connection and tell whether it may stay; `leave` must follow in either case."""
        self._open[address] += 1
        return (
            self._open[address] <= self._limits.connections_per_address
            and self._open.total() <= self._limits.connections
        )

    def leave(self, address: str) -> None:
        """Forget a connection."""
        self._open[address] -= 1
        if not self._open[address]:
            del self._open[address]

    def failed(self, address: str, now: float) -> float:
        """Count a wrong password and return how many seconds its answer waits: doubled with each, up to a limit."""
        count, last = self._failures.pop(address, (0, now))
        count = 1 if now - last > _FORGET_AFTER else count + 1
        if len(self._failures) >= _MOST_ADDRESSES:
            del self._failures[next(iter(self._failures))]
        self._failures[address] = (count, now)
        most = self._limits.bind_delay_most_seconds
        return float(min(self._limits.bind_delay_seconds * 2 ** min(count - 1, 16), most))

    def succeeded(self, address: str) -> None:
        """Forget the wrong passwords of an address."""
        self._failures.pop(address, None)

    def failures(self, address: str) -> int:
        """Return how many wrong passwords this address gave in a row."""
        return self._failures.get(address, (0, 0.0))[0]
