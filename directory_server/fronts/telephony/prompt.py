"""Prompt: HTTP for askers that say at once what they want; whoever holds a connection without asking loses it.

The web pages' listener is for loopback or a proxy that does this. HTTPS is for a whole network of phones.
"""

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from directory_server.fronts.telephony.limits import Limits


class PromptHttp(HttpToolsProtocol):
    """Closes a connection whose next request is not complete in time, and those of an address that holds too many.

    Between requests, uvicorn's `timeout_keep_alive` counts. WebSockets must be off (`ws="none"`).
    """

    limits = Limits()
    _deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin to wait for a request, or close."""
        super().connection_made(transport)  # type: ignore[arg-type] # TCP gives it a Transport
        peers = [getattr(one, "client", None) or ("",) for one in self.connections]
        same = [peer[0] for peer in peers].count((self.client or ("",))[0])
        if same > self.limits.connections_per_address:
            self.transport.abort()
        else:
            self._expect()

    def on_message_begin(self) -> None:
        """Begin to wait for the rest of a request."""
        super().on_message_begin()
        self._expect()

    def on_message_complete(self) -> None:
        """Stop waiting: the request is all there."""
        self._rest()
        super().on_message_complete()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop waiting: nothing comes any more."""
        self._rest()
        super().connection_lost(exc)

    def _expect(self) -> None:
        self._rest()
        self._deadline = self.loop.call_later(self.limits.request_seconds, self.transport.abort)

    def _rest(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None


def options() -> dict[str, Any]:
    """Return uvicorn's options for this protocol."""
    limits = PromptHttp.limits
    return {
        "http": PromptHttp,
        "ws": "none",
        "limit_concurrency": limits.connections,
        "timeout_keep_alive": limits.keep_alive_seconds,
    }
