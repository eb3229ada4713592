"""Socket options of accepted connections."""

import socket

from directory_server.fronts.ldap.limits import Limits


def tune(connected: socket.socket | None, limits: Limits) -> None:
    """Send answers at once, and notice after a while that nobody is there any more."""
    if connected is None:
        return
    # asyncio sets TCP_NODELAY only on sockets it made itself; without it a TLS answer waits 40 ms.
    connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    connected.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    if hasattr(socket, "TCP_KEEPIDLE"):
        connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, limits.keepalive_seconds)
