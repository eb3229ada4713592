"""Answers: the chosen attributes of entries as SearchResultEntry, as the filter asked and the client's profile says."""

from functools import lru_cache
from typing import TypeAlias

from directory_server.fronts.ldap import ber, phone, response, schema
from directory_server.fronts.ldap.entry import Entry
from directory_server.fronts.ldap.profile import Profile
from directory_server.fronts.ldap.schema import Kind

_ALL_USER = "*"
_ALL_OPERATIONAL = "+"
_ANY = schema.ANY_NUMBER.name
_USER = tuple(a for a in schema.ATTRIBUTES if not a.hidden and not a.virtual)
_OPERATIONAL = tuple(a for a in schema.ATTRIBUTES if a.operational)


Chosen: TypeAlias = tuple[tuple[bytes, schema.Attribute], ...]


def _choose(asked: tuple[str, ...]) -> Chosen:
    """Return the encoded names and the attributes that a request's attribute list selects (RFC 4511 §4.5.1.8)."""
    chosen: dict[str, schema.Attribute] = {}
    if not asked or _ALL_USER in asked:
        chosen.update((attribute.name, attribute) for attribute in _USER)
    if _ALL_OPERATIONAL in asked:
        chosen.update((attribute.name, attribute) for attribute in _OPERATIONAL)
    for name in asked:
        attribute = schema.attribute(name)
        if attribute is not None and not attribute.virtual:
            chosen.pop(attribute.name, None)
            chosen[name] = attribute
    return tuple((ber.encode_text(name), attribute) for name, attribute in chosen.items())


_chosen_before = lru_cache(maxsize=1024)(_choose)
_LONGEST_KEPT = 4096  # characters: anybody may send more


def chosen(asked: tuple[str, ...]) -> Chosen:
    """Return what a request's attribute list selects: each name as encoded, and the attribute it stands for."""
    return (_chosen_before if sum(map(len, asked)) <= _LONGEST_KEPT else _choose)(asked)


class Writer:
    """Encodes the entries of one search for a client of this profile.

    `asked` are the attribute descriptions of the request; an attribute is returned under the name it was asked by,
    because some clients compare names. `assertions` are those of the filter.
    """

    def __init__(
        self,
        asked: tuple[str, ...],
        assertions: list[tuple[str, phone.Assertion]],
        profile: Profile,
        *,
        types_only: bool,
    ) -> None:
        self._assertions = assertions if profile.echoes else []
        self._profile = profile
        self._types_only = types_only
        self._chosen = chosen(asked)

    def operation(self, entry: Entry) -> bytes:
        """Return the SearchResultEntry of an entry, to be put into an envelope."""
        attributes, templates = [], self._profile.templates
        for name, attribute in self._chosen:
            if attribute.kind is Kind.PHONE:
                values = self._numbers(entry, attribute.name)
            elif attribute.name in templates:
                values = self._filled(entry, attribute.name)
            else:
                values = entry.values(attribute.name)
            if values:
                attributes.append(response.partial(name, () if self._types_only else values))
        return response.entry(entry.dn, attributes)

    def _filled(self, entry: Entry, name: str) -> tuple[str, ...]:
        def numbers(of: str) -> tuple[str, ...]:
            return self._asked_first(entry) if of == _ANY else self._numbers(entry, of)

        text = self._profile.text(entry, name, numbers)
        return (text,) if text else entry.values(name)

    def _numbers(self, entry: Entry, name: str) -> tuple[str, ...]:
        listing = entry.listing
        if listing is None:
            return ()
        write = self._profile.number
        values: dict[str, None] = {}
        for number in entry.numbers(name):
            for asked_of, assertion in self._assertions:
                if asked_of in (name, _ANY) and assertion.hits(number, listing):
                    value = assertion.echo(number)
                    break
            else:
                value = write(number, name)
            values[value] = None
        return tuple(values)

    def _asked_first(self, entry: Entry) -> tuple[str, ...]:
        """Return the numbers of any kind, those in front that any assertion hits."""
        listing, asked, others = entry.listing, [], []
        for number in entry.numbers(_ANY):
            hit = next((one for _of, one in self._assertions if listing and one.hits(number, listing)), None)
            if hit:
                asked.append(hit.echo(number))
            else:
                others.append(self._profile.number(number, _ANY))
        return (*asked, *others)
