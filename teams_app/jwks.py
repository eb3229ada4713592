"""Signing keys of a token issuer, fetched when needed and kept."""

import asyncio
import logging
from collections.abc import Callable, Mapping
from typing import Any

import httpx

from directory_server.protocol.jwks import KeySet, Need, SigningKey

TIMEOUT = 3.0
MAX_BYTES = 512 * 1024

logger = logging.getLogger(__name__)


class Jwks:
    """The keys behind one address: a JWK set, or (with `metadata`) an OpenID document that names the set."""

    def __init__(
        self, client: httpx.AsyncClient, address: str, monotonic: Callable[[], float], *, metadata: bool = False
    ) -> None:
        self._client = client
        self._address = address
        self._monotonic = monotonic
        self._metadata = metadata
        self._keys = KeySet()
        self._lock = asyncio.Lock()
        self._reading: asyncio.Task[None] | None = None

    async def key(self, kid: str) -> SigningKey:
        """Return the key of this id; raises TokenRefused if the issuer has none, KeysUnavailable if nobody knows."""
        need = self._keys.need(kid, self._monotonic())
        if need is Need.NOW:
            await self.refresh(kid)
        elif need is Need.SOON and not self._lock.locked():
            self._reading = asyncio.create_task(self.refresh(kid))  # nobody waits for what is known
        return self._keys.key(kid, self._monotonic())

    async def refresh(self, kid: str = "") -> None:
        """Fetch the keys if it is time for this key id; a failure is logged and leaves the known keys in place."""
        async with self._lock:  # whoever comes while keys are being fetched waits for them
            if self._keys.need(kid, self._monotonic()) is Need.NOTHING:
                return
            try:
                address = self._address
                if self._metadata:
                    address = str((await self._json(address))["jwks_uri"])
                self._keys.read(await self._json(address), self._monotonic())
            except (httpx.HTTPError, httpx.InvalidURL, ValueError, KeyError, TypeError) as error:
                self._keys.fail(self._monotonic())
                logger.warning("token keys not fetched from %s: %s", self._address, type(error).__name__)

    async def _json(self, address: str) -> Mapping[str, Any]:
        response = await self._client.get(address, timeout=TIMEOUT)
        response.raise_for_status()
        if len(response.content) > MAX_BYTES:
            raise ValueError("document too large")
        document = response.json()
        if not isinstance(document, dict):
            raise TypeError("document is no object")
        return document
