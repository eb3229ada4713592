"""`client`: the LDAP and HTTP clients (session border controllers, phones) that may ask."""

import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any

import typer

from directory_server.commands import location as places
from directory_server.commands import profile
from directory_server.commands.client_text import line
from directory_server.commands.faults import opened_store
from directory_server.commands.options import AsJson, fail, show

if TYPE_CHECKING:
    from directory_server.store.database import Database
    from directory_server.store.rows import Client

client = typer.Typer(no_args_is_help=True, help="The LDAP and HTTP clients that may ask.")

PRODUCT = "Product: audiocodes, anynode, yealink, snom, generic …"
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
    preset: Annotated[str, typer.Option(help=PRODUCT)] = "generic",
    fields: Annotated[str, typer.Option(help="Field groups it may see, separated by commas.")] = "name,business",
    base_dn: Annotated[str | None, typer.Option(help="Base DN of its tree; default: the server's suffix.")] = None,
    country: places.Country = None,
    area: places.Area = None,
    trunk: places.Trunk = None,
    extension_length: places.ExtensionLength = None,
    outside_line: places.OutsideLine = None,
    address: profile.Addresses = None,
    number_format: profile.NumberForm = None,
    result_limit: profile.ResultLimit = None,
    template: profile.Templates = None,
    shared_numbers: Annotated[str | None, typer.Option(help=SHARED)] = None,
    called_view: Annotated[str, typer.Option(help=CALLED)] = "",
    password_stdin: Annotated[bool, typer.Option("--password-stdin", help=FROM_INPUT)] = False,
    no_password: Annotated[bool, typer.Option("--no-password", help=profile.NO_PASSWORD)] = False,
    as_json: AsJson = False,
) -> None:
    """Add a client; it binds as its name or as cn=NAME,ou=clients,BASE.

    A preset gives what is not named here of number format, result limit, shared numbers and templates.
    """
    import secrets

    from directory_server import config
    from directory_server.commands.names import checked_dn, checked_name, listed, read_fields
    from directory_server.commands.options import data_folder
    from directory_server.store import clients
    from directory_server.store.rows import Client, Location

    checked_name(name)
    shown = read_fields(fields)
    own_base = checked_dn(base_dn) if base_dn is not None else None
    addresses = profile.read_addresses(address or ())
    answering = profile.read_answering(
        preset=preset,
        number_format=number_format,
        result_limit=result_limit,
        shared_numbers=shared_numbers,
        templates=template,
    )
    if not listed(sources):
        raise typer.BadParameter("name at least one source", param_hint="--sources")
    if no_password and not addresses:
        raise typer.BadParameter("needs an --address to know the client by", param_hint="--no-password")
    password = _password(password_stdin, no_password)
    if password is None and not no_password:
        password = secrets.token_urlsafe(18)
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
                source_ids=frozenset(_ids(database, sources)),
                fields=shown,
                base_dn=own_base or settings.suffix,
                location=location,
                called_view=frozenset(_ids(database, called_view)),
                addresses=addresses,
                **answering,
            )
            added = clients.add(database, wanted, password)
        except UnicodeEncodeError:
            raise
        except ValueError as error:  # of the password, or that nothing is left to know it by
            raise fail(str(error), as_json) from None
        (facts,) = _told(database, added)
    made = ""
    if password is not None and not password_stdin:
        facts["password"] = password
        made = f"\nPassword, shown this once: {password}"
    show(facts, as_json, lambda: line(facts) + made)


@client.command("set")
def set_(
    ctx: typer.Context,
    name: str,
    *,
    sources: Annotated[str | None, typer.Option(help="Sources it may see, separated by commas.")] = None,
    preset: Annotated[str | None, typer.Option(help=PRODUCT)] = None,
    fields: Annotated[str | None, typer.Option(help="Field groups it may see, separated by commas.")] = None,
    base_dn: Annotated[str | None, typer.Option(help="Base DN of its tree.")] = None,
    country: places.Country = None,
    area: places.Area = None,
    trunk: places.Trunk = None,
    extension_length: places.ExtensionLength = None,
    outside_line: places.OutsideLine = None,
    address: profile.Addresses = None,
    number_format: profile.NumberForm = None,
    result_limit: profile.ResultLimit = None,
    template: profile.Templates = None,
    shared_numbers: Annotated[str | None, typer.Option(help=SHARED)] = None,
    called_view: Annotated[str | None, typer.Option(help=CALLED)] = None,
    password_stdin: Annotated[bool, typer.Option("--password-stdin", help=ANOTHER_FROM_INPUT)] = False,
    no_password: Annotated[bool, typer.Option("--no-password", help=profile.NO_PASSWORD)] = False,
    as_json: AsJson = False,
) -> None:
    """Change a client; what is not named stays. Open connections follow within seconds.

    A preset gives what is not named here of number format, result limit and templates.
    """
    from directory_server.commands.names import checked_dn, listed, read_fields
    from directory_server.store import clients

    changes: dict[str, Any] = {}
    if fields is not None:
        changes["fields"] = read_fields(fields)
    if base_dn is not None:
        changes["base_dn"] = checked_dn(base_dn)
    if address is not None:
        changes["addresses"] = profile.read_addresses(address)
    if sources is not None and not listed(sources):
        raise typer.BadParameter("name at least one source", param_hint="--sources")
    password = _password(password_stdin, no_password)
    with opened_store(ctx, as_json) as database:
        known = clients.by_name(database, name)
        changes |= profile.read_answering(
            preset=preset,
            number_format=number_format,
            result_limit=result_limit,
            shared_numbers=shared_numbers,
            templates=template,
            known=known.templates,
        )
        if shared_numbers is None:  # whom a call may name is not changed by the way
            changes.pop("shared_numbers", None)
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
            clients.change(database, changed, password, without_password=no_password)
        except UnicodeEncodeError:
            raise
        except ValueError as error:  # of the password, or that nothing is left to know it by
            raise fail(str(error), as_json) from None
        (facts,) = _told(database, changed)
    show(facts, as_json, lambda: line(facts))


@client.command("list")
def list_(ctx: typer.Context, as_json: AsJson = False) -> None:
    """List the clients."""
    from directory_server.store import clients

    with opened_store(ctx, as_json) as database:
        facts = _told(database, *clients.all(database))
    show(facts, as_json, lambda: "\n".join(map(line, facts)) or "There is no client yet.")


@client.command()
def remove(ctx: typer.Context, name: str, as_json: AsJson = False) -> None:
    """Remove a client; it can no longer bind."""
    from directory_server.store import clients

    with opened_store(ctx, as_json) as database:
        clients.remove(database, name)
    show({"removed": name}, as_json, lambda: f"Removed {name!r}.")


def _password(password_stdin: bool, no_password: bool) -> str | None:
    if password_stdin and no_password:
        raise typer.BadParameter("a client has a password or none", param_hint="--no-password")
    return sys.stdin.readline().rstrip("\r\n") if password_stdin else None


def _ids(database: "Database", names: str) -> list[int]:
    from directory_server.commands.names import listed
    from directory_server.store import sources

    return [sources.by_name(database, name).id for name in listed(names)]


def _told(database: "Database", *shown: "Client") -> list[dict[str, Any]]:
    from directory_server.commands.client_text import facts
    from directory_server.store import clients, sources

    names = {source.id: source.name for source in sources.all(database)}
    without_password = clients.without_password(database)
    return [facts(client, names, without_password) for client in shown]
