"""What `source list`, `source show` and `status` say of a source; never a secret."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from msgspec import structs

if TYPE_CHECKING:
    from directory_server.store.database import Database
    from directory_server.store.rows import Run, Source


def run_facts(run: "Run") -> dict[str, Any]:
    """Return a run as JSON."""
    facts = asdict(run)
    return {**facts, "started": run.started.isoformat(), "state": run.state.value}


def source_facts(database: "Database", source: "Source") -> dict[str, Any]:
    """Return a source as JSON, with the number of its contacts and its last run."""
    from directory_server.store import contacts, runs, sources

    last = runs.latest(database).get(source.id)
    return {
        "id": source.id,
        "name": source.name,
        "type": source.type,
        "settings": source.settings,
        "secrets": sources.secret_names(database, source),
        "location": structs.asdict(source.location),
        "mapping": source.mapping,
        "priority": source.priority,
        "contacts": contacts.counts(database).get(source.id, 0),
        "last_run": run_facts(last) if last else None,
    }


def source_line(facts: dict[str, Any]) -> str:
    """Return a source as a line of text."""
    last = facts["last_run"]
    run = f"{last['state']} {last['started'][:19]}" if last else "never synchronised"
    return f"{facts['name']:24} {facts['type']:8} {facts['contacts']:>9} contacts  {run}"
