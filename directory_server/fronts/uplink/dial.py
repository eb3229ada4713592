"""Dialling: from a relay's URL to an open line, and how long to wait before the next try, pure but for the socket."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import urlsplit

from websockets.asyncio.client import ClientConnection, connect

from relay_cloud.wire.frame import MAX_FRAME
from relay_cloud.wire.session import DirectorySession, State

OPEN_S = 10.0
PING_S, PING_TIMEOUT_S = 20.0, 10.0
MAX_BACK_OFF_S = 30.0
MAX_SAME_S = 600.0
"""Where all instances but those with a line are gone, or there is only one, it is looked for this rarely."""


def back_off(attempt: int, random: Callable[[], float]) -> float:
    """Return the seconds to wait before attempt 0, 1, 2 …: full jitter up to min(30, 0.5 · 2^attempt)."""
    return random() * min(MAX_BACK_OFF_S, 0.5 * 2.0 ** min(attempt, 10))


def same_back_off(attempt: int, random: Callable[[], float]) -> float:
    """Return the seconds until another instance is looked for: 0.5 to 1 times min(600, 2^attempt)."""
    return (0.5 + random() / 2) * min(MAX_SAME_S, 2.0 ** min(attempt, 10))


def line_url(relay: str) -> tuple[str, str]:
    """Return the WebSocket URL of a relay's base URL, and the host the proof is made for; ValueError if it is none."""
    parts = urlsplit(relay)
    if parts.scheme not in ("http", "https") or not parts.netloc:
        raise ValueError("relay URL is not http(s)://host[:port]")
    scheme = "wss" if parts.scheme == "https" else "ws"
    return f"{scheme}://{parts.netloc}{parts.path.rstrip('/')}/v1/line", parts.netloc


Way = Callable[[str], Awaitable[dict[str, Any]]]
"""Returns what `connect` has to know to reach a URL: see Outbound.line."""


async def dial(url: str, session: DirectorySession, claim: Callable[[str], None], way: Way) -> ClientConnection:
    """Connect and prove who we are; `claim` may refuse the instance, before we do, by raising.

    Raises what the network, the proxy, the relay (HandshakeFailed) and `claim` do; nothing stays open then.
    """
    socket = await connect(
        url,
        **await way(url),
        compression=None,
        max_size=MAX_FRAME,
        ping_interval=PING_S,
        ping_timeout=PING_TIMEOUT_S,
        open_timeout=OPEN_S,
        close_timeout=2,
    )
    try:
        async with asyncio.timeout(OPEN_S):
            claimed = ""
            while session.state is not State.OPEN:
                if session.instance != claimed:
                    claim(session.instance)
                    claimed = session.instance
                for message in session.to_send():
                    await socket.send(message)
                data = await socket.recv()
                session.receive(data if isinstance(data, bytes) else data.encode())
    except BaseException:
        await socket.close()
        raise
    return socket
