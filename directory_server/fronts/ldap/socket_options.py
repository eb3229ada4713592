"""Socket options: what an accepted TCP connection is set to."""

import socket


def tune(connected: socket.socket | None, keepalive_seconds: int) -> None:
    """Send at once, and ask a peer that is silent for so many seconds whether it still lives."""
    if connected is None:
        return
    # asyncio sets TCP_NODELAY only on sockets it made itself; without it a TLS answer waits 40 ms.
    connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    connected.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    if hasattr(socket, "TCP_KEEPIDLE"):
        connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, keepalive_seconds)
