"""History: how fresh each source is."""

from datetime import datetime

from directory_server.store import runs
from directory_server.store.database import Database
from directory_server.store.rows import RunState


def ages(database: Database, now: datetime) -> dict[int, int]:
    """Return by source id how many seconds ago its last applied run began; a source without one is left out.

    The start counts: what changed in the source while it was read may be missing.
    """
    done = runs.latest(database, RunState.DONE)
    return {source_id: max(0, int((now - run.started).total_seconds())) for source_id, run in done.items()}
