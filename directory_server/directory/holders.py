"""Holders: who holds a number, shares a link or is on a trunk, in one unchanging state of the index."""

from collections.abc import Iterable, Iterator
from functools import lru_cache
from heapq import merge
from typing import Final

import numpy as np

from directory_server.directory import catalogue
from directory_server.directory.catalogue import Place
from directory_server.directory.columns import GROUPS
from directory_server.directory.scope import Scope
from directory_server.directory.tables import source_of
from directory_server.directory.words.arrays import EMPTY, Ids
from directory_server.directory.words.group import Truth
from directory_server.directory.words.keyed import GROUP_BITS, GROUP_MASK
from directory_server.directory.words.numbers import DIGITS as MOST_DIGITS
from directory_server.directory.words.numbers import EXTENSION, INTERNAL, packed, unpacked
from directory_server.directory.words.pages import Mapped, Pages
from directory_server.directory.words.segment import Segment
from directory_server.directory.words.segments import Opened, Snapshot
from directory_server.store.rows import FieldGroup

_AT_ONCE: Final = 65_536
_NAME: Final = GROUPS.index(FieldGroup.NAME)
_EXTENSIONS: Final = int(EXTENSION, 16) << 60
"""Packed numbers from here on stand for extensions."""


class Holders:
    """Finds rows of contacts that a scope may see, ascending, by what it may read of them."""

    def __init__(self, snapshot: Snapshot, scope: Scope) -> None:
        self._opened = snapshot.opened
        self._scope = scope
        self.places: dict[int, Place] = {}
        """Where the rows are that were returned so far."""
        self._readable_of: dict[Segment, Truth] = {}

    def of_number(self, key: str, *, nameless: bool = False) -> list[int]:
        """Return who has this number: E.164 digits, or `x` and an internal extension.

        With `nameless`, only those whose name may be read and is neither a given nor a family name.
        """
        wanted = (EXTENSION + key[1:], INTERNAL + key[1:]) if key.startswith("x") else (key,)
        asked = [packed(digits) for digits in wanted]
        found: list[int] = []
        for opened in self._opened:
            for numbers, group in opened.segment.holding:
                for number in asked:
                    docs = numbers.holding(number)
                    if len(docs):  # hardly ever in more than one of all these
                        if nameless:
                            docs = _among(docs, opened.segment.nameless)
                        found += self._readable_rows(opened, docs, group, nameless=nameless)
        rows = sorted(set(found)) if len(found) > 1 else found
        return rows if len(wanted[0]) < MOST_DIGITS else [row for row in rows if self._has(row, key)]

    def _readable_rows(self, opened: Opened, docs: Ids, group: FieldGroup, *, nameless: bool) -> list[int]:
        """Return the rows of those documents that are alive and may be read of this group, and keep where they are."""
        found = []
        rows, alive = opened.segment.rows.data, opened.alive
        for doc in docs.tolist():
            if alive is None or alive[doc]:
                groups = self._scope.groups(source_of(row := rows[doc]))
                if group in groups and (not nameless or FieldGroup.NAME in groups):
                    self.places[row] = opened, doc
                    found.append(row)
        return found

    def _has(self, row: int, key: str) -> bool:
        """Whether a number that is longer than the index tells is the asked one."""
        groups = self._scope.groups(source_of(row))
        held = [one for one in catalogue.card(*self.places[row]).numbers if one.group in groups]
        return any("x" + one.extension == key or one.e164[1:] == key for one in held)

    def linked(self, keys: Iterable[int]) -> dict[int, list[int]]:
        """Return by person key who shares it with another one (see `link`); nobody for a key of one contact alone."""
        wanted = sorted(keys)
        runs = [opened.segment.links.keys.each(wanted) for opened in self._opened]
        # Hardly any; the holders of the rest need not be read.
        shared = [
            at for at, of_key in enumerate(zip(*runs, strict=True)) if sum(end - start for start, end in of_key) > 1
        ]
        found: dict[int, set[int]] = {at: set() for at in shared}
        for opened, run in zip(self._opened, runs, strict=True) if shared else ():
            starts, ends = np.array([run[at] for at in shared], dtype=np.int64).reshape(-1, 2).T
            holders = opened.segment.links.holders.runs(starts, ends - starts)
            seen = self._seen(opened, holders)
            of = np.repeat(shared, ends - starts)[seen]
            for at, row in zip(of.tolist(), self._placed(opened, holders[seen] >> np.uint32(GROUP_BITS)), strict=True):
                found[at].add(row)
        rows = {wanted[at]: sorted(of_key) for at, of_key in found.items() if len(of_key) > 1}
        return {key: rows.get(key, []) for key in wanted}

    def on_trunk(self, digits: str) -> list[tuple[int, str]]:
        """Return who has a number with this trunk, with the company in normal form ("" if hidden)."""
        found: dict[int, str] = {}
        for opened in self._opened:
            trunks = opened.segment.trunks
            holders, companies = trunks.of(digits)
            if not len(holders):  # most of what is asked is no trunk
                continue
            seen = self._seen(opened, holders)
            docs = holders[seen] >> np.uint32(GROUP_BITS)
            named = self._readable(opened.segment)[opened.segment.source[docs], _NAME].tolist()
            numbers = companies[seen].tolist()
            names = {number: trunks.company(number) for number in set(numbers)}
            for row, number, is_named in zip(self._placed(opened, docs), numbers, named, strict=True):
                found[row] = names[number] if is_named else ""
        return sorted(found.items())

    def _seen(self, opened: Opened, holders: Ids) -> Truth:
        """Return which of these holders may be seen."""
        docs = holders >> GROUP_BITS
        seen: Truth = self._readable(opened.segment)[opened.segment.source[docs], holders & GROUP_MASK]
        return seen if opened.alive is None else seen & opened.alive[docs]

    def _readable(self, segment: Segment) -> Truth:
        """Return which field groups of each of the segment's sources may be read."""
        found = self._readable_of.get(segment)
        if found is None:
            flags = b"".join([_flags(self._scope.groups(source)) for source in segment.sources])
            found = np.frombuffer(flags, dtype=np.bool_).reshape(-1, len(GROUPS))
            self._readable_of[segment] = found
        return found

    def _placed(self, opened: Opened, docs: Ids) -> list[int]:
        """Return the rows of documents, and keep where they are."""
        rows: list[int] = opened.segment.rows[docs].tolist()
        for row, doc in zip(rows, docs.tolist(), strict=True):
            self.places[row] = opened, doc
        return rows


