"""Naming: what a client shows a contact as, its own template for displayName or what the contact is called. Pure."""

from typing import Final

from directory_server.directory.listing import Listing, Number
from directory_server.directory.number import ask
from directory_server.directory.number_format import formatted
from directory_server.directory.person import Person
from directory_server.directory.template import Template, TemplateError, parse
from directory_server.fronts.telephony.placeholders import KINDS, NUMBER, TEXTS, URI
from directory_server.fronts.telephony.shown import shown
from directory_server.store.rows import Client, NumberFormat

_TEMPLATE_FOR: Final = "displayName"


class Naming:
    """Names contacts for one client, each as one line of at most `longest` characters.

    `asked` is the number they were looked up by, "" if by none: it is shown as it was asked, unless the client wants
    extensions.
    """

    def __init__(self, client: Client, longest: int, asked: str = "") -> None:
        self._client = client
        self._longest = longest
        self._template = _template(client)
        self._asked = asked.strip() if client.number_format is not NumberFormat.EXTENSION else ""
        self._meant = ask(self._asked, client.location)

    def of(self, listing: Listing) -> str:
        """Return the name of a contact, "" if it has none."""
        return self.of_person(Person((listing,)))

    def of_person(self, person: Person) -> str:
        """Return the name of a person; each placeholder is filled from the first of its contacts that can."""
        text = self._template.fill(lambda name: self._value(person, name.lower())) if self._template else ""
        return shown(text or person.first("display_name"), self._longest)

    def _value(self, person: Person, name: str) -> str:
        if name in KINDS:
            return self._number(person, name)
        text = TEXTS.get(name)
        if text is None:
            return ""
        return next((value for listing in person.ordered(text.field) if (value := text.of(listing))), "")

    def _number(self, person: Person, name: str) -> str:
        numbers = [one for listing in person.ordered("numbers") for one in listing.numbers if one.kind in KINDS[name]]
        if self._asked and numbers and (name == NUMBER or self._is_asked(numbers[0])):
            return self._asked
        return self._written(numbers[0], name) if numbers else ""

    def _is_asked(self, number: Number) -> bool:
        if number.e164:
            return number.e164[1:] in self._meant.candidates
        return bool(self._meant.extension) and number.extension == self._meant.extension

    def _written(self, number: Number, name: str) -> str:
        if name == URI:
            return f"tel:{number.e164 or number.raw}"
        return formatted(number, self._client.location, self._client.number_format)


def _template(client: Client) -> Template | None:
    text = dict(client.templates).get(_TEMPLATE_FOR, "")
    try:
        return parse(text) if text else None
    except TemplateError:  # kept by a version that knew more than this one
        return None
