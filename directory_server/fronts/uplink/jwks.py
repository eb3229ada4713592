"""The identity provider's signing keys, read when a token needs one."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any
from uuid import UUID

from directory_server.protocol.jwks import KeySet, KeysUnavailable, Need, SigningKey


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
        self._keys = KeySet()
        self._lock = asyncio.Lock()
        self._reading: asyncio.Task[None] | None = None

    async def key(self, kid: str) -> SigningKey:
        """Return the key; raises TokenRefused if the provider has none of that id, KeysUnavailable if nobody knows."""
        need = self._keys.need(kid, self._monotonic())
        if need is Need.NOW:
            await self._refresh(kid)
        elif need is Need.SOON and not self._lock.locked():
            self._reading = asyncio.create_task(self._refresh(kid))  # nobody waits for what is known
        return self._keys.key(kid, self._monotonic())

    async def _refresh(self, kid: str) -> None:
        async with self._lock:  # whoever comes while keys are being read waits for them
            if self._keys.need(kid, self._monotonic()) is Need.NOTHING:
                return
            try:
                self._keys.read(await self._fetch(self._url), self._monotonic())
            except (KeysUnavailable, ValueError):
                self._keys.fail(self._monotonic())
