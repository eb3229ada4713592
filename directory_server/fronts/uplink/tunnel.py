"""A tunnel through an HTTP proxy: CONNECT (RFC 9110 section 9.3.6), with credentials where the proxy asks for them."""

import asyncio
import base64
import socket
from http import HTTPStatus

from directory_server.fronts.uplink.proxy import (
    Proxy,
    ProxyNotUnderstood,
    ProxyRefusesLogin,
    ProxyRefusesTarget,
    ProxyUnreachable,
    ProxyWantsLogin,
    authority,
)
from directory_server.fronts.uplink.proxy_login import Handshake, strongest
from directory_server.fronts.uplink.proxy_peer import Peer

WAIT_S = 15.0
ROUNDS = 5
"""Requests on the way to one tunnel: Negotiate needs three, Kerberos may need more."""


async def open_tunnel(proxy: Proxy, host: str, port: int, *, wait_s: float = WAIT_S) -> socket.socket:
    """Return a socket, not blocking, over which whatever is sent reaches host:port.

    Raises ProxyFault, at the latest after `wait_s` seconds.
    """
    peer = Peer(proxy)
    try:
        async with asyncio.timeout(wait_s):
            await _open(peer, proxy, authority(host, port))
            return peer.release()
    except TimeoutError:
        raise ProxyUnreachable(f"proxy {proxy} did not open a tunnel within {wait_s:g} s") from None
    finally:
        peer.close()


async def _open(peer: Peer, proxy: Proxy, target: str) -> None:
    handshake: Handshake | None = None
    header = ""
    for _ in range(ROUNDS):
        answer = await peer.ask(target, header)
        if answer.opens:
            return
        if answer.status != HTTPStatus.PROXY_AUTHENTICATION_REQUIRED:
            text = f"proxy {proxy} does not let us to {target}: status {answer.status}"
            raise ProxyRefusesTarget(text, answer.status)
        if proxy.login is None:
            raise ProxyWantsLogin(f"proxy {proxy} asks for user and password")
        if handshake is None:
            handshake, token = strongest(proxy, proxy.login, answer.challenges), b""
        else:
            token = answer.token(handshake.scheme)
            if not token:
                raise ProxyRefusesLogin(f"proxy {proxy} refuses user or password ({handshake.scheme})")
            if answer.closes:  # these schemes prove a connection: over another one they would begin anew
                raise ProxyNotUnderstood(f"proxy {proxy} closes the connection in the middle of {handshake.scheme}")
        header = f"{handshake.scheme} {base64.b64encode(await handshake.next(token)).decode()}"
    raise ProxyRefusesLogin(f"proxy {proxy} still asks for credentials after {ROUNDS} requests")
