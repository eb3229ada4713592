"""`/healthz`: the process answers; `/readyz`: it can answer contacts, for load balancers and monitors."""

from collections.abc import Callable

from fastapi import APIRouter
from fastapi.responses import JSONResponse

from directory_server.observe.status import Health, Status


def router(current: Callable[[], Status]) -> APIRouter:
    """Return both routes; neither shows a name, an address or a count."""
    routes = APIRouter()

    @routes.get("/healthz")
    def alive() -> JSONResponse:
        return JSONResponse({"status": "ok"})

    @routes.get("/readyz")
    def ready() -> JSONResponse:
        now = current()
        parts = {
            "sources": _worst([source.health for source in now.sources]),
            "fronts": _worst([front.health for front in now.fronts]),
            "certificate": now.certificate.health if now.certificate else Health.GOOD,
            "line": _worst([line.health for line in now.lines]),
        }
        bad = Health.BAD in (parts["sources"], parts["fronts"])
        return JSONResponse({"status": "bad" if bad else "ok", **parts}, status_code=503 if bad else 200)

    return routes


def _worst(healths: list[Health]) -> Health:
    for health in (Health.BAD, Health.WARNING):
        if health in healths:
            return health
    return Health.GOOD
