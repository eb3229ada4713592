"""Postings: which documents every entry of a segment's vocabulary stands in, by column.

Per column the documents of each entry stand together and ascend, one entry after the other. They are read page by page;
where those of each entry begin is mapped, one row per entry, so that one look tells of all columns.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial

import numpy as np
import numpy.typing as npt

from directory_server.directory.columns import NAME, TEXT, Column
from directory_server.directory.words.arrays import EMPTY, Ids, distinct, grouped
from directory_server.directory.words.batch import ENTRY_MASK
from directory_server.directory.words.pages import Pages
from directory_server.directory.words.segment_file import Sections, SegmentFile


@dataclass(frozen=True, slots=True)
class Postings:
    """The postings of one segment: `columns` that hold anything, and by `Column.at` their `places` among them."""

    columns: list[Column]
    places: dict[int, int]
    docs: list[Pages]
    starts: Ids

    @classmethod
    def stored(cls, file: SegmentFile) -> "Postings":
        """Return what `sections` stored."""
        columns = [column for column in TEXT if f"docs.{column.name}" in file]
        starts = file.array("docs").reshape(-1, len(columns))
        places = {column.at: place for place, column in enumerate(columns)}
        return cls(columns, places, [file.pages(f"docs.{column.name}") for column in columns], starts)

    def counts(self, start: int, end: int) -> Iterable[tuple[Column, int]]:
        """Return how many documents a run of entries has in each column, counted once per entry."""
        return zip(self.columns, (self.starts[end] - self.starts[start]).tolist(), strict=True)

    def run(self, column: Column, start: int, end: int, keep: npt.NDArray[np.bool_] | None = None) -> Ids:
        """Return the documents of a run of entries in a column, of those entries only that `keep` says."""
        at = self.places.get(column.at)
        if at is None or start == end:
            return EMPTY
        found: Ids = self.docs[at][int(self.starts[start, at]) : int(self.starts[end, at])]
        if keep is None or not len(found):
            return found
        return found[np.repeat(keep, np.diff(self.starts[start : end + 1, at]))]

    def scattered(self, entries: Ids) -> list[tuple[Column, int, Callable[[], Ids]]]:
        """Return by column how many documents ascending entries have, counted once per entry, and what reads them."""
        starts = self.starts[entries]
        counts = self.starts[entries + 1] - starts
        return [
            (self.columns[at], size, partial(self.docs[at].runs, starts[:, at], counts[:, at]))
            for at, size in enumerate(counts.sum(axis=0).tolist())
            if size
        ]


def sections(text: Ids, columns: npt.NDArray[np.uint8], docs: Ids, count: int) -> Sections:
    """Sort the words of texts, and return the arrays by the names they are stored under.

    Of each word, `columns` and `docs` tell where it stands; `count` is that of all entries.
    """
    held = [column for column in TEXT if (columns == column.at).any()] or [NAME]
    starts = np.empty((count + 1, len(held)), dtype=np.uint32)
    made: Sections = {}
    for at, column in enumerate(held):
        of = columns == column.at
        entries = text[of] & np.uint32(ENTRY_MASK)
        pairs = distinct(entries.astype(np.uint64) << np.uint64(32) | docs[of])
        made[f"docs.{column.name}"] = pairs.astype(np.uint32)
        starts[:, at] = grouped(pairs >> np.uint64(32), count)
    return made | {"docs": starts.ravel()}
