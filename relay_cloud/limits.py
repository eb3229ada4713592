"""Limits in numbers: how much one tenant may ask, how often an address may fail.

Time is an argument and may jump back, as clocks do.
"""

from collections import OrderedDict
from collections.abc import Hashable
from ipaddress import IPv6Address, ip_address

BODY_READ_S = 10.0
"""A request body must have arrived within this time."""
MAX_DISCARD = 1024 * 1024
"""A body that is too large is read and thrown away up to this many bytes, so that the client sees the answer."""
DISCARD_S = 2.0
HANDSHAKE_S = 10.0
"""A line must be proved within this time."""
FAILURES = 10
FAILURE_WINDOW_S = 1800.0
KEYS_RATE, KEYS_BURST = 20.0, 400
"""Key configurations that one address may fetch, a second on average and at once: a whole company may be behind one."""
MAX_ENTRIES = 100_000
"""Tenants or addresses remembered; the ones idle longest are forgotten first."""


class TokenBuckets:
    """A token bucket per tenant or address: `rate` requests a second on average, `burst` at once."""

    def __init__(self, rate: float, burst: int) -> None:
        self._rate = rate
        self._burst = float(burst)
        self._buckets: OrderedDict[Hashable, tuple[float, float]] = OrderedDict()

    def take(self, whose: Hashable, now: float) -> bool:
        """Take one token; False if there is none left."""
        tokens, then = self._buckets.pop(whose, (self._burst, now))
        tokens = min(self._burst, tokens + max(0.0, now - then) * self._rate)
        allowed = tokens >= 1
        self._buckets[whose] = (tokens - 1 if allowed else tokens, now)
        if len(self._buckets) > MAX_ENTRIES:
            self._buckets.popitem(last=False)
        return allowed


class Failures:
    """Failed proofs by address (IPv6 by /64): after 10 within 30 minutes the address waits."""

    def __init__(self) -> None:
        self._failed: OrderedDict[Hashable, list[float]] = OrderedDict()

    def note(self, address: str, now: float) -> None:
        """Count one failure."""
        key = network(address)
        recent = [*self._recent(key, now), now]
        self._failed[key] = recent[-FAILURES:]
        self._failed.move_to_end(key)
        if len(self._failed) > MAX_ENTRIES:
            self._failed.popitem(last=False)

    def forgive(self, address: str) -> None:
        """Take the last failure back."""
        key = network(address)
        if self._failed.get(key, []):
            self._failed[key] = self._failed[key][:-1]

    def blocked(self, address: str, now: float) -> bool:
        """Say whether the address has used up its failures."""
        return len(self._recent(network(address), now)) >= FAILURES

    def _recent(self, key: Hashable, now: float) -> list[float]:
        return [then for then in self._failed.get(key, ()) if 0 <= now - then < FAILURE_WINDOW_S]


def network(address: str) -> Hashable:
    """Return what counts as one address: IPv6 by /64."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    return int(parsed) >> 64 if isinstance(parsed, IPv6Address) else parsed
