"""The commands by name; each lives in its own file."""

from collections.abc import Callable
from typing import Any

import typer

COMMANDS: dict[str, Callable[..., Any] | typer.Typer] = {}
