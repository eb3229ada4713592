"""The demo's identity issuer as a process on a free loopback port."""

import base64
import hashlib
import json
import secrets
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

import httpx

from deploy.demo.program import free_port

PROGRAM = Path(__file__).parents[2] / "deploy/demo/issuer.py"
TENANT = "11111111-1111-4111-8111-111111111111"
OTHER_TENANT = "99999999-9999-4999-8999-999999999999"
API = "22222222-2222-4222-8222-222222222222"
TAB = "33333333-3333-4333-8333-333333333333"
ADMIN = "44444444-4444-4444-8444-444444444444"
GLOBAL_ADMIN = "62e90394-69f5-4237-9190-012177145e10"
REDIRECT = "http://localhost/callback"
USERS: dict[str, Any] = {
    "tenant_id": TENANT,
    "users": [
        {
            "oid": "aaaaaaaa-0000-4000-8000-000000000001",
            "upn": "anna.admin@example.test",
            "name": "Anna Admin",
            "groups": ["bbbbbbbb-0000-4000-8000-000000000001"],
            "wids": [GLOBAL_ADMIN],
        },
        {
            "oid": "aaaaaaaa-0000-4000-8000-000000000002",
            "upn": "jörg.vogel@example.test",
            "name": "Jörg Vogel",
            "groups": ["bbbbbbbb-0000-4000-8000-000000000002"],
        },
        {
            "oid": "aaaaaaaa-0000-4000-8000-000000000003",
            "upn": "fremd@other.test",
            "name": "Franz Fremd",
            "tenant_id": OTHER_TENANT,
        },
    ],
    "clients": [
        {"id": TAB, "name": "Contactory tab", "redirect_uris": [REDIRECT, "https://tab.example.test/auth"], "api": API},
        {"id": ADMIN, "name": "Contactory administration", "redirect_uris": [REDIRECT], "api": None},
    ],
}


class Issuer:
    """Starts the issuer with `users` (see deploy/demo/issuer.py); `authority` is its base URL."""

    def __init__(self, users: dict[str, Any] | None = None, state: Path | None = None) -> None:
        self.users = users or USERS
        self.tenant: str = self.users["tenant_id"]
        self.port = free_port()
        self.authority = f"http://127.0.0.1:{self.port}"
        self.process: subprocess.Popen[bytes] | None = None
        self._folder = tempfile.TemporaryDirectory(prefix="issuer-")
        self._state = state

    def start(self) -> Self:
        """Start and wait until it answers."""
        file = Path(self._folder.name) / "users.json"
        file.write_text(json.dumps(self.users), encoding="utf-8")
        command = [sys.executable, str(PROGRAM), "--listen", f"127.0.0.1:{self.port}", "--users", str(file)]
        command += ["--state", str(self._state)] if self._state else []
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline and self.process.poll() is None:
            try:
                httpx.get(f"{self.authority}/common/discovery/v2.0/keys", timeout=2).raise_for_status()
            except httpx.TransportError:
                time.sleep(0.05)
            else:
                return self
        self.stop()
        raise RuntimeError("the issuer did not start")

    def stop(self) -> None:
        """End the process; the users file stays for another start."""
        if self.process is not None:
            self.process.terminate()
            self.process.wait(timeout=10)
            self.process = None

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
        self._folder.cleanup()

    def url(self, path: str, tenant: str = "") -> str:
        """Return an endpoint's URL: `oauth2/v2.0/token`, `discovery/v2.0/keys` and so on."""
        return f"{self.authority}/{tenant or self.tenant}/{path}"

    def code(self, user: str, client: str = "", **changed: str) -> tuple[dict[str, str], str]:
        """Run authorize with prompt=none for `user` (a UPN); return what the redirect carried, and the verifier."""
        verifier = secrets.token_urlsafe(48)
        digest = hashlib.sha256(verifier.encode()).digest()
        asked = {
            "client_id": client or self._client()["id"],
            "response_type": "code",
            "redirect_uri": self._client(client)["redirect_uris"][0],
            "scope": "openid profile offline_access",
            "state": "s",
            "nonce": "n",
            "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
            "code_challenge_method": "S256",
            "prompt": "none",
            "login_hint": user,
        } | changed
        answer = httpx.get(self.url("oauth2/v2.0/authorize", "organizations"), params=asked)
        if answer.status_code != httpx.codes.FOUND:
            raise RuntimeError(f"authorize answered {answer.status_code}")
        query = parse_qs(urlsplit(answer.headers["location"]).query)
        return {name: values[0] for name, values in query.items()}, verifier

    def redeem(self, code: str, verifier: str, client: str = "", **changed: str) -> httpx.Response:
        """Ask the token endpoint for a code's tokens."""
        form = {
            "grant_type": "authorization_code",
            "client_id": client or self._client()["id"],
            "redirect_uri": self._client(client)["redirect_uris"][0],
            "code": code,
            "code_verifier": verifier,
        } | changed
        return httpx.post(self.url("oauth2/v2.0/token", "organizations"), data=form)

    def mint(self, user: str, client: str = "", **changed: str) -> dict[str, Any]:
        """Sign `user` in (a UPN) by a real code flow and return the token answer (access_token, id_token).

        `client` defaults to the first that gets access tokens; `changed` replaces authorize parameters (nonce …).
        """
        answer, verifier = self.code(user, client, **changed)
        tokens: dict[str, Any] = self.redeem(answer["code"], verifier, client).raise_for_status().json()
        return tokens

    def _client(self, wanted: str = "") -> dict[str, Any]:
        found: dict[str, Any] = next(c for c in self.users["clients"] if (c["id"] == wanted if wanted else c["api"]))
        return found
