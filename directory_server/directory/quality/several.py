"""Several: numbers that different persons hold, and contacts that one source has twice."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from heapq import heappush, heapreplace
from itertools import groupby, takewhile
from operator import itemgetter
from typing import Any, Final, Generic, TypeVar

from connectors.contact import PhoneKind
from directory_server.directory import catalogue, dialling, holders
from directory_server.directory.link import NAMES
from directory_server.directory.listing import Listing
from directory_server.directory.lookup import MOST_HOLDERS
from directory_server.directory.names import is_company
from directory_server.directory.person import MOST_HOLDERS as MOST_OF_ONE
from directory_server.directory.person import together
from directory_server.directory.quality.finding import Finding
from directory_server.directory.scope import Scope
from directory_server.directory.tables import source_of
from directory_server.directory.words.segments import Opened, Snapshot
from directory_server.store.rows import FieldGroup, Source

_AT_ONCE: Final = 500
_EVERYTHING = frozenset(FieldGroup)

_Key = TypeVar("_Key", str, int)

Passed = Callable[[int], None]
"""Is told how many groups have been looked at."""


@dataclass(slots=True)
class _Group(Generic[_Key]):
    """Contacts that share a key: the first of them, and how many there are."""

    key: _Key
    rows: list[int] = field(default_factory=list)
    holders: int = 0
    listings: list[Listing] = field(default_factory=list)


def shared_numbers(
    snapshot: Snapshot,
    sources: dict[int, Source],
    most: int,
    passed: Passed,
    only: int | None = None,
) -> Finding:
    """Return the numbers that different persons hold, switchboards and faxes aside.

    The examples are those with most persons. A number counts for the source of its first holder, with `only` for that
    source where one of its contacts holds it. Of a number with very many holders, persons are counted among the first
    MOST_HOLDERS.
    """
    finding = Finding("shared_numbers", most)
    top: list[tuple[int, str, dict[str, Any]]] = []
    groups = (
        group
        for group in _groups(holders.numbers(snapshot.opened), MOST_HOLDERS, passed)
        if (only is None or any(source_of(row) == only for row in group.rows))
        and not _is_switchboard(snapshot.opened, group.key)
    )
    for group in _filled(snapshot.opened, groups, sources):
        e164 = "+" + group.key
        if any(_answers_for_all(one, e164) for one in group.listings) or _is_fax(group.listings, e164):
            continue
        persons = len(together(group.listings))
        if persons < 2:  # noqa: PLR2004 - one person has several contacts
            continue
        first = sources.get(only if only is not None else source_of(group.rows[0]))
        finding.take(first.name if first else "")
        if most:
            example = {"number": e164, "persons": persons, "contacts": group.holders, "rows": group.rows[:3]}
            entry = persons, group.key, example
            heappush(top, entry) if len(top) < most else heapreplace(top, max(entry, top[0], key=itemgetter(0)))
    finding.examples = [example for _persons, _key, example in sorted(top, key=itemgetter(1))]
    finding.examples.sort(key=lambda one: -one["persons"])
    return finding


def duplicates(
    snapshot: Snapshot,
    sources: dict[int, Source],
    most: int,
    passed: Passed,
    only: int | None = None,
) -> Finding:
    """Return the persons of whom one source has several contacts with the same mail address or mobile number."""
    parents: dict[int, int] = {}
    links = takewhile(lambda link: link[0] < NAMES, holders.links(snapshot.opened))
    groups = (part for group in _groups(links, MOST_OF_ONE + 1, passed) for part in _within_sources(group, only))
    for group in _filled(snapshot.opened, groups, sources):
        held = [one for one in group.listings if group.key < 0 or _is_mobile_of(one, f"+{group.key}")]
        row_of = {one.id: row for one, row in zip(group.listings, group.rows, strict=True)}
        for same in together(held):
            for other in same[1:]:
                _join(parents, row_of[same[0].id], row_of[other.id])
    members: dict[int, list[int]] = {}
    for row in parents:
        members.setdefault(_root(parents, row), []).append(row)
    finding = Finding("duplicates", most)
    for of_one in members.values():
        source = sources[source_of(of_one[0])]
        finding.take(source.name, rows=sorted(of_one)[:3], contacts=len(of_one))
    finding.facts = {"surplus": len(parents) - len(members)}
    return finding


def _groups(pairs: Iterable[tuple[_Key, int]], most: int, passed: Passed) -> Iterator[_Group[_Key]]:
    """Yield keys with several contacts; `pairs` of key and row come in the order of the keys."""
    for number, (key, held) in enumerate(groupby(pairs, itemgetter(0)), 1):
        first, *others = held
        if others:
            rows = sorted({first[1], *(row for _key, row in others)})
            if len(rows) > 1:
                yield _Group(key, rows[:most], len(rows))
        if number % _AT_ONCE == 0:
            passed(number)


def _filled(
    opened: Sequence[Opened], groups: Iterable[_Group[_Key]], sources: dict[int, Source]
) -> Iterator[_Group[_Key]]:
    """Yield the groups with their listings, read many at once."""
    scope = Scope(dict.fromkeys(sources, _EVERYTHING))
    names = {number: source.name for number, source in sources.items()}
    waiting: list[_Group[_Key]] = []
    count = 0

    def read() -> Iterator[_Group[_Key]]:
        wanted = dict.fromkeys(row for group in waiting for row in group.rows if source_of(row) in sources)
        rows = [(row, None) for row in wanted]
        listings = catalogue.listings(catalogue.places(opened, list(wanted)), rows, scope, names)
        found = dict(zip(wanted, listings, strict=True))
        for group in waiting:
            group.rows = [row for row in group.rows if row in found]
            group.listings = [found[row] for row in group.rows]
            yield group

    for group in groups:
        waiting.append(group)
        count += len(group.rows)
        if count >= _AT_ONCE:
            yield from read()
            waiting, count = [], 0
    yield from read()


def _within_sources(group: _Group[int], only: int | None) -> Iterator[_Group[int]]:
    """Yield the part of each source that has several of the contacts; what very many share is nobody's own."""
    if group.holders > MOST_OF_ONE:
        return
    by_source: dict[int, list[int]] = {}
    for row in group.rows:
        by_source.setdefault(source_of(row), []).append(row)
    for source, rows in by_source.items():
        if len(rows) > 1 and only in {None, source}:
            yield _Group(group.key, rows, len(rows))


