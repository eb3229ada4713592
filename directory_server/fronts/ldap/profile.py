"""Profiles: how one client is told what its view shows. Matching and order never look here, only what is sent does."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from directory_server.directory.listing import Number
from directory_server.directory.number_format import formatted
from directory_server.directory.template import Template, TemplateError, parse
from directory_server.fronts.ldap import schema
from directory_server.fronts.ldap.entry import Entry, written
from directory_server.fronts.ldap.limits import Limits
from directory_server.fronts.ldap.schema import Kind
from directory_server.store.rows import Client, Location, NumberFormat

NUMBER: Final = "number"
"""The placeholder for the number that was asked for, else the entry's first."""

_NEVER_REPLACED: Final = frozenset({"uid", "dc"})  # they name entries


@dataclass(frozen=True, slots=True)
class Profile:
    """A client's number format at its location, its limit of entries (0: the server's), and its templates.

    `templates` are by canonical attribute name. `echoes` says whether a number that was asked for comes back as it was
    asked; `number` writes one, of this attribute, that nobody asked for in particular.
    """

    location: Location = field(default_factory=Location)
    number_format: NumberFormat = NumberFormat.ECHO
    result_limit: int = 0
    templates: Mapping[str, Template] = field(default_factory=dict)
    echoes: bool = field(init=False)
    number: Callable[[Number, str], str] = field(init=False, compare=False)

    def __post_init__(self) -> None:
        plain = self.number_format in {NumberFormat.ECHO, NumberFormat.E164}
        object.__setattr__(self, "echoes", self.number_format is not NumberFormat.EXTENSION)
        object.__setattr__(self, "number", written if plain else self._formatted)

    def limited(self, limits: Limits) -> Limits:
        """Return the limits with this client's number of entries, never more than the server's."""
        if not 0 < self.result_limit < limits.entries:
            return limits
        return replace(limits, entries=self.result_limit)

    def _formatted(self, number: Number, attribute: str) -> str:
        """Write a number in the format; msRTCSIP-Line is a URI whatever that is."""
        if attribute == "msRTCSIP-Line":
            return written(number, attribute)
        return formatted(number, self.location, self.number_format)

    def text(self, entry: Entry, attribute: str, numbers: Callable[[str], tuple[str, ...]]) -> str:
        """Return what the client's template makes of an attribute; "" without one, or where nothing fills it.

        `numbers` gives the values of a number attribute as they are sent.
        """
        template = self.templates.get(attribute)
        if template is None or entry.listing is None:
            return ""

        def value(name: str) -> str:
            of = meant(name)
            if of is None:
                return ""
            values = numbers(of.name) if of.kind is Kind.PHONE else entry.values(of.name)
            return values[0] if values else ""

        return template.fill(value)


def profile_of(client: Client | None) -> Profile:
    """Return how this client is answered; None is answered without any wishes."""
    if client is None:
        return Profile()
    templates: dict[str, Template] = {}
    for attribute, text in client.templates:
        try:
            name, template = checked(attribute, text)
        except TemplateError:  # kept by a version that knew more than this one
            continue
        templates[name] = template
    return Profile(client.location, client.number_format, client.result_limit, templates)


def checked(attribute: str, text: str) -> tuple[str, Template]:
    """Return the canonical name of the attribute and the parsed template; raises TemplateError with the reason."""
    name, template = replaceable(attribute), parse(text)
    for place in sorted(template.placeholders):
        if meant(place) is None:
            raise TemplateError(f"unknown placeholder {{{place}}}: known are name, company, number and LDAP attributes")
    return name, template


def replaceable(attribute: str) -> str:
    """Return the canonical name of an attribute that may have a template; raises TemplateError for any other."""
    replaced = schema.attribute(attribute)
    if replaced is None or not _is_text(replaced) or replaced.name in _NEVER_REPLACED:
        known = ", ".join(sorted(a.name for a in schema.ATTRIBUTES if _is_text(a) and a.name not in _NEVER_REPLACED))
        raise TemplateError(f"{attribute!r} is no text attribute that can be replaced; those are {known}")
    return replaced.name


def meant(placeholder: str) -> schema.Attribute | None:
    """Return the attribute a placeholder stands for, None for an unknown one."""
    if placeholder == NUMBER:
        return schema.ANY_NUMBER
    found = schema.attribute(placeholder)
    return found if found is not None and (_is_text(found) or _is_number(found)) else None


def _is_text(attribute: schema.Attribute) -> bool:
    return attribute.kind is Kind.TEXT and not attribute.virtual and not attribute.operational


def _is_number(attribute: schema.Attribute) -> bool:
    return attribute.kind is Kind.PHONE and not attribute.virtual
