"""Sources that are not read as they should be, and contacts that nobody may see."""

from datetime import datetime

from directory_server.directory.quality.finding import Finding
from directory_server.store import clients, grants, runs
from directory_server.store.database import Database
from directory_server.store.rows import FieldGroup, Run, RunState, Source

_SECONDS_AN_HOUR = 3600
_GROUPS = tuple(group for group in FieldGroup if group is not FieldGroup.PHOTO)


def bad_records(database: Database, sources: dict[int, Source], most: int) -> Finding:
    """Return the records that could not be used when a source was last read: no key, an earlier one's key, damage."""
    finding = Finding("bad_records", most)
    read = _last_read(database)
    for number, source in sources.items():
        run = read.get(number)
        if run is None or not run.bad:
            continue
        finding.by_source[source.name] += run.bad
        finding.examples += [{"source": source.name, "fault": fault} for fault in run.faults[: _left(finding)]]
    return finding


def _last_read(database: Database) -> dict[int, Run]:
    """Return the last run that told what is in each source: done, or held with records that could not be used.

    A failed run read nothing or a part, and a run may be held because it found nothing at all.
    """
    read = runs.latest(database, RunState.DONE)
    for number, held in runs.latest(database, RunState.HELD).items():
        if held.bad and (number not in read or held.id > read[number].id):
            read[number] = held
    return read


def _left(finding: Finding) -> int:
    return finding.most - len(finding.examples)


def stale(database: Database, sources: dict[int, Source], now: datetime, hours: int) -> Finding:
    """Return the sources that were never read, whose last run failed or is held, or whose last success is too old."""
    finding = Finding("stale_sources", len(sources))
    last, done = runs.latest(database), runs.latest(database, RunState.DONE)
    for number, source in sources.items():
        good = done.get(number)
        age = (now - good.started).total_seconds() / _SECONDS_AN_HOUR if good else None
        ended = last[number].state if number in last else None
        if age is None:
            state = "never"
        elif ended is not None and ended is not RunState.DONE:
            state = ended.value
        elif age > hours:
            state = "old"
        else:
            continue
        reason = last[number].reason if number in last else ""
        finding.take(source.name, state=state, hours=None if age is None else round(age, 1), reason=reason)
    return finding


def unseen(database: Database, sources: dict[int, Source], counts: dict[int, int]) -> list[Finding]:
    """Return the contacts of sources that nobody may see, and the field groups of the other ones that nobody may."""
    seen: dict[int, set[FieldGroup]] = {}
    for grant in grants.all(database):
        seen.setdefault(grant.source_id, set()).update(grant.fields)
    for client in clients.all(database):
        for number in client.source_ids:
            seen.setdefault(number, set()).update(client.fields)
    nobody, fields = Finding("nobody_may_see", len(sources)), Finding("unseen_fields", len(sources))
    for number, source in sources.items():
        missing = [group.value for group in _GROUPS if group not in seen.get(number, ())]
        contacts = counts.get(number, 0)
        if len(missing) == len(_GROUPS):
            if contacts:
                nobody.take(source.name, contacts, contacts=contacts)
        elif missing:
            fields.take(source.name, len(missing), groups=missing, contacts=contacts)
    return [nobody, fields]
