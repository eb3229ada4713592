"""`search`: what somebody would find in the directory."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from directory_server.commands.faults import faults
from directory_server.commands.options import AsJson, data_folder, show
from directory_server.commands.speech import InLanguage, Speech

if TYPE_CHECKING:
    from directory_server.directory.person import Person
    from directory_server.directory.view import View

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
    from directory_server.commands.answer_text import MOST_PEOPLE, search_text
    from directory_server.commands.names import listed
    from directory_server.directory.person_json import hit_json

    with faults(as_json), Directory(data_folder(ctx)) as directory:
        named = listed(groups)
        view = directory.view_for_user(as_user, named) if as_user or named else directory.view_for_admin()
        answer = view.search(text, limit)
        if as_json:
            value = {
                "persons": [_person(view, person) for person in answer.persons],
                "hits": [hit_json(listing) for listing in view.listings(text, limit)],
                "more": answer.more,
                "took_ms": round(answer.took_ms, 3),
            }
            show(value, as_json, str)
        else:
            print(search_text(answer, Speech(language), lambda person: view.people(person.id, MOST_PEOPLE)))


def _person(view: "View", person: "Person") -> dict[str, Any]:
    from directory_server.commands.answer_text import MOST_PEOPLE
    from directory_server.directory.person_json import hit_json, person_json

    value = person_json(person) | {"contacts": [hit_json(listing) for listing in person.listings]}
    if person.is_company:
        value["people"] = len(view.people(person.id, MOST_PEOPLE).persons)
    return value
