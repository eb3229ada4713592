"""Counts: how many requests ended how, by kind of question; no number, name or address among them."""

import logging
from collections import Counter
from typing import Final

from directory_server.observe.status import LookUps

KINDS: Final = ("anynode", "form", "json", "landis", "phonebook", "text")
OUTCOMES: Final = ("bad", "failed", "found", "late", "nobody", "unknown", "wait")

log = logging.getLogger(__name__)


class Counts:
    """Counts outcomes: `found`, `nobody`, `unknown` (no client), `wait`, `bad`, `late`, `failed`."""

    def __init__(self) -> None:
        self.of: Counter[tuple[str, str]] = Counter()

    def sums(self) -> tuple[LookUps, ...]:
        """Return what was counted, 0 for what did not happen, so that the first time shows. For any thread."""
        return tuple(LookUps(kind, outcome, self.of[kind, outcome]) for kind in KINDS for outcome in OUTCOMES)

    def add(self, kind: str, outcome: str, error: str = "") -> None:
        """Count one; those that an admin can do something about are logged when their number reaches a power of two."""
        self.of[kind, outcome] += 1
        count = self.of[kind, outcome]
        if outcome in {"unknown", "wait", "late", "failed"} and count & (count - 1) == 0:
            extra = {"front": "telephony", "outcome": outcome, "count": count, "error": error or None}
            log.warning("a look-up over HTTP (%s) was not answered", kind, extra=extra)
