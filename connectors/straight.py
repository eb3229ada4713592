"""The straight way through a mapping: worked out once for records with the same fields and one value in each.

Almost every record of a table is such a one. For them it is known beforehand which field each of ours comes from, so
that nothing has to be looked for; `connectors.mapping` reads every other record value by value, with the same result.
"""

from collections.abc import Callable, Iterable, Mapping
from operator import itemgetter
from typing import Final

from connectors.contact import Address, Contact, Email, Phone, PhoneKind, PlaceKind
from connectors.pick import Pick, fold, tidy

TEXT_FIELDS: Final = (
    *("prefix", "given_name", "middle_name", "family_name", "suffix", "nickname", "display_name"),
    *("company", "department", "job_title", "office", "birthday"),
)
LIST_FIELDS: Final = ("notes", "urls", "categories")
ADDRESS_PARTS: Final = ("street", "postal_code", "city", "region", "country")
OWN: Final = {name.replace("_", ""): name for name in TEXT_FIELDS}

_Getter = Callable[[list[str]], str]
_Source = tuple[int, Pick | None]
"""The place of a value, and the pick that parts it into several."""


class Straight:
    """Makes contacts of records with the fields `names`; `picks` by target as in a FieldMapping."""

    def __init__(self, picks: Mapping[str, tuple[Pick, ...]], names: tuple[str, ...]) -> None:
        self._picks = picks
        self._places: dict[str, list[int]] = {}
        for place, name in enumerate(names):
            self._places.setdefault(fold(name), []).append(place)
        self._empty = len(names)
        self._steps: list[_Getter] = []  # each adds a value behind those of the record
        self._phones: list[tuple[str, PhoneKind, str, _Source]] = []
        self._emails: list[tuple[PlaceKind, _Source]] = []
        lists: dict[str, list[_Source]] = {name: [] for name in LIST_FIELDS}
        texts = dict.fromkeys(TEXT_FIELDS, self._empty)
        parts: dict[str, dict[str, int]] = {}
        custom: dict[str, int] = {}
        reachable = self._places.keys() | OWN.keys()
        for target, found in picks.items():
            useful = tuple(pick for pick in found if pick.useful(reachable, self._places))
            group, _, rest = target.partition(".")
            if group == "phones":
                kind = PhoneKind(rest)
                self._phones += [(rest, kind, pick.label, one) for pick in useful for one in self._sources(pick)]
            elif group == "emails":
                self._emails += [(PlaceKind(rest), one) for pick in useful for one in self._sources(pick)]
            elif group in lists:
                lists[group] = [one for pick in useful for one in self._sources(pick)]
            elif group == "addresses":
                kind_name, _, part = rest.partition(".")
                parts.setdefault(kind_name, {})[part] = self._first(useful)
            elif group == "custom":
                custom[rest] = self._first(useful)
            else:
                texts[group] = self._first(useful)
        self._birthday = texts.pop("birthday")
        self._texts = itemgetter(*texts.values())
        self._notes, self._urls, self._categories = lists.values()
        single = [(kind, label, place) for _name, kind, label, (place, pick) in self._phones if pick is None]
        # Where each kind has one plain value, nothing can come twice.
        self._single_phones = single if len({kind for kind, *_rest in single}) == len(self._phones) else None
        self._custom = [(name, place) for name, place in sorted(custom.items()) if place != self._empty]
        self._addresses = [
            (PlaceKind(kind_name), itemgetter(*[places.get(part, self._empty) for part in ADDRESS_PARTS]))
            for kind_name, places in parts.items()
            if any(place != self._empty for place in places.values())
        ]

    def contact(self, values: list[str]) -> Contact:
        """Return the contact of a record's values, which are trimmed, not empty, and in the order of `names`."""
        values.append("")
        for step in self._steps:
            values.append(step(values))
        birthday = values[self._birthday]
        return Contact(  # type: ignore[call-arg]  # the star stands for 11 texts
            *self._texts(values),
            self._all_phones(values) if self._phones else (),
            self._all_emails(values) if self._emails else (),
            self._all_addresses(values) if self._addresses else (),
            "\n".join(_all(self._notes, values)) if self._notes else "",
            tuple(_all(self._urls, values)) if self._urls else (),
            tuple(_all(self._categories, values)) if self._categories else (),
            birthday if birthday and birthday.strip("0/.- ") else "",  # Outlook writes 0/0/00 for none
            tuple([(name, values[place]) for name, place in self._custom if values[place]]) if self._custom else (),
        )

    def _all_phones(self, values: list[str]) -> tuple[Phone, ...]:
        if self._single_phones is not None:
            single = self._single_phones
            return tuple([Phone(kind, raw, label) for kind, label, place in single if (raw := values[place])])
        found: dict[tuple[str, str], Phone] = {}
        for name, kind, label, (place, pick) in self._phones:
            for raw in (values[place],) if pick is None else pick.parted(values[place]):
                if raw and (name, raw) not in found:
                    found[name, raw] = Phone(kind, raw, label)
        return tuple(found.values())

    def _all_emails(self, values: list[str]) -> tuple[Email, ...]:
        (kind, (place, pick)), *others = self._emails
        if pick is None and not others:
            return (Email(values[place], kind),) if values[place] else ()
        found: dict[str, Email] = {}
        for kind, (place, pick) in self._emails:
            for address in (values[place],) if pick is None else pick.parted(values[place]):
                if address and (folded := address.casefold()) not in found:
                    found[folded] = Email(address, kind)
        return tuple(found.values())

    def _all_addresses(self, values: list[str]) -> tuple[Address, ...]:
        return tuple([Address(kind, *parts) for kind, of in self._addresses if any(parts := of(values))])

    def _sources(self, pick: Pick) -> list[_Source]:
        if pick.constant or pick.template:
            return [(self._step(self._getter(pick)[0]), None)]
        parted = pick if pick.split or pick.prefix else None
        return [(place, parted) for name in pick.fields for place in self._places.get(name, ())]

    def _first(self, picks: Iterable[Pick]) -> int:
        """Return the place of the first value that any of these picks has."""
        getters: list[_Getter] = []
        for pick in picks:
            plain = not (pick.constant or pick.template or pick.split or pick.prefix)
            if plain and not getters:
                return self._fields(pick)[0]
            getter, sure = self._getter(pick)
            getters.append(getter)
            if sure:
                break
        return self._step(_choice(getters)) if getters else self._empty

    def _getter(self, pick: Pick) -> tuple[_Getter, bool]:
        """Return how to get the first value of a useful pick, and whether it has one for sure."""
        if pick.constant:
            return (lambda _: pick.constant), True
        if pick.template:
            return self._rendered(pick), False
        places = self._fields(pick)
        if pick.split or pick.prefix:
            return _first_part(pick, places), False
        return itemgetter(places[0]), True

    def _fields(self, pick: Pick) -> list[int]:
        return [place for name in pick.fields for place in self._places.get(name, ())]

    def _rendered(self, pick: Pick) -> _Getter:
        places = [self._named(name) if name else self._empty for _, name in pick.template]
        present = [place for place in places if place != self._empty]
        if len(present) == 1 < len(places) and not any(literal.strip() for literal, _ in pick.template):
            (place,) = present
            return lambda values: tidy(values[place])
        return lambda values: pick.rendered([values[place] for place in places])

    def _named(self, name: str) -> int:
        """Return the place of the source field's value, else of our own field (never through another template)."""
        if name in self._places:
            return self._places[name][0]
        own = self._picks.get(OWN.get(name, ""), ())
        return self._first(pick for pick in own if not pick.template and pick.useful(self._places, self._places))

    def _step(self, step: _Getter) -> int:
        self._steps.append(step)
        return self._empty + len(self._steps)


def _all(sources: Iterable[_Source], values: list[str]) -> list[str]:
    found: dict[str, None] = {}
    for place, pick in sources:
        if pick is not None:
            found.update(dict.fromkeys(pick.parted(values[place])))
        elif values[place]:
            found[values[place]] = None
    return list(found)


def _choice(getters: list[_Getter]) -> _Getter:
    def first(values: list[str]) -> str:
        for getter in getters:
            if text := getter(values):
                return text
        return ""

    return first if len(getters) > 1 else getters[0]


def _first_part(pick: Pick, places: list[int]) -> _Getter:
    return lambda values: next((part for place in places for part in pick.parted(values[place])), "")
