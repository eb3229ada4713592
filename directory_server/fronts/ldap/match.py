"""Filters evaluated on entries with the three values of RFC 4511 §4.5.1.7: True, False, and None for Undefined."""

import re
from collections.abc import Callable
from typing import TypeAlias

from directory_server.fronts.ldap import dn, phone, schema
from directory_server.fronts.ldap import filter as f
from directory_server.fronts.ldap.entry import Entry
from directory_server.fronts.ldap.fold import forms, fragment, squeeze
from directory_server.fronts.ldap.schema import Attribute, Kind
from directory_server.store.rows import Location

Predicate: TypeAlias = Callable[[Entry], bool | None]
Lookup: TypeAlias = Callable[[str], phone.Found]

_INTEGER = re.compile(r"-?[0-9]{1,18}")


def _undefined(_: Entry) -> None:
    return None


class Matcher:
    """Turns filters into predicates and remembers their telephone assertions for the echo.

    `assertions` holds (attribute, assertion) in the order of the filter; attribute is the canonical name.
    """

    def __init__(self, location: Location, lookup: Lookup) -> None:
        self._location = location
        self._lookup = lookup
        self.assertions: list[tuple[str, phone.Assertion]] = []

    def predicate(self, node: f.Filter) -> Predicate:  # noqa: PLR0911 - one return for each filter type
        """Return the predicate of a filter."""
        if isinstance(node, f.And):
            return _every([self.predicate(part) for part in node.parts])
        if isinstance(node, f.Or):
            return _any([self.predicate(part) for part in node.parts])
        if isinstance(node, f.Not):
            return _not(self.predicate(node.part))
        if isinstance(node, f.Extensible):
            return self._extensible(node)
        attribute = schema.attribute(node.attribute)
        if attribute is None:
            return _undefined
        if isinstance(node, f.Present):
            return _present(attribute)
        if attribute.kind is Kind.PHONE:
            return self._phone(attribute, node)
        if isinstance(node, f.Substrings):
            return _substrings(attribute, node) if attribute.kind is Kind.TEXT else _undefined
        if isinstance(node, f.Equality | f.Approximate):
            return _equality(attribute, node.value)
        return _ordering(attribute, node.value, up=isinstance(node, f.GreaterOrEqual))

    def _phone(
        self, attribute: Attribute, node: f.Equality | f.Approximate | f.Substrings | f.GreaterOrEqual | f.LessOrEqual
    ) -> Predicate:
        assertion: phone.Assertion | None = None
        if isinstance(node, f.Substrings):
            assertion = phone.parts(node, self._location, self._lookup)
        elif isinstance(node, f.Equality | f.Approximate):
            assertion = phone.whole(node.value, self._location, self._lookup)
        return _undefined if assertion is None else self.of(attribute, assertion)

    def of(self, attribute: Attribute, assertion: phone.Assertion) -> Predicate:
        """Return the predicate of an assertion about the numbers of an attribute, and remember it."""
        hits, name = assertion.hits, attribute.name
        self.assertions.append((name, assertion))

        def check(entry: Entry) -> bool:
            listing = entry.listing
            if listing is not None:
                for number in entry.numbers(name):  # `any` with a generator takes longer
                    if hits(number, listing):
                        return True
            return False

        return check

    def _extensible(self, node: f.Extensible) -> Predicate:
        rule = node.rule.lower()
        if not node.attribute:
            return self._rule_alone(rule, node)
        attribute = schema.attribute(node.attribute)
        if attribute is None:
            return _undefined
        check = self._ruled(rule, attribute, node.value)
        return _any([check, _in_dn(attribute, node.value)]) if node.dn else check

    def _ruled(self, rule: str, attribute: Attribute, value: str) -> Predicate:
        if rule in schema.BIT_AND_RULES:
            return _bit_and(attribute, value)
        if attribute.kind is Kind.PHONE:
            known = not rule or rule in schema.PHONE_RULES
            return self._phone(attribute, f.Equality(attribute.name, value)) if known else _undefined
        if rule in schema.CASE_EXACT_RULES and attribute.kind is Kind.TEXT:
            return _exact(attribute, value)
        if not rule or rule in schema.CASE_IGNORE_RULES or rule == attribute.kind.value[0].lower():
            return _equality(attribute, value)
        return _undefined

    def _rule_alone(self, rule: str, node: f.Extensible) -> Predicate:
        if rule in schema.PHONE_RULES:
            return self._phone(schema.ANY_NUMBER, f.Equality("", node.value))
        if rule not in schema.CASE_EXACT_RULES and rule not in schema.CASE_IGNORE_RULES:
            return _undefined
        texts = (attribute for attribute in schema.ATTRIBUTES if attribute.kind is Kind.TEXT and not attribute.virtual)
        return _any([self._ruled(rule, attribute, node.value) for attribute in texts])


