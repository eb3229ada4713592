"""`contact-directory`: every command, each in its own file under `commands/`."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from directory_server.commands import COMMANDS

cli = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)

DATA = Path("/var/lib/contactory")


@cli.callback()
def root(
    ctx: typer.Context,
    data: Annotated[Path, typer.Option(envvar="CONTACTORY_DATA", help="Data folder of this directory.")] = DATA,
) -> None:
    """Contactory directory server."""
    ctx.obj = data


for name, command in COMMANDS.items():
    if isinstance(command, typer.Typer):
        cli.add_typer(command, name=name)
    else:
        cli.command(name)(command)


def main() -> None:
    """Run the command line; exit codes: 0 ok, 1 failed, 2 usage, 3 held."""
    sys.exit(cli())


if __name__ == "__main__":
    main()
