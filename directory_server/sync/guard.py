"""Guard: which plans are held until the admin has looked at them. Pure."""

from typing import Final

from directory_server.sync.totals import Totals

DELETED_SHARE: Final = 0.10
CHANGED_SHARE: Final = 0.50
FEW: Final = 5
"""Fewer deletions or changes than this are never held, so that small sources stay usable."""


def reason_to_hold(totals: Totals) -> str:
    """Return why the plan must be held, "" if it need not.

    Held are: an empty snapshot of a source that has contacts; at least 5 deletions that are more than 10 % of the
    contacts; at least 5 changes that are more than half of them.
    """
    if totals.emptied:
        return f"the source is suddenly empty: all {totals.live} contacts would be deleted"
    if totals.deleted >= FEW and totals.deleted > totals.live * DELETED_SHARE:
        return f"{totals.deleted} of {totals.live} contacts would be deleted, more than {DELETED_SHARE:.0%}"
    if totals.updated >= FEW and totals.updated > totals.live * CHANGED_SHARE:
        return f"{totals.updated} of {totals.live} contacts would change at once, more than {CHANGED_SHARE:.0%}"
    return ""
