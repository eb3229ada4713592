"""The revocation list as a running process knows it: read from a file or URL, looked at anew once a minute."""

import asyncio
import logging
import ssl
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Self

import httpx
from cryptography.hazmat.primitives.asymmetric import ec

from relay_cloud.wire import revocations
from relay_cloud.wire.credential import Credential
from relay_cloud.wire.revocations import Revocations, RevocationsRefused

log = logging.getLogger("relay_cloud.revoked")

LOOK_S = 60.0


async def read(where: str) -> str:
    """Return the text at a URL or in a file; raises OSError."""
    if not where.startswith(("http://", "https://")):
        return (await asyncio.to_thread(Path(where).read_bytes)).decode("ascii", "replace").strip()
    try:
        async with httpx.AsyncClient(timeout=10, verify=ssl.create_default_context()) as client:
            return (await client.get(where)).raise_for_status().text.strip()
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise OSError(f"{where}: {type(error).__name__}") from error


class Revoked:
    """Holds the last good list and its `text`; `changed` is called after a new one.

    `read` returns a list's text or raises OSError.
    """

    def __init__(self, read: Callable[[], Awaitable[str]], registrar: ec.EllipticCurvePublicKey) -> None:
        self._read = read
        self._registrar = registrar
        self.changed: Callable[[], None] = lambda: None
        self._held = Revocations()
        self._said = ""
        self.text = ""

    def __call__(self, credential: Credential) -> bool:
        """Say whether the credential counts no more."""
        return self._held.revoke(credential)

    async def look(self) -> None:
        """Read the list; one that is missing, broken or older is logged once and changes nothing."""
        try:
            text = await self._read()
            found = revocations.check(text, self._registrar)
        except (OSError, RevocationsRefused) as error:
            self._complain(f"revocation list is not used: {error}")
            return
        if found.seq < self._held.seq:
            self._complain(f"revocation list {found.seq} is older than {self._held.seq}")
            return
        self._said = ""
        if found.seq > self._held.seq:
            self._held, self.text = self._held.follow(found), text
            self.changed()

    async def __aenter__(self) -> Self:
        """Look, and go on looking once a minute."""
        await self.look()
        self._watching = asyncio.create_task(self._watch())
        return self

    async def __aexit__(self, *_: object) -> None:
        """Look no more."""
        self._watching.cancel()

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(LOOK_S)
            await self.look()

    def _complain(self, said: str) -> None:
        if said != self._said:
            log.warning("%s", said)
            self._said = said
