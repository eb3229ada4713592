"""The web front: status page, health, metrics and the API for admins; every route on one screen."""

from collections.abc import Callable
from pathlib import Path

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.staticfiles import StaticFiles

from directory_server.fronts.web import health, metrics, status
from directory_server.fronts.web.api import routes
from directory_server.fronts.web.api.guard import Guard
from directory_server.fronts.web.api.questions import Questions
from directory_server.fronts.web.headers import SecurityHeaders
from directory_server.fronts.web.pages import render
from directory_server.observe.status import Status

NOT_FOUND, WRONG = 404, 422
API = "/api/"


def create(current: Callable[[], Status], key: str, api: tuple[Questions, Guard] | None = None) -> FastAPI:
    """Return the application; `current` tells the status of now, `key` opens the status page and the metrics.

    `api` is what its routes ask and who may; without it there are none.
    """
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None, middleware=[Middleware(SecurityHeaders)])
    app.include_router(health.router(current))
    app.include_router(status.router(current, key))
    app.include_router(metrics.router(current, key))
    if api:
        app.include_router(routes.router(*api))
    app.mount("/static", StaticFiles(directory=Path(__file__).parent / "static"))

    @app.get("/")
    def start() -> Response:
        return RedirectResponse("/status", status_code=303)

    @app.exception_handler(HTTPException)
    def refuse(request: Request, error: HTTPException) -> Response:
        if request.url.path.startswith(API):
            return JSONResponse({"error": error.detail}, error.status_code, headers=error.headers)
        if error.status_code == NOT_FOUND:
            return render(request, "message.html", status_code=404, heading="not_found_title", message="not_found")
        return PlainTextResponse(error.detail, error.status_code, headers=error.headers)

    @app.exception_handler(RequestValidationError)
    def wrong(request: Request, error: RequestValidationError) -> Response:
        del request
        told = "; ".join(f"{fault['loc'][-1]}: {fault['msg']}" for fault in error.errors())
        return JSONResponse({"error": told}, status_code=WRONG)  # what was asked is not repeated

    return app
