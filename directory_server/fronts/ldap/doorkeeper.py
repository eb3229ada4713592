"""Doorkeeper: how many connections an address may hold, and what wrong passwords cost it."""

import logging
from collections.abc import Hashable
from typing import Generic, TypeAlias, TypeVar

from directory_server.fronts.ldap.limits import Limits

_FORGET_AFTER = 600.0
_MOST_KEPT = 10_000
_Key = TypeVar("_Key", bound=Hashable)
_Pair: TypeAlias = tuple[str, str]

_LOG = logging.getLogger(__name__)


class _Tally(Generic[_Key]):
    """Counts by key until ten minutes have passed without one more; of too many keys the oldest is forgotten."""

    def __init__(self) -> None:
        self._counts: dict[_Key, tuple[int, float]] = {}

    def get(self, key: _Key, now: float) -> tuple[int, float]:
        """Return the count and when it last grew."""
        count, last = self._counts.get(key, (0, now))
        return (0, now) if now - last > _FORGET_AFTER else (count, last)

    def add(self, key: _Key, now: float) -> int:
        """Count one more; return the count."""
        count = self.get(key, now)[0] + 1
        self._counts.pop(key, None)
        if len(self._counts) >= _MOST_KEPT:
            del self._counts[next(iter(self._counts))]
        self._counts[key] = count, now
        return count

    def all(self) -> list[tuple[int, float]]:
        """Return every count and when it last grew."""
        return list(self._counts.values())

    def take(self, key: _Key, most: int) -> int:
        """Take `most` off the count, or what there is; return how many were taken."""
        count, last = self._counts.pop(key, (0, 0.0))
        if count > most:
            self._counts[key] = count - most, last
        return min(count, most)


class Doorkeeper:
    """Counts per address and per account (a client's name); `now` values are seconds of any steady clock.

    A wrong password is answered late, doubled with each from that address or for that account, whichever is later. An
    address with too many is banned for a while: whatever it asks to bind as is refused unseen. Left out is an account
    that has bound from there before, so that a phone with an old password does not shut out the session border
    controller behind the same address. An account is never banned, and its right password is never late: else anybody
    could shut out anybody.
    """

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._open: dict[str, int] = {}
        self._all = 0
        self._of_address: _Tally[str] = _Tally()
        self._of_account: _Tally[str] = _Tally()
        self._of_pair: _Tally[_Pair] = _Tally()
        self._welcome: dict[_Pair, None] = {}

    def admit(self, address: str) -> bool:
        """Count a new connection and tell whether it may stay; `leave` must follow in either case."""
        self._open[address] = count = self._open.get(address, 0) + 1
        self._all += 1
        return count <= self._limits.connections_per_address and self._all <= self._limits.connections

    def leave(self, address: str) -> None:
        """Forget a connection."""
        self._open[address] -= 1
        self._all -= 1
        if not self._open[address]:
            del self._open[address]

    def bans(self, address: str, account: str, now: float) -> bool:
        """Tell whether a bind is to be refused unseen."""
        limits = self._limits
        count, last = self._of_address.get(address, now)
        if count < limits.bind_failures_per_address or (address, account) in self._welcome:
            return False
        if now - last < limits.bind_ban_seconds:
            return True
        self._of_address.take(address, count)
        return False

    def banned(self, now: float) -> int:
        """Return the number of addresses that are banned."""
        most, seconds = self._limits.bind_failures_per_address, self._limits.bind_ban_seconds
        return sum(count >= most and now - last < seconds for count, last in self._of_address.all())

    def failed(self, address: str, account: str, now: float) -> float:
        """Count a wrong password and return how many seconds its answer waits."""
        limits = self._limits
        self._of_pair.add((address, account), now)
        count, for_account = self._of_address.add(address, now), self._of_account.add(account, now)
        if count == limits.bind_failures_per_address:
            _LOG.warning(
                "too many wrong passwords from one address: no bind for a while; does a device have an old one?",
                extra={"front": "ldap", "address": address, "count": count, "seconds": limits.bind_ban_seconds},
            )
        doubled = limits.bind_delay_seconds * 2 ** min(max(count, for_account) - 1, 16)
        return float(min(doubled, limits.bind_delay_most_seconds))

    def succeeded(self, address: str, account: str) -> None:
        """Take back what this account cost this address; what others did stays."""
        if forgiven := self._of_pair.take((address, account), _MOST_KEPT):
            self._of_address.take(address, forgiven)
            self._of_account.take(account, forgiven)
        self._welcome.pop((address, account), None)
        if len(self._welcome) >= _MOST_KEPT:
            del self._welcome[next(iter(self._welcome))]
        self._welcome[address, account] = None