def _is_switchboard(opened: Sequence[Opened], digits: str) -> bool:
    """Whether direct dials begin with this number, with or without its final 0."""
    return holders.is_trunk(opened, digits) or (digits.endswith("0") and holders.is_trunk(opened, digits[:-1]))


def _answers_for_all(listing: Listing, e164: str) -> bool:
    """Whether this is the number of a company: its own entry's, or called the main number."""
    return is_company(listing.contact) or any(
        one.e164 == e164 and (one.kind is PhoneKind.MAIN or one.extension == "0") for one in listing.numbers
    )


def _is_fax(listings: Iterable[Listing], e164: str) -> bool:
    """Whether all who hold the number hold it as a fax: colleagues share one, and nobody calls from it."""
    return all(one.kind is PhoneKind.FAX for listing in listings for one in listing.numbers if one.e164 == e164)


def _is_mobile_of(listing: Listing, e164: str) -> bool:
    return any(
        one.e164 == e164 and (one.kind is PhoneKind.MOBILE or dialling.is_mobile(e164[1:])) for one in listing.numbers
    )


def _join(parents: dict[int, int], one: int, other: int) -> None:
    low, high = sorted((_root(parents, one), _root(parents, other)))
    parents[low] = low
    parents[high] = low


def _root(parents: dict[int, int], row: int) -> int:
    while parents.get(row, row) != row:
        row = parents[row]
    return row
