"""`contact-directory proxy …`: credentials for the HTTP proxy, and whether the way out works."""

import asyncio
import sys
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from directory_server.commands.faults import opened_outbound, opened_store
from directory_server.commands.options import EXIT_FAILED, EXIT_USAGE, AsJson, fail, show
from directory_server.commands.tenant import MICROSOFT

if TYPE_CHECKING:
    from directory_server.fronts.uplink.way_out import Step

proxy = typer.Typer(no_args_is_help=True, help="The HTTP proxy on the way out.")

FROM_INPUT = "Read the password (one line) from standard input instead of asking for it."


@proxy.command("login")
def login(
    ctx: typer.Context,
    *,
    user: Annotated[str, typer.Option(help="Who we are to the proxy: name, DOMAIN\\name or name@domain.")],
    password_stdin: Annotated[bool, typer.Option("--password-stdin", help=FROM_INPUT)] = False,
    as_json: AsJson = False,
) -> None:
    """Keep user and password for the proxy, sealed; a running server uses them from its next connection on."""
    from directory_server.fronts.uplink import outbound
    from directory_server.fronts.uplink.proxy import Login

    if password_stdin:
        password = sys.stdin.readline().rstrip("\r\n")
    else:
        password = typer.prompt("Password", hide_input=True, err=True)
    if not user or not password:
        raise fail("user and password must not be empty", as_json, EXIT_USAGE)
    with opened_store(ctx, as_json) as database:
        outbound.save(database, Login(user, password))
    show({"user": user}, as_json, lambda: f"Kept for {user}. Try it: contact-directory proxy check")


@proxy.command("logout")
def logout(ctx: typer.Context, as_json: AsJson = False) -> None:
    """Forget user and password."""
    from directory_server.fronts.uplink import outbound

    with opened_store(ctx, as_json) as database:
        outbound.remove(database)
    show({"user": None}, as_json, lambda: "Forgotten.")


@proxy.command("check")
def check(
    ctx: typer.Context,
    *,
    relay: Annotated[str | None, typer.Option(help="The relay's URL; default: the registered one.")] = None,
    authority: Annotated[
        str | None, typer.Option(help="Base URL of the identity provider; default: the registered one, or Microsoft's.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Try the way out step by step: proxy, credentials, TLS, relay, line, identity provider; exit 1 if one fails."""
    from directory_server.fronts.uplink import tenant
    from directory_server.fronts.uplink.way_out import Step, examine

    with opened_outbound(ctx, as_json) as (database, outbound):
        registered = tenant.load(database)
        if relay is None and registered is None:
            raise fail("no tenant is registered: name the relay with --relay", as_json, EXIT_USAGE)
        there = relay or (registered.relay if registered else "")
        base = authority or (registered.authority if registered else MICROSOFT)
        keys = f"{base.rstrip('/')}/{registered.tid if registered else 'organizations'}/discovery/v2.0/keys"

        async def run() -> list[Step]:
            steps = []
            async for step in examine(outbound, there, keys):
                if not as_json:
                    print(_line(step), flush=True)
                steps.append(step)
            return steps

        try:
            steps = asyncio.run(run())
        except ValueError as error:
            raise fail(str(error), as_json, EXIT_USAGE) from None
    if as_json:
        show([asdict(step) for step in steps], as_json, str)
    if not all(step.works for step in steps):
        raise typer.Exit(EXIT_FAILED)


def _line(step: "Step") -> str:
    advice = f"\n       -> {step.advice}" if step.advice else ""
    return f"{'ok  ' if step.works else 'BAD '} {step.check}: {step.detail}{advice}"
