"""An end as the tab or the Teams service is one: fetches the keys, seals, asks the relay, opens the answer."""

import secrets
import time
from typing import Any
from uuid import UUID

import httpx
from cryptography.hazmat.primitives.asymmetric import ec

from directory_server.protocol import kem, keys, sealing
from directory_server.protocol.messages import Inner
from relay_cloud.wire.envelope import Request, SenderClass, decode_response


class End:
    """Asks one tenant's directory through a relay; `registrar` is the public key it trusts."""

    def __init__(
        self,
        client: httpx.AsyncClient,
        relay: str,
        tid: UUID,
        registrar: ec.EllipticCurvePublicKey,
        *,
        service: ec.EllipticCurvePrivateKey | None = None,
    ) -> None:
        self.client = client
        self.url = f"{relay}/v1/t/{tid}"
        self.tid = tid
        self.registrar = registrar
        self.service = service
        self.configuration: keys.KeyConfiguration | None = None

    async def fetch_keys(self) -> keys.KeyConfiguration:
        """Fetch and check the key configuration."""
        answer = await self.client.get(f"{self.url}/keys")
        answer.raise_for_status()
        self.configuration = keys.trust(answer.json(), tid=self.tid, registrar=self.registrar, now=time.time())
        return self.configuration

    def sealed(self, operation: str, body: dict[str, Any], **changed: Any) -> tuple[Request, bytes]:
        """Return a sealed request and its response key; `changed` replaces parts of Request, Inner, key, signer."""
        key = changed.get("key") or self.configuration.best  # type: ignore[union-attr]  # tests fetch first
        asked = Request(
            tid=changed.get("tid", self.tid),
            rid=changed.get("rid") or secrets.token_bytes(16),
            kid=key.kid,
            deadline_ms=changed.get("deadline_ms", 8000),
            sender=SenderClass.SERVICE if self.service else SenderClass.TAB,
            sealed=b"",
        )
        response_key = secrets.token_bytes(32)
        inner = Inner(
            issued_at=changed.get("issued_at", int(time.time())),
            operation=operation,
            body=body,
            response_key=response_key,
            token=changed.get("token", ""),
            user=changed.get("user", ""),
        )
        return sealing.seal_request(asked, inner, key.key, changed.get("signer", self.service)), response_key

    async def post(self, message: bytes, ticket: str | None) -> httpx.Response:
        """Send a message."""
        headers = {"Authorization": f"Bearer {ticket}"} if ticket else {}
        return await self.client.post(self.url, content=message, headers=headers)

    async def ask(
        self, operation: str, body: dict[str, Any], ticket: str, **changed: Any
    ) -> tuple[int, dict[str, Any]]:
        """Return the status and the opened body of the answer; raises httpx.HTTPStatusError for a named outcome."""
        request, response_key = self.sealed(operation, body, **changed)
        answer = (await self.post(request.encode(), ticket)).raise_for_status()
        response = decode_response(answer.content)
        by = kem.kem_of((changed.get("key") or self.configuration.best).key)  # type: ignore[union-attr]  # tests fetch first
        return int(response.status), sealing.open_response(request, response_key, response, by=by)
