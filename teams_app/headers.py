"""Security headers on every response: who may frame the tab, and where its script may talk to."""

from urllib.parse import urlsplit

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

FRAME_ANCESTORS = (
    "https://teams.microsoft.com",
    "https://*.teams.microsoft.com",
    "https://*.cloud.microsoft",
    "https://*.microsoft365.com",
    "https://*.office.com",
    "https://outlook.office.com",
    "https://outlook.office365.com",
)
"""Hosts that show the tab: Teams, Microsoft 365, Outlook (facts of Microsoft's tab documentation)."""


def content_security_policy(connect: tuple[str, ...]) -> str:
    """Return the policy; `connect` are base URLs the tab's script may talk to besides its own host."""
    origins = sorted({f"{parts.scheme}://{parts.netloc}" for parts in map(urlsplit, connect)})
    reach = " ".join(("'self'", *origins))
    return "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self' 'unsafe-inline'",  # Fluent UI writes its rules at run time
            "img-src 'self' data:",
            "font-src 'self' data:",
            f"connect-src {reach}",
            f"frame-src {reach}",
            "base-uri 'none'",
            "form-action 'none'",
            "object-src 'none'",
            f"frame-ancestors {' '.join(FRAME_ANCESTORS)}",
        )
    )


class SecurityHeaders:
    """ASGI middleware that adds the headers; files with a hash in their name may be cached, nothing else."""

    def __init__(self, app: ASGIApp, connect: tuple[str, ...]) -> None:
        self._app = app
        self._fixed = {
            "content-security-policy": content_security_policy(connect),
            "x-content-type-options": "nosniff",
            "referrer-policy": "no-referrer",
            "permissions-policy": "camera=(), microphone=(), geolocation=()",
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and add the headers to its response."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        hashed = scope["path"].startswith("/tab/assets/")

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.update(self._fixed)
                cached = hashed and message["status"] < 400  # noqa: PLR2004 - an error is never cached
                headers["cache-control"] = "public, max-age=31536000, immutable" if cached else "no-store"
            await send(message)

        await self._app(scope, receive, send_with_headers)
