"""Mapping as data: which source fields become which field of a Contact.

A template (`mapping.toml` beside each connector) and the admin's changes have the same shape:

    given_name = ["Vorname", "First Name"]          first that has a value wins; notes, urls, categories take all
    display_name = "{given_name} {family_name}"     braces join source fields (or our own text fields)
    company = { constant = "Acme GmbH" }            a fixed value
    phones.work = ["Telefon", { field = "Durchwahl", label = "direct" }]      every value of every field
    emails.work, addresses.work.city …              likewise by kind
    custom.customer_number = "KdNr"                 a field of our own making

A table instead of a name takes `field` (one or several names), `template` or `constant`, and: `when` / `unless` (only
if the record has / lacks one of these fields), `split` (characters that part several values), `prefix` (only values
that begin so, without it), `label` (of a phone). The admin's entry replaces the template's entry of the same name; an
empty list removes it. Names are compared without case, spaces and punctuation, umlauts spelled out.
"""

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from importlib.resources import files

from connectors.contact import Address, Contact, Email, Phone, PhoneKind, PlaceKind
from connectors.errors import ConfigInvalid
from connectors.events import Record
from connectors.pick import OPTIONS, Pick, fold, picks
from connectors.straight import ADDRESS_PARTS, LIST_FIELDS, OWN, TEXT_FIELDS, Straight

_KINDS: dict[str, tuple[str, ...]] = {"phones": tuple(PhoneKind), "emails": tuple(PlaceKind)}
_PLANS = 4096  # combinations of field names remembered per mapping

Plan = tuple[tuple[str, ...], tuple[tuple[str, str, tuple["Pick", ...]], ...]]


@dataclass(frozen=True, slots=True, eq=False)
class FieldMapping:
    """A checked mapping, ready for `apply`: `picks` by target ("given_name", "phones.work", "custom.x" …)."""

    picks: dict[str, tuple[Pick, ...]]
    straight: dict[tuple[str, ...], Straight] = field(default_factory=dict, repr=False)  # by field names, see `apply`
    plans: dict[tuple[str, ...], "Plan"] = field(default_factory=dict, repr=False)  # by field names, see `_plan`

    def source_fields(self) -> tuple[str, ...]:
        """Return every source field the mapping asks for, once, as written there."""
        names = (name for found in self.picks.values() for pick in found for name in pick.named)
        return tuple(dict.fromkeys(names))


def load(package: str, overrides: Mapping[str, object] | None = None) -> FieldMapping:
    """Return the mapping of a connector's package (its `mapping.toml`) with the admin's changes.

    A template may start from another package's by `extends = "connectors.csv_file"`.
    Raises ConfigInvalid naming the wrong key.
    """
    return parse(_template(package), overrides)


def _template(package: str) -> dict[str, object]:
    template = tomllib.loads(files(package).joinpath("mapping.toml").read_text(encoding="utf-8"))
    parent = template.pop("extends", None)
    return _merged(_template(str(parent)), template) if parent else template


def _merged(below: Mapping[str, object], above: Mapping[str, object]) -> dict[str, object]:
    result = dict(below)
    for key, value in above.items():
        old = result.get(key)
        tables = isinstance(old, Mapping) and isinstance(value, Mapping) and not OPTIONS & (old.keys() | value.keys())
        result[key] = _merged(old, value) if tables else value  # type: ignore[arg-type]  # `tables` says so
    return result


def parse(template: Mapping[str, object], overrides: Mapping[str, object] | None = None) -> FieldMapping:
    """Check a template and the admin's changes; raises ConfigInvalid naming the wrong key."""
    merged = _merged(template, overrides) if overrides else template
    return FieldMapping({target: found for target, value in _targets(merged) if (found := picks(target, value))})


def _targets(tree: Mapping[str, object]) -> Iterator[tuple[str, object]]:
    for key, value in tree.items():
        if key in TEXT_FIELDS or key in LIST_FIELDS:
            yield key, value
        elif key in _KINDS:
            yield from ((f"{key}.{kind}", entry) for kind, entry in _table(key, value, _KINDS[key]))
        elif key == "addresses":
            for kind, parts in _table(key, value, tuple(PlaceKind)):
                place = f"addresses.{kind}"
                yield from ((f"{place}.{part}", entry) for part, entry in _table(place, parts, ADDRESS_PARTS))
        elif key == "custom":
            yield from ((f"custom.{name}", entry) for name, entry in _table(key, value, ()))
        else:
            known = ", ".join((*TEXT_FIELDS, *LIST_FIELDS, *_KINDS, "addresses", "custom"))
            raise ConfigInvalid(f"mapping key '{key}' is unknown; known are: {known}")


def _table(key: str, value: object, known: tuple[str, ...]) -> Iterable[tuple[str, object]]:
    if not isinstance(value, Mapping):
        raise ConfigInvalid(f"mapping key '{key}' must be a table")
    for name in value:
        if known and name not in known:
            raise ConfigInvalid(f"mapping key '{key}.{name}' is unknown; known are: {', '.join(known)}")
    return value.items()


