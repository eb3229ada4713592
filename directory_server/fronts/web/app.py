"""The web front: status page and health; every route on one screen."""

from collections.abc import Callable
from pathlib import Path

from fastapi import FastAPI, Request
from fastapi.responses import PlainTextResponse, RedirectResponse, Response
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.staticfiles import StaticFiles

from directory_server.fronts.web import health, status
from directory_server.fronts.web.headers import SecurityHeaders
from directory_server.fronts.web.pages import render
from directory_server.observe.status import Status

NOT_FOUND = 404


def create(current: Callable[[], Status], key: str) -> FastAPI:
    """Return the application; `current` tells the status of now, `key` opens the status page."""
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None, middleware=[Middleware(SecurityHeaders)])
    app.include_router(health.router(current))
    app.include_router(status.router(current, key))
    app.mount("/static", StaticFiles(directory=Path(__file__).parent / "static"))

    @app.get("/")
    def start() -> Response:
        return RedirectResponse("/status", status_code=303)

    @app.exception_handler(HTTPException)
    def refuse(request: Request, error: HTTPException) -> Response:
        if error.status_code == NOT_FOUND:
            return render(request, "message.html", status_code=404, heading="not_found_title", message="not_found")
        return PlainTextResponse(error.detail, error.status_code, headers=error.headers)

    return app
