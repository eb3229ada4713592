"""Doorkeeper: how long an address that guessed a password has to wait. No waiting keeps a known login out.

An answer is never held back, because a call waits for it. Instead, an address that gave a wrong password is not
listened to for a while: a second, doubled with each further one. What was right before is let through all the same, as
is everybody else behind the same address once they were: a proxy, or one phone with a mistyped password, must not take
the names from a whole site. The same wrong login again is no new guess.
"""

import os
from collections import OrderedDict
from enum import Enum
from hashlib import blake2b
from typing import Any

from directory_server.fronts.telephony.basic import Login
from directory_server.fronts.telephony.limits import Limits


class Standing(Enum):
    """What is known of a login: it was `RIGHT` before, was `WRONG` a moment ago, or is a `STRANGER`."""

    RIGHT = "right"
    WRONG = "wrong"
    STRANGER = "stranger"


class Doorkeeper:
    """Remembers logins and guesses of this process; `now` is any steady clock in seconds. Not for several threads."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._key = os.urandom(32)
        self._right: OrderedDict[bytes, None] = OrderedDict()
        self._wrong: OrderedDict[bytes, float] = OrderedDict()
        self._failures: OrderedDict[str, tuple[int, float]] = OrderedDict()
        self._trying: dict[str, set[bytes]] = {}

    def __repr__(self) -> str:
        return "<Doorkeeper>"

    def mark(self, login: Login, address: str) -> bytes:
        """Return what stands for this login from this address: a hash with a key of this process."""
        shown = repr((login.name, login.password, address)).encode()
        return blake2b(shown, key=self._key, digest_size=32).digest()

    def standing(self, mark: bytes, now: float) -> Standing:
        """Return what is known of a login."""
        if mark in self._right:
            self._right.move_to_end(mark)
            return Standing.RIGHT
        until = self._wrong.get(mark)
        return Standing.WRONG if until is not None and now < until else Standing.STRANGER

    def wait(self, address: str, mark: bytes, now: float) -> float:
        """Return for how many seconds a stranger from this address is not listened to; 0 to listen now.

        Then `leave` must follow.
        """
        left = self._left(*self._failures.get(address, (0, now)), now)
        if left > 0:
            return left
        trying = self._trying.setdefault(address, set())
        if mark not in trying and len(trying) >= self._limits.guesses_at_once:
            return self._limits.guess_delay_seconds
        trying.add(mark)
        return 0.0

    def waiting(self, now: float) -> int:
        """Return the number of addresses whose strangers are not listened to now. For any thread."""
        return sum(self._left(count, last, now) > 0 for count, last in list(self._failures.values()))

    def _left(self, count: int, last: float, now: float) -> float:
        if now - last > self._limits.forget_guesses_seconds:
            count = 0
        delay = self._limits.guess_delay_seconds * 2 ** min(count - 1, 16) if count else 0.0
        return min(delay, self._limits.guess_delay_most_seconds) - (now - last)

    def leave(self, address: str, mark: bytes) -> None:
        """Forget that this login was being tried."""
        trying = self._trying.get(address)
        if trying is not None:
            trying.discard(mark)
            if not trying:
                del self._trying[address]

    def succeeded(self, mark: bytes) -> None:
        """Remember a right login; the guesses of its address are not forgotten, they may be somebody else's."""
        self._wrong.pop(mark, None)
        _put(self._right, mark, None, self._limits.remembered)

    def failed(self, address: str, mark: bytes, now: float) -> None:
        """Remember a wrong login and count it for its address."""
        self._right.pop(mark, None)
        _put(self._wrong, mark, now + self._limits.wrong_seconds, self._limits.remembered)
        count, last = self._failures.get(address, (0, now))
        count = 1 if now - last > self._limits.forget_guesses_seconds else count + 1
        _put(self._failures, address, (count, now), self._limits.remembered)


def _put(held: OrderedDict[Any, Any], key: object, value: object, most: int) -> None:
    held[key] = value
    held.move_to_end(key)
    while len(held) > most:
        held.popitem(last=False)
