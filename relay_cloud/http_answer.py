"""The answers of the two client routes, raw ASGI: CORS open to any page, nothing cached, errors as JSON."""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from relay_cloud import outcomes
from relay_cloud.outcomes import Outcome

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

_LATER = frozenset({Outcome.BUSY, Outcome.BUS_DOWN})
_COMMON = [
    (b"access-control-allow-origin", b"*"),
    (b"access-control-expose-headers", b"retry-after"),
    (b"cache-control", b"no-store"),
    (b"x-content-type-options", b"nosniff"),
]
_PREFLIGHT = [
    (b"access-control-allow-origin", b"*"),
    (b"access-control-allow-methods", b"GET, POST, OPTIONS"),
    (b"access-control-allow-headers", b"authorization, content-type"),
    (b"access-control-max-age", b"7200"),
]


async def answer(send: Send, status: int, kind: bytes, body: bytes, extra: list[tuple[bytes, bytes]]) -> None:
    """Send one whole answer; `kind` is its media type."""
    size = str(len(body)).encode()
    headers = [(b"content-type", kind), (b"content-length", size), *_COMMON, *extra]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def refuse(send: Send, outcome: Outcome) -> None:
    """Send the named error."""
    extra = [(b"retry-after", str(outcomes.RETRY_AFTER_S).encode())] if outcome in _LATER else []
    if outcome is Outcome.TOO_LARGE:
        extra.append((b"connection", b"close"))
    await answer(send, outcomes.STATUS[outcome], b"application/json", outcomes.body(outcome), extra)


async def preflight(send: Send) -> None:
    """Answer a CORS preflight."""
    await send({"type": "http.response.start", "status": 204, "headers": _PREFLIGHT})
    await send({"type": "http.response.body", "body": b""})


async def not_allowed(send: Send) -> None:
    """Answer a method the route does not have."""
    body = b'{"error": "method_not_allowed", "message": "use GET, POST or OPTIONS"}'
    await answer(send, 405, b"application/json", body, [(b"allow", b"GET, POST, OPTIONS")])
