"""`serve`: run the fronts and the line until SIGTERM or Ctrl-C."""

from typing import Annotated

import typer

from directory_server.commands.options import AsJson, data_folder, fail


def serve(
    ctx: typer.Context,
    *,
    web: Annotated[str | None, typer.Option(help="Address of the web pages, host:port.")] = None,
    ldap: Annotated[str | None, typer.Option(help="Address of the LDAP front; empty switches it off.")] = None,
    ldaps: Annotated[str | None, typer.Option(help="Address of the LDAPS front; empty switches it off.")] = None,
    https: Annotated[str | None, typer.Option(help="Address of the look-ups over HTTPS, host:port.")] = None,
    workers: Annotated[
        int | None, typer.Option(min=0, max=64, help="LDAP processes; 0: LDAP runs in the server's own.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Answer Teams users, session border controllers and phones until stopped."""
    import json

    from directory_server.app import Directory
    from directory_server.app.ldap_process import run, settled
    from directory_server.app.server import AddressTaken, Server
    from directory_server.commands.faults import faults
    from directory_server.observe import logs

    logs.start()

    def started(facts: dict[str, str]) -> None:
        settled()
        text = json.dumps(facts) if as_json else "\n".join(f"{name:8} {address}" for name, address in facts.items())
        print(text, flush=True)

    with (
        faults(as_json),
        Directory(
            data_folder(ctx), serving=True, web=web, ldap=ldap, ldaps=ldaps, https=https, workers=workers
        ) as directory,
    ):
        try:
            run(Server(directory).run(started))
        except AddressTaken as error:
            raise fail(str(error), as_json) from None
