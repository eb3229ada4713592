"""The control plane, FastAPI: health, readiness, metrics, and the registrar where this process serves it."""

from collections.abc import Callable
from dataclasses import dataclass

from fastapi import FastAPI
from fastapi.responses import PlainTextResponse

from relay_cloud.bus.bus import Bus
from relay_cloud.metrics import EXPOSITION, Metrics
from relay_cloud.registrar import Registrar
from relay_cloud.registrar_route import serve_registrar


@dataclass(slots=True)
class State:
    """Whether the process is about to stop."""

    draining: bool = False


def control_plane(
    *, bus: Bus, state: State, metrics: Metrics, registrar: Registrar | None, clock: Callable[[], float]
) -> FastAPI:
    """Return the application for everything but the hot routes."""
    app = FastAPI(title="contact-relay", docs_url=None, redoc_url=None, openapi_url=None)

    @app.get("/healthz")
    async def healthz() -> PlainTextResponse:
        return PlainTextResponse("ok\n")

    @app.get("/readyz")
    async def readyz() -> PlainTextResponse:
        if state.draining or not bus.ready:
            return PlainTextResponse("stopping\n" if state.draining else "no bus\n", status_code=503)
        return PlainTextResponse("ready\n")

    @app.get("/metrics")
    async def exposition() -> PlainTextResponse:
        return PlainTextResponse(metrics.text(bus), media_type=EXPOSITION)

    if registrar is not None:
        serve_registrar(app, registrar, metrics.registrations, clock)
    return app
