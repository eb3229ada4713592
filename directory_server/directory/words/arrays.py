"""Arrays: the few operations on sorted whole numbers that every part of the index is made of."""

from typing import Any

import numpy as np
import numpy.typing as npt

Ids = npt.NDArray[np.uint32]
EMPTY: Ids = np.empty(0, dtype=np.uint32)
EMPTY.flags.writeable = False


def distinct(values: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Return the values ascending, each once; on whole numbers faster than `numpy.unique`."""
    if len(values) < 2:  # noqa: PLR2004 - nothing to compare
        return values
    ordered = np.sort(values)
    new = np.empty(len(ordered), dtype=np.bool_)
    new[0] = True
    np.not_equal(ordered[1:], ordered[:-1], out=new[1:])
    return ordered[new]


def order_of(values: npt.NDArray[np.generic]) -> npt.NDArray[np.intp]:
    """Return the order that sorts these values, equal ones as they came."""
    return np.argsort(values, kind="stable")


def ranges(starts: npt.NDArray[Any], counts: npt.NDArray[Any]) -> npt.NDArray[np.int64]:
    """Return all places of several runs, one run after the other."""
    sizes = counts.astype(np.int64)
    ends = np.cumsum(sizes)
    total = int(ends[-1]) if len(ends) else 0
    return np.repeat(starts.astype(np.int64) - ends + sizes, sizes) + np.arange(total)


def grouped(keys: npt.NDArray[np.generic], count: int) -> Ids:
    """Return where each of the groups 0 to count - 1 begins in sorted keys, and at last where they end."""
    starts = np.zeros(count + 1, dtype=np.uint32)
    np.cumsum(np.bincount(keys.astype(np.int64), minlength=count)[:count], out=starts[1:])
    return starts


def found(keys: Ids, values: Ids, wanted: Ids) -> Ids:
    """Return the values under any of the wanted keys, which stand sorted in `keys`; each once."""
    if not len(wanted) or not len(keys):
        return EMPTY
    low, high = np.searchsorted(keys, wanted, "left"), np.searchsorted(keys, wanted, "right")
    runs = [values[start:end] for start, end in zip(low.tolist(), high.tolist(), strict=True) if end > start]
    if not runs:
        return EMPTY
    return distinct(np.concatenate(runs))
