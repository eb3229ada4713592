"""StartTLS on asyncio, and what its TLS layer talks to in place of the connection itself."""

import asyncio
import ssl


class Secured(asyncio.Protocol):
    """Passes everything on to `target`, but holds back what arrives before `release`.

    The TLS layer delivers a client's first bytes as soon as the handshake is done, which is before `loop.start_tls`
    has returned the transport that the answer must go to.
    """

    def __init__(self, target: asyncio.Protocol) -> None:
        self._target = target
        self._early: list[bytes] | None = []

    def release(self) -> None:
        """Deliver what was held back, and everything after it at once."""
        early, self._early = self._early or [], None
        for data in early:
            self._target.data_received(data)

    def data_received(self, data: bytes) -> None:
        """Take decrypted bytes."""
        if self._early is None:
            self._target.data_received(data)
        else:
            self._early.append(data)

    def eof_received(self) -> None:
        """Pass on; asyncio cannot keep TLS half open, whatever the target wants."""
        self._target.eof_received()

    def connection_lost(self, exc: Exception | None) -> None:
        """Pass on."""
        self._target.connection_lost(exc)

    def pause_writing(self) -> None:
        """Pass on."""
        self._target.pause_writing()

    def resume_writing(self) -> None:
        """Pass on."""
        self._target.resume_writing()


async def start_tls(
    transport: asyncio.Transport, target: asyncio.Protocol, context: ssl.SSLContext, seconds: float
) -> tuple[asyncio.Transport, Secured] | None:
    """Negotiate TLS as the server within `seconds`; None if it fails, which `target` is not told of.

    Release what was held back once `target` writes to the new transport.
    """
    secured = Secured(target)
    try:
        above = await asyncio.get_running_loop().start_tls(
            transport, secured, context, server_side=True, ssl_handshake_timeout=seconds
        )
    except OSError:
        transport.abort()
        return None
    return (above, secured) if above is not None else None
