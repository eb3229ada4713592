"""Number parts: telephone numbers found by their beginning and by any digits inside their national part.

A number is one 64-bit integer of hexadecimal digits: its E.164 digits from the left, filled up with `f`. Numbers stand
sorted, so that a beginning is one run; so do all their tails of two digits and more, each as number and place. These
are read page by page; numbers and their holders are mapped, because every look-up asks for them.
"""

from array import array
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

import numpy as np
import numpy.typing as npt

from directory_server.directory import dialling
from directory_server.directory.words.arrays import EMPTY, Ids
from directory_server.directory.words.pages import STEP, Keys, Mapped, Pages, fence
from directory_server.directory.words.segment_file import Sections, SegmentFile

DIGITS: Final = 16
"""Digits of a number that are kept; E.164 has 15."""
SHORTEST: Final = 2
"""Digits of the shortest tail."""
EXTENSION: Final = "a"
"""Stands before a number that is only an internal extension: no searched beginning meets it."""
INTERNAL: Final = "b"
"""Stands before the internal extension of a number that is there as a whole, too: only look-ups ask for it."""
_BEYOND: Final = 10
"""What stands where no digit is, or in front of an extension, is at least this."""
_LONGEST_CODE = 3
_FILL = np.uint64(0xFFFFFFFFFFFFFFFF)

Packed = npt.NDArray[np.uint64]


def packed(digits: str) -> int:
    """Return a number's digits as an integer."""
    return int(digits[:DIGITS].ljust(DIGITS, "f"), 16)


def unpacked(number: int) -> str:
    """Return the digits of a packed number, DIGITS at most; such as stand for an extension begin with a letter."""
    return f"{number:016x}".rstrip("f")


def code_length(beginning: str) -> int:
    """Return how many digits stand before the national part, of a number's first three."""
    if beginning.startswith(INTERNAL):
        return DIGITS
    return 1 if beginning.startswith(EXTENSION) else len(dialling.country_code(beginning))


@dataclass(frozen=True, slots=True)
class NumberParts:
    """The numbers of one column: `packed` sorted, `codes` the lengths before the national part, `docs` their holders.

    `tails` are sorted by the digits they begin; each is the place of its number times 16 plus where it begins. `fence`
    has the digits of some of them.
    """

    packed: Keys
    codes: Pages
    docs: Ids
    tails: Pages
    fence: memoryview

    @classmethod
    def stored(cls, file: SegmentFile, name: str) -> "NumberParts":
        """Return the parts that `sections` stored."""
        return cls(
            Keys(Mapped(file.array(f"{name}.packed")), file.array(f"{name}.packed_fence")),
            file.pages(f"{name}.codes"),
            file.array(f"{name}.docs"),
            file.pages(f"{name}.tails"),
            file.array(f"{name}.fence").data,  # so long that a list of it would keep look-ups waiting
        )

    def beginning(self, digits: str) -> Ids:
        """Return the holders of numbers that begin with these E.164 digits."""
        if not digits or len(digits) > DIGITS:
            return self.docs[:0]
        start, end = self.packed.between(int(digits.ljust(DIGITS, "0"), 16), packed(digits))
        return self.docs[start:end]

    def equal(self, digits: str) -> Ids:
        """Return the holders of exactly this number, as far as DIGITS of them tell."""
        return self.holding(packed(digits))

    def holding(self, number: int) -> Ids:
        """Return the holders of a packed number."""
        start, end = self.packed.run(number)
        return self.docs[start:end]

    def containing(self, digits: str) -> Ids:
        """Return the holders of numbers with these digits, 2 to 16, anywhere in the national part."""
        if not SHORTEST <= len(digits) <= DIGITS:
            return self.docs[:0]
        start, end = self._place(int(digits.ljust(DIGITS, "0"), 16)), self._place(packed(digits) + 1)
        holders: Ids = self.docs[self.tails[start:end] >> np.uint32(4)]
        return holders

    def _place(self, value: int) -> int:
        """Return the place of the first tail that is not below this value."""
        start = bisect_left(self.fence, value) * STEP
        tails = self.tails[start : start + STEP].tolist()
        return start + bisect_left(tails, value, key=self._digits)

    def _digits(self, tail: int) -> int:
        """Return the digits a tail begins."""
        at, shift = tail >> 4, (tail & 15) * 4
        number = int(self.packed.numbers[at : at + 1][0])
        return (number << shift) & 0xFFFFFFFFFFFFFFFF | (1 << shift) - 1


