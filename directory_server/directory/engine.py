"""Engine: finds contacts by words; everything it knows lies in the segments of one index folder.

A query runs in stages: whole words and beginnings first, and only where these find less than a page also words that
contain, sound like or nearly spell a searched one. Every limit counts visible contacts alone.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from heapq import merge
from itertools import islice
from pathlib import Path
from typing import Final

import numpy as np
from msgspec import Struct

from directory_server.directory import catalogue
from directory_server.directory.catalogue import Place
from directory_server.directory.columns import NAME, NAMED
from directory_server.directory.listing import Match
from directory_server.directory.query import Query, Term
from directory_server.directory.ranking import Rank
from directory_server.directory.scope import Scope
from directory_server.directory.tables import contact_of, source_of
from directory_server.directory.words import grade
from directory_server.directory.words.best import Sight, Truth, best
from directory_server.directory.words.matching import Reach, groups
from directory_server.directory.words.segment import Segment
from directory_server.directory.words.segments import Opened, Segments, Snapshot

PAGE: Final = 10
"""With fewer hits than this, other words may stand for the searched ones."""

_INITIALS: Final = range(2, 4)


class Hit(Struct, frozen=True, gc=False):
    """A found document: its row number (see `tables`), where it is, and why it was found."""

    row: int
    place: Place
    match: Match


@dataclass(frozen=True, slots=True)
class Found:
    """At most as many hits as asked for, best first; `more` tells that there are others."""

    hits: tuple[Hit, ...]
    more: bool


NOTHING: Final = Found((), more=False)


@dataclass(frozen=True, slots=True)
class _Stage:
    """How terms are read: `near` words too; one-letter words only in names, or in all columns."""

    near: bool = False
    short_anywhere: bool = True
    initials: bool = False


class _Candidate(Struct, frozen=True, gc=False):
    """A document of one segment; `named` tells that the view may read its name."""

    key: int
    priority: int
    row: int
    grade: int
    named: bool
    place: Place


class Engine:
    """Searches the segments of index folders, which it opens once. Safe to use from several threads."""

    def __init__(self) -> None:
        self._segments: dict[Path, Segments] = {}

    def segments(self, folder: Path) -> Segments:
        """Return the segments of an index folder; those of the folder before are let go."""
        found = self._segments.get(folder)
        if found is None:
            found = Segments(folder)
            self._segments = {**dict(list(self._segments.items())[-1:]), folder: found}
        return found

    def search(  # noqa: PLR0917 - what a search consists of
        self,
        snapshot: Snapshot,
        query: Query,
        scope: Scope,
        priorities: Mapping[int, int],
        limit: int,
        familiar: frozenset[int] = frozenset(),
    ) -> Found:
        """Find documents of which every term matches something the scope may read.

        `familiar` are contact ids that come first among equals. Nothing outside the scope may influence hits, order
        or `more`.
        """
        if not query.terms or not scope.parts or limit <= 0:
            return NOTHING
        search = _Search(snapshot.opened, query, scope, priorities, limit, familiar)
        enough = min(PAGE, limit + 1)
        found: list[list[_Candidate]] = []
        for stage in _stages(query):
            found = search.run(stage)
            if sum(map(len, found)) >= enough:
                break
        ordered = found[0] if len(found) == 1 else _merged(found, limit + 1)
        hits = tuple(Hit(one.row, one.place, _match(one.grade)) for one in ordered[:limit])
        return Found(hits, more=len(ordered) > limit)


def _stages(query: Query) -> list[_Stage]:
    stages = [_Stage()]
    if any(len(word) == 1 for term in query.terms for word in term.words):
        stages.insert(0, _Stage(short_anywhere=False))
    stages.append(_Stage(near=True))
    word = query.terms[0].words[0] if len(query.terms) == 1 and len(query.terms[0].words) == 1 else ""
    if len(word) in _INITIALS and word.isalpha() and not query.terms[0].whole:
        stages.append(_Stage(near=True, initials=True))
    return stages


class _Search:
    """One search under way."""

    def __init__(  # noqa: PLR0917 - what a search consists of
        self,
        opened: Sequence[Opened],
        query: Query,
        scope: Scope,
        priorities: Mapping[int, int],
        limit: int,
        familiar: frozenset[int],
    ) -> None:
        self._opened = opened
        self._query = query
        self._parts = scope.parts
        self._priorities = priorities
        self._most = limit + 1
        self._familiar = familiar

    def run(self, stage: _Stage) -> list[list[_Candidate]]:
        """Return, of every segment and part of the scope that has any, the best candidates in order."""
        found = [
            self._best(opened, sources, columns, stage) for opened in self._opened for sources, columns in self._parts
        ]
        return [candidates for candidates in found if candidates]

    def _best(
        self, opened: Opened, sources: frozenset[int], columns: frozenset[int], stage: _Stage
    ) -> list[_Candidate]:
        segment = opened.segment
        seen = [source in sources for source in segment.sources]
        if not any(seen):
            return []
        reach = Reach(columns, stage.near, several=len(self._query.terms) > 1, initials=stage.initials)
        terms = []
        for term in self._query.terms:
            found = groups(segment, _within(term, stage), reach)
            if not found:
                return []
            terms.append(found)
        priorities = np.array([self._priorities.get(source, 0) for source in segment.sources], dtype=np.int64)
        result = best(
            segment,
            opened.scratch,
            terms,
            Sight(opened.alive, None if all(seen) else np.array(seen), self._left_out(segment, columns)),
            segment.contacts(self._familiar),
            self._most,
            # Without the name group, the order by names would tell about names.
            None if NAME.at in columns else priorities,
        )
        named = NAME.at in columns
        return [
            _Candidate(key, self._priorities.get(source_of(row), 0), row, value, named, (opened, doc))
            for key, row, doc, value in zip(
                result.keys, segment.rows[result.docs].tolist(), result.docs, result.grades, strict=True
            )
        ]

    def _left_out(self, segment: Segment, columns: frozenset[int]) -> Truth | None:
        """Return which documents match an exclusion."""
        left_out: Truth | None = None
        for term in self._query.excluded:
            for group in groups(segment, term, Reach(columns)):
                if group.rank > Rank.COMPOUND and not term.digits:
                    continue
                if left_out is None:
                    left_out = np.zeros(segment.size, dtype=np.bool_)
                left_out[group.docs()] = True
        return left_out


def _within(term: Term, stage: _Stage) -> Term:
    """Return the term as this stage reads it."""
    if stage.short_anywhere or not any(len(word) == 1 for word in term.words):
        return term
    return replace(term, columns=term.columns & NAMED)


def _merged(found: list[list[_Candidate]], most: int) -> list[_Candidate]:
    """Put the candidates of several segments and parts, each in order, in one order; `most` at most."""

    def order(one: _Candidate) -> tuple[int, int, str, int]:
        return one.key, one.priority, catalogue.sort_of(*one.place) if one.named else "", contact_of(one.row)

    return list(islice(merge(*found, key=order), most))


@lru_cache(maxsize=4096)
def _match(value: int) -> Match:
    column = grade.column_of(value)
    return Match("number" if column.digits else grade.rank_of(value).text, column.field)
