"""A local identity issuer that speaks as Microsoft Entra v2.0 does, for the demo and the tests. Never for production.

    python deploy/demo/issuer.py --listen 127.0.0.1:8470 --users FILE.json [--state DIR]

Whoever reaches it may sign in as any user of the file, so it listens on loopback only. It serves discovery, keys,
the authorization code flow with PKCE (S256) and refresh tokens; `prompt=none` with a `login_hint` answers at once.

FILE.json: {"tenant_id": UUID, "users": [{"oid", "upn", "name", "groups": [], "wids": [], "tenant_id": optional}],
"clients": [{"id", "name", "redirect_uris": [], "api": client id of the API it gets access tokens for, or null}]}
"""

import argparse
import html
import ipaddress
import os
import secrets
import socket
import sys
from pathlib import Path
from string import Template
from urllib.parse import parse_qsl, urlencode, urlsplit

import uvicorn
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from pydantic import ValidationError
from starlette.middleware.base import RequestResponseEndpoint

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
from deploy.demo.identity import Issuer, Refused, Users

BODY_BYTES = 16 * 1024
KEY_FILE = "issuer-key.pem"
PAGE = Template(Path(__file__).with_name("signin.html").read_text(encoding="utf-8"))
OPEN_PATHS = ("/token", "/keys", "/openid-configuration")  # what a page of another origin may read
CORS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": "GET, POST",
    "Access-Control-Allow-Headers": "*",
}
NO_STORE = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer", "X-Content-Type-Options": "nosniff"}
TEXTS = {
    "en": {
        "lang": "en",
        "title": "Choose who you are",
        "banner": "Local demo sign-in",
        "about": "This page stands in for Microsoft Entra on this computer. It asks for no password.",
        "to": "Sign in to",
        "error": "This sign-in cannot go on",
        "go": "Continue",
    },
    "de": {
        "lang": "de",
        "title": "Wer sind Sie?",
        "banner": "Lokale Demo-Anmeldung",
        "about": "Diese Seite vertritt Microsoft Entra auf diesem Rechner. Sie fragt nach keinem Kennwort.",
        "to": "Anmelden bei",
        "error": "Diese Anmeldung kann nicht weitergehen",
        "go": "Weiter",
    },
}


def make_app(issuer: Issuer) -> FastAPI:
    """Return the issuer's web application."""
    app = FastAPI(title="Local demo identity issuer", docs_url=None, redoc_url=None, openapi_url=None)

    @app.middleware("http")
    async def open_to_other_origins(request: Request, call_next: RequestResponseEndpoint) -> Response:
        if not request.url.path.endswith(OPEN_PATHS):
            return await call_next(request)
        response = Response(status_code=204) if request.method == "OPTIONS" else await call_next(request)
        response.headers.update(CORS)
        return response

    @app.exception_handler(Refused)
    async def refused(_: Request, error: Refused) -> Response:
        return JSONResponse({"error": error.error, "error_description": error.text}, 400, headers=NO_STORE)

    def known(tenant: str) -> str:
        issuer.require(tenant.lower())
        return tenant.lower()

    @app.get("/{tenant}/v2.0/.well-known/openid-configuration")
    async def discovery(tenant: str) -> Response:
        return JSONResponse(issuer.discovery(known(tenant)))

    @app.get("/{tenant}/discovery/v2.0/keys")
    async def keys(tenant: str) -> Response:
        known(tenant)
        return JSONResponse(issuer.keys())

    @app.get("/{tenant}/oauth2/v2.0/authorize")
    async def authorize(tenant: str, request: Request) -> Response:
        return _authorize(issuer, tenant.lower(), request)

    @app.post("/{tenant}/oauth2/v2.0/token")
    async def token(tenant: str, request: Request) -> Response:
        known(tenant)
        return JSONResponse(issuer.token(await _form(request)), headers=NO_STORE)

    return app


def _authorize(issuer: Issuer, tenant: str, request: Request) -> Response:
    asked, words = dict(request.query_params), _words(request)
    try:
        client = issuer.client(asked)
        issuer.require(tenant)
    except Refused as error:  # nobody to send it to: show it
        return _page(words, words["error"], f"<p>{html.escape(error.text)}</p>", status=400)
    try:
        code = issuer.authorize(tenant, client, asked)
    except Refused as error:
        return _answer(asked, words, {"error": error.error, "error_description": error.text})
    if code:
        return _answer(asked, words, {"code": code})
    links = "".join(
        f'<li><a href="?{html.escape(urlencode({**asked, "prompt": "none", "login_hint": user.upn}))}">'
        f"<strong>{html.escape(user.name)}</strong><span>{html.escape(user.upn)}</span></a></li>"
        for user in issuer.users_of(tenant)
    )
    name = html.escape(client.name or client.id)
    return _page(words, words["title"], f"<p>{words['to']} <strong>{name}</strong></p><ul>{links}</ul>")


