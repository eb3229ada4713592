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
    from directory_server.commands.answer_text import lookup_text
    from directory_server.directory.number import ask
    from directory_server.directory.person_json import hit_json

    with faults(as_json), Directory(data_folder(ctx)) as directory:
        view = directory.view_for_client(client, called) if client else directory.view_for_admin()
        answer = view.lookup(number)
        value = {
            "number": number,
            "e164": answer.e164,
            "approximate": answer.approximate,
            "total": answer.total,
            "shared": answer.shared,
            "hits": [hit_json(listing) for listing in answer.listings],
        }
        if called:
            read = ask(called, view.location)
            value["called"] = "+" + read.candidates[0] if read.candidates else read.extension
        say = Speech(language)
        lines = [say("called_as", number=value["called"])] if value.get("called") else []
        show(value, as_json, lambda: "\n".join([*lines, lookup_text(answer, number, say)]))
