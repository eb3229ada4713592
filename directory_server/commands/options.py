"""Options and output that every command shares."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON value instead of text.")]

EXIT_FAILED = 1
EXIT_USAGE = 2
EXIT_HELD = 3


def data_folder(ctx: typer.Context) -> Path:
    """Return the folder given by `--data`."""
    folder: Path = ctx.obj
    return folder


def show(value: Any, as_json: bool, text: Callable[[], str]) -> None:
    """Print the value as JSON, or what `text` makes of it for people."""
    print(json.dumps(value, ensure_ascii=False, default=str) if as_json else text())


def fail(message: str, as_json: bool, code: int = EXIT_FAILED, **facts: Any) -> typer.Exit:
    """Say what is wrong, on stderr for people or as a JSON object on stdout, and return the exit to raise."""
    if as_json:
        print(json.dumps({"error": message, **facts}, ensure_ascii=False, default=str))
    else:
        typer.echo(f"Error: {message}", err=True)
    return typer.Exit(code)
