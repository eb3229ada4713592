"""`client`: the LDAP and HTTP clients (session border controllers, phones) that may ask."""

import sys
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from directory_server.commands import location as places
from directory_server.commands.faults import opened_store
from directory_server.commands.options import AsJson, fail, show

if TYPE_CHECKING:
    from directory_server.store.rows import Client

client = typer.Typer(no_args_is_help=True, help="The LDAP and HTTP clients that may ask.")

FROM_INPUT = "Read the password (one line) from standard input; without it one is made and printed once."


@client.command()
def add(
    ctx: typer.Context,
    name: str,
    *,
    sources: Annotated[str, typer.Option(help="Sources it may see, separated by commas.")],
    preset: Annotated[str, typer.Option(help="Product: audiocodes, anynode, yealink, snom, generic …")] = "generic",
    fields: Annotated[str, typer.Option(help="Field groups it may see, separated by commas.")] = "name,business",
    base_dn: Annotated[str | None, typer.Option(help="Base DN of its tree; default: the server's suffix.")] = None,
    country: places.Country = None,
    area: places.Area = None,
    trunk: places.Trunk = None,
    extension_length: places.ExtensionLength = None,
    outside_line: places.OutsideLine = None,
    password_stdin: Annotated[bool, typer.Option("--password-stdin", help=FROM_INPUT)] = False,
    as_json: AsJson = False,
) -> None:
    """Add a client; it binds as its name or as cn=NAME,ou=clients,BASE."""
    import secrets

    from directory_server import config
    from directory_server.commands.names import checked_dn, checked_name, listed, read_fields
    from directory_server.commands.options import data_folder
    from directory_server.store import clients
    from directory_server.store import sources as stored
    from directory_server.store.rows import Location

    checked_name(name)
    shown = read_fields(fields)
    own_base = checked_dn(base_dn) if base_dn is not None else None
    if not listed(sources):
        raise typer.BadParameter("name at least one source", param_hint="--sources")
    password = sys.stdin.readline().rstrip("\r\n") if password_stdin else secrets.token_urlsafe(18)
    with opened_store(ctx, as_json) as database:
        settings = config.load(data_folder(ctx))
        location = places.read_location(
            Location(settings.country),
            country=country,
            area=area,
            trunk=trunk,
            extension_length=extension_length,
            outside_line=outside_line,
        )
        try:
            added = clients.add(
                database,
                name,
                password,
                preset=preset,
                source_ids=[stored.by_name(database, source).id for source in listed(sources)],
                fields=shown,
                base_dn=own_base or settings.suffix,
                location=location,
            )
        except UnicodeEncodeError:
            raise
        except ValueError as error:  # the password is empty or too long
            raise fail(str(error), as_json) from None
        facts = _facts(added, {source.id: source.name for source in stored.all(database)})
    if not password_stdin:
        facts["password"] = password
    made = "" if password_stdin else f"\nPassword, shown this once: {password}"
    show(facts, as_json, lambda: _line(facts) + made)


@client.command("list")
def list_(ctx: typer.Context, as_json: AsJson = False) -> None:
    """List the clients."""
    from directory_server.store import clients
    from directory_server.store import sources as stored

    with opened_store(ctx, as_json) as database:
        names = {source.id: source.name for source in stored.all(database)}
        facts = [_facts(found, names) for found in clients.all(database)]
    show(facts, as_json, lambda: "\n".join(map(_line, facts)) or "There is no client yet.")


@client.command()
def remove(ctx: typer.Context, name: str, as_json: AsJson = False) -> None:
    """Remove a client; it can no longer bind."""
    from directory_server.store import clients

    with opened_store(ctx, as_json) as database:
        clients.remove(database, name)
    show({"removed": name}, as_json, lambda: f"Removed {name!r}.")


def _facts(client: "Client", names: dict[int, str]) -> dict[str, Any]:
    from directory_server.store import grants

    return {
        "id": client.id,
        "name": client.name,
        "preset": client.preset,
        "sources": sorted(names[source] for source in client.source_ids if source in names),
        "fields": grants.to_text(client.fields).split(","),
        "base_dn": client.base_dn,
        "bind_dn": f"cn={client.name},ou=clients,{client.base_dn}",
        "location": asdict(client.location),
    }


def _line(facts: dict[str, Any]) -> str:
    seen = f"{', '.join(facts['sources'])}: {', '.join(facts['fields'])}" if facts["sources"] else "no source any more"
    return f"{facts['bind_dn']} ({facts['preset']}) sees {seen}"
