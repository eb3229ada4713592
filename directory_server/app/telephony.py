"""The look-ups over HTTP of one directory: beside the web pages, and over HTTPS on an address of their own."""

import ssl
import time
from typing import Any, Final

from starlette.types import ASGIApp, Receive, Scope, Send

from directory_server.app.directory import Directory
from directory_server.fronts.telephony.front import TelephonyFront
from directory_server.store import clients

KEEP_ALIVE_S: Final = 75
"""An SBC asks for every call: a kept connection saves it a TLS handshake."""
MOST_CONNECTIONS: Final = 2048


def front(directory: Directory) -> TelephonyFront:
    """Return the front that answers from this directory."""
    return TelephonyFront(
        verify=lambda *asked: clients.verify(directory.database, *asked),
        known_by=lambda address: clients.known_by(directory.database, address),
        views=directory.view_for_client,
        clock=time.monotonic,
    )


class Beside:
    """An ASGI application: the front's own paths go to it, all others to the web pages."""

    def __init__(self, lookups: TelephonyFront, web: ASGIApp) -> None:
        self._lookups = lookups
        self._web = web

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""
        ours = scope["type"] == "http" and self._lookups.serves(scope["path"])
        await (self._lookups if ours else self._web)(scope, receive, send)


def proxies(directory: Directory) -> dict[str, Any]:
    """Return uvicorn's options for whom to believe: left alone, it would believe this machine's other programs."""
    trusted = directory.config.trusted_proxies.strip()
    return {"proxy_headers": bool(trusted), "forwarded_allow_ips": trusted}


def https(context: ssl.SSLContext) -> dict[str, Any]:
    """Return uvicorn's options for HTTPS with this context."""
    return {
        "ssl_context_factory": lambda *_: context,
        "timeout_keep_alive": KEEP_ALIVE_S,
        "limit_concurrency": MOST_CONNECTIONS,
    }
