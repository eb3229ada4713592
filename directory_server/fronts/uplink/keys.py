"""The sealing keys: made in memory, rotated every 24 hours, the old one kept 2 hours, never stored."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric import ec

from directory_server.protocol.keys import MAX_LIFETIME, SealingKey, key_id, publish
from relay_cloud.wire import base64url
from relay_cloud.wire.published import OPENS

ROTATE_S = 24 * 3600
KEEP_OLD_S = 2 * 3600
BACKDATE_S = 300
"""A configuration is valid from a little before it was made, for clients whose clock is late."""


@dataclass(frozen=True, slots=True, repr=False)
class _Held:
    kid: bytes
    key: ec.EllipticCurvePrivateKey
    made: float


def _generate() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


class SealingKeys:
    """What requests are opened with; `now` is always Unix seconds. Forward secrecy: a key is gone after 26 hours."""

    def __init__(self, now: float, generate: Callable[[], ec.EllipticCurvePrivateKey] = _generate) -> None:
        self._generate = generate
        self._held: list[_Held] = []
        self.rotate(now)

    def rotate(self, now: float) -> bool:
        """Destroy keys whose time is over and make a new one if it is due; True if it was."""
        self._held = [held for held in self._held if now - held.made < ROTATE_S + KEEP_OLD_S]
        if self._held and now - self._held[0].made < ROTATE_S:
            return False
        key = self._generate()
        self._held.insert(0, _Held(key_id(key.public_key()), key, now))
        return True

    def next_rotation(self) -> float:
        """Return when `rotate` will make the next key."""
        return self._held[0].made + ROTATE_S

    def find(self, kid: bytes, now: float) -> ec.EllipticCurvePrivateKey | None:
        """Return the key of that id, None if it is unknown or its time is over."""
        for held in self._held:
            if held.kid == kid and now - held.made < ROTATE_S + KEEP_OLD_S:
                return held.key
        return None

    @property
    def current(self) -> tuple[bytes, ec.EllipticCurvePublicKey]:
        """The key that clients seal to, after its id."""
        return self._held[0].kid, self._held[0].key.public_key()

    def document(
        self, *, tid: UUID, identity: ec.EllipticCurvePrivateKey, credential: str, allow_service_end: bool
    ) -> dict[str, Any]:
        """Return the signed key configuration to publish; it expires before its key is destroyed.

        `opens` tells the relay the ids of all keys that still open; clients seal to those in the configuration.
        """
        current = self._held[0]
        start = int(current.made) - BACKDATE_S
        configuration = publish(
            tid=tid,
            sequence=int(current.made),
            not_before=start,
            expires=start + MAX_LIFETIME,
            keys=(SealingKey(current.kid, current.key.public_key()),),
            allow_service_end=allow_service_end,
            identity=identity,
            credential=credential,
        )
        return configuration | {OPENS: [base64url.encode(held.kid) for held in self._held]}
