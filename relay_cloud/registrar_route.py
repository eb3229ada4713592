"""The registrar over HTTP: registration and renewal, within a relay or as a process of its own."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any, TypeVar

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, PlainTextResponse
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.requests import ClientDisconnect

from relay_cloud.limits import BODY_READ_S, Failures
from relay_cloud.metrics import EXPOSITION, Registrations
from relay_cloud.registrar import Registrar, RegistrationRefused
from relay_cloud.revoked import Revoked
from relay_cloud.wire.credential import MAX_EPOCH

MAX_BODY = 64 * 1024
"""Largest body, in bytes."""
_STATUS = {"malformed": 400, "not_admin": 403, "consumer_tenant": 403, "blocked": 429, "authority_unreachable": 502}

M = TypeVar("M", bound=BaseModel)


class _Register(BaseModel):
    model_config = ConfigDict(extra="forbid")
    id_token: str = Field(max_length=32_768)
    ik: dict[str, str]
    epoch: int = Field(ge=1, le=MAX_EPOCH)


class _Renew(BaseModel):
    model_config = ConfigDict(extra="forbid")
    credential: str = Field(max_length=4096)
    ik: dict[str, str]
    iat: int = Field(ge=0, lt=2**40)
    sig: str = Field(max_length=128)


def registrar_application(registrar: Registrar, revoked: Revoked | None, clock: Callable[[], float]) -> FastAPI:
    """Return the registrar as an application of its own: health, metrics, registration, renewal, revocations."""

    @asynccontextmanager
    async def live(_: FastAPI) -> AsyncIterator[None]:
        if revoked is None:
            yield
        else:
            async with revoked:
                yield

    app = FastAPI(title="contact-relay registrar", docs_url=None, redoc_url=None, openapi_url=None, lifespan=live)
    counts = Registrations()

    @app.get("/healthz")
    async def healthz() -> PlainTextResponse:
        return PlainTextResponse("ok\n")

    @app.get("/readyz")
    async def readyz() -> PlainTextResponse:
        return PlainTextResponse("ready\n")

    @app.get("/metrics")
    async def exposition() -> PlainTextResponse:
        return PlainTextResponse(counts.text(), media_type=EXPOSITION)

    @app.get("/v1/revocations")
    async def revocations() -> PlainTextResponse:
        if revoked is None or not revoked.text:
            return PlainTextResponse("no list\n", status_code=404)
        return PlainTextResponse(revoked.text, media_type="application/jwt")

    serve_registrar(app, registrar, counts, clock)
    return app


def serve_registrar(app: FastAPI, registrar: Registrar, counts: Registrations, clock: Callable[[], float]) -> None:
    """Add `/v1/register` and `/v1/renew`; `clock` tells Unix seconds."""
    failures = Failures()

    @app.exception_handler(RegistrationRefused)
    async def refused(_: Request, error: RegistrationRefused) -> JSONResponse:
        counts.note(error.code)
        body = {"error": error.code, "message": str(error)}
        return JSONResponse(body, status_code=_STATUS.get(error.code, 401))

    @contextmanager
    def attempt(address: str) -> Iterator[None]:
        """Count an attempt as failed until it has not, so that many at once count too."""
        if failures.blocked(address, clock()):
            raise RegistrationRefused("blocked", "too many failed attempts from this address: wait half an hour")
        failures.note(address, clock())
        try:
            yield
        except RegistrationRefused as refused:
            if refused.code == "authority_unreachable":
                failures.forgive(address)
            raise
        failures.forgive(address)

    @app.post("/v1/register")
    async def register(request: Request) -> dict[str, Any]:
        with attempt(_address(request)):  # each one makes us ask the identity provider
            asked = _read(_Register, await _body(request))
            answer = await registrar.register(asked.id_token, asked.ik, asked.epoch)
        counts.note("registered")
        return answer

    @app.post("/v1/renew")
    async def renew(request: Request) -> dict[str, Any]:
        # Never blocked: a stranger at the same proxy or NAT could keep a directory from renewing until it expires.
        asked = _read(_Renew, await _body(request))
        answer = registrar.renew(asked.credential, asked.ik, asked.iat, asked.sig)
        counts.note("renewed")
        return answer


async def _body(request: Request) -> bytes:
    body = bytearray()
    try:
        async with asyncio.timeout(BODY_READ_S):
            async for part in request.stream():
                body += part
                if len(body) > MAX_BODY:
                    raise RegistrationRefused("malformed", "body is too large")
    except (TimeoutError, ClientDisconnect) as error:
        raise RegistrationRefused("malformed", "body did not arrive") from error
    return bytes(body)


def _address(request: Request) -> str:
    return request.client.host if request.client else ""


def _read(model: type[M], body: bytes) -> M:
    try:
        return model.model_validate_json(body)
    except ValidationError as error:
        names = ", ".join(".".join(map(str, item["loc"])) or item["type"] for item in error.errors(include_input=False))
        raise RegistrationRefused("malformed", f"body is wrong at: {names}") from None
