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

_MARKS: Final = tuple(bytes([column.at]) for column in TEXT)
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

    def add(self, document: Document) -> None:
        """Add a document."""
        found: list[int] = []
        add_text, of_entry = self._numbering.add_text, self._numbering.of_entry
        for mark, text in zip(_MARKS, document.texts, strict=True):
            if text:
                self._columns += mark * add_text(text, found)
        if document.initial:
            found.append(of_entry(initial(document.initial)))
            self._columns += _MARKS[NAME.at]
        for name, value in document.custom:
            every = dict.fromkeys(words(value, LONGEST))
            # Customer numbers and the like: elsewhere long digits are left out.
            long = [word for word in every if len(word) > DIGITS_OF_WORDS and word.isdigit()]
            numbers = [of_entry(text) for text in (*(tag(name, word) for word in every), *long)]
            found += numbers
            self._columns += _MARKS[CUSTOM.at] * len(numbers)
        self._words.fromlist(found)
        at = len(self._rows)
        seen: set[tuple[bool, str]] = set()
        for number in document.numbers:
            digits = number.e164[1:] or (EXTENSION + number.extension if number.extension else "")
            private = number.kind is _HOME
            if digits and (private, digits) not in seen:
                seen.add((private, digits))
                (self._private if private else self._business).add(at, digits)
        self._lengths.append(len(found))
        self._rows.append(row_of(document.id, document.source))
        self.sorts.append(document.sort)

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
