"""Socket options: what TCP connections are set to, by way of the listener they inherit it from."""

import socket


def tune(listener: socket.socket, keepalive_seconds: int) -> None:
    """Have its connections send at once, and ask a peer that is silent for so many seconds whether it still lives."""
    # asyncio sets TCP_NODELAY only on sockets it made itself; without it a TLS answer waits 40 ms.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    if hasattr(socket, "TCP_KEEPIDLE"):
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, keepalive_seconds)