@lru_cache(maxsize=64)
def _flags(groups: frozenset[FieldGroup]) -> bytes:
    """Return for each field group whether it is one of these."""
    return bytes([group in groups for group in GROUPS])


def _among(docs: Ids, others: Ids) -> Ids:
    """Return those documents that are among others, which ascend."""
    at = np.searchsorted(others, docs)
    return docs[others[np.minimum(at, len(others) - 1)] == docs] if len(others) else EMPTY


def numbers(opened: Iterable[Opened]) -> Iterator[tuple[str, int]]:
    """Yield all numbers, as E.164 digits, in order, with the row of a contact that has it each time."""
    held = [_each(one, parts.packed.numbers, parts.docs) for one in opened for parts in one.segment.numbers.values()]
    for number, row in merge(*held):
        if number < _EXTENSIONS:
            yield unpacked(number), row


def links(opened: Iterable[Opened]) -> Iterator[tuple[int, int]]:
    """Yield all person keys in order, with the row of a contact that has it each time."""
    held = ((one, one.segment.links) for one in opened)
    return merge(*(_each(one, links.keys.numbers, links.holders, GROUP_BITS) for one, links in held))


def _each(opened: Opened, keys: Pages | Mapped, holders: Pages | Ids, bits: int = 0) -> Iterator[tuple[int, int]]:
    """Yield keys and rows of a segment in the order of the keys, some read at a time.

    In front of these bits of a holder stands its document.
    """
    for start in range(0, len(keys), _AT_ONCE):
        docs = holders[start : start + _AT_ONCE] >> bits
        of = keys[start : start + _AT_ONCE]
        if opened.alive is not None:
            alive = opened.alive[docs]
            docs, of = docs[alive], of[alive]
        yield from zip(of.tolist(), opened.segment.rows[docs].tolist(), strict=True)


def is_trunk(opened: Iterable[Opened], digits: str) -> bool:
    """Whether any contact has a number with this trunk."""
    for one in opened:
        holders, _companies = one.segment.trunks.of(digits)
        if len(holders) and (one.alive is None or one.alive[holders >> GROUP_BITS].any()):
            return True
    return False
