"""The Teams backend: routes and how its parts are put together; the only file that reads the clock."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from http import HTTPStatus
from importlib.metadata import version
from pathlib import Path
from typing import Any

import httpx
from fastapi import FastAPI, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse
from fastapi.staticfiles import StaticFiles
from starlette.requests import ClientDisconnect

from directory_server.protocol.identity import TEAMS_CLIENTS, TokenRefused
from directory_server.protocol.jwks import KeysUnavailable
from directory_server.protocol.keys import to_jwk
from relay_cloud.wire.envelope import SenderClass
from teams_app import headers, keys, pages, tickets
from teams_app.activity import BadActivity
from teams_app.answers import Answers
from teams_app.bot import Bot, BotCredentials, NotDelivered
from teams_app.config import Config
from teams_app.identity import ChannelTokens, TabTokens
from teams_app.jwks import Jwks
from teams_app.line import Line, Signers

MAX_ACTIVITY = 256 * 1024
"""Largest accepted activity, in bytes."""
BODY_READ = 10.0
"""Seconds within which an activity must have arrived."""
TAB = Path(__file__).parent / "tab" / "dist"
FORBIDDEN = frozenset({"tenant_unknown", "scope_missing"})
"""Refusals of a genuine token: 403, the others 401."""


@dataclass(frozen=True, slots=True)
class Clock:
    """Unix seconds, and seconds that never jump."""

    now: Callable[[], float] = time.time
    monotonic: Callable[[], float] = time.monotonic


def create(config: Config, *, clock: Clock | None = None, tab: Path = TAB) -> FastAPI:
    """Return the application; raises `keys.KeyUnusable` for a key setting that does not work."""
    clock = clock or Clock()
    signers = Signers(
        registrar=keys.public_key("registrar_key", config.registrar_key),
        ticket=keys.private_key("ticket_key", config.ticket_key),
        service=keys.private_key("service_key", config.service_key),
    )
    client = httpx.AsyncClient(timeout=5.0, follow_redirects=False)
    tab_keys = Jwks(client, f"{config.authority}/{config.tenant}/discovery/v2.0/keys", clock.monotonic)
    tokens = TabTokens(
        tab_keys,
        authority=config.authority,
        tenant=config.tenant,
        audiences=config.audiences,
        clients=TEAMS_CLIENTS | ({config.tab_client_id} - {""}),
        clock=clock.now,
    )
    channel_keys = Jwks(client, config.bot_openid, clock.monotonic, metadata=True)
    bot = _bot(config, client, signers, channel_keys, clock) if config.bot_app_id else None

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        async with client:
            if bot:
                await channel_keys.refresh()  # else the first user waits for it; a failure is logged and tried again
            yield

    app = FastAPI(title="Contactory for Teams", lifespan=lifespan, docs_url=None, redoc_url=None, openapi_url=None)
    app.add_middleware(headers.SecurityHeaders, connect=(config.relay, config.authority))
    _add_refusals(app)
    _add_bot(app, bot)
    _add_tickets(app, tokens, signers, clock)
    _add_pages(app, config, signers, tab)
    return app


def _bot(config: Config, client: httpx.AsyncClient, signers: Signers, channel_keys: Jwks, clock: Clock) -> Bot:
    line = Line(client, config.relay, signers, clock.now, pins=config.pins)
    tab_link = f"https://teams.microsoft.com/l/entity/{config.bot_app_id}/{pages.TAB_ENTITY}"
    authority = f"{config.bot_authority}/{config.home_tenant}"
    credentials = BotCredentials(config.bot_app_id, config.bot_app_secret.get_secret_value(), authority)
    tokens = ChannelTokens(channel_keys, config.bot_app_id, clock.now)
    return Bot(config.bot_app_id, credentials, tokens, Answers(line.ask, tab_link))


def _add_bot(app: FastAPI, bot: Bot | None) -> None:
    @app.post("/api/messages")
    async def messages(request: Request) -> Response:
        if bot is None:
            return _error(HTTPStatus.NOT_FOUND, "bot_off", "no bot is configured here")
        if request.headers.get("content-type", "").split(";")[0].strip().lower() != "application/json":
            return _error(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "not_json", "content type must be application/json")
        data = await _json(request)
        if data is None:
            return _error(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "too_large", f"at most {MAX_ACTIVITY} bytes")
        status, body = await bot.receive(request.headers.get("authorization", ""), data)
        return Response(status_code=status) if body is None else JSONResponse(body, status)


def _add_refusals(app: FastAPI) -> None:
    @app.exception_handler(BadActivity)
    async def malformed(_: Request, error: BadActivity) -> Response:
        return _error(HTTPStatus.BAD_REQUEST, "malformed", str(error))

    @app.exception_handler(TokenRefused)
    async def refused(_: Request, error: TokenRefused) -> Response:
        status = HTTPStatus.FORBIDDEN if error.code in FORBIDDEN else HTTPStatus.UNAUTHORIZED
        return _error(status, error.code, str(error))

    @app.exception_handler(KeysUnavailable)
    async def unavailable(_: Request, error: KeysUnavailable) -> Response:
        return _error(HTTPStatus.SERVICE_UNAVAILABLE, "keys_unavailable", str(error))

    @app.exception_handler(NotDelivered)
    async def not_delivered(_: Request, __: NotDelivered) -> Response:
        return _error(HTTPStatus.BAD_GATEWAY, "not_delivered", "the answer could not be sent back to Teams")


async def _json(request: Request) -> Any:
    """Return the body's JSON, None if it is too large; raises BadActivity if it is no JSON object or does not come."""
    content = bytearray()
    try:
        async with asyncio.timeout(BODY_READ):
            async for part in request.stream():
                content += part
                if len(content) > MAX_ACTIVITY:
                    return None
    except (TimeoutError, ClientDisconnect) as error:
        raise BadActivity("body did not arrive") from error
    try:
        data = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise BadActivity("body is not JSON") from error
    if not isinstance(data, dict):
        raise BadActivity("body is not an object")
    return data


