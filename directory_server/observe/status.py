"""What the running directory says of itself: sources with freshness, fronts, and the line to the relay."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Health(StrEnum):
    """How a part is: `good`, `warning` (works, but look at it), `bad` (does not work)."""

    GOOD = "good"
    WARNING = "warning"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class SourceStatus:
    """One source: visible contacts, how its last run ended, and its age in seconds (None: never read)."""

    name: str
    type: str
    contacts: int
    last_run: str
    age_seconds: float | None
    health: Health
    reason: str = ""


@dataclass(frozen=True, slots=True)
class FrontStatus:
    """One way to ask, and the address it listens on ("" when it is off)."""

    name: str
    address: str
    health: Health


@dataclass(frozen=True, slots=True)
class LineStatus:
    """The outbound connection to one relay; `detail` is the last error or "" ."""

    relay: str
    state: str
    since: datetime | None
    health: Health
    detail: str = ""


@dataclass(frozen=True, slots=True)
class CertificateStatus:
    """The certificate of LDAPS and StartTLS: its file, its end and the seconds until then (negative: expired)."""

    file: str
    expires: datetime
    seconds_left: float
    health: Health


@dataclass(frozen=True, slots=True)
class Status:
    """Everything the status page shows."""

    version: str
    now: datetime
    sources: tuple[SourceStatus, ...]
    fronts: tuple[FrontStatus, ...]
    lines: tuple[LineStatus, ...]
    certificate: CertificateStatus | None = None
