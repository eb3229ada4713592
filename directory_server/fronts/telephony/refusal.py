"""Refusals: what an error means for who asked, and under which word it is counted. Pure."""

from dataclasses import dataclass, field
from typing import Final

from starlette.requests import ClientDisconnect

from directory_server.fronts.telephony.basic import CHALLENGE
from directory_server.fronts.telephony.door import NotKnown, Wait
from directory_server.fronts.telephony.landis import NotASearch
from directory_server.fronts.telephony.workers import Busy
from directory_server.store.errors import NotFound

_BAD, _UNKNOWN, _LARGE, _WAIT, _FAILED, _LATE = 400, 401, 413, 429, 500, 503


class TooLarge(ValueError):  # noqa: N818 - named as its reader knows it
    """A body has more bytes than are read."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """An answer without a body: `outcome` is its word in the counts, `error` names an unexpected error's type."""

    outcome: str
    status: int
    headers: dict[str, str] = field(default_factory=dict)
    error: str = ""


_UNKNOWN_CLIENT: Final = Refusal("unknown", _UNKNOWN, {"www-authenticate": CHALLENGE})


def refusal(error: Exception) -> Refusal:
    """Return how a request is refused that raised this; a client that was removed a moment ago is NotFound."""
    if isinstance(error, NotKnown | NotFound):
        return _UNKNOWN_CLIENT
    if isinstance(error, Wait):
        return Refusal("wait", _WAIT, {"retry-after": str(max(1, round(error.seconds)))})
    if isinstance(error, TimeoutError | Busy):
        return Refusal("late", _LATE, {"retry-after": "1"})
    if isinstance(error, TooLarge):
        return Refusal("bad", _LARGE)
    if isinstance(error, NotASearch | ClientDisconnect):
        return Refusal("bad", _BAD)
    return Refusal("failed", _FAILED, error=type(error).__name__)
