"""Group: documents that match a term equally well."""

from collections.abc import Callable, Iterable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from directory_server.directory.ranking import Rank
from directory_server.directory.words.arrays import EMPTY, Ids, distinct
from directory_server.directory.words.grade import NONE, Grades, rank_of

Truth = npt.NDArray[np.bool_]


class Group(NamedTuple):
    """Documents of equal grade; `size` is how many `docs` gives at most, some of them several times.

    `among` tells which words of a text, given as columns and entries, make a document one of them; None where no word
    does.
    """

    grade: int
    size: int
    docs: Callable[[], Ids]
    among: Callable[[Ids, Ids], Truth] | None = None

    @property
    def rank(self) -> Rank:
        """The class of the grade."""
        return rank_of(self.grade)


def given(docs: Ids) -> Callable[[], Ids]:
    """Return what gives these documents."""
    return lambda: docs


def by_grade(docs: Ids, grades: Grades) -> list[Group]:
    """Return a group for each of the grades."""
    return [
        Group(value, int(np.count_nonzero(grades == value)), given(docs[grades == value]))
        for value in np.unique(grades).tolist()
    ]


def resolved(found: Iterable[Group]) -> tuple[Ids, Grades]:
    """Return the documents of all groups, ascending, each once and with its best grade."""
    docs, grades = [EMPTY], [np.empty(0, dtype=np.uint16)]
    for group in found:
        part = group.docs()
        docs.append(part)
        grades.append(np.full(len(part), group.grade, dtype=np.uint16))
    joined = np.concatenate(docs).astype(np.uint64) << np.uint64(16) | np.concatenate(grades)
    joined = distinct(joined)
    each = (joined >> np.uint64(16)).astype(np.uint32)
    first = np.ones(len(each), dtype=np.bool_)
    first[1:] = each[1:] != each[:-1]
    return each[first], (joined[first] & np.uint64(NONE)).astype(np.uint16)
