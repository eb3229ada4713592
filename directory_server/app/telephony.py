"""The look-ups over HTTP of one directory: beside the web pages, and over HTTPS on an address of their own."""

import ssl
import time
from typing import Any

from starlette.types import ASGIApp, Receive, Scope, Send

from directory_server.app.directory import Directory
from directory_server.fronts.ldap import certificate
from directory_server.fronts.telephony import prompt
from directory_server.fronts.telephony.front import TelephonyFront
from directory_server.store import clients


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


def https(directory: Directory, host: str) -> dict[str, Any]:
    """Return uvicorn's options for HTTPS with LDAPS' certificate; raises certificate.CertificateError."""
    context = tls(directory, host)
    return {"ssl_context_factory": lambda *_: context, **prompt.options()}


def tls(directory: Directory, host: str) -> ssl.SSLContext:
    """Return the context of the certificate that LDAPS has too; raises certificate.CertificateError."""
    settings = directory.config
    if settings.tls_certificate and settings.tls_key:
        return certificate.context(settings.tls_certificate, settings.tls_key)
    return certificate.context(*certificate.self_signed(directory.data / "tls", host, directory.clock()))
