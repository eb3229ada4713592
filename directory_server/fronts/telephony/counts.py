"""Counts: how many requests ended how, by kind of question; no number, name or address among them."""

import logging
from collections import Counter

log = logging.getLogger(__name__)


class Counts:
    """Counts outcomes: `found`, `nobody`, `unknown` (no client), `wait`, `bad`, `late`, `failed`."""

    def __init__(self) -> None:
        self.of: Counter[tuple[str, str]] = Counter()

    def add(self, kind: str, outcome: str, error: str = "") -> None:
        """Count one; those that an admin can do something about are logged when their number reaches a power of two."""
        self.of[kind, outcome] += 1
        count = self.of[kind, outcome]
        if outcome in {"unknown", "wait", "late", "failed"} and count & (count - 1) == 0:
            extra = {"front": "telephony", "outcome": outcome, "count": count, "error": error or None}
            log.warning("a look-up over HTTP (%s) was not answered", kind, extra=extra)
