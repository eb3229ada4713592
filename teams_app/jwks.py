"""Signing keys of a token issuer, fetched when needed and kept: an unknown key id causes one fetch per cool-down."""

import asyncio
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import httpx
import jwt

from directory_server.protocol.identity import TokenRefused

FRESH = 3600.0
"""Seconds after which keys are fetched again."""
USABLE = 24 * 3600.0
"""Seconds for which known keys still count while the issuer cannot be reached."""
COOLDOWN = 30.0
"""Seconds between two fetches, however many unknown key ids arrive."""
TIMEOUT = 3.0
MAX_BYTES = 512 * 1024

logger = logging.getLogger(__name__)


class KeysUnavailable(Exception):  # noqa: N818 - becomes 503, not 401: the token may be good
    """The issuer's keys could not be fetched, so no token can be checked now."""


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A public RSA key; `issuer` and `endorsements` are what the issuer says it is for, where it says so."""

    key: Any
    issuer: str
    endorsements: frozenset[str]


class Jwks:
    """The keys behind one address: a JWK set, or (with `metadata`) an OpenID document that names the set."""

    def __init__(
        self, client: httpx.AsyncClient, address: str, monotonic: Callable[[], float], *, metadata: bool = False
    ) -> None:
        self._client = client
        self._address = address
        self._monotonic = monotonic
        self._metadata = metadata
        self._lock = asyncio.Lock()
        self._keys: dict[str, SigningKey] = {}
        self._fetched = self._tried = -USABLE

    async def key(self, kid: str) -> SigningKey:
        """Return the key of this id; raises TokenRefused if the issuer has none, KeysUnavailable if nobody knows."""
        if self._due(kid):
            async with self._lock:
                if self._due(kid) and self._monotonic() - self._tried >= COOLDOWN:
                    await self.fetch()
        if self._monotonic() - self._fetched >= USABLE:
            raise KeysUnavailable("the token issuer's keys cannot be fetched")
        if kid not in self._keys:
            raise TokenRefused("token_invalid", "token is signed with an unknown key")
        return self._keys[kid]

    async def fetch(self) -> None:
        """Fetch the keys now; a failure is logged and leaves the known keys in place."""
        self._tried = self._monotonic()
        try:
            address = self._address
            if self._metadata:
                address = str((await self._json(address))["jwks_uri"])
            self._keys = _signing_keys(await self._json(address))
            self._fetched = self._monotonic()
        except (httpx.HTTPError, httpx.InvalidURL, ValueError, KeyError, TypeError) as error:
            logger.warning("token keys not fetched from %s: %s", self._address, type(error).__name__)

    def _due(self, kid: str) -> bool:
        return kid not in self._keys or self._monotonic() - self._fetched >= FRESH

    async def _json(self, address: str) -> Mapping[str, Any]:
        response = await self._client.get(address, timeout=TIMEOUT)
        response.raise_for_status()
        if len(response.content) > MAX_BYTES:
            raise ValueError("document too large")
        document = response.json()
        if not isinstance(document, dict):
            raise TypeError("document is no object")
        return document


def _signing_keys(document: Mapping[str, Any]) -> dict[str, SigningKey]:
    found = {}
    for entry in document["keys"]:
        if entry.get("kty") != "RSA" or entry.get("use", "sig") != "sig" or not isinstance(entry.get("kid"), str):
            continue
        try:
            key = jwt.PyJWK(entry, algorithm="RS256").key
        except jwt.PyJWTError as error:
            raise ValueError("unusable key in the set") from error
        endorsements = frozenset(text for text in entry.get("endorsements", ()) if isinstance(text, str))
        found[entry["kid"]] = SigningKey(key, str(entry.get("issuer", "")), endorsements)
    return found
