"""Questions: what the command line and the API ask of a directory, answered as JSON."""

from typing import Any, Final

from directory_server.app.directory import Directory
from directory_server.directory.number import ask
from directory_server.directory.person import Person
from directory_server.directory.person_json import hit_json, person_json
from directory_server.directory.view import View

MOST_PEOPLE: Final = 200
"""People of a company that are counted."""


def searched(view: View, text: str, limit: int) -> dict[str, Any]:
    """Return persons with their contacts, and the contacts in their own order; a company tells how many `people`."""
    answer = view.search(text, limit)
    return {
        "persons": [_person(view, person) for person in answer.persons],
        "hits": [hit_json(listing) for listing in view.listings(text, limit)],
        "more": answer.more,
        "took_ms": round(answer.took_ms, 3),
    }


def looked_up(view: View, number: str, called: str = "") -> dict[str, Any]:
    """Return whose number this is; with a called number, also how that was read."""
    answer = view.lookup(number)
    value: dict[str, Any] = {
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
    return value


class Questions:
    """Answers the API of the web front (see `fronts.web.api.questions`)."""

    def __init__(self, directory: Directory) -> None:
        self._directory = directory

    def search(self, text: str, *, oid: str, groups: tuple[str, ...], limit: int) -> dict[str, Any]:
        """Find persons, as a user or as the admin of everything."""
        directory = self._directory
        view = directory.view_for_user(oid, groups) if oid or groups else directory.view_for_admin()
        return searched(view, text, limit)

    def lookup(self, number: str, *, client: str, called: str) -> dict[str, Any]:
        """Find whose number this is, as a client or as the admin."""
        directory = self._directory
        view = directory.view_for_client(client, called) if client else directory.view_for_admin()
        return looked_up(view, number, called)

    def why(self, text: str, *, oid: str, groups: tuple[str, ...], client: str, limit: int) -> dict[str, Any]:
        """Explain a text or number."""
        return self._directory.why(text, oid=oid, groups=groups, client=client, limit=limit)

    def provenance(self, contact_id: int) -> dict[str, Any] | None:
        """Tell where a contact is from; None for an unknown one."""
        return self._directory.provenance(contact_id)

    def quality(self, source: str, *, limit: int, stale_hours: int) -> dict[str, Any]:
        """Report the quality of the contacts."""
        return self._directory.quality(source, limit=limit, stale_hours=stale_hours)


def _person(view: View, person: Person) -> dict[str, Any]:
    value = person_json(person) | {"contacts": [hit_json(listing) for listing in person.listings]}
    if person.is_company:
        value["people"] = len(view.people(person.id, MOST_PEOPLE).persons)
    return value
