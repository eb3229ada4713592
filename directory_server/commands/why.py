"""`why`: why somebody is found, or is not, and where a contact is from."""

from typing import TYPE_CHECKING, Annotated

import typer

from directory_server.commands.faults import faults
from directory_server.commands.lookup import ClientName
from directory_server.commands.options import AsJson, data_folder, fail, show
from directory_server.commands.search import AsUser, Groups
from directory_server.commands.speech import InLanguage, Speech

if TYPE_CHECKING:
    from directory_server.app import Directory

Text = Annotated[str, typer.Argument(metavar="TEXT|NUMBER", help="What is searched, or the number that calls.")]
Contact = Annotated[
    int | None,
    typer.Option("--contact", metavar="ID", min=1, help="Tell of this contact, not of a text (its `id`)."),
]
Limit = Annotated[int, typer.Option(min=1, max=1000, help="Contacts at most.")]


def why(  # noqa: PLR0917 - typer passes options by name
    ctx: typer.Context,
    text: Text = "",
    as_user: AsUser = "",
    groups: Groups = "",
    client: ClientName = "",
    contact: Contact = None,
    limit: Limit = 20,
    language: InLanguage = None,
    as_json: AsJson = False,
) -> None:
    """Tell how a text or number is read, who matches on what, and who is hidden from the asker and why.

    With --contact: where the contact is from, when it was seen, who may see it, how its numbers are read.
    """
    from directory_server.app import Directory
    from directory_server.commands.names import listed

    if bool(text) == (contact is not None):
        raise typer.BadParameter("give a text, a number or --contact")
    named = listed(groups)
    if client and (as_user or named):
        raise typer.BadParameter("a client asks without --as and --groups", param_hint="--client")
    say = Speech(language)
    with faults(as_json), Directory(data_folder(ctx)) as directory:
        if contact is not None:
            _contact(directory, contact, say, as_json)
            return
        from directory_server.commands.asker import Asker
        from directory_server.commands.why_text import why_text

        value = directory.why(text, oid=as_user, groups=named, client=client, limit=limit)
        show(value, as_json, lambda: why_text(value, Asker(as_user, named, client), say, limit))


def _contact(directory: "Directory", contact_id: int, say: Speech, as_json: bool) -> None:
    from directory_server.commands.contact_text import contact_text

    value = directory.provenance(contact_id)
    if value is None:
        raise fail(f"there is no contact with the id {contact_id}", as_json)
    show(value, as_json, lambda: contact_text(value, say))
