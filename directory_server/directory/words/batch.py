"""Batch: the words and numbers of many documents, collected from them or taken from segments, ready to be built."""

from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt

from connectors.contact import PhoneKind
from directory_server.directory.columns import CUSTOM, DIGITS, NAME, TEXT
from directory_server.directory.document import Document
from directory_server.directory.listing import Number
from directory_server.directory.normal_form import DIGITS as DIGITS_OF_WORDS
from directory_server.directory.normal_form import LONGEST, words
from directory_server.directory.tables import row_of
from directory_server.directory.words.arrays import Ids, ranges
from directory_server.directory.words.numbers import EXTENSION, Numbers, Packed
from directory_server.directory.words.spelling import Numbering, initial, tag

if TYPE_CHECKING:
    from directory_server.directory.words.segment import Segment

ENTRY_BITS: Final = 28
ENTRY_MASK: Final = (1 << ENTRY_BITS) - 1
"""A word of a text is one number: its column, then its entry."""

_COMMON: Final = frozenset("cdtl")
"""Columns whose texts many documents share: company, department, title, city."""
_HOME: Final = PhoneKind.HOME


@dataclass(frozen=True, slots=True)
class Batch:
    """Documents in any order: `entries` in any order, `text` the words of all documents, `lengths` how many each has.

    `numbers` holds per number column packed digits, code lengths and documents.
    """

    entries: Sequence[str]
    text: Ids
    lengths: Ids
    rows: npt.NDArray[np.int64]
    numbers: dict[str, tuple[Packed, npt.NDArray[np.uint8], Ids]]


class Collector:
    """Collects documents into a batch."""

    def __init__(self) -> None:
        self._numbering = Numbering()
        self._words = array("I")
        self._columns = bytearray()
        self._lengths = array("I")
        self._rows = array("q")
        self._numbers = {column.name: Numbers() for column in DIGITS}
        self._business, self._private = (self._numbers[name] for name in ("z", "hz"))
        self.sorts: list[str] = []

    def __len__(self) -> int:
        return len(self._rows)

    def add(self, documents: Iterable[Document]) -> None:
        """Add documents."""
        reading = [
            (bytes((column.at,)), self._numbering.of_common_text if column.name in _COMMON else self._numbering.of_text)
            for column in TEXT
        ]
        columns = self._columns
        for document in documents:
            found: list[int] = []
            for (mark, of_text), text in zip(reading, document.texts, strict=True):
                if text:
                    numbers = of_text(text)
                    found += numbers
                    columns += mark * len(numbers)
            if document.initial:
                found.append(self._numbering.of_entry(initial(document.initial)))
                columns.append(NAME.at)
            if document.custom:
                numbers = self._custom(document.custom)
                found += numbers
                columns += bytes((CUSTOM.at,)) * len(numbers)
            self._words.fromlist(found)
            self._lengths.append(len(found))
            self._add_numbers(document.numbers)
            self._rows.append(row_of(document.id, document.source))
            self.sorts.append(document.sort)

    def _custom(self, fields: Iterable[tuple[str, str]]) -> list[int]:
        """Return the entries of custom fields, by which they are found under their name."""
        found: list[str] = []
        for name, value in fields:
            every = dict.fromkeys(words(value, LONGEST))
            # Customer numbers and the like: elsewhere long digits are left out.
            long = [word for word in every if len(word) > DIGITS_OF_WORDS and word.isdigit()]
            found += (*(tag(name, word) for word in every), *long)
        return [self._numbering.of_entry(text) for text in found]

    def _add_numbers(self, numbers: Iterable[Number]) -> None:
        at = len(self._rows)
        business: list[str] = []
        private: list[str] = []
        for number in numbers:
            digits = number.e164[1:] or (EXTENSION + number.extension if number.extension else "")
            held, column = (private, self._private) if number.kind is _HOME else (business, self._business)
            if digits and digits not in held:
                held.append(digits)
                column.add(at, digits)

    def batch(self) -> Batch:
        """Return what was collected."""
        return Batch(
            entries=list(self._numbering.numbers),
            text=self._text(),
            lengths=np.array(self._lengths, dtype=np.uint32),
            rows=np.array(self._rows, dtype=np.int64),
            numbers={name: numbers.arrays() for name, numbers in self._numbers.items()},
        )

    def _text(self) -> Ids:
        text = np.array(self._columns, dtype=np.uint32)
        text <<= np.uint32(ENTRY_BITS)
        text |= np.array(self._words, dtype=np.uint32)
        return text


def living(parts: Iterable[tuple["Segment", npt.NDArray[np.bool_] | None]]) -> Batch:
    """Return the documents of segments as one batch; with each segment comes which of its documents are alive."""
    numbering = Numbering()
    text, lengths, rows = [], [], []
    numbers: dict[str, list[tuple[Packed, npt.NDArray[np.uint8], Ids]]] = {column.name: [] for column in DIGITS}
    first = 0
    for segment, alive in parts:
        kept = np.arange(segment.size) if alive is None else np.flatnonzero(alive)
        known = np.array([numbering.of_entry(entry) for entry in segment.entries], dtype=np.uint32)
        counts = segment.starts[kept + 1] - segment.starts[kept]
        words = segment.text[ranges(segment.starts[kept], counts)]
        if len(known):
            words = words & ~np.uint32(ENTRY_MASK) | known[words & np.uint32(ENTRY_MASK)]
        text.append(words)
        lengths.append(counts)
        rows.append(segment.rows[kept])
        renumbered = np.zeros(segment.size, dtype=np.uint32)
        renumbered[kept] = np.arange(first, first + len(kept), dtype=np.uint32)
        for name, of in segment.numbers.items():
            stays = np.ones(len(of.docs), dtype=np.bool_) if alive is None else alive[of.docs]
            numbers[name].append((of.packed[stays], of.codes[stays], renumbered[of.docs[stays]]))
        first += len(kept)
    return Batch(
        entries=list(numbering.numbers),
        text=np.concatenate(text),
        lengths=np.concatenate(lengths).astype(np.uint32),
        rows=np.concatenate(rows),
        numbers={
            name: (
                np.concatenate([part[0] for part in of]),
                np.concatenate([part[1] for part in of]),
                np.concatenate([part[2] for part in of]),
            )
            for name, of in numbers.items()
        },
    )
