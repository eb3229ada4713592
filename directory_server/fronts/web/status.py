"""The read-only status page: sources with freshness, fronts, line; no contacts, no settings."""

import hmac
from collections.abc import Callable
from dataclasses import asdict

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, JSONResponse, Response

from directory_server.fronts.web import locale
from directory_server.fronts.web.pages import render
from directory_server.observe.status import CertificateStatus, LineStatus, Status

MINUTE, HOUR, DAY = 60, 3600, 86_400


def age(seconds: float | None, texts: dict[str, str]) -> str:
    """Return an age in words, in the largest unit that says at least two of it."""
    if seconds is None:
        return texts["never"]
    for unit, size in (("days", DAY), ("hours", HOUR), ("minutes", MINUTE)):
        if seconds >= 2 * size:
            return texts[unit].format(n=int(seconds // size))
    return texts["seconds"].format(n=int(seconds))


def line_values(line: LineStatus) -> dict[str, object]:
    """Return the line's status as JSON values."""
    return asdict(line) | {"since": line.since.isoformat() if line.since else None}


def certificate_values(certificate: CertificateStatus | None) -> dict[str, object] | None:
    """Return the certificate's status as JSON values."""
    return asdict(certificate) | {"expires": certificate.expires.isoformat()} if certificate else None


def router(status: Callable[[], Status], key: str) -> APIRouter:
    """Return the routes `/status` and `/status.json`; both need `?key=` as printed at the start."""
    routes = APIRouter()

    def refused(request: Request) -> bool:
        return not hmac.compare_digest(request.query_params.get("key", "").encode(), key.encode())

    @routes.get("/status")
    def page(request: Request) -> HTMLResponse:
        if refused(request):
            return render(request, "message.html", status_code=403, heading="refused_title", message="refused")
        return render(request, "status.html", status=status(), age=age)

    @routes.get("/status.json")
    def values(request: Request) -> Response:
        if refused(request):
            texts = locale.for_header(request.headers.get("accept-language", ""))[1]
            return JSONResponse({"error": "refused", "message": texts["refused"]}, status_code=403)
        now = status()
        return JSONResponse(
            asdict(now)
            | {"now": now.now.isoformat()}
            | {"lines": [line_values(line) for line in now.lines]}
            | {"certificate": certificate_values(now.certificate)}
        )

    return routes
