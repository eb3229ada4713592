"""Asking: the questions that are put to the directory, each in a client's view. Blocking; run it in a thread."""

from collections.abc import Callable
from itertools import islice
from typing import TypeAlias

from directory_server.directory.view import View
from directory_server.fronts.telephony import landis
from directory_server.fronts.telephony.caller import Caller, caller
from directory_server.fronts.telephony.entry import Entry, entries, in_order
from directory_server.fronts.telephony.limits import Limits
from directory_server.fronts.telephony.naming import Naming
from directory_server.store.rows import Client

Views: TypeAlias = Callable[[str, str], View]
"""Returns the view of a client's name, in that of the called number where the client is answered so; NotFound."""


class Asking:
    """Asks `views`; every method raises store.errors.NotFound for a client that is gone."""

    def __init__(self, views: Views, limits: Limits) -> None:
        self._views = views
        self._limits = limits

    def caller(self, client: Client, number: str, called: str) -> Caller:
        """Return who has this number, in any notation; `called` is the number that was called, "" if unknown."""
        found = self._views(client.name, called).lookup(number)
        naming = Naming(client, self._limits.name_characters, number)
        return caller(found, naming, self._limits, client.result_limit)

    def contacts(self, client: Client, search: landis.Search) -> list[dict[str, str | None]]:
        """Return the contacts of a Landis search, best first."""
        view = self._views(client.name, "")
        hits = (person for text in search.queries() for person in view.search(text, self._limits.hits).persons)
        fitting = {person.id: person for person in hits if search.fits(person)}
        most = min(search.results, client.result_limit or self._limits.matches, self._limits.matches)
        return [landis.contact(person) for person in islice(fitting.values(), most)]

    def entries(self, client: Client, text: str) -> list[Entry]:
        """Return the entries of a phone book: hits of a text, best first, or for "" the first contacts by name."""
        view = self._views(client.name, "")
        if text:
            persons = list(view.search(text, self._limits.hits).persons)
        else:
            callable_ones = (one for one in islice(view.all(), self._limits.scanned) if one.numbers)
            persons = in_order(list(islice(callable_ones, self._limits.entries)))
        return entries(persons, client, Naming(client, self._limits.name_characters), self._limits.name_characters)
