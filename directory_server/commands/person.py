"""`person`: which source wins for a field of a person's card, and the people of a company."""

from typing import Annotated

import typer

from directory_server.commands.faults import faults, opened_store
from directory_server.commands.options import AsJson, data_folder, fail, show
from directory_server.commands.search import AsUser, Groups, Limit
from directory_server.commands.speech import InLanguage, Speech

person = typer.Typer(no_args_is_help=True, help="Cards of persons, and whose fields they show.")
priority = typer.Typer(no_args_is_help=True, help="Which source wins for a field that several fill.")
person.add_typer(priority, name="priority")


@person.command()
def people(  # noqa: PLR0917 - typer passes options by name
    ctx: typer.Context,
    contact_id: Annotated[int, typer.Argument(metavar="ID", help="Contact of the company or of one of its people.")],
    as_user: AsUser = "",
    groups: Groups = "",
    limit: Limit = 20,
    language: InLanguage = None,
    as_json: AsJson = False,
) -> None:
    """List the people of a contact's company, in order of their names."""
    from directory_server.app import Directory
    from directory_server.commands.answer_text import people_text
    from directory_server.commands.names import listed
    from directory_server.directory.person_json import hit_json, person_json

    say = Speech(language)
    with faults(as_json), Directory(data_folder(ctx)) as directory:
        named = listed(groups)
        asks_as_user = bool(as_user or named)
        view = directory.view_for_user(as_user, named) if asks_as_user else directory.view_for_admin()
        seed = view.contact(contact_id)
        if seed is None and not asks_as_user:
            raise fail(f"there is no contact with the id {contact_id}", as_json)
        answer = view.people(contact_id, limit)
        value = {
            "persons": [
                person_json(one) | {"contacts": [hit_json(listing) for listing in one.listings]}
                for one in answer.persons
            ],
            "more": answer.more,
            "took_ms": round(answer.took_ms, 3),
        }
        company = seed.contact.company if seed else ""
        show(value, as_json, lambda: people_text(company, answer, say) if seed else say("unseen_contact"))


@priority.command("set")
def set_(
    ctx: typer.Context,
    field: Annotated[str, typer.Argument(metavar="FIELD", help="Field of a person; an unknown one lists them.")],
    sources: Annotated[str, typer.Argument(metavar="SOURCE[,SOURCE…]", help="The most preferred first.")],
    language: InLanguage = None,
    as_json: AsJson = False,
) -> None:
    """Let sources win for a field, whatever their priority; the others follow."""
    from directory_server.commands.names import listed
    from directory_server.store import preferences
    from directory_server.store import sources as stored

    if field not in preferences.FIELDS:
        raise typer.BadParameter(f"known are {', '.join(preferences.FIELDS)}", param_hint="FIELD")
    names = tuple(listed(sources))
    if not names:
        raise typer.BadParameter("name at least one source", param_hint="SOURCE")
    with opened_store(ctx, as_json) as database:
        for name in names:
            stored.by_name(database, name)
        preferences.put(database, field, names)
    show({"field": field, "sources": list(names)}, as_json, lambda: _line(field, names, Speech(language)))


@priority.command("list")
def list_(ctx: typer.Context, language: InLanguage = None, as_json: AsJson = False) -> None:
    """List the fields that prefer a source."""
    from directory_server.store import preferences

    say = Speech(language)
    with opened_store(ctx, as_json) as database:
        held = preferences.all(database)
    facts = [{"field": field, "sources": list(names)} for field, names in held.items()]
    lines = [_line(field, names, say) for field, names in held.items()]
    show(facts, as_json, lambda: "\n".join(lines) or say("prefers_none"))


@priority.command()
def remove(ctx: typer.Context, field: str, language: InLanguage = None, as_json: AsJson = False) -> None:
    """Let the sources' priority decide about a field again."""
    from directory_server.store import preferences

    with opened_store(ctx, as_json) as database:
        if not preferences.remove(database, field):
            raise fail(f"no source is preferred for {field!r}", as_json)
    show({"removed": field}, as_json, lambda: Speech(language)("prefers_no_more", field=field))


def _line(field: str, names: tuple[str, ...], say: Speech) -> str:
    return say("prefers", field=field, names=", ".join(names))
