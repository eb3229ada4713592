"""`search`: what somebody would find in the directory."""

from typing import Annotated

import typer

from directory_server.commands.faults import faults
from directory_server.commands.options import AsJson, data_folder, show
from directory_server.commands.speech import InLanguage, Speech

Limit = Annotated[int, typer.Option(min=1, max=1000, help="Persons, and contacts, at most.")]
AsUser = Annotated[str, typer.Option("--as", metavar="OID", help="Search as this user instead of as an admin.")]
Groups = Annotated[str, typer.Option(metavar="G,…", help="Group ids of that user, with commas between.")]


def search(  # noqa: PLR0917 - typer passes options by name
    ctx: typer.Context,
    text: str,
    as_user: AsUser = "",
    groups: Groups = "",
    limit: Limit = 20,
    language: InLanguage = None,
    as_json: AsJson = False,
) -> None:
    """Search for words, "phrases", -exclusions, field:words and numbers."""
    from directory_server.app import Directory
    from directory_server.app.questions import MOST_PEOPLE, searched
    from directory_server.commands.answer_text import search_text
    from directory_server.commands.names import listed

    with faults(as_json), Directory(data_folder(ctx)) as directory:
        named = listed(groups)
        view = directory.view_for_user(as_user, named) if as_user or named else directory.view_for_admin()
        if as_json:
            show(searched(view, text, limit), as_json, str)
        else:
            answer = view.search(text, limit)
            print(search_text(answer, Speech(language), lambda person: view.people(person.id, MOST_PEOPLE)))
