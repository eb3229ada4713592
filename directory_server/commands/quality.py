"""`quality`: what is wrong with the contacts, their numbers and their sources."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Annotated

import typer

from directory_server.commands import background
from directory_server.commands.faults import faults
from directory_server.commands.options import AsJson, data_folder, show
from directory_server.commands.speech import InLanguage, Speech

SourceName = Annotated[str, typer.Option("--source", metavar="NAME", help="Check this source alone.")]
Examples = Annotated[int, typer.Option("--limit", min=0, max=1000, help="Examples of each finding, at most.")]
Stale = Annotated[int, typer.Option("--stale-hours", min=1, help="Hours after which a source is stale.")]

_STEPS = 1000


def quality(  # noqa: PLR0917 - typer passes options by name
    ctx: typer.Context,
    source: SourceName = "",
    limit: Examples = 5,
    stale_hours: Stale = 26,
    language: InLanguage = None,
    as_json: AsJson = False,
) -> None:
    """Report numbers that cannot be read, shared numbers, duplicates, contacts nobody may see and stale sources."""
    from directory_server.app import Directory
    from directory_server.commands.quality_text import quality_text

    background.give_way()
    say = Speech(language)
    with faults(as_json), Directory(data_folder(ctx)) as directory:
        with _progress(say, shown=sys.stderr.isatty() and not as_json) as progress:
            value = directory.quality(source, limit=limit, stale_hours=stale_hours, progress=progress)
        show(value, as_json, lambda: quality_text(value, say))


@contextmanager
def _progress(say: Speech, *, shown: bool) -> Iterator[Callable[[float], None] | None]:
    """Show a bar on the terminal while the report is made."""
    if not shown:
        yield None
        return
    done = 0
    with typer.progressbar(length=_STEPS, label=say("quality_progress"), file=sys.stderr) as bar:

        def told(part: float) -> None:
            nonlocal done
            reached = int(part * _STEPS)
            bar.update(reached - done)
            done = reached

        yield told
