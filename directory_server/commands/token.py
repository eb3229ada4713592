"""`token`: bearer tokens that open the web front's API."""

from typing import Any

import typer

from directory_server.commands.faults import opened_store
from directory_server.commands.options import AsJson, show

token = typer.Typer(no_args_is_help=True, help="Tokens of the web front's API; whoever has one sees everything.")


@token.command()
def add(ctx: typer.Context, name: str, as_json: AsJson = False) -> None:
    """Make a token and print it, this once: only its hash is kept."""
    from directory_server.app import now
    from directory_server.commands.names import checked_name
    from directory_server.store import tokens

    checked_name(name)
    made = tokens.new_token()
    with opened_store(ctx, as_json) as database:
        tokens.add(database, name, made, now())
    show({"name": name, "token": made}, as_json, lambda: f"Token {name!r}, shown this once: {made}")


@token.command("list")
def list_(ctx: typer.Context, as_json: AsJson = False) -> None:
    """List the tokens by name, never the tokens themselves."""
    from directory_server.store import tokens

    with opened_store(ctx, as_json) as database:
        facts: list[dict[str, Any]] = [
            {"name": one.name, "created": one.created.isoformat()} for one in tokens.all(database)
        ]
    lines = [f"{one['name']:24} made {one['created'][:19]}" for one in facts]
    show(facts, as_json, lambda: "\n".join(lines) or "There is no token: nobody can use the API.")


@token.command()
def remove(ctx: typer.Context, name: str, as_json: AsJson = False) -> None:
    """Forget a token; it opens nothing from now on."""
    from directory_server.store import tokens

    with opened_store(ctx, as_json) as database:
        tokens.remove(database, name)
    show({"removed": name}, as_json, lambda: f"Removed {name!r}.")
