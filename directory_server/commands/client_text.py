"""A client as facts for programs and as a line for people."""

from collections.abc import Container, Mapping
from typing import Any

from msgspec import structs

from directory_server.store.rows import Client


def facts(client: Client, sources: Mapping[int, str], without_password: Container[int]) -> dict[str, Any]:
    """Return the client as JSON shows it; `sources` are names by id, `without_password` the ids of such clients."""
    from directory_server.store import grants

    return {
        "id": client.id,
        "name": client.name,
        "preset": client.preset,
        "sources": sorted(sources[source] for source in client.source_ids if source in sources),
        "fields": grants.to_text(client.fields).split(","),
        "base_dn": client.base_dn,
        "bind_dn": f"cn={client.name},ou=clients,{client.base_dn}",
        "location": structs.asdict(client.location),
        "shared_numbers": client.shared_numbers.value,
        "called_view": sorted(sources[source] for source in client.called_view if source in sources),
        "addresses": list(client.addresses),
        "known_by": "address" if client.id in without_password else "password",
        "number_format": client.number_format.value,
        "result_limit": client.result_limit,
        "templates": dict(client.templates),
    }


def line(told: Mapping[str, Any]) -> str:
    """Return these facts as a line; what is as ever is left out."""
    seen = f"{', '.join(told['sources'])}: {', '.join(told['fields'])}" if told["sources"] else "no source any more"
    known = "from {}" if told["known_by"] == "password" else "from {} without a password"
    parts = [
        f"{told['bind_dn']} ({told['preset']}) sees {seen}",
        known.format(", ".join(told["addresses"])) if told["addresses"] else "",
        f"numbers: {told['number_format']}" if told["number_format"] != "echo" else "",
        f"{told['result_limit']} entries at most" if told["result_limit"] else "",
        f"shared numbers: {told['shared_numbers']}" if told["shared_numbers"] != "priority" else "",
        f"called user by {', '.join(told['called_view'])}" if told["called_view"] else "",
        *(f"{attribute} = {text}" for attribute, text in told["templates"].items()),
    ]
    return "; ".join(filter(None, parts))