def _every(parts: list[Predicate]) -> Predicate:
    def check(entry: Entry) -> bool | None:
        outcome: bool | None = True
        for part in parts:
            value = part(entry)
            if value is False:
                return False
            if value is None:
                outcome = None
        return outcome

    return parts[0] if len(parts) == 1 else check


def _any(parts: list[Predicate]) -> Predicate:
    def check(entry: Entry) -> bool | None:
        outcome: bool | None = False
        for part in parts:
            value = part(entry)
            if value:
                return True
            if value is None:
                outcome = None
        return outcome

    return parts[0] if len(parts) == 1 else check


def _not(part: Predicate) -> Predicate:
    def check(entry: Entry) -> bool | None:
        value = part(entry)
        return None if value is None else not value

    return check


def _present(attribute: Attribute) -> Predicate:
    name = attribute.name
    if attribute.kind is Kind.PHONE:
        return lambda entry: bool(entry.numbers(name))
    return lambda entry: bool(entry.values(name))


def _equality(attribute: Attribute, value: str) -> Predicate:  # noqa: PLR0911 - one return for each syntax
    name, kind = attribute.name, attribute.kind
    if attribute.virtual:  # Active Directory's anr and its like mean "begins with"
        return _substrings(attribute, f.Substrings(name, value, (), "")) if value else _undefined
    if kind is Kind.TEXT:
        asked = set(forms(value))
        return lambda entry: any(not asked.isdisjoint(forms(held)) for held in entry.values(name))
    if kind is Kind.CLASS:
        return _class(name, value.strip().lower())
    if kind is Kind.DN:
        try:
            wanted = dn.parse(value)
        except dn.DnSyntaxError:
            return _undefined
        return lambda entry: any(dn.parse(held) == wanted for held in entry.values(name))
    if kind is Kind.INTEGER:
        number = _integer(value)
        return _undefined if number is None else lambda entry: any(int(held) == number for held in entry.values(name))
    plain = squeeze(value)
    return lambda entry: any(squeeze(held) == plain for held in entry.values(name))


def _class(name: str, wanted: str) -> Predicate:
    emulated = wanted in schema.EMULATED_CLASSES

    def check(entry: Entry) -> bool:
        if emulated and entry.listing is not None:
            return True
        return any(held.lower() == wanted for held in entry.values(name))

    return check


def _exact(attribute: Attribute, value: str) -> Predicate:
    name, wanted = attribute.name, " ".join(value.split())
    return lambda entry: any(" ".join(held.split()) == wanted for held in entry.values(name))


def _substrings(attribute: Attribute, node: f.Substrings) -> Predicate:
    name = attribute.name
    initial, final = fragment(node.initial), fragment(node.final)
    between = [fragment(part) for part in node.any]
    patterns = {
        (initial[at % len(initial)], tuple(part[at % len(part)] for part in between), final[at % len(final)])
        for at in (0, 1)
    }

    def check(entry: Entry) -> bool:
        return any(
            _fits(held, pattern) for value in entry.values(name) for held in forms(value) for pattern in patterns
        )

    return check


def _fits(value: str, pattern: tuple[str, tuple[str, ...], str]) -> bool:
    initial, between, final = pattern
    if not value.startswith(initial):
        return False
    at, end = len(initial), len(value) - len(final)
    for part in between:
        at = value.find(part, at, end)
        if at < 0:
            return False
        at += len(part)
    return at <= end and value.endswith(final)


def _ordering(attribute: Attribute, value: str, *, up: bool) -> Predicate:
    name = attribute.name
    if attribute.kind is Kind.INTEGER:
        limit = _integer(value)
        if limit is None:
            return _undefined
        return lambda entry: any(int(held) >= limit if up else int(held) <= limit for held in entry.values(name))
    if attribute.kind not in (Kind.TEXT, Kind.TIME):
        return _undefined
    wanted = forms(value)[0]

    def check(entry: Entry) -> bool:
        held = [forms(one)[0] for one in entry.values(name)]
        return any(one >= wanted for one in held) if up else any(one <= wanted for one in held)

    return check


def _bit_and(attribute: Attribute, value: str) -> Predicate:
    name = attribute.name
    mask = _integer(value)
    if attribute.kind is not Kind.INTEGER or mask is None:
        return lambda _: False  # Undefined would hide every entry behind Jabber's (!(…:=2))
    return lambda entry: any(int(held) & mask == mask for held in entry.values(name))


def _integer(value: str) -> int | None:
    return int(value) if _INTEGER.fullmatch(value) else None


def _in_dn(attribute: Attribute, value: str) -> Predicate:
    pair = (attribute.name, squeeze(value))
    return lambda entry: any(pair in rdn for rdn in entry.name)
