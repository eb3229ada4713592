"""Grades: how well a word matched, packed into 16 bits; the lower the better.

Class (`Rank`), how far a sound-alike is off, place of the column, and whether it is written otherwise than typed.
"""

from typing import Final

import numpy as np
import numpy.typing as npt

from directory_server.directory.columns import BY_ORDER, Column
from directory_server.directory.ranking import Rank

Grades = npt.NDArray[np.uint16]
NONE: Final = 0xFFFF
FARTHEST: Final = 3
_ORDER_BITS: Final = 4
_FAR_BITS: Final = 2
_ORDER_MASK: Final = (1 << _ORDER_BITS) - 1
_TWIN_BITS: Final = 4
_SUM_BITS: Final = 8


def grade(rank: Rank, order: int, *, far: int = 0, twin: bool = False) -> int:
    """Return the grade of a match."""
    return ((int(rank) << _FAR_BITS | far) << _ORDER_BITS | order) << 1 | twin


def rank_of(value: int) -> Rank:
    """Return the class of a grade."""
    return Rank(value >> (_FAR_BITS + _ORDER_BITS + 1))


def column_of(value: int) -> Column:
    """Return the column of a grade."""
    return BY_ORDER[(value >> 1) & _ORDER_MASK]


def keys(terms: list[Grades]) -> npt.NDArray[np.int64]:
    """Return one sort key per document of the grades of every term: worst class, worst column, all columns, twins.

    At most 15 terms.
    """
    if len(terms) == 1:
        one = terms[0].astype(np.int64)
        return (one >> 1) << (_SUM_BITS + _TWIN_BITS) | (one & 1)
    classes = terms[0] >> (_ORDER_BITS + 1)
    worst = every = (terms[0] >> 1) & _ORDER_MASK
    twins = terms[0] & 1
    for other in terms[1:]:
        order = (other >> 1) & _ORDER_MASK
        classes = np.maximum(classes, other >> (_ORDER_BITS + 1))
        worst = np.maximum(worst, order)
        every = every + order
        twins = twins + (other & 1)
    columns = (classes.astype(np.int64) << _ORDER_BITS | worst) << _SUM_BITS | every
    return columns << _TWIN_BITS | twins
