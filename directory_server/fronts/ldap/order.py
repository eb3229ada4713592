"""Order: the entries of one search sorted as a client asks (RFC 2891), with an ordering for every attribute.

A standard schema has no ordering for cn and sn, so that slapd refuses to sort by them; phones ask for nothing else.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from typing import Final, TypeAlias

from directory_server.fronts.ldap import schema
from directory_server.fronts.ldap.control import SortKey
from directory_server.fronts.ldap.entry import Entry, written
from directory_server.fronts.ldap.fold import forms
from directory_server.fronts.ldap.response import Code
from directory_server.fronts.ldap.schema import Attribute, Kind

Fetch: TypeAlias = Callable[[int], Entry | None]
Value: TypeAlias = tuple[bool, str]
"""Whether an entry lacks the attribute, which puts it behind all others (RFC 2891 §2.2), and its least value."""

_RULES: Final = frozenset(
    {*schema.CASE_IGNORE_RULES, *schema.CASE_EXACT_RULES, "2.5.13.3", "caseexactorderingmatch", "2.5.13.6"}
    | {rule.lower() for kind in Kind for rule in (kind.value[0], kind.value[2]) if rule}
)
_INTEGER_DIGITS: Final = 20


def fault(keys: Iterable[SortKey]) -> tuple[Code, str] | None:
    """Return why these keys cannot be sorted by, and the attribute; None if they can."""
    for key in keys:
        attribute = schema.attribute(key.attribute)
        if attribute is None or attribute.virtual:
            return Code.NO_SUCH_ATTRIBUTE, key.attribute
        if key.rule and key.rule.lower() not in _RULES:
            return Code.INAPPROPRIATE_MATCHING, key.attribute
    return None


class Order:
    """Entries in order.

    They come with what is held of each: itself, or the id that `fetch` gives it again by, so that a long list of
    contacts stays small.
    """

    def __init__(
        self, keys: Sequence[SortKey], entries: Iterable[tuple[Entry, Entry | int]], fetch: Fetch | None
    ) -> None:
        self._fetch = fetch
        self._reverse = keys[0].reverse
        attributes = [_attribute(key) for key in keys]
        rows = [([_least(entry, attribute) for attribute in attributes], item) for entry, item in entries]
        for at in range(len(keys) - 1, -1, -1):  # stable: the first key is sorted by last
            rows.sort(key=lambda row: row[0][at], reverse=keys[at].reverse)
        self._values = [values[0] for values, _item in rows]
        self._items = [item for _values, item in rows]

    def __len__(self) -> int:
        return len(self._items)

    def entries(self, start: int, stop: int) -> list[Entry]:
        """Return those from `start` on and before `stop` that are still there."""
        found = []
        for item in self._items[start:stop]:
            entry = (self._fetch(item) if self._fetch else None) if isinstance(item, int) else item
            if entry is not None:
                found.append(entry)
        return found

    def place(self, value: str) -> int:
        """Return the place of the first entry, from 0 on, that is not before this value; their number if all are."""
        wanted = (False, forms(value)[0])
        if not self._reverse:
            return bisect_left(self._values, wanted)
        return bisect_left(range(len(self)), True, key=lambda at: self._values[at] <= wanted)


def _attribute(key: SortKey) -> Attribute:
    attribute = schema.attribute(key.attribute)
    if attribute is None:
        raise ValueError("look for a fault first")
    return attribute


def _least(entry: Entry, attribute: Attribute) -> Value:
    name = attribute.name
    if attribute.kind is Kind.PHONE:
        values: Iterable[str] = [written(number, name) for number in entry.numbers(name)]
    elif attribute.kind is Kind.INTEGER:
        values = [value.zfill(_INTEGER_DIGITS) for value in entry.values(name)]
    else:
        values = [forms(value)[0] for value in entry.values(name)]
    least = min(values, default=None)
    return (True, "") if least is None else (False, least)
