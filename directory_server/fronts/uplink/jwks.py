"""The identity provider's signing keys: fetched once, and again when a token names an unknown one."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any
from uuid import UUID

import jwt

REFETCH_S = 30.0
"""An unknown key id makes us ask again at most this often."""
STALE_S = 24 * 3600.0
"""Keys are read afresh after this time."""
MAX_KEYS = 100


class KeysUnavailable(Exception):  # noqa: N818 - named by what happened
    """The identity provider's keys cannot be read now."""


class Jwks:
    """Public keys of `{authority}/{tid}/discovery/v2.0/keys` by key id.

    `fetch` returns the JSON behind a URL or raises KeysUnavailable; `monotonic` tells seconds.
    """

    def __init__(
        self,
        authority: str,
        tid: UUID,
        fetch: Callable[[str], Awaitable[Mapping[str, Any]]],
        monotonic: Callable[[], float],
    ) -> None:
        self._url = f"{authority}/{tid}/discovery/v2.0/keys"
        self._fetch = fetch
        self._monotonic = monotonic
        self._keys: dict[str, Any] = {}
        self._tried: float | None = None
        self._read: float | None = None
        self._lock = asyncio.Lock()

    async def key(self, kid: str) -> Any | None:
        """Return the key, None if the provider has none of that id; raises KeysUnavailable."""
        if kid not in self._keys or self._due(kid):
            async with self._lock:  # whoever comes while keys are being fetched waits for them
                if self._due(kid):
                    await self._refresh()
        return self._keys.get(kid)

    def _due(self, kid: str) -> bool:
        now = self._monotonic()
        if self._tried is not None and now - self._tried < REFETCH_S:
            return False
        return kid not in self._keys or self._read is None or now - self._read >= STALE_S

    async def _refresh(self) -> None:
        self._tried = self._monotonic()
        try:
            document = await self._fetch(self._url)
        except KeysUnavailable:
            if self._keys:  # what we know still holds
                return
            self._tried = None
            raise
        self._keys = _read(document)
        self._read = self._tried


def _read(document: Mapping[str, Any]) -> dict[str, Any]:
    entries = document.get("keys")
    found: dict[str, Any] = {}
    for entry in entries[:MAX_KEYS] if isinstance(entries, list) else ():
        if not isinstance(entry, dict) or entry.get("kty") != "RSA" or not isinstance(entry.get("kid"), str):
            continue
        try:
            found[entry["kid"]] = jwt.PyJWK(entry, algorithm="RS256").key
        except jwt.PyJWTError:
            continue  # one broken key must not hide the others; a token signed by it is refused
    return found
