"""Guard: who may use the API. A bearer token (RFC 6750) opens it; an address that guesses is told to wait."""

import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import Final

from fastapi import HTTPException, Request

MOST_FAILURES: Final = 10
"""Wrong tokens of one address within a window; further ones are answered 429."""
WINDOW_S: Final = 60.0
MOST_ADDRESSES: Final = 4096
"""Addresses that are remembered; beyond them the oldest is forgotten."""

_CHALLENGE: Final = 'Bearer realm="contactory"'
_NEEDED: Final = "this needs a token: contact-directory token add NAME"
_MISSING, _WAIT = 401, 429

Verify = Callable[[str], str | None]
"""Returns the name of a token, None for an unknown one."""


class Guard:
    """Lets requests with a known token in; `monotonic` is a clock in seconds.

    A known token always passes, so that nobody at a shared address is shut out by another's guesses; 256 random bits
    are not guessed, however often an address may try.
    """

    def __init__(self, verify: Verify, monotonic: Callable[[], float]) -> None:
        self._verify = verify
        self._monotonic = monotonic
        self._failures: OrderedDict[str, tuple[float, int]] = OrderedDict()
        self._lock = threading.Lock()

    def __call__(self, request: Request) -> str:
        """Return the name of the request's token; raises HTTPException 401 or 429."""
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        token = token.strip()
        name = self._verify(token) if scheme.lower() == "bearer" and token else None
        if name is not None:
            return name
        if not token:  # whoever shows none, like a browser that opens the address, does not guess
            raise HTTPException(_MISSING, _NEEDED, {"www-authenticate": _CHALLENGE})
        wait = self._fail(request.client.host if request.client else "")
        if wait:
            raise HTTPException(_WAIT, "too many wrong tokens from this address", {"retry-after": str(wait)})
        raise HTTPException(_MISSING, _NEEDED, {"www-authenticate": _CHALLENGE + ', error="invalid_token"'})

    def _fail(self, address: str) -> int:
        """Count a failure and return how many seconds the address has to wait, 0 if it need not."""
        now = self._monotonic()
        with self._lock:
            start, failures = self._failures.get(address, (now, 0))
            if now - start >= WINDOW_S:
                start, failures = now, 0
            self._failures[address] = start, failures + 1
            self._failures.move_to_end(address)
            while len(self._failures) > MOST_ADDRESSES:
                self._failures.popitem(last=False)
        return max(1, round(start + WINDOW_S - now)) if failures >= MOST_FAILURES else 0
