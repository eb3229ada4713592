"""`client`: the LDAP and HTTP clients (session border controllers, phones) that may ask."""

import sys
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Annotated, Any

import typer

from directory_server.commands import location as places
from directory_server.commands.faults import opened_store
from directory_server.commands.options import AsJson, fail, show

if TYPE_CHECKING:
    from directory_server.store.database import Database
    from directory_server.store.rows import Client, SharedNumbers

client = typer.Typer(no_args_is_help=True, help="The LDAP and HTTP clients that may ask.")

SHARED = "Several persons on a number: priority (all), company (one line), only-if-unambiguous (nothing)."
CALLED = "Sources whose contacts (custom field entra_oid) tell whose view a called number means; empty: none."
ANOTHER_FROM_INPUT = "Read a new password (one line) from standard input."
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
    shared_numbers: Annotated[str, typer.Option(help=SHARED)] = "priority",
    called_view: Annotated[str, typer.Option(help=CALLED)] = "",
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
    from directory_server.store.rows import Client, Location

    checked_name(name)
    shown = read_fields(fields)
    own_base = checked_dn(base_dn) if base_dn is not None else None
    policy = _policy(shared_numbers)
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
            wanted = Client(
                id=0,
                name=name,
                preset=preset,
                source_ids=frozenset(_ids(database, sources)),
                fields=shown,
                base_dn=own_base or settings.suffix,
                location=location,
                shared_numbers=policy,
                called_view=frozenset(_ids(database, called_view)),
            )
            added = clients.add(database, wanted, password)
        except UnicodeEncodeError:
            raise
        except ValueError as error:  # the password is empty or too long
            raise fail(str(error), as_json) from None
        facts = _facts(added, {source.id: source.name for source in stored.all(database)})
    if not password_stdin:
        facts["password"] = password
    made = "" if password_stdin else f"\nPassword, shown this once: {password}"
    show(facts, as_json, lambda: _line(facts) + made)


@client.command("set")
def set_(
    ctx: typer.Context,
    name: str,
    *,
    sources: Annotated[str | None, typer.Option(help="Sources it may see, separated by commas.")] = None,
    preset: Annotated[str | None, typer.Option(help="Product: audiocodes, anynode, yealink, snom …")] = None,
    fields: Annotated[str | None, typer.Option(help="Field groups it may see, separated by commas.")] = None,
    country: places.Country = None,
    area: places.Area = None,
    trunk: places.Trunk = None,
    extension_length: places.ExtensionLength = None,
    outside_line: places.OutsideLine = None,
    shared_numbers: Annotated[str | None, typer.Option(help=SHARED)] = None,
    called_view: Annotated[str | None, typer.Option(help=CALLED)] = None,
    password_stdin: Annotated[bool, typer.Option("--password-stdin", help=ANOTHER_FROM_INPUT)] = False,
    as_json: AsJson = False,
) -> None:
    """Change a client; what is not named stays. Open connections follow within seconds."""
    from directory_server.commands.names import listed, read_fields
    from directory_server.store import clients
    from directory_server.store import sources as stored

    changes: dict[str, Any] = {}
    if preset is not None:
        changes["preset"] = preset
    if fields is not None:
        changes["fields"] = read_fields(fields)
    if shared_numbers is not None:
        changes["shared_numbers"] = _policy(shared_numbers)
    if sources is not None and not listed(sources):
        raise typer.BadParameter("name at least one source", param_hint="--sources")
    password = sys.stdin.readline().rstrip("\r\n") if password_stdin else None
    with opened_store(ctx, as_json) as database:
        known = clients.by_name(database, name)
        changes["location"] = places.read_location(
            known.location,
            country=country,
            area=area,
            trunk=trunk,
            extension_length=extension_length,
            outside_line=outside_line,
        )
        for field, names in (("source_ids", sources), ("called_view", called_view)):
            if names is not None:
                changes[field] = frozenset(_ids(database, names))
        changed = replace(known, **changes)
        try:
            clients.change(database, changed, password)
        except UnicodeEncodeError:
            raise
        except ValueError as error:  # the password is empty or too long
            raise fail(str(error), as_json) from None
        facts = _facts(changed, {source.id: source.name for source in stored.all(database)})
    show(facts, as_json, lambda: _line(facts))


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


def _policy(text: str) -> "SharedNumbers":
    from directory_server.store.rows import SharedNumbers

    try:
        return SharedNumbers(text)
    except ValueError:
        known = ", ".join(SharedNumbers)
        raise typer.BadParameter(f"known are {known}", param_hint="--shared-numbers") from None


def _ids(database: "Database", names: str) -> list[int]:
    from directory_server.commands.names import listed
    from directory_server.store import sources

    return [sources.by_name(database, name).id for name in listed(names)]


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
        "shared_numbers": client.shared_numbers.value,
        "called_view": sorted(names[source] for source in client.called_view if source in names),
    }


def _line(facts: dict[str, Any]) -> str:
    seen = f"{', '.join(facts['sources'])}: {', '.join(facts['fields'])}" if facts["sources"] else "no source any more"
    policy = "" if facts["shared_numbers"] == "priority" else f"; shared numbers: {facts['shared_numbers']}"
    called = f"; called user by {', '.join(facts['called_view'])}" if facts["called_view"] else ""
    return f"{facts['bind_dn']} ({facts['preset']}) sees {seen}{policy}{called}"