async def _form(request: Request) -> dict[str, str]:
    if request.headers.get("content-type", "").split(";")[0].strip() != "application/x-www-form-urlencoded":
        raise Refused("invalid_request", "the body must be application/x-www-form-urlencoded")
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > BODY_BYTES:
            raise Refused("invalid_request", f"the body is larger than {BODY_BYTES} bytes")
    try:
        return dict(parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=50))
    except ValueError:
        raise Refused("invalid_request", "the body is not a form") from None


def _words(request: Request) -> dict[str, str]:
    asked = request.headers.get("accept-language", "").lower().split(",")
    first = next((tag.strip()[:2] for tag in asked if tag.strip()[:2] in TEXTS), "en")
    return TEXTS[first]


def _answer(asked: dict[str, str], words: dict[str, str], result: dict[str, str]) -> Response:
    """Send code or error to the client by its response_mode, with its state."""
    result |= {"state": asked["state"]} if "state" in asked else {}
    uri, mode = asked["redirect_uri"], asked.get("response_mode", "query")
    if mode == "form_post":
        fields = "".join(f'<input type="hidden" name="{k}" value="{html.escape(v)}">' for k, v in result.items())
        nonce = secrets.token_urlsafe(16)
        form = (
            f'<form method="post" action="{html.escape(uri)}">{fields}<button>{words["go"]}</button></form>'
            f'<script nonce="{nonce}">document.forms[0].submit()</script>'
        )
        return _page(words, words["banner"], form, nonce=nonce)
    if mode == "fragment":
        return RedirectResponse(f"{uri}#{urlencode(result)}", 302, headers=NO_STORE)
    mark = "&" if urlsplit(uri).query else "?"
    return RedirectResponse(f"{uri}{mark}{urlencode(result)}", 302, headers=NO_STORE)


def _page(words: dict[str, str], title: str, content: str, *, status: int = 200, nonce: str = "") -> Response:
    nonce = nonce or secrets.token_urlsafe(16)
    text = PAGE.substitute(words, heading=title, content=content, nonce=nonce)
    policy = f"default-src 'none'; style-src 'nonce-{nonce}'; script-src 'nonce-{nonce}'; frame-ancestors 'none'"
    return HTMLResponse(text, status, headers={**NO_STORE, "Content-Security-Policy": policy})


def load_key(state: Path | None) -> rsa.RSAPrivateKey:
    """Return the signing key kept in `state`, made on the first start; a new one each time without a folder."""
    file = state / KEY_FILE if state else None
    if file and file.exists():
        key = serialization.load_pem_private_key(file.read_bytes(), None)
        if not isinstance(key, rsa.RSAPrivateKey):
            raise SystemExit(f"{file} holds no RSA key")
        return key
    key = rsa.generate_private_key(65537, 2048)
    if file:
        file.parent.mkdir(parents=True, exist_ok=True)
        plain = serialization.NoEncryption()
        pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
            out.write(pem)
    return key


def main(arguments: list[str] | None = None) -> None:
    """Serve until interrupted; exits with a sentence if the file, the address or the port cannot be used."""
    parser = argparse.ArgumentParser(description="Local demo identity issuer, loopback only.")
    parser.add_argument("--listen", default="127.0.0.1:8470", metavar="HOST:PORT")
    parser.add_argument("--users", required=True, type=Path, metavar="FILE.json")
    parser.add_argument("--state", type=Path, metavar="DIR", help="keep the signing key here")
    chosen = parser.parse_args(arguments)
    host, _, port = chosen.listen.rpartition(":")
    try:
        if not ipaddress.ip_address(host.strip("[]")).is_loopback:
            parser.error("--listen must be a loopback address: anybody who reaches this page may sign in as anybody")
        listener = socket.create_server(
            (host.strip("[]"), int(port)), family=socket.AF_INET6 if ":" in host else socket.AF_INET
        )
        users = Users.model_validate_json(chosen.users.read_bytes())
    except ValidationError as error:
        where = "; ".join(f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in error.errors()[:3])
        raise SystemExit(f"{chosen.users}: {where}") from None
    except ValueError:
        parser.error("--listen must be an address and a port, such as 127.0.0.1:8470")
    except OSError as error:
        raise SystemExit(f"{error.filename or chosen.listen}: {error.strerror}") from None
    authority = f"http://{host}:{listener.getsockname()[1]}"
    app = make_app(Issuer(users, authority, load_key(chosen.state)))
    print(f"Local demo identity issuer on {authority}/{users.tenant_id}/v2.0", flush=True)
    config = uvicorn.Config(app, log_level="warning", access_log=False, server_header=False)
    uvicorn.Server(config).run(sockets=[listener])


if __name__ == "__main__":
    main()
