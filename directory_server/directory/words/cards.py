# cython: language_level=3, boundscheck=False, wraparound=False, initializedcheck=False, annotation_typing=False
"""Cards: what an index shows of each document, as bytes that are read from a segment's file one by one.

A card stands behind its length and CRC-32, on an 8-byte boundary. Where it begins is mapped; most cards are read with
what stands in front of them at once. Compiled where there is a compiler (see `cards.pxd`).
"""

import os
from struct import Struct
from typing import Final
from zlib import crc32

import numpy as np
import numpy.typing as npt

from directory_server.directory.words.arrays import Ids
from directory_server.directory.words.pile import AT_ONCE, Pile
from directory_server.directory.words.segment_file import Damaged, SegmentFile

HEAD: Final = Struct("<II")
UNIT: Final = 8
"""Bytes in which beginnings are counted."""

_UNIT: Final = UNIT
_HEAD: Final = HEAD.size
_USUAL: Final = 512
"""Bytes within which most cards end."""


class Cards:
    """The cards of one segment."""

    def __init__(self, file: SegmentFile, begins: Ids) -> None:
        """Take the file that holds their bytes, and where each document's card begins."""
        self._held = file
        self._file, self._view = file.descriptor, file.view
        self._start, self._size = file.place("cards")
        self._begins = begins.data

    @classmethod
    def stored(cls, file: SegmentFile) -> "Cards":
        """Return the cards that `card_pile.sections` stored."""
        return cls(file, file.array("cards.begins"))

    def of(self, doc: int) -> bytes:
        """Return a document's card; raises Damaged if it is not what was written."""
        if doc < 0 or doc >= len(self._begins):
            raise Damaged("a contact that is not there")
        at = self._begins[doc] * _UNIT
        size = min(_USUAL, self._size - at)
        if size < _HEAD:
            raise Damaged("a card beyond the end")
        found = self._read(at, size)
        head = found  # as bytes without bounds, once compiled
        length = head[0] | head[1] << 8 | head[2] << 16 | head[3] << 24
        checksum = head[4] | head[5] << 8 | head[6] << 16 | head[7] << 24
        if _HEAD + length > self._size - at:
            raise Damaged("a card is longer than what is there")
        if _HEAD + length > size:
            found = self._read(at, _HEAD + length)
        head = found
        card = head[_HEAD : _HEAD + length]
        if crc32(card) != checksum:
            raise Damaged("a card is not what was written")
        return card

    def _read(self, at: int, size: int) -> bytes:
        if self._file < 0:
            return bytes(self._view[self._start + at : self._start + at + size])
        found = os.pread(self._file, size, self._start + at)
        if len(found) != size:
            raise Damaged("cut short")
        return found

    def copy(self, docs: npt.NDArray[np.intp], pile: Pile) -> Ids:
        """Put the cards of these documents on a pile, in the order they lie in here; return where each begins there."""
        begins = np.asarray(self._begins).astype(np.int64)
        in_file = np.sort(begins)
        ends = np.append(in_file[1:], self._size // UNIT)
        order = np.argsort(begins[docs], kind="stable")
        starts = begins[docs][order]
        lengths = ends[np.searchsorted(in_file, starts)] - starts
        made = np.empty(len(docs), dtype=np.uint32)
        made[order] = pile.size // UNIT + np.cumsum(lengths) - lengths
        apart = np.flatnonzero(starts[1:] != (starts + lengths)[:-1]) + 1
        for first, behind in zip([0, *apart.tolist()], [*apart.tolist(), len(docs)], strict=True):
            if first < behind:
                self._copy(int(starts[first]) * UNIT, int(starts[behind - 1] + lengths[behind - 1]) * UNIT, pile)
        return made

    def _copy(self, start: int, end: int, pile: Pile) -> None:
        for at in range(start, end, AT_ONCE):
            pile.add(self._read(at, min(AT_ONCE, end - at)))
