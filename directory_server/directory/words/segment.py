"""Segment: one immutable part of the vocabulary index, over documents numbered from 0 in their order as equal hits.

Documents come by source priority, then name to sort by, then id; so the smallest numbers of equally good hits are the
best ones. All words that begin alike are one run of entries.
"""

from bisect import bisect_left
from collections.abc import Collection
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from directory_server.directory.columns import DIGITS
from directory_server.directory.tables import SOURCE_BITS
from directory_server.directory.words.approximate import Approximate
from directory_server.directory.words.arrays import EMPTY, Ids, distinct, ranges
from directory_server.directory.words.cards import Cards
from directory_server.directory.words.keyed import Links, Trunks
from directory_server.directory.words.numbers import NumberParts
from directory_server.directory.words.postings import Postings
from directory_server.directory.words.segment_file import SegmentFile
from directory_server.directory.words.spelling import BEHIND_PREFIX, BEHIND_WORD, SEPARATOR

_MOST_CONTACTS: Final = 1 << (63 - SOURCE_BITS)


class Variants(NamedTuple):
    """Entries that are not written as in normal form, in order.

    `part`: whether it is a later part of a hyphenated word; `alike`: with how many letters the spelling begins as the
    normal form does.
    """

    entries: Ids
    part: npt.NDArray[np.bool_]
    alike: npt.NDArray[np.uint8]


class Segment:
    """An opened segment; safe to use from several threads."""

    def __init__(self, file: SegmentFile) -> None:
        held = file.array
        self._file = file
        self._entries: list[str] | None = None
        self.rows: npt.NDArray[np.int64] = held("rows")
        self.by_row: Ids = held("by_row")
        self._starts: Ids = held("starts")
        self._text = file.pages("text")
        self.nameless: Ids = held("nameless")
        self._variants: Ids = held("variants")
        self._parts: npt.NDArray[np.uint8] = held("variants.part")
        self._alike: npt.NDArray[np.uint8] = held("variants.alike")
        self._words: Ids = held("words")
        self.postings = Postings.stored(file)
        self.near = Approximate.stored(file)
        self.numbers = {column.name: NumberParts.stored(file, column.name) for column in DIGITS}
        self.holding = tuple(
            (parts, column.group) for column in DIGITS if len((parts := self.numbers[column.name]).docs)
        )
        self.links = Links.stored(file)
        self.trunks = Trunks.stored(file)
        self.cards = Cards.stored(file)
        self.size = len(self.rows)
        self.source: npt.NDArray[np.uint32] = held("source")
        self.sources: list[int] = file.facts["sources"]

    @property
    def entries(self) -> list[str]:
        """The vocabulary; read when it is asked for first, as no look-up of a number waits for a list of all words."""
        found = self._entries
        if found is None:
            text = self._file.array("entries").tobytes().decode()
            found = self._entries = text.split("\n") if text else []
        return found

    def beginning(self, word: str) -> tuple[int, int]:
        """Return the run of entries whose word begins so: first, and behind the last."""
        return bisect_left(self.entries, word), bisect_left(self.entries, word + BEHIND_PREFIX)

    def equal(self, word: str) -> tuple[int, int]:
        """Return the run of entries that are spellings of this word."""
        start = bisect_left(self.entries, word)
        return start, bisect_left(self.entries, word + BEHIND_WORD, start)

    def words(self, numbers: Ids | slice) -> list[str]:
        """Return distinct words by their numbers."""
        entries = self.entries
        return [entries[at].partition(SEPARATOR)[0] for at in self._words[numbers].tolist()]

    def spellings(self, numbers: Ids) -> Ids:
        """Return the entries of distinct words."""
        starts, behind = self._words[numbers], numbers + np.uint32(1)
        ends = np.where(behind < len(self._words), self._words[behind % len(self._words)], len(self.entries))
        return ranges(starts, ends - starts).astype(np.uint32)

    def words_beginning(self, beginning: str) -> range:
        """Return the numbers of distinct words that begin so."""
        low, high = self.beginning(beginning)
        first, last = np.searchsorted(self._words, np.array([low, high], dtype=np.uint32)).tolist()
        return range(first, last)

    def variants_within(self, start: int, end: int) -> Variants:
        """Return those entries of a run that are not written as in normal form."""
        low, high = np.searchsorted(self._variants, np.array([start, end], dtype=np.uint32)).tolist()
        return Variants(self._variants[low:high], self._parts[low:high] != 0, self._alike[low:high])

    def texts(self, docs: npt.NDArray[np.integer[Any]]) -> tuple[Ids, Ids]:
        """Return the words of these documents, which ascend, as in `batch.Batch.text`, and how many each has."""
        starts = self._starts[docs]
        counts = self._starts[docs + 1] - starts
        return self._text.runs(starts, counts), counts

    def documents(self, rows: npt.NDArray[np.int64]) -> Ids:
        """Return the documents of those rows that have one, alive or not."""
        at = np.searchsorted(self.rows, rows, sorter=self.by_row)
        within = at < self.size
        docs = self.by_row[at[within]]
        found: Ids = docs[self.rows[docs] == rows[within]]
        return found

    def rows_from(self, row: int, count: int, alive: npt.NDArray[np.bool_] | None) -> list[int]:
        """Return the next rows from this one on, ascending, of living documents only."""
        found: list[int] = []
        at = int(np.searchsorted(self.rows, row, sorter=self.by_row))
        while len(found) < count and at < self.size:
            docs = self.by_row[at : at + count]
            at += count
            found += self.rows[docs if alive is None else docs[alive[docs]]].tolist()
        return found[:count]

    def contacts(self, ids: Collection[int]) -> Ids:
        """Return the documents of these contacts, whatever their source."""
        if not self.size or not ids:
            return EMPTY
        wanted = np.array(sorted(one for one in ids if 0 < one < _MOST_CONTACTS), dtype=np.int64)
        at = np.searchsorted(self.rows, wanted << SOURCE_BITS, sorter=self.by_row)
        at[at == self.size] = 0
        docs = self.by_row[at]
        return distinct(docs[self.rows[docs] >> SOURCE_BITS == wanted])
