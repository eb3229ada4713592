"""`index`: the files by which contacts are found."""

import typer

from directory_server.commands import background
from directory_server.commands.faults import faults
from directory_server.commands.options import AsJson, data_folder, show

index = typer.Typer(no_args_is_help=True, help="The files by which contacts are found; made from the store.")


@index.callback()
def root() -> None:
    """Build the search index anew."""


@index.command()
def rebuild(ctx: typer.Context, as_json: AsJson = False) -> None:
    """Build the index anew from the store and switch to it; whoever searches meanwhile uses the old one."""
    import time

    from directory_server.app import Directory

    background.give_way()
    with faults(as_json), Directory(data_folder(ctx)) as directory:
        start = time.perf_counter()
        directory.index.rebuild()
        value = {
            "contacts": directory.index.count(),
            "sequence": directory.index.sequence,
            "seconds": round(time.perf_counter() - start, 3),
        }
        show(value, as_json, lambda: f"{value['contacts']} contacts indexed in {value['seconds']} s.")
