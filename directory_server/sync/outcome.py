"""Outcome: what one sync run did, or would have done."""

from dataclasses import dataclass
from typing import Any

from directory_server.store.rows import RunState
from directory_server.sync.totals import Totals


@dataclass(frozen=True, slots=True)
class Outcome:
    """The end of a run.

    The counts say what was changed (with `dry_run`: would be), so a held or failed run has none but `unchanged` and
    `bad`; `planned` says what a held run wanted. `faults` names the first bad
    records by place. `reason` is a sentence, empty for a run that is done.
    """

    source: str
    state: RunState
    seconds: float
    dry_run: bool = False
    resync: bool = False
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    deleted: int = 0
    bad: int = 0
    faults: tuple[str, ...] = ()
    reason: str = ""
    planned: Totals | None = None

    @property
    def held(self) -> bool:
        """Whether the run waits for the admin's word."""
        return self.state is RunState.HELD

    @property
    def failed(self) -> bool:
        """Whether the run ended with a fault of the source."""
        return self.state is RunState.FAILED

    def counts(self) -> dict[str, int]:
        """Return the counts by name."""
        return {
            "created": self.created,
            "updated": self.updated,
            "unchanged": self.unchanged,
            "deleted": self.deleted,
            "bad": self.bad,
        }

    def as_json(self) -> dict[str, Any]:
        """Return the outcome as the command line and the web pages print it; `seconds` is wall time."""
        handled = self.created + self.updated + self.unchanged + self.deleted
        value: dict[str, Any] = {
            "source": self.source,
            **self.counts(),
            "held": self.held,
            "seconds": round(self.seconds, 3),
            "contacts_per_second": round(handled / self.seconds) if self.seconds > 0 else 0,
            "reason": self.reason,
            "faults": list(self.faults),
            "state": self.state.value,
            "dry_run": self.dry_run,
            "resync": self.resync,
        }
        if self.planned is not None:
            names = ("created", "updated", "unchanged", "deleted")
            value["planned"] = {name: getattr(self.planned, name) for name in names}
        if self.failed:
            value["error"] = self.reason
        return value
