"""The sealing keys: made in memory, rotated every 24 hours, old ones kept 2 hours, never stored."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric import ec

from directory_server.protocol.kem import SEED_SIZE, PrivateKey, xwing_private_key
from directory_server.protocol.keys import MAX_LIFETIME, SealingKey, key_id, publish
from relay_cloud.wire import base64url
from relay_cloud.wire.published import MAX_KIDS, OPENS

ROTATE_S = 24 * 3600
KEEP_OLD_S = 2 * 3600
BACKDATE_S = 300
"""A configuration is valid from a little before it was made, for clients whose clock is late."""
MAX_GENERATIONS = MAX_KIDS // 2
"""More would be more key ids than a relay takes: rotated by hand again and again, the oldest goes early."""


@dataclass(frozen=True, slots=True, repr=False)
class _Generation:
    """Keys made at once, the mandatory one first; `opens_until` is when they are destroyed."""

    keys: tuple[tuple[bytes, PrivateKey], ...]
    sequence: int
    made: float
    opens_until: float

    @property
    def public(self) -> tuple[SealingKey, ...]:
        return tuple(SealingKey(kid, key.public_key()) for kid, key in self.keys)


def _generate() -> tuple[PrivateKey, ...]:
    mandatory, hybrid = ec.generate_private_key(ec.SECP256R1()), xwing_private_key(secrets.token_bytes(SEED_SIZE))
    return (mandatory,) if hybrid is None else (mandatory, hybrid)


class SealingKeys:
    """What requests are opened with; `now` is always Unix seconds. Forward secrecy: a key is gone after 26 hours.

    `last` is the highest sequence ever published: clients refuse to go back, whatever the clock does.
    """

    def __init__(
        self, now: float, *, last: int = 0, generate: Callable[[], tuple[PrivateKey, ...]] = _generate
    ) -> None:
        self._generate = generate
        self._last = last
        self._held: list[_Generation] = []
        self.rotate(now)

    def rotate(self, now: float, *, forced: bool = False) -> bool:
        """Destroy keys whose time is over and make new ones if they are due or `forced`; True if they were made."""
        self._held = [held for held in self._held if now < held.opens_until]
        if not forced and self._held and now < self.next_rotation():
            return False
        until = now + KEEP_OLD_S
        old = [replace(held, opens_until=min(held.opens_until, until)) for held in self._held[: MAX_GENERATIONS - 1]]
        made = tuple((key_id(key.public_key()), key) for key in self._generate())
        self._last = self.following(now)
        self._held = [_Generation(made, self._last, now, now + ROTATE_S + KEEP_OLD_S), *old]
        return True

    @property
    def sequence(self) -> int:
        """The sequence of the configuration that is published."""
        return self._last

    def following(self, now: float) -> int:
        """Return the sequence that keys made now would have: the time, or one more than the last."""
        return max(int(now), self._last + 1)

    def next_rotation(self) -> float:
        """Return when `rotate` will make the next keys."""
        return self._held[0].made + ROTATE_S

    def find(self, kid: bytes, now: float) -> PrivateKey | None:
        """Return the key of that id, None if it is unknown or its time is over."""
        opening = (pair for held in self._held if now < held.opens_until for pair in held.keys)
        return next((key for known, key in opening if known == kid), None)

    @property
    def current(self) -> tuple[SealingKey, ...]:
        """The keys that clients seal to, one for each KEM, the mandatory one first."""
        return self._held[0].public

    def document(
        self, *, tid: UUID, identity: ec.EllipticCurvePrivateKey, credential: str, allow_service_end: bool
    ) -> dict[str, Any]:
        """Return the signed key configuration to publish; it expires before its keys are destroyed.

        `opens` tells the relay the ids of all keys that still open; clients seal to those in the configuration.
        """
        current = self._held[0]
        start = int(current.made) - BACKDATE_S
        configuration = publish(
            tid=tid,
            sequence=current.sequence,
            not_before=start,
            expires=start + MAX_LIFETIME,
            keys=current.public,
            allow_service_end=allow_service_end,
            identity=identity,
            credential=credential,
        )
        return configuration | {OPENS: [base64url.encode(kid) for held in self._held for kid, _ in held.keys]}
