"""Proving who we are to a proxy: Negotiate, NTLM and Basic, of which the strongest offered is taken."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from directory_server.fronts.uplink.proxy import Login, Proxy, ProxyNotUnderstood, ProxyRefusesLogin


class Handshake(Protocol):
    """Proves who we are, by one scheme."""

    @property
    def scheme(self) -> str:
        """Its name in HTTP."""

    async def next(self, token: bytes) -> bytes:
        """Return what to send after the proxy's token, b"" at first; raises ProxyFault."""


@dataclass(frozen=True)
class _Basic:
    """RFC 7617, in UTF-8."""

    login: Login
    scheme: str = "Basic"

    async def next(self, _: bytes) -> bytes:
        return f"{self.login.user}:{self.login.password}".encode()


class _Spnego:
    """RFC 4559 and MS-NTHT, whose tokens are pyspnego's business."""

    def __init__(self, scheme: str, proxy: Proxy, login: Login) -> None:
        import spnego

        self.scheme = scheme
        self._proxy = proxy
        self._faults = spnego.exceptions.SpnegoError
        try:
            self._context = spnego.client(
                login.user, login.password, hostname=proxy.host, service="HTTP", protocol=scheme.lower()
            )
        except self._faults as error:
            raise self._failed(error) from None

    async def next(self, token: bytes) -> bytes:
        try:  # Kerberos asks its own server
            return await asyncio.to_thread(self._context.step, token or None) or b""
        except self._faults as error:
            raise self._failed(error) from None
        except Exception as error:  # whatever a token of no sense raises where it is read
            raise ProxyNotUnderstood(f"proxy {self._proxy} sent a token that is no {self.scheme}") from error

    def _failed(self, error: Exception) -> ProxyRefusesLogin:
        return ProxyRefusesLogin(f"{self.scheme} with proxy {self._proxy} failed: {type(error).__name__}")


def strongest(proxy: Proxy, login: Login, challenges: Sequence[str]) -> Handshake:
    """Return the strongest scheme of ours among the challenges; raises ProxyNotUnderstood if none is."""
    offered = [challenge.split(" ")[0].lower() for challenge in challenges]
    for scheme in ("Negotiate", "NTLM"):
        if scheme.lower() in offered:
            return _Spnego(scheme, proxy, login)
    if "basic" in offered:
        return _Basic(login)
    raise ProxyNotUnderstood(f"proxy {proxy} asks for credentials, but by none of Negotiate, NTLM and Basic")
