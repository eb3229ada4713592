"""`source set`: change a source in place, and the options that say what a source is."""

import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from directory_server.commands import location as places
from directory_server.commands.faults import faults, opened_store
from directory_server.commands.options import AsJson, data_folder, show
from directory_server.commands.source_facts import source_facts

if TYPE_CHECKING:
    from connectors.events import Json
    from directory_server.store.database import Database
    from directory_server.store.rows import Source

SETTING = "Setting as key=value, repeatable; the value @- is read from standard input (a password, say)."
SetOption = Annotated[list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help=SETTING)]
UnsetOption = Annotated[
    list[str] | None, typer.Option("--unset", metavar="KEY", help="Setting that goes back to its default, repeatable.")
]
MappingOption = Annotated[Path | None, typer.Option(help="TOML file with changes to the field mapping.")]
NoMappingOption = Annotated[bool, typer.Option("--no-mapping", help="Take back the changes to the field mapping.")]
PriorityOption = Annotated[int, typer.Option(help="Sources with smaller numbers come first among equal hits.")]
NewPriorityOption = Annotated[
    int | None, typer.Option("--priority", help="Sources with smaller numbers come first among equal hits.")
]


def change(
    ctx: typer.Context,
    name: str,
    *,
    settings: SetOption = None,
    unset: UnsetOption = None,
    mapping: MappingOption = None,
    no_mapping: NoMappingOption = False,
    country: places.Country = None,
    area: places.Area = None,
    trunk: places.Trunk = None,
    extension_length: places.ExtensionLength = None,
    outside_line: places.OutsideLine = None,
    priority: NewPriorityOption = None,
    as_json: AsJson = False,
) -> None:
    """Change a source; what is not named stays. The next sync applies new settings and a new mapping."""
    from connectors import registry
    from directory_server.commands.source_settings import read_mapping, read_settings
    from directory_server.store import sources
    from directory_server.store.file_lock import file_lock

    if mapping is not None and no_mapping:
        raise typer.BadParameter("cannot go with --mapping", param_hint="--no-mapping")
    with opened_store(ctx, as_json) as database:
        lock = database.lock_file(f"source-{sources.by_name(database, name).id}")
        with file_lock(lock, f"a run of source {name!r} is under way"):
            old = sources.by_name(database, name)
            new = replace(
                old,
                location=places.read_location(
                    old.location,
                    country=country,
                    area=area,
                    trunk=trunk,
                    extension_length=extension_length,
                    outside_line=outside_line,
                ),
                mapping=None if no_mapping else read_mapping(mapping) if mapping is not None else old.mapping,
                priority=old.priority if priority is None else priority,
            )
            if settings or unset:
                known = _kept(database, old, settings or [], unset or [])
                plain, secrets = read_settings(old.type, settings or [], sys.stdin, known)
                registry.connect(old.type, {**plain, **secrets}, new.mapping).close()
                sources.change(database, new, settings=plain, secrets=secrets)
            else:
                registry.mapping_of(old.type, new.mapping)
                sources.change(database, new)
        facts = source_facts(database, sources.by_name(database, name))
    if new.location != old.location:
        follow(ctx, as_json)  # it reads the numbers of a source anew whose location has changed
    read = settings or unset or new.mapping != old.mapping
    show(facts, as_json, lambda: f"Source {name!r} changed" + (f"; now `sync {name}`." if read else "."))


def _kept(database: "Database", source: "Source", pairs: list[str], unset: list[str]) -> "dict[str, Json]":
    """Return the settings that stay; secrets are not opened if all of them are given anew."""
    from connectors.errors import ConfigInvalid
    from directory_server.store import sources

    secret = sources.secret_names(database, source)
    if unknown := [key for key in unset if key not in {*source.settings, *secret}]:
        raise ConfigInvalid(f"setting '{unknown[0]}' is not set")
    dropped = {*unset, *(pair.partition("=")[0] for pair in pairs)}
    known = source.settings if dropped >= set(secret) else sources.settings_of(database, source)
    return {key: value for key, value in known.items() if key not in dropped}


def follow(ctx: typer.Context, as_json: bool) -> None:
    """Let the index take over at once what a command changed, so that a running server answers by it."""
    from directory_server.app import Directory

    with faults(as_json), Directory(data_folder(ctx)) as directory:
        directory.index.follow()
