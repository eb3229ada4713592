"""`contact-directory key …`: the keys that Teams users' messages are sealed to."""

import typer

from directory_server.commands.faults import opened_store
from directory_server.commands.options import AsJson, show

key = typer.Typer(no_args_is_help=True, help="The keys that messages are sealed to.")


@key.callback()
def group() -> None:
    """Keep `rotate` a word of its own, though it is the only one."""


@key.command("rotate")
def rotate(ctx: typer.Context, as_json: AsJson = False) -> None:
    """Have the running server make new sealing keys now; it does so every 24 hours by itself."""
    from directory_server.fronts.uplink import sequence

    with opened_store(ctx, as_json) as database:
        sequence.replace(database)
        replaced = sequence.replaced(database)
    show(
        {"replaced": replaced},
        as_json,
        lambda: "The server makes new sealing keys within a few seconds; the old ones open two hours more.",
    )
