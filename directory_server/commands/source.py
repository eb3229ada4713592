"""`source`: the places contacts come from."""

import sys
from typing import Annotated, Any

import typer

from directory_server.commands import location as places
from directory_server.commands.faults import faults, opened_store
from directory_server.commands.options import AsJson, show
from directory_server.commands.source_change import MappingOption, PriorityOption, SetOption, change, follow
from directory_server.commands.source_facts import source_facts, source_line

source = typer.Typer(no_args_is_help=True, help="The places contacts come from.")


@source.command()
def add(
    ctx: typer.Context,
    name: str,
    *,
    type_name: Annotated[str, typer.Option("--type", help="Kind of source: see `source types`.")],
    settings: SetOption = None,
    mapping: MappingOption = None,
    country: places.Country = None,
    area: places.Area = None,
    trunk: places.Trunk = None,
    extension_length: places.ExtensionLength = None,
    outside_line: places.OutsideLine = None,
    priority: PriorityOption = 100,
    as_json: AsJson = False,
) -> None:
    """Add a source. Nothing is read yet: see `source check` and `sync`."""
    from connectors import registry
    from directory_server import config
    from directory_server.commands.names import checked_name
    from directory_server.commands.options import data_folder
    from directory_server.commands.source_settings import read_mapping, read_settings
    from directory_server.store import sources
    from directory_server.store.rows import Location

    checked_name(name)
    with opened_store(ctx, as_json) as database:
        default = Location(config.load(data_folder(ctx)).country)
        location = places.read_location(
            default,
            country=country,
            area=area,
            trunk=trunk,
            extension_length=extension_length,
            outside_line=outside_line,
        )
        plain, secrets = read_settings(type_name, settings or [], sys.stdin)
        overrides = read_mapping(mapping)
        registry.connect(type_name, {**plain, **secrets}, overrides).close()  # checks settings and mapping together
        added = sources.add(
            database,
            name,
            type_name,
            plain,
            secrets=secrets,
            location=location,
            mapping=overrides,
            priority=priority,
        )
        show(source_facts(database, added), as_json, lambda: f"Source {name!r} added; try `source check {name}`.")


source.command("set")(change)


@source.command("list")
def list_(ctx: typer.Context, as_json: AsJson = False) -> None:
    """List the sources with their contacts and last run."""
    from directory_server.store import sources

    with opened_store(ctx, as_json) as database:
        facts = [source_facts(database, found) for found in sources.all(database)]
        show(facts, as_json, lambda: "\n".join(map(source_line, facts)) or "There is no source yet.")


@source.command("show")
def show_(ctx: typer.Context, name: str, as_json: AsJson = False) -> None:
    """Show all settings of a source but its secrets."""
    from directory_server.store import sources

    with opened_store(ctx, as_json) as database:
        facts = source_facts(database, sources.by_name(database, name))

        def text() -> str:
            return "\n".join(f"{key:12} {value}" for key, value in facts.items() if value not in (None, {}, []))

        show(facts, as_json, text)


@source.command()
def check(ctx: typer.Context, name: str, as_json: AsJson = False) -> None:
    """Ask the source for a few records and say what was found."""
    import json

    from directory_server.app.connected import connected
    from directory_server.store import sources
    from directory_server.store.contact_json import contact_to_json

    with opened_store(ctx, as_json) as database, connected(database, sources.by_name(database, name)) as connector:
        result = connector.check()
    samples = [json.loads(contact_to_json(contact)) for contact in result.samples]
    value = {
        "source": name,
        "ok": True,
        "server": result.server,
        "count": result.count,
        "samples": samples,
        "warnings": list(result.warnings),
    }

    def text() -> str:
        number = "unknown" if result.count is None else str(result.count)
        lines = [f"{result.server}: it works; records: {number}"]
        lines += [
            f"  {contact.name()}: {', '.join(phone.raw for phone in contact.phones)}" for contact in result.samples
        ]
        return "\n".join([*lines, *(f"Warning: {warning}" for warning in result.warnings)])

    show(value, as_json, text)


@source.command()
def discover(ctx: typer.Context, name: str, as_json: AsJson = False) -> None:
    """List the tables, folders or columns the source offers, with an example of each field."""
    from dataclasses import asdict

    from directory_server.app.connected import connected
    from directory_server.store import sources

    with opened_store(ctx, as_json) as database, connected(database, sources.by_name(database, name)) as connector:
        containers = connector.discover()

    def text() -> str:
        lines: list[str] = []
        for container in containers:
            lines.append(container.name)
            lines += [f"  {field.name:30} {field.example}" for field in container.fields]
        return "\n".join(lines) or "Nothing was found."

    show([asdict(container) for container in containers], as_json, text)


@source.command()
def remove(
    ctx: typer.Context,
    name: str,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    as_json: AsJson = False,
) -> None:
    """Remove a source with its settings, grants and contacts."""
    from directory_server.app import now
    from directory_server.store import sources
    from directory_server.store.file_lock import file_lock

    with opened_store(ctx, as_json) as database:
        found = sources.by_name(database, name)
        if not yes and not as_json and sys.stdin.isatty():
            typer.confirm(f"Remove source {name!r} and its contacts?", abort=True)
        with file_lock(database.lock_file(f"source-{found.id}"), f"a run of source {name!r} is under way"):
            number = sources.remove(database, found, now())
    follow(ctx, as_json)
    show({"removed": name, "contacts": number}, as_json, lambda: f"Removed {name!r} and {number} contacts.")


@source.command()
def types(as_json: AsJson = False) -> None:
    """List the kinds of sources and their settings."""
    from directory_server.commands.source_settings import described

    with faults(as_json):
        found: list[dict[str, Any]] = described()

    def text() -> str:
        lines: list[str] = []
        for kind in found:
            lines.append(kind["type"])
            for field in kind["settings"]:
                default = "required" if field["required"] else f"default {field['default']!r}"
                note = "secret" if field["secret"] else default
                lines.append(f"  {field['name']:20} {field['description']} ({note})")
        return "\n".join(lines)

    show(found, as_json, text)
