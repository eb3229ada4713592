"""Signing keys of a token issuer as they age: which are known, when to ask again. Pure: both ends do the asking.

Source: RFC 7517 section 5; Microsoft identity platform, "Signing key rollover". Times are seconds that never jump.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any

import jwt

from directory_server.protocol.identity import TokenRefused

FRESH = 3600.0
"""Seconds after which keys are read again."""
USABLE = 24 * 3600.0
"""Seconds for which known keys count while the issuer cannot be reached."""
COOLDOWN = 30.0
"""Seconds between two readings, however many unknown key ids arrive."""
RETRY = 5.0
"""Seconds to wait after a reading that failed; who asks meanwhile is told at once."""
MAX_KEYS = 100


class KeysUnavailable(Exception):  # noqa: N818 - not the token's fault: it may be good
    """The issuer's keys could not be read, so this token cannot be judged now."""


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A public RSA key; `issuer` and `endorsements` are what the issuer says it is for, where it says so."""

    key: Any
    issuer: str
    endorsements: frozenset[str]


class Need(Enum):
    """Whether the keys must be read before one can be looked up."""

    NOTHING = auto()
    SOON = auto()
    NOW = auto()


class KeySet:
    """The keys of one issuer, as last read."""

    def __init__(self) -> None:
        self._keys: dict[str, SigningKey] = {}
        self._read = -math.inf
        self._next = -math.inf
        self._failed = False

    def need(self, kid: str, now: float) -> Need:
        """Say whether to read the keys for this key id: SOON means that the known one is good meanwhile."""
        if now < self._next:
            return Need.NOTHING
        if kid not in self._keys or now - self._read >= USABLE:
            return Need.NOW
        return Need.SOON if now - self._read >= FRESH else Need.NOTHING

    def key(self, kid: str, now: float) -> SigningKey:
        """Return the key; raises TokenRefused if the issuer has none of that id, KeysUnavailable if nobody knows."""
        known = self._keys.get(kid)
        if now - self._read >= USABLE or (known is None and self._failed):
            raise KeysUnavailable("the token issuer's keys cannot be read")
        if known is None:
            raise TokenRefused("token_invalid", "token is signed with an unknown key")
        return known

    def read(self, document: Mapping[str, Any], now: float) -> None:
        """Take a JWK set; raises ValueError if it holds no usable key, and leaves the known ones in place."""
        entries = document.get("keys")
        found = dict(filter(None, map(_signing_key, entries[:MAX_KEYS] if isinstance(entries, list) else ())))
        if not found:
            raise ValueError("no usable key in the set")
        self._keys, self._read, self._failed = found, now, False
        self._next = now + COOLDOWN

    def fail(self, now: float) -> None:
        """Note that the keys could not be read; the known ones stay."""
        self._failed = True
        self._next = now + RETRY


def _signing_key(entry: object) -> tuple[str, SigningKey] | None:
    """Return a key and its id; None for one we cannot use, which must not hide the others."""
    if not isinstance(entry, Mapping) or entry.get("kty") != "RSA" or entry.get("use", "sig") != "sig":
        return None
    kid, endorsements = entry.get("kid"), entry.get("endorsements")
    try:
        key = jwt.PyJWK(dict(entry), algorithm="RS256").key
    except jwt.PyJWTError:
        return None
    listed = endorsements if isinstance(endorsements, list) else []
    vouched = frozenset(text for text in listed if isinstance(text, str))
    return (kid, SigningKey(key, str(entry.get("issuer", "")), vouched)) if isinstance(kid, str) else None
