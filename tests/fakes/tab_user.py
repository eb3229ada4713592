"""A demo user at the tab: signs in at the issuer, fetches a ticket, asks through the relay, as the browser does."""

import base64
import hashlib
import secrets
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import httpx
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from deploy.demo import tenant
from deploy.demo.stack import Stack
from tests.fakes.end import End


class TabUser:
    """One signed-in user of the stack; use as an async context manager."""

    def __init__(self, stack: Stack, upn: str) -> None:
        self.stack = stack
        self.upn = upn
        self.client = httpx.AsyncClient(timeout=15)
        key = load_pem_public_key((stack.folder / "registrar.pem.pub").read_bytes())
        if not isinstance(key, ec.EllipticCurvePublicKey):
            raise TypeError("the registrar's key is no P-256 key")
        self.end = End(self.client, stack.relay_url, UUID(tenant.TENANT), key)
        self.token = ""
        self.ticket = ""

    async def __aenter__(self) -> Self:
        self.token = await self._sign_in()
        answer = await self.client.post(
            f"http://127.0.0.1:{self.stack.ports.teams}/api/ticket", headers={"Authorization": f"Bearer {self.token}"}
        )
        self.ticket = answer.raise_for_status().json()["ticket"]
        await self.end.fetch_keys()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.client.aclose()

    async def ask(self, operation: str, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        """Return status and body; raises httpx.HTTPStatusError for a named outcome of the relay."""
        return await self.end.ask(operation, body, self.ticket, token=self.token)

    async def names(self, text: str) -> list[str]:
        """Return the display names of the persons a search finds."""
        _, body = await self.ask("search", {"text": text})
        return [person["display_name"] for person in body["persons"]]

    async def _sign_in(self) -> str:
        verifier = secrets.token_urlsafe(48)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
        base = f"{self.stack.authority}/{tenant.TENANT}/oauth2/v2.0"
        asked = {
            "client_id": tenant.TAB, "response_type": "code", "redirect_uri": self.stack.tab_url, "state": "s",
            "scope": f"openid api://{tenant.API}/access_as_user", "code_challenge": challenge,
            "code_challenge_method": "S256", "prompt": "none", "login_hint": self.upn,
        }  # fmt: skip
        redirect = await self.client.get(f"{base}/authorize", params=asked)
        code = parse_qs(urlsplit(redirect.headers["location"]).query)["code"][0]
        form = {
            "grant_type": "authorization_code", "client_id": tenant.TAB, "redirect_uri": self.stack.tab_url,
            "code": code, "code_verifier": verifier,
        }  # fmt: skip
        tokens = await self.client.post(f"{base}/token", data=form)
        token: str = tokens.raise_for_status().json()["access_token"]
        return token
