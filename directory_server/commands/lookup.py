"""`lookup`: whose number this is, as a telephone system would be told."""

from typing import Annotated

import typer

from directory_server.commands.faults import faults
from directory_server.commands.options import AsJson, data_folder, show
from directory_server.commands.speech import InLanguage, Speech

ClientName = Annotated[
    str, typer.Option("--client", metavar="NAME", help="Ask as this client: its sources, fields, location.")
]
Called = Annotated[
    str,
    typer.Option(
        metavar="NUMBER",
        help="The called number: the answer is what that user may see, if the client has --called-view.",
    ),
]


def lookup(  # noqa: PLR0917 - typer passes options by name
    ctx: typer.Context,
    number: str,
    client: ClientName = "",
    called: Called = "",
    language: InLanguage = None,
    as_json: AsJson = False,
) -> None:
    """Look a number up in any notation: exact, then extension, then the company."""
    from directory_server.app import Directory
    from directory_server.app.questions import looked_up
    from directory_server.commands.answer_text import lookup_text

    with faults(as_json), Directory(data_folder(ctx)) as directory:
        view = directory.view_for_client(client, called) if client else directory.view_for_admin()
        if as_json:
            show(looked_up(view, number, called), as_json, str)
            return
        say = Speech(language)
        if called:
            print(say("called_as", number=looked_up(view, number, called)["called"] or called))
        print(lookup_text(view.lookup(number), number, say))
