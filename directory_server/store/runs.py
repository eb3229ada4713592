"""Runs: the history of syncs."""

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Connection, Float, ForeignKey, Index, Integer, Row, Table, Text, func, insert, select

from directory_server.store import moment
from directory_server.store.database import Database
from directory_server.store.rows import Run, RunState
from directory_server.store.schema import METADATA

RUNS = Table(
    "runs",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("source_id", Integer, ForeignKey("sources.id"), nullable=False),
    Column("started", Text, nullable=False),
    Column("seconds", Float, nullable=False),
    Column("state", Text, nullable=False),
    Column("created", Integer, nullable=False),
    Column("updated", Integer, nullable=False),
    Column("unchanged", Integer, nullable=False),
    Column("deleted", Integer, nullable=False),
    Column("bad", Integer, nullable=False),
    Column("reason", Text, nullable=False),
    Column("faults", Text, nullable=False, server_default="[]"),
    Index("runs_source", "source_id", "id"),
    sqlite_autoincrement=True,
)


def add(
    connection: Connection,
    source_id: int,
    *,
    started: datetime,
    seconds: float,
    state: RunState,
    counts: dict[str, int] | None = None,
    reason: str = "",
    faults: Iterable[str] = (),
) -> None:
    """Keep one run; `counts` has created, updated, unchanged, deleted and bad, each 0 if left out.

    `faults` say of its first bad records where and why.
    """
    numbers = dict.fromkeys(("created", "updated", "unchanged", "deleted", "bad"), 0) | (counts or {})
    row = {
        "source_id": source_id,
        "started": moment.to_text(started),
        "seconds": seconds,
        "state": state.value,
        "reason": reason,
        "faults": json.dumps(list(faults), ensure_ascii=False),
    }
    connection.execute(insert(RUNS).values(row | numbers))


def latest(database: Database, state: RunState | None = None) -> dict[int, Run]:
    """Return the last run of each source, or its last run that ended in `state`, by source id."""
    newest = select(func.max(RUNS.c.id)).group_by(RUNS.c.source_id)
    if state is not None:
        newest = newest.where(RUNS.c.state == state.value)
    with database.read() as connection:
        return {row.source_id: _run(row) for row in connection.execute(select(RUNS).where(RUNS.c.id.in_(newest)))}


def of(database: Database, source_id: int, limit: int = 50) -> list[Run]:
    """Return the source's last runs, newest first."""
    query = select(RUNS).where(RUNS.c.source_id == source_id).order_by(RUNS.c.id.desc()).limit(limit)
    with database.read() as connection:
        return [_run(row) for row in connection.execute(query)]


def _run(row: Row[Any]) -> Run:
    return Run(
        id=row.id,
        source_id=row.source_id,
        started=moment.from_text(row.started),
        seconds=row.seconds,
        state=RunState(row.state),
        created=row.created,
        updated=row.updated,
        unchanged=row.unchanged,
        deleted=row.deleted,
        bad=row.bad,
        reason=row.reason,
        faults=tuple(json.loads(row.faults)),
    )
