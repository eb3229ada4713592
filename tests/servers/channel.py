"""Microsoft's side of a bot on loopback: issues the channel's tokens over TLS and serves the keys behind them.

It answers what the Agents Playground and msal ask of `login.microsoftonline.com`: discovery, token, keys. As the real
one, it signs a token for the bot when the channel asks, and a token for the channel when the bot asks.
"""

import json
import ssl
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Self
from urllib.parse import parse_qs

import jwt
import pytest
import trustme
from cryptography.hazmat.primitives.asymmetric import rsa

NAME = "login.microsoftonline.com"
ADDRESSES = tuple(f"127.0.0.{last}" for last in range(20, 60))


def rsa_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def jwk(kid: str, key: rsa.RSAPrivateKey, **more: Any) -> dict[str, Any]:
    """Return the public JWK as an issuer publishes it."""
    return {**jwt.algorithms.RSAAlgorithm.to_jwk(key.public_key(), as_dict=True), "kid": kid, "use": "sig", **more}


class Channel:
    """One issuer for one bot: base URL `authority`, CA to trust `ca_file`, loopback `address`."""

    def __init__(
        self, folder: Path, *, bot: str, tenant: str, addresses: tuple[str, ...] = ADDRESSES, port: int = 443
    ) -> None:
        self.bot = bot
        self.tenant = tenant
        self.service_url = ""
        self.kid = "channel-1"
        self.key = rsa_key()
        self.asked: list[str] = []
        self._folder = folder
        self._addresses = addresses
        self._port = port

    def __enter__(self) -> Self:
        self._server = self._listen()
        self.address = str(self._server.server_address[0])
        authority = trustme.CA()
        self.ca_file = self._folder / "channel-ca.pem"
        authority.cert_pem.write_to_path(self.ca_file)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert(NAME, self.address).configure_cert(context)
        self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        port = self._server.server_port
        self.authority = f"https://{self.address}" if port == 443 else f"https://{self.address}:{port}"
        self.openid = f"{self.authority}/botframework.com/v2.0/.well-known/openid-configuration"
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def _listen(self) -> ThreadingHTTPServer:
        channel = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self._answer(channel._document(self.path.partition("?")[0], self.headers["host"]))

            def do_POST(self) -> None:
                form = parse_qs(self.rfile.read(int(self.headers["content-length"])).decode())
                self._answer(channel._token(form.get("scope", [""])[0]))

            def _answer(self, document: dict[str, Any] | None) -> None:
                channel.asked.append(f"{self.command} {self.path}")
                body = json.dumps(document or {"error": "not_found"}).encode()
                self.send_response(200 if document else 404)
                self.send_header("content-type", "application/json")
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        for address in self._addresses:
            try:
                return ThreadingHTTPServer((address, self._port), Handler)
            except PermissionError:
                pytest.skip(f"port {self._port} needs root")
            except OSError:
                continue
        raise RuntimeError(f"port {self._port} is taken on every loopback address tried")

    def _document(self, path: str, host: str) -> dict[str, Any] | None:
        if path == "/botframework.com/v2.0/.well-known/openid-configuration":
            return {"issuer": "https://api.botframework.com", "jwks_uri": f"https://{host}/keys"}
        if path == "/keys" or path.endswith("/discovery/v2.0/keys"):
            return {"keys": [jwk(self.kid, self.key, endorsements=["msteams"])]}
        if path.endswith("/.well-known/openid-configuration"):
            base = f"https://{host}/{self.tenant}"  # the name it was asked by
            return {
                "issuer": f"{base}/v2.0",
                "authorization_endpoint": f"{base}/oauth2/v2.0/authorize",
                "token_endpoint": f"{base}/oauth2/v2.0/token",
                "jwks_uri": f"{base}/discovery/v2.0/keys",
                "subject_types_supported": ["pairwise"],
                "response_types_supported": ["code"],
                "id_token_signing_alg_values_supported": ["RS256"],
            }
        return None

    def _token(self, scope: str) -> dict[str, Any]:
        if scope.startswith(self.bot):
            claims = {"iss": "https://api.botframework.com", "aud": self.bot, "serviceurl": self.service_url}
        else:
            issuer = f"https://sts.windows.net/{self.tenant}/"
            audience = "https://api.botframework.com"
            claims = {"iss": issuer, "aud": audience, "appid": self.bot, "tid": self.tenant, "ver": "1.0"}
        return {"token_type": "Bearer", "expires_in": 3600, "access_token": self.sign(**claims)}

    def sign(self, **claims: Any) -> str:
        """Return a token with these claims, good from now for an hour unless they say otherwise."""
        now = int(time.time())
        times = {"iat": now, "nbf": now - 10, "exp": now + 3600}
        return jwt.encode({**times, **claims}, self.key, algorithm="RS256", headers={"kid": self.kid})