def sections(name: str, numbers: Packed, codes: npt.NDArray[np.uint8], docs: Ids) -> Sections:
    """Sort numbers and their tails, and return the arrays by the names they are stored under."""
    order = np.lexsort((docs, numbers))
    numbers, codes, docs = numbers[order], codes[order], docs[order]
    tails = _tails(numbers, codes)
    return {
        f"{name}.packed": numbers, f"{name}.packed_fence": fence(numbers), f"{name}.codes": codes, f"{name}.docs": docs,
        f"{name}.tails": tails, f"{name}.fence": _digits_at(numbers, fence(tails)),
    }  # fmt: skip


def _tails(numbers: Packed, codes: npt.NDArray[np.uint8]) -> Ids:
    """Return all tails, sorted by the digits they begin."""
    leading = _leading(numbers, codes)
    found = [EMPTY]
    # One leading digit after the other: together they would take several times the memory of what remains.
    for digit in range(_BEYOND):
        begun = [np.flatnonzero(row == digit) for row in leading]
        places = np.concatenate([(at << 4 | start).astype(np.uint32) for start, at in enumerate(begun)])
        digits = np.concatenate([_tail(numbers[at], start) for start, at in enumerate(begun)])
        found.append(places[np.argsort(digits)])
    return np.concatenate(found)


def _leading(numbers: Packed, codes: npt.NDArray[np.uint8]) -> list[npt.NDArray[np.uint8]]:
    """Return by place in the numbers the digit that a tail from there on begins with, `_BEYOND` where none begins."""
    digits = [(numbers >> np.uint64(4 * (DIGITS - 1 - at))).astype(np.uint8) & np.uint8(15) for at in range(DIGITS)]
    leading = digits[: DIGITS - SHORTEST + 1]
    for start, digit in enumerate(leading):
        digit[(codes > start) | (digits[start + 1] >= _BEYOND)] = _BEYOND
    return leading


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
    """Collects numbers, each with a whole number that says whose it is."""

    def __init__(self) -> None:
        self._waiting: list[str] = []
        self._packed = array("Q")
        self._holders = array("I")

    def add(self, holder: int, numbers: Sequence[str]) -> None:
        """Add numbers of one holder: E.164 digits, or `EXTENSION` or `INTERNAL` and an extension."""
        self._waiting += numbers
        self._holders.fromlist([holder] * len(numbers))

    def pack(self) -> None:
        """Pack what was added, as `packed` does one by one: some thousand at once are quick and need little memory."""
        digits = "".join([one[:DIGITS].ljust(DIGITS, "f") for one in self._waiting])
        self._packed.frombytes(np.frombuffer(bytes.fromhex(digits), dtype=">u8").astype(np.uint64).tobytes())
        self._waiting.clear()

    def arrays(self) -> tuple[Packed, npt.NDArray[np.uint8], Ids]:
        """Return what was collected: numbers, codes, holders."""
        self.pack()
        numbers = np.array(self._packed, dtype=np.uint64)
        return numbers, _code_lengths()[numbers >> np.uint64(52)], np.array(self._holders, dtype=np.uint32)


@cache
def _code_lengths() -> npt.NDArray[np.uint8]:
    """Return `code_length` by the first three digits of a packed number."""
    return np.array([code_length(f"{first:03x}".rstrip("f")) for first in range(16**_LONGEST_CODE)], dtype=np.uint8)
