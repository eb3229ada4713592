"""Groups of users as their own tokens said, remembered for requests of the Teams service, in memory only."""

from collections import OrderedDict
from uuid import UUID

KEPT_S = 8 * 3600
MAX_USERS = 100_000
"""The users who asked longest ago are forgotten first."""


class RememberedGroups:
    """The groups last proved by a tab's token, by (tenant, user); times are Unix seconds."""

    def __init__(self) -> None:
        self._known: OrderedDict[tuple[UUID, str], tuple[float, frozenset[str]]] = OrderedDict()

    def remember(self, tid: UUID, oid: str, groups: frozenset[str], now: float) -> None:
        """Keep what a verified token said."""
        self._known[tid, oid] = (now, groups)
        self._known.move_to_end((tid, oid))
        if len(self._known) > MAX_USERS:
            self._known.popitem(last=False)

    def recall(self, tid: UUID, oid: str, now: float) -> frozenset[str]:
        """Return the groups of at most 8 hours ago, else none."""
        then, groups = self._known.get((tid, oid), (0.0, frozenset()))
        return groups if now - then < KEPT_S else frozenset()
