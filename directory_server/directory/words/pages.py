"""Pages: whole numbers of a segment that are read from its file where they are asked for, instead of being mapped.

For what is large and of which one answer needs little: none of it stays with the process, and a file that is cut short
or cannot be read is an error instead of the end of the process. What every look-up asks is mapped all the same.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from directory_server.directory.words.arrays import ranges

STEP: Final = 256
"""Every so many keys the fence has one."""

_BLOCKS: Final = 4
"""Blocks per wanted key up to which all are read at once."""

_FEW: Final = 32
"""Runs of which each is read by itself."""

_MANY: Final = 4096
"""Runs that are read at once at most."""

_NEAR: Final = 4096
"""Bytes between two wanted runs up to which one call reads both: another call would cost as much."""

Read = Callable[[int, int], bytes | memoryview]
"""Returns from this place on so many bytes."""


class Pages:
    """Whole numbers that are read where they are asked for."""

    __slots__ = ("_at", "_count", "_read", "_type")

    def __init__(self, read: Read, at: int, count: int, kind: "np.dtype[Any]") -> None:
        """Stand for `count` numbers of this type from a place on."""
        self._read, self._at, self._count, self._type = read, at, count, kind

    def __len__(self) -> int:
        return self._count

    def __getitem__(self, run: slice) -> npt.NDArray[Any]:
        """Return a run of them; the step is 1."""
        start, stop, _step = run.indices(self._count)
        size = self._type.itemsize
        return np.frombuffer(self._read(self._at + start * size, max(stop - start, 0) * size), dtype=self._type)

    def runs(self, starts: npt.NDArray[Any], counts: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """Return several runs of them, one behind the other; they come in ascending order and do not overlap."""
        if len(starts) > _MANY:  # as little as need be at once of what lies between them
            portions = range(0, len(starts), _MANY)
            return np.concatenate([self.runs(starts[at : at + _MANY], counts[at : at + _MANY]) for at in portions])
        wanted = np.flatnonzero(counts)
        firsts, lengths = starts[wanted].astype(np.int64), counts[wanted].astype(np.int64)
        if len(wanted) <= _FEW:
            return self._joined(firsts, lengths)
        ends = firsts + lengths
        apart = firsts[1:] - ends[:-1] > _NEAR // self._type.itemsize
        begins = firsts[np.concatenate(([True], apart))]
        sizes = ends[np.concatenate((apart, [True]))] - begins
        found = self._joined(begins, sizes)
        if len(found) == lengths.sum():
            return found
        # Where the numbers of each stretch stand among all that was read.
        moved = np.cumsum(sizes) - sizes - begins
        stretch = np.cumsum(np.concatenate(([0], apart)))
        return found[ranges(firsts + moved[stretch], lengths)]

    def _joined(self, starts: npt.NDArray[np.int64], counts: npt.NDArray[np.int64]) -> npt.NDArray[Any]:
        size = self._type.itemsize
        places, sizes = (self._at + size * starts).tolist(), (size * counts).tolist()
        return np.frombuffer(b"".join(map(self._read, places, sizes)), dtype=self._type)

    def block(self, number: int) -> memoryview:
        """Return a block of STEP numbers, or what there is of it."""
        start, size = number * STEP, self._type.itemsize
        found = self._read(self._at + start * size, min(STEP, self._count - start) * size)
        return memoryview(found).cast("B").cast(self._type.char)  # type: ignore[arg-type,return-value] # whole numbers


class Mapped:
    """Whole numbers that are mapped, to be asked as Pages are."""

    __slots__ = ("_numbers", "_view")

    def __init__(self, numbers: npt.NDArray[Any]) -> None:
        self._numbers, self._view = numbers, numbers.data

    def __len__(self) -> int:
        return len(self._numbers)

    def __getitem__(self, run: slice) -> npt.NDArray[Any]:
        """Return a run of them."""
        return self._numbers[run]

    def block(self, number: int) -> memoryview:
        """Return a block of STEP numbers, or what there is of it."""
        return self._view[number * STEP : (number + 1) * STEP]


class Keys:
    """Ascending whole numbers, some of them kept as a fence, so that a block or two are read to find one.

    The block read last is kept: the trunks that a number may begin with stand together.
    """

    __slots__ = ("_fence", "_last", "fence", "numbers")

    def __init__(self, numbers: Pages | Mapped, fence: npt.NDArray[Any]) -> None:
        """Take the numbers and what `fence` returned for them."""
        self.numbers, self.fence = numbers, fence
        self._fence: list[int] = fence.tolist()
        self._last: tuple[int, memoryview] = (-1, memoryview(b""))

    def __len__(self) -> int:
        return len(self.numbers)

    def run(self, key: int) -> tuple[int, int]:
        """Return the run of this key: its first place, and that behind its last."""
        number = bisect_left(self._fence, key)
        block = self._block(number)
        at = bisect_left(block, key)
        if at == len(block) or block[at] != key:
            return 0, 0
        if block[-1] == key:
            return self.between(key, key)
        behind = at + 1 if block[at + 1] != key else bisect_right(block, key, at)  # most keys have one place
        return number * STEP + at, number * STEP + behind

    def between(self, low: int, high: int) -> tuple[int, int]:
        """Return the run of keys from `low` to `high`."""
        first, last = bisect_left(self._fence, low), bisect_right(self._fence, high)
        start = first * STEP + bisect_left(self._block(first), low)
        return start, last * STEP + bisect_right(self._block(last), high)

    def _block(self, number: int) -> memoryview:
        last = self._last
        if last[0] == number:
            return last[1]
        block = self.numbers.block(number)
        self._last = (number, block)
        return block

    def each(self, wanted: Sequence[int]) -> list[tuple[int, int]]:
        """Return the run of each of these keys."""
        if len(self) > _BLOCKS * STEP * len(wanted):
            return [self.run(key) for key in wanted]
        held, keys = self.numbers[:], np.array(wanted, dtype=np.int64)
        starts, ends = np.searchsorted(held, keys, "left"), np.searchsorted(held, keys, "right")
        return list(zip(starts.tolist(), ends.tolist(), strict=True))


def fence(keys: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Return the fence of ascending keys: the last of every whole block."""
    return keys[STEP - 1 :: STEP]
