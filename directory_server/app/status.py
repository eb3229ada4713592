"""The status of a directory, gathered from its store, its fronts and its line."""

import sqlite3
from collections.abc import Mapping
from datetime import timedelta

from directory_server.app.directory import Directory
from directory_server.fronts.ldap.certificate import WARN_BEFORE
from directory_server.fronts.ldap.presented import Presented
from directory_server.observe.status import (
    Activity,
    CertificateStatus,
    FrontStatus,
    Health,
    IndexStatus,
    LineStatus,
    SourceStatus,
    Status,
)
from directory_server.store import contacts, runs, sources
from directory_server.store.rows import Run, RunState, Source
from directory_server.sync import history

__all__ = ["Status", "ages", "current"]

HEALTH = {RunState.DONE: Health.GOOD, RunState.HELD: Health.WARNING, RunState.FAILED: Health.BAD}


def ages(directory: Directory) -> dict[str, int | None]:
    """Return by source name the seconds since its last good read began; None for never."""
    known = history.ages(directory.database, directory.clock())
    return {source.name: known.get(source.id) for source in sources.all(directory.database)}


def current(
    directory: Directory,
    version: str,
    fronts: Mapping[str, tuple[str, bool]],
    lines: tuple[LineStatus, ...],
    *,
    certificate: Presented | None = None,
    activity: Activity | None = None,
) -> Status:
    """Return the status of now; `fronts` are name to (address, runs), `certificate` is the one of LDAP and HTTPS."""
    database = directory.database
    counts, last, fresh = contacts.counts(database), runs.latest(database), ages(directory)

    def source_status(source: Source) -> SourceStatus:
        run: Run | None = last.get(source.id)
        return SourceStatus(
            name=source.name,
            type=source.type,
            contacts=counts.get(source.id, 0),
            last_run=run.state.value if run else "never",
            age_seconds=fresh[source.name],
            health=HEALTH[run.state] if run else Health.WARNING,
            reason=run.reason if run else "",
        )

    return Status(
        version=version,
        now=directory.clock(),
        sources=tuple(source_status(source) for source in sources.all(database)),
        fronts=tuple(
            FrontStatus(name, address, Health.GOOD if runs_now or not address else Health.BAD)
            for name, (address, runs_now) in fronts.items()
        ),
        lines=lines,
        certificate=_certificate_status(certificate, directory) if certificate else None,
        index=_index_status(directory),
        activity=activity,
    )


def _certificate_status(certificate: Presented, directory: Directory) -> CertificateStatus:
    left = certificate.ends - directory.clock()
    health = Health.BAD if left <= timedelta(0) else Health.WARNING if left < WARN_BEFORE else Health.GOOD
    return CertificateStatus(str(certificate.file), certificate.ends, left.total_seconds(), health)


def _index_status(directory: Directory) -> IndexStatus | None:
    """Return how the index is, None where it cannot be read: the rest is to be told all the same."""
    index = directory.index
    try:
        behind = contacts.last_sequence(directory.database) - index.sequence
        return IndexStatus(contacts=index.count(), behind=max(0, behind), growing=index.is_growing)
    except (OSError, sqlite3.Error):
        return None