def _add_tickets(app: FastAPI, tokens: TabTokens, signers: Signers, clock: Clock) -> None:
    @app.post("/api/ticket")
    async def ticket(request: Request) -> Response:
        caller = await tokens.caller(request.headers.get("authorization", ""))
        issued = tickets.issue(signers.ticket, caller.tid, SenderClass.TAB, clock.now())
        return JSONResponse({"ticket": issued.text, "expires": issued.expires, "tid": str(caller.tid)})


def _add_pages(app: FastAPI, config: Config, signers: Signers, tab: Path) -> None:
    settings = {
        "relay": config.relay,
        "authority": config.authority,
        "tenant": config.tenant,
        "client_id": config.tab_client_id,
        "scope": f"api://{config.api_client_id}/access_as_user",
        "registrar": to_jwk(signers.registrar),
        "version": version("contactory"),
    }

    @app.get("/config.json")
    async def tab_settings() -> dict[str, Any]:
        return settings

    @app.get("/healthz")
    async def health() -> dict[str, str]:
        return {"status": "ok"}

    @app.get("/")
    async def root() -> Response:
        return RedirectResponse("/tab/", HTTPStatus.TEMPORARY_REDIRECT)

    @app.get("/privacy")
    async def privacy() -> Response:
        return HTMLResponse(pages.PRIVACY)

    @app.get("/terms")
    async def terms() -> Response:
        return HTMLResponse(pages.TERMS)

    if tab.is_dir():
        app.mount("/tab", StaticFiles(directory=tab, html=True))
    else:

        @app.get("/tab/{path:path}")
        async def not_built(path: str) -> Response:  # noqa: ARG001 - the route's parameter
            return HTMLResponse(pages.NOT_BUILT, HTTPStatus.SERVICE_UNAVAILABLE)


def _error(status: HTTPStatus, name: str, message: str) -> JSONResponse:
    challenge = {"www-authenticate": "Bearer"} if status == HTTPStatus.UNAUTHORIZED else None
    return JSONResponse({"error": name, "message": message}, status, challenge)
