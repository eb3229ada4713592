"""`grant`: who may see which source."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from directory_server.commands.faults import opened_store
from directory_server.commands.options import AsJson, show

if TYPE_CHECKING:
    from directory_server.store.rows import Grant

grant = typer.Typer(no_args_is_help=True, help="Who may see which source.")

Group = Annotated[str, typer.Option(help="Entra or AD group id, or `all` for everyone.")]
EVERY_FIELD = "name,business,private,notes,photo"


@grant.command()
def add(
    ctx: typer.Context,
    source: str,
    group: Group,
    fields: Annotated[str, typer.Option(help="Field groups, separated by commas.")] = EVERY_FIELD,
    as_json: AsJson = False,
) -> None:
    """Let a group see a source; a grant of the same group is replaced."""
    from directory_server.commands.names import read_fields
    from directory_server.store import grants, sources

    wanted = read_fields(fields)
    if not group.strip():
        raise typer.BadParameter("must not be empty", param_hint="--group")
    with opened_store(ctx, as_json) as database:
        added = grants.put(database, sources.by_name(database, source), group.strip(), wanted)
    facts = _facts(source, added)
    show(facts, as_json, lambda: _line(facts))


@grant.command("list")
def list_(ctx: typer.Context, as_json: AsJson = False) -> None:
    """List the grants."""
    from directory_server.store import grants, sources

    with opened_store(ctx, as_json) as database:
        known = grants.all(database)
        names = {source.id: source.name for source in sources.all(database)}  # read last: a grant has a source
        facts = [_facts(names[found.source_id], found) for found in known if found.source_id in names]
    show(facts, as_json, lambda: "\n".join(map(_line, facts)) or "There is no grant: nobody sees anything.")


@grant.command()
def remove(ctx: typer.Context, source: str, group: Group, as_json: AsJson = False) -> None:
    """Take a grant back."""
    from directory_server.store import grants, sources

    with opened_store(ctx, as_json) as database:
        group = group.strip()
        grants.remove(database, sources.by_name(database, source), group)
    show({"removed": {"source": source, "group": group}}, as_json, lambda: f"{group} may no longer see {source}.")


def _facts(source: str, grant: "Grant") -> dict[str, Any]:
    from directory_server.store import grants

    return {"source": source, "group": grant.group, "fields": grants.to_text(grant.fields).split(",")}


def _line(facts: dict[str, Any]) -> str:
    return f"{facts['group']} may see {facts['source']}: {', '.join(facts['fields'])}"