def apply(mapping: FieldMapping, record: Record) -> Contact:
    """Return the Contact a source record stands for; pure, never fails, unknown source fields are left out."""
    names = tuple(record)
    try:
        values = [value.strip() for (value,) in record.values()]
    except ValueError:  # not one value in each field
        return _one_by_one(mapping, names, record)
    if not all(values):
        return _one_by_one(mapping, names, record)
    straight = mapping.straight.get(names)
    if straight is None:
        if len(mapping.straight) >= _PLANS:
            mapping.straight.clear()
        straight = mapping.straight[names] = Straight(mapping.picks, names)
    return straight.contact(values)


def _one_by_one(mapping: FieldMapping, names: tuple[str, ...], record: Record) -> Contact:
    plan = mapping.plans.get(names)
    if plan is None:
        if len(mapping.plans) >= _PLANS:
            mapping.plans.clear()
        plan = mapping.plans[names] = _plan(mapping, names)
    fields: dict[str, tuple[str, ...]] = {}
    for name, values in zip(plan[0], record.values(), strict=True):
        fields[name] = fields.get(name, ()) + tuple(text for value in values if (text := value.strip()))
    own = _Values(mapping, fields)
    for group, rest, found in plan[1]:
        own.take(group, rest, found)
    return own.contact()


def _plan(mapping: FieldMapping, names: tuple[str, ...]) -> Plan:
    """Return the folded names, and of each target the picks that can give a value with these fields."""
    folded = tuple(map(fold, names))
    present = frozenset(folded)
    chosen = (
        (*target.partition(".")[::2], tuple(pick for pick in found if pick.useful(present | OWN.keys(), present)))
        for target, found in mapping.picks.items()
    )
    return folded, tuple((group, rest, found) for group, rest, found in chosen if found)


class _Values:
    """Collects the values of one contact."""

    def __init__(self, mapping: FieldMapping, fields: Mapping[str, tuple[str, ...]]) -> None:
        self._mapping = mapping
        self._fields = fields
        self._texts: dict[str, str] = {}
        self._lists: dict[str, list[str]] = {}
        self._phones: dict[tuple[str, str], Phone] = {}
        self._emails: dict[str, Email] = {}
        self._addresses: dict[str, dict[str, str]] = {}
        self._custom: dict[str, str] = {}

    def take(self, group: str, rest: str, picks: tuple[Pick, ...]) -> None:
        if group == "phones":
            for pick in picks:
                for raw in self._of(pick):
                    self._phones.setdefault((rest, raw), Phone(PhoneKind(rest), raw, pick.label))
        elif group == "emails":
            for address in self._all(picks):
                self._emails.setdefault(address.casefold(), Email(address, PlaceKind(rest)))
        elif group in LIST_FIELDS:
            self._lists[group] = list(dict.fromkeys(self._all(picks)))
        elif text := self._first(picks):
            kind, _, part = rest.partition(".")
            if group == "addresses":
                self._addresses.setdefault(kind, {})[part] = text
            elif group == "custom":
                self._custom[rest] = text
            else:
                self._texts[group] = text

    def contact(self) -> Contact:
        birthday = self._texts.pop("birthday", "")
        return Contact(
            **self._texts,  # the keys are TEXT_FIELDS, `parse` saw to it
            birthday=birthday if birthday.strip("0/.- ") else "",  # Outlook writes 0/0/00 for none
            phones=tuple(self._phones.values()),
            emails=tuple(self._emails.values()),
            addresses=tuple(Address(PlaceKind(kind), **parts) for kind, parts in self._addresses.items()),
            notes="\n".join(self._lists.get("notes", ())),
            urls=tuple(self._lists.get("urls", ())),
            categories=tuple(self._lists.get("categories", ())),
            custom=tuple(sorted(self._custom.items())),
        )

    def _all(self, picks: tuple[Pick, ...]) -> list[str]:
        return [value for pick in picks for value in self._of(pick)]

    def _first(self, picks: tuple[Pick, ...]) -> str:
        for pick in picks:
            if values := self._of(pick):
                return values[0]
        return ""

    def _of(self, pick: Pick) -> list[str]:
        if pick.constant:
            return [pick.constant]
        if pick.template:
            text = pick.rendered([self._named(name) if name else "" for _, name in pick.template])
            return [text] if text else []
        values = [value for name in pick.fields for value in self._fields.get(name, ())]
        return [part for value in values for part in pick.parted(value)] if pick.split or pick.prefix else values

    def _named(self, name: str) -> str:
        """Return the source field's first value, else that of our own field (never through another template)."""
        if values := self._fields.get(name):
            return values[0]
        own = self._mapping.picks.get(OWN.get(name, ""), ())
        return self._first(tuple(pick for pick in own if not pick.template and pick.useful(self._fields, self._fields)))
