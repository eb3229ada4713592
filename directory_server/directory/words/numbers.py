"""Number parts: telephone numbers found by their beginning and by any digits inside their national part.

A number is one 64-bit integer of hexadecimal digits: its E.164 digits from the left, filled up with `f`. Numbers stand
sorted, so that a beginning is one run; so do all their tails of two digits and more, each as number and place.
"""

from array import array
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final

import numpy as np
import numpy.typing as npt

from directory_server.directory import dialling
from directory_server.directory.words.arrays import EMPTY, Ids, order_of

DIGITS: Final = 16
"""Digits of a number that are kept; E.164 has 15."""
SHORTEST: Final = 2
"""Digits of the shortest tail."""
EXTENSION: Final = "a"
"""Stands before a number that is only an internal extension: no searched beginning meets it."""
_BEYOND: Final = 10
"""What stands where no digit is, or in front of an extension, is at least this."""
_STEP: Final = 256
"""Every so many tails the fence has one."""
_LONGEST_CODE = 3
_AT_ONCE: Final = 65_536
_FILL = np.uint64(0xFFFFFFFFFFFFFFFF)

Packed = npt.NDArray[np.uint64]


def packed(digits: str) -> int:
    """Return a number's digits as an integer."""
    return int(digits[:DIGITS].ljust(DIGITS, "f"), 16)


def code_length(beginning: str) -> int:
    """Return how many digits stand before the national part, of a number's first three."""
    return 1 if beginning.startswith(EXTENSION) else len(dialling.country_code(beginning))


@dataclass(frozen=True, slots=True)
class NumberParts:
    """The numbers of one column: `packed` sorted, `codes` the lengths before the national part, `docs` their holders.

    `tails` are sorted by the digits they begin; each is the place of its number times 16 plus where it begins. `fence`
    has the digits of some of them, so that few pages are read to find one.
    """

    packed: Packed
    codes: npt.NDArray[np.uint8]
    docs: Ids
    tails: Ids
    fence: Packed

    @classmethod
    def of(cls, numbers: Packed, codes: npt.NDArray[np.uint8], docs: Ids) -> "NumberParts":
        """Sort numbers and their tails."""
        order = np.lexsort((docs, numbers))
        numbers, codes, docs = numbers[order], codes[order], docs[order]
        # One leading digit after the other: together they would take several times the memory of what remains.
        tails = np.concatenate([_tails(numbers, codes, leading) for leading in range(10)])
        fence = _digits_at(numbers, tails[_STEP - 1 :: _STEP])
        return cls(numbers, codes, docs, tails, fence)

    @classmethod
    def stored(cls, sections: Mapping[str, npt.NDArray[np.generic]], name: str) -> "NumberParts":
        """Return the parts that `sections` stored."""
        return cls(*(sections[f"{name}.{part}"] for part in ("packed", "codes", "docs", "tails", "fence")))  # type: ignore[arg-type] # as written below

    def sections(self, name: str) -> dict[str, npt.NDArray[np.generic]]:
        """Return the arrays by the names they are stored under."""
        return {
            f"{name}.packed": self.packed, f"{name}.codes": self.codes, f"{name}.docs": self.docs,
            f"{name}.tails": self.tails, f"{name}.fence": self.fence,
        }  # fmt: skip

    def beginning(self, digits: str) -> Ids:
        """Return the holders of numbers that begin with these E.164 digits."""
        if not digits or len(digits) > DIGITS:
            return self.docs[:0]
        low, high = int(digits.ljust(DIGITS, "0"), 16), int(digits.ljust(DIGITS, "f"), 16)
        start = np.searchsorted(self.packed, np.uint64(low), "left")
        return self.docs[start : np.searchsorted(self.packed, np.uint64(high), "right")]

    def equal(self, digits: str) -> Ids:
        """Return the holders of exactly this number."""
        value = np.uint64(packed(digits))
        start, end = np.searchsorted(self.packed, value, "left"), np.searchsorted(self.packed, value, "right")
        return self.docs[start:end]

    def containing(self, digits: str) -> Ids:
        """Return the holders of numbers with these digits, 2 to 16, anywhere in the national part."""
        if not SHORTEST <= len(digits) <= DIGITS:
            return self.docs[:0]
        low, high = int(digits.ljust(DIGITS, "0"), 16), int(digits.ljust(DIGITS, "f"), 16)
        tails = self.tails[self._place(low) : self._place(high + 1)]
        holders: Ids = self.docs[tails >> np.uint32(4)]
        return holders

    def _place(self, value: int) -> int:
        """Return the place of the first tail that is not below this value."""
        low = int(np.searchsorted(self.fence, np.uint64(value))) * _STEP
        high = min(low + _STEP, len(self.tails))
        while low < high:
            middle = (low + high) // 2
            tail = int(self.tails[middle])
            shift = (tail & 15) * 4
            number = int(self.packed[tail >> 4])
            if ((number << shift) & 0xFFFFFFFFFFFFFFFF | (1 << shift) - 1) < value:
                low = middle + 1
            else:
                high = middle
        return low


def _tails(numbers: Packed, codes: npt.NDArray[np.uint8], leading: int) -> Ids:
    """Return the tails that begin with this digit, sorted."""
    places, values = [EMPTY], [numbers[:0]]
    for start in range(DIGITS - SHORTEST + 1):
        tail = _tail(numbers, start)
        second = tail >> np.uint64(56) & np.uint64(15)
        has = np.flatnonzero((tail >> np.uint64(60) == leading) & (second < _BEYOND) & (codes <= start))
        places.append((has << 4 | start).astype(np.uint32))
        values.append(tail[has])
    return np.concatenate(places)[order_of(np.concatenate(values))]


def _tail(numbers: Packed, start: int) -> Packed:
    if start == 0:
        return numbers
    return numbers << np.uint64(4 * start) | _FILL >> np.uint64(64 - 4 * start)


def _digits_at(numbers: Packed, tails: Ids) -> Packed:
    """Return the digits each tail begins."""
    shifts = (tails & np.uint32(15)).astype(np.uint64) * np.uint64(4)
    digits: Packed = numbers[tails >> np.uint32(4)] << shifts
    return digits | (np.uint64(1) << shifts) - np.uint64(1)


class Numbers:
    """Collects the numbers of one column, document by document."""

    def __init__(self) -> None:
        self._waiting: list[str] = []
        self._packed: list[Packed] = []
        self._docs = array("I")

    def add(self, document: int, digits: str) -> None:
        """Add E.164 digits, or `EXTENSION` and an extension."""
        self._waiting.append(digits)
        self._docs.append(document)
        if len(self._waiting) == _AT_ONCE:
            self._pack()

    def _pack(self) -> None:
        """Pack what is waiting, as `packed` does one by one."""
        digits = "".join([one[:DIGITS].ljust(DIGITS, "f") for one in self._waiting])
        self._packed.append(np.frombuffer(bytes.fromhex(digits), dtype=">u8").astype(np.uint64))
        self._waiting.clear()

    def arrays(self) -> tuple[Packed, npt.NDArray[np.uint8], Ids]:
        """Return what was collected: numbers, codes, documents."""
        self._pack()
        numbers = np.concatenate(self._packed)
        return numbers, _code_lengths()[numbers >> np.uint64(52)], np.array(self._docs, dtype=np.uint32)


@cache
def _code_lengths() -> npt.NDArray[np.uint8]:
    """Return `code_length` by the first three digits of a packed number."""
    return np.array([code_length(f"{first:03x}".rstrip("f")) for first in range(16**_LONGEST_CODE)], dtype=np.uint8)
