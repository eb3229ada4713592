"""`status`: what this directory holds and how fresh it is."""

from typing import Any

import typer

from directory_server.commands.faults import opened_store
from directory_server.commands.options import AsJson, data_folder, show


def status(ctx: typer.Context, as_json: AsJson = False) -> None:
    """Show the sources with their last run, freshness and counts, and where the fronts listen."""
    from directory_server import config
    from directory_server.app import now
    from directory_server.commands.source_facts import run_facts
    from directory_server.store import clients, contacts, runs, sources
    from directory_server.store.schema import REVISION
    from directory_server.sync.history import ages

    with opened_store(ctx, as_json) as database:
        settings = config.load(data_folder(ctx))
        last, fresh, counts = runs.latest(database), ages(database, now()), contacts.counts(database)
        found: list[dict[str, Any]] = [
            {
                "name": source.name,
                "type": source.type,
                "contacts": counts.get(source.id, 0),
                "age_s": fresh.get(source.id),
                "last_run": run_facts(last[source.id]) if source.id in last else None,
            }
            for source in sources.all(database)
        ]
        value: dict[str, Any] = {
            "data": str(data_folder(ctx)),
            "schema": REVISION,
            "sequence": contacts.last_sequence(database),
            "contacts": sum(source["contacts"] for source in found),
            "sources": found,
            "clients": len(clients.all(database)),
            "fronts": {"web": settings.web, "ldap": settings.ldap, "ldaps": settings.ldaps},
        }

    def text() -> str:
        lines = [f"data {value['data']}, schema {REVISION}, {value['contacts']} contacts, {value['clients']} clients"]
        for source in found:
            run, age = source["last_run"], source["age_s"]
            freshness = "never synchronised" if age is None else f"{age} s old"
            trouble = f"; last run {run['state']}: {run['reason']}" if run and run["state"] != "done" else ""
            lines.append(f"{source['name']:24} {source['contacts']:>9} contacts, {freshness}{trouble}")
        addresses = (f"{name} {address}" for name, address in value["fronts"].items() if address)
        return "\n".join([*lines, f"configured fronts: {', '.join(addresses)}"])

    show(value, as_json, text)
