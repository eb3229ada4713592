"""Outbound: how the directory reaches the relay and the identity provider: through which proxy, trusting whom."""

import asyncio
import json
import socket
import ssl
import urllib.request
from collections.abc import Callable, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx

from directory_server.config import Config
from directory_server.fronts.uplink.outbound_http import OutboundTransport
from directory_server.fronts.uplink.proxy import Login, Proxy, ProxyRefusesLogin, choose
from directory_server.fronts.uplink.tunnel import WAIT_S, open_tunnel
from directory_server.store import keys
from directory_server.store.database import Database

KEY = "proxy login"
SPARE_S = 900.0
"""So long a refused login is not tried again unless it changes: a line that dials on would lock the account."""
PORTS = {"http": 80, "https": 443}


class TrustInvalid(ValueError):  # noqa: N818 - named as the admin reads it
    """`ca_file` cannot be used: correct the setting or the file; the text says why."""


class Outbound:
    """The way out. `proxy` and `ca_file` are the settings; `login` returns the stored credentials and may block.

    `environment` and `bypassed` tell what HTTPS_PROXY and NO_PROXY say, `wait_s` is how long a proxy may take.
    """

    def __init__(
        self,
        proxy: str = "",
        ca_file: Path | None = None,
        login: Callable[[], Login | None] = lambda: None,
        *,
        environment: Callable[[], Mapping[str, str]] = urllib.request.getproxies,
        bypassed: Callable[[str], bool] = urllib.request.proxy_bypass,
        wait_s: float = WAIT_S,
    ) -> None:
        self._setting = proxy
        self._ca_file = ca_file
        self._login = login
        self._environment = environment
        self._bypassed = bypassed
        self._wait_s = wait_s
        self._refused: Proxy | None = None
        self._spared = 0.0

    @cached_property
    def trust(self) -> ssl.SSLContext:
        """Whom we believe: the operating system's authorities and those of `ca_file`; raises TrustInvalid."""
        context = ssl.create_default_context()
        if self._ca_file is not None:
            try:
                context.load_verify_locations(self._ca_file)
            except ssl.SSLError:
                raise TrustInvalid(f"ca_file {self._ca_file} holds no PEM certificates") from None
            except OSError as error:
                raise TrustInvalid(f"ca_file {self._ca_file} cannot be read: {error.strerror}") from None
        return context

    def proxy(self, scheme: str, host: str, port: int) -> Proxy | None:
        """Return the proxy on the way to a target, or None; reads the stored credentials. Raises ProxyUnusable."""
        return choose(
            scheme,
            host,
            port,
            setting=self._setting,
            environment=self._environment(),
            bypassed=self._bypassed,
            login=self._login(),
        )

    async def open_socket(self, scheme: str, host: str, port: int) -> socket.socket | None:
        """Return a socket that leads to the target through the proxy, None if none is on the way; raises ProxyFault."""
        proxy = await asyncio.to_thread(self.proxy, scheme, host, port)
        if proxy is None:
            return None
        now = asyncio.get_running_loop().time()
        if proxy == self._refused and now < self._spared:
            raise ProxyRefusesLogin(f"proxy {proxy} refused user or password; they are not tried again for a while")
        try:
            return await open_tunnel(proxy, host, port, wait_s=self._wait_s)
        except ProxyRefusesLogin:
            self._refused, self._spared = proxy, now + SPARE_S
            raise

    async def line(self, url: str) -> dict[str, Any]:
        """Return what `websockets.connect` has to know to go this way to a ws or wss URL; raises ProxyFault."""
        parts = urlsplit(url)
        scheme = "https" if parts.scheme == "wss" else "http"
        trust = {"ssl": self.trust} if scheme == "https" else {}
        sock = await self.open_socket(scheme, parts.hostname or "", parts.port or PORTS[scheme])
        return {"sock": sock, "proxy": None, **trust}

    def client(self, timeout: float) -> httpx.AsyncClient:
        """Return a client that goes this way; a ProxyFault is its `httpx.ProxyError`. Raises TrustInvalid."""
        transport = OutboundTransport(self.open_socket, self.trust)
        return httpx.AsyncClient(transport=transport, timeout=timeout, trust_env=False)


def of_settings(config: Config, database: Database) -> Outbound:
    """Return the way out that settings and store tell."""
    return Outbound(config.proxy, config.ca_file, lambda: load(database))


def load(database: Database) -> Login | None:
    """Return the stored credentials, or None; raises the vault's errors."""
    stored = keys.get(database, KEY)
    return None if stored is None else Login(*json.loads(stored))


def save(database: Database, login: Login) -> None:
    """Seal and keep the credentials instead of earlier ones."""
    keys.put(database, KEY, json.dumps([login.user, login.password]).encode())


def remove(database: Database) -> None:
    """Forget the credentials, if there are any."""
    keys.remove(database, KEY)
