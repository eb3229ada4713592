"""What the running directory says of itself: sources with freshness, index, fronts, and the line to the relay."""

from dataclasses import astuple, dataclass
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
    """The outbound connection to one relay.

    `detail` is the last error or "", `fingerprint` what Teams users compare to know this directory.
    """

    relay: str
    state: str
    since: datetime | None
    health: Health
    detail: str = ""
    fingerprint: str = ""


@dataclass(frozen=True, slots=True)
class CertificateStatus:
    """The certificate of LDAPS and StartTLS: its file, its end and the seconds until then (negative: expired)."""

    file: str
    expires: datetime
    seconds_left: float
    health: Health


@dataclass(frozen=True, slots=True)
class IndexStatus:
    """The index: its contacts, by how many changes it is behind the store, and whether it is being built."""

    contacts: int
    behind: int
    growing: bool


@dataclass(frozen=True, slots=True)
class LdapActivity:
    """All LDAP processes together: open connections and banned addresses, and what was counted since the start.

    `requests` are those of all kinds, `faults` those that ended in an error of ours; names and passwords were `right`
    or `wrong`. An address that is banned in several processes counts for each.
    """

    connections: int = 0
    banned: int = 0
    requests: int = 0
    faults: int = 0
    right: int = 0
    wrong: int = 0

    def plus(self, other: "LdapActivity") -> "LdapActivity":
        """Return the sum."""
        return LdapActivity(*(mine + theirs for mine, theirs in zip(astuple(self), astuple(other), strict=True)))


@dataclass(frozen=True, slots=True)
class LookUps:
    """Look-ups over HTTP of one kind (`text`, `json` …) that ended in one way since the start."""

    kind: str
    outcome: str
    count: int


@dataclass(frozen=True, slots=True)
class Activity:
    """What the fronts do; `waiting` are addresses that guessed a password over HTTP and are not listened to now."""

    ldap: LdapActivity
    lookups: tuple[LookUps, ...]
    waiting: int


@dataclass(frozen=True, slots=True)
class Status:
    """Everything the status page and the metrics show."""

    version: str
    now: datetime
    sources: tuple[SourceStatus, ...]
    fronts: tuple[FrontStatus, ...]
    lines: tuple[LineStatus, ...]
    certificate: CertificateStatus | None = None
    index: IndexStatus | None = None
    activity: Activity | None = None
