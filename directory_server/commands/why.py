"""`why`: why somebody is found, or is not."""

from typing import Any

import typer

from directory_server.commands.faults import faults
from directory_server.commands.lookup import ClientName
from directory_server.commands.options import AsJson, data_folder, show
from directory_server.commands.search import AsUser, Groups


def why(  # noqa: PLR0917 - typer passes options by name
    ctx: typer.Context,
    text: str,
    as_user: AsUser = "",
    groups: Groups = "",
    client: ClientName = "",
    as_json: AsJson = False,
) -> None:
    """Tell how a text or number is read, who matches on what, and who is hidden from the asker and why."""
    from directory_server.app import Directory
    from directory_server.directory.explain import explain

    with faults(as_json), Directory(data_folder(ctx)) as directory:
        everything = directory.view_for_admin()
        named = tuple(group.strip() for group in groups.split(",") if group.strip())
        view = everything
        if client:
            view = directory.view_for_client(client)
        elif as_user or named:
            view = directory.view_for_user(as_user, named)
        value = explain(text, everything, view)
        show(value, as_json, lambda: _text(value))


def _text(value: dict[str, Any]) -> str:
    lines = [f"Read as: {', '.join(_term(term) for term in value['terms']) or 'nothing to search for'}"]
    if "number" in value:
        number = value["number"]
        read = ", ".join(number["candidates"]) or number["extension"] or "no number"
        lines.append(f"As a number in {number['country']}: {read}")
    for hit in value["matched"]:
        match = f"{hit['match']['rank']} in {hit['match']['field']}" if hit["match"] else ""
        state = "shown" if hit["shown"] else f"hidden: {hit['hidden_because']}"
        lines.append(f"{hit['display_name'] or '-'} [{hit['source']} {hit['key']}]  {match}  {state}")
    return "\n".join(lines if value["matched"] else [*lines, "No contact matches."])


def _term(term: dict[str, Any]) -> str:
    words = " ".join(term["words"])
    parts = [f'"{words}"' if term["phrase"] else words, *term["number_begins"], term["number_contains"]]
    return " | ".join(part for part in parts if part)
