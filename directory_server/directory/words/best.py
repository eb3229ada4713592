"""Best: the best documents of one segment for all terms of a query, within what may be seen."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from threading import Lock
from typing import Final

import numpy as np
import numpy.typing as npt

from directory_server.directory.words import grade
from directory_server.directory.words.arrays import EMPTY, Ids, distinct
from directory_server.directory.words.batch import ENTRY_BITS, ENTRY_MASK
from directory_server.directory.words.grade import NONE, Grades
from directory_server.directory.words.group import Group, given
from directory_server.directory.words.segment import Segment

Truth = npt.NDArray[np.bool_]
_SPARE: Final = 2
_PARTITION: Final = 512
_ASKED: Final = NONE - 1
"""Stands for the grade of a document that is asked for and has none so far."""
_MANY: Final = 16
"""One document in so many: if fewer are asked for, it is cheaper to look which of a group are than to grade all."""
_READ: Final = 300
"""What reading the text of a document costs, in documents of groups that are looked at instead."""


class Scratch:
    """Grades by document, empty between two uses; a few such arrays are kept for the next search."""

    def __init__(self) -> None:
        self._spare: list[Grades] = []
        self._lock = Lock()

    def grades(self, size: int, docs: Ids, found: Sequence[Group]) -> Grades:
        """Return the best grade of each of these documents, of `size` there are; `NONE` where there is none."""
        with self._lock:
            held = self._spare.pop() if self._spare else np.full(size, NONE, dtype=np.uint16)
        held[docs] = _ASKED
        few = len(docs) < size // _MANY
        for group in sorted(found, key=lambda one: -one.grade):
            here = group.docs()
            if few:
                # "clip" spares numpy a check of its own.
                here = here[held.take(here, mode="clip") != NONE]
            held[here] = group.grade
        grades = held[docs]
        grades[grades == _ASKED] = NONE
        # Not in `finally`: after an error the array is left to the collector instead of being trusted.
        held[docs if few else slice(None)] = NONE
        with self._lock:
            if len(self._spare) < _SPARE:
                self._spare.append(held)
        return grades


@dataclass(frozen=True, slots=True)
class Sight:
    """What may be found in one segment: None stands for everything.

    `alive` and `left_out` by document, `sources` by the segment's own number of a source.
    """

    alive: Truth | None = None
    sources: Truth | None = None
    left_out: Truth | None = None

    def kept(self, segment: Segment, docs: Ids) -> Ids:
        """Return those documents that may be found."""
        if self.sources is not None:
            docs = docs[self.sources[segment.source[docs]]]
        if self.alive is not None:
            docs = docs[self.alive[docs]]
        if self.left_out is not None:
            docs = docs[~self.left_out[docs]]
        return docs


@dataclass(frozen=True, slots=True)
class Best:
    """Documents in order, the key of each (`grade.keys`, then whether it is not familiar) and its grade to report."""

    docs: list[int]
    keys: list[int]
    grades: list[int]


def best(  # noqa: PLR0917 - what a search consists of
    segment: Segment,
    scratch: Scratch,
    terms: Sequence[Sequence[Group]],
    sight: Sight,
    familiar: Ids,
    most: int,
    ties: npt.NDArray[np.int64] | None,
) -> Best:
    """Return the `most` best documents that match every term, each of which has groups.

    Equal ones come in the order of the segment, or by `ties`, a number per source, and then by id.
    """
    if len(terms) == 1 and ties is None:
        return _of_one(segment, terms[0], sight, familiar, most)
    docs, grades = _of_all(segment, scratch, terms, sight)
    keys = grade.keys(grades) << 1
    keys |= ~np.isin(docs, familiar) if len(familiar) else 1
    order = _first(keys, docs, most) if ties is None else _by_id(segment, keys, docs, ties, most)
    worst = np.maximum.reduce(grades) if len(grades) > 1 else grades[0]
    return Best(docs[order].tolist(), keys[order].tolist(), worst[order].tolist())


def _of_one(segment: Segment, found: Sequence[Group], sight: Sight, familiar: Ids, most: int) -> Best:
    """Take documents grade by grade until there are enough; later grades are not even looked at."""
    docs: list[int] = []
    keys: list[int] = []
    grades: list[int] = []
    taken = EMPTY
    for value, equal in groupby(sorted(found, key=lambda one: one.grade), key=lambda one: one.grade):
        parts = [group.docs() for group in equal]
        here = parts[0] if len(parts) == 1 else np.concatenate(parts)
        here = sight.kept(segment, here)
        if len(taken):
            here = here[~np.isin(here, taken)]
        known = familiar[np.isin(familiar, here)] if len(familiar) else EMPTY
        here = _smallest(here, most + len(known))
        if len(known):
            here = here[~np.isin(here, known)]
        key = int(grade.keys([np.array([value], dtype=np.uint16)])[0]) << 1
        for part, flag in ((known, 0), (here, 1)):
            room = part[: most - len(docs)].tolist()
            docs += room
            keys += [key | flag] * len(room)
            grades += [value] * len(room)
        if len(docs) >= most:
            break
        taken = np.array(docs, dtype=np.uint32)
    return Best(docs, keys, grades)


def _smallest(docs: Ids, most: int) -> Ids:
    """Return the smallest documents, ascending, each once; some stand in `docs` several times."""
    reach = 4 * most
    while len(docs) > max(reach, _PARTITION):
        found: Ids = distinct(np.partition(docs, reach)[:reach])
        if len(found) >= most:
            return found[:most]
        reach *= 8
    return distinct(docs)[:most]


def _of_all(
    segment: Segment, scratch: Scratch, terms: Sequence[Sequence[Group]], sight: Sight
) -> tuple[Ids, list[Grades]]:
    """Return the documents that match every term, ascending, and their grades for each."""
    sizes = [sum(group.size for group in found) for found in terms]
    order = sorted(range(len(terms)), key=sizes.__getitem__)
    rarest = [group._replace(docs=given(group.docs())) for group in terms[order[0]]]  # read once, asked twice
    docs = distinct(sight.kept(segment, np.concatenate([group.docs() for group in rarest])))
    grades: dict[int, Grades] = {}
    for at in order:
        if not len(docs):
            return EMPTY, [np.empty(0, dtype=np.uint16)] * len(terms)
        if at == order[0]:
            here = scratch.grades(segment.size, docs, rarest)
        elif len(docs) * _READ < sizes[at]:
            here = _by_text(segment, docs, terms[at])
        else:
            here = scratch.grades(segment.size, docs, terms[at])
        has = here != NONE
        docs = docs[has]
        grades = {other: values[has] for other, values in grades.items()}
        grades[at] = here[has]
    return docs, [grades[at] for at in range(len(terms))]


def _by_text(segment: Segment, docs: Ids, found: Sequence[Group]) -> Grades:
    """Return the best grade of each document by going through the words of their texts."""
    text, counts = segment.texts(docs)
    columns, entries = text >> np.uint32(ENTRY_BITS), text & np.uint32(ENTRY_MASK)
    grades = np.full(len(text), NONE, dtype=np.uint16)
    best_ones = np.full(len(docs), NONE, dtype=np.uint16)
    for group in sorted(found, key=lambda one: -one.grade):
        if group.among is None:
            best_ones[np.isin(docs, group.docs())] = group.grade
        else:
            grades[group.among(columns, entries)] = group.grade
    has_words = counts > 0
    if len(text):
        begins = (np.cumsum(counts) - counts)[has_words].astype(np.intp)
        best_ones[has_words] = np.minimum(best_ones[has_words], np.minimum.reduceat(grades, begins))
    return best_ones


def _first(keys: npt.NDArray[np.int64], docs: Ids, most: int) -> npt.NDArray[np.intp]:
    """Return the places of the smallest pairs of key and document."""
    pairs = keys << 32 | docs
    if len(pairs) > max(most, _PARTITION):
        near = np.argpartition(pairs, most)[:most]
        return near[np.argsort(pairs[near])]
    return np.argsort(pairs)[:most]


def _by_id(
    segment: Segment, keys: npt.NDArray[np.int64], docs: Ids, ties: npt.NDArray[np.int64], most: int
) -> npt.NDArray[np.intp]:
    return np.lexsort((segment.rows[docs], ties[segment.source[docs]], keys))[:most]
