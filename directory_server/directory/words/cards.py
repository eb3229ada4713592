"""Cards: what an index shows of each document, as bytes that are read from a segment's file one by one.

A card stands behind its length and CRC-32, on an 8-byte boundary. Where it begins is mapped; most cards are read with
what stands in front of them at once.
"""

from array import array
from collections.abc import Sequence
from pathlib import Path
from struct import Struct
from typing import Final
from zlib import crc32

import numpy as np
import numpy.typing as npt

from directory_server.directory.words.arrays import Ids
from directory_server.directory.words.pages import Read
from directory_server.directory.words.pile import AT_ONCE, Pile
from directory_server.directory.words.segment_file import Damaged, Sections, SegmentFile

_HEAD: Final = Struct("<II")
_UNIT: Final = 8
"""Bytes in which beginnings are counted."""
_MOST: Final = (1 << 32) * _UNIT
"""Bytes that the cards of one segment stay below: 32 GiB, which is 32 KiB for each of a million."""
_USUAL: Final = 1024
"""Bytes within which most cards end."""


class Cards:
    """The cards of one segment."""

    __slots__ = ("_begins", "_read", "_size")

    def __init__(self, read: Read, size: int, begins: Ids) -> None:
        """Take what reads their bytes, how many there are, and where each document's card begins."""
        self._read, self._size = read, size
        self._begins = begins.data

    @classmethod
    def stored(cls, file: SegmentFile) -> "Cards":
        """Return the cards that `sections` stored."""
        return cls(*file.bytes("cards"), file.array("cards.begins"))

    def of(self, doc: int) -> bytes | memoryview:
        """Return a document's card; raises Damaged if it is not what was written."""
        at = self._begins[doc] * _UNIT
        found = self._read(at, min(_USUAL, self._size - at))
        length, checksum = _HEAD.unpack_from(found)
        end = _HEAD.size + length
        if end > self._size - at:
            raise Damaged("a card is longer than what is there")
        if end > len(found):
            found = self._read(at, end)
        card = found[_HEAD.size : end]
        if crc32(card) != checksum:
            raise Damaged("a card is not what was written")
        return card

    def copy(self, docs: npt.NDArray[np.intp], pile: Pile) -> Ids:
        """Put the cards of these documents on a pile, in the order they lie in here; return where each begins there."""
        begins = np.asarray(self._begins).astype(np.int64)
        in_file = np.sort(begins)
        ends = np.append(in_file[1:], self._size // _UNIT)
        order = np.argsort(begins[docs], kind="stable")
        starts = begins[docs][order]
        lengths = ends[np.searchsorted(in_file, starts)] - starts
        made = np.empty(len(docs), dtype=np.uint32)
        made[order] = pile.size // _UNIT + np.cumsum(lengths) - lengths
        apart = np.flatnonzero(starts[1:] != (starts + lengths)[:-1]) + 1
        for first, behind in zip([0, *apart.tolist()], [*apart.tolist(), len(docs)], strict=True):
            if first < behind:
                self._copy(int(starts[first]) * _UNIT, int(starts[behind - 1] + lengths[behind - 1]) * _UNIT, pile)
        return made

    def _copy(self, start: int, end: int, pile: Pile) -> None:
        for at in range(start, end, AT_ONCE):
            pile.add(self._read(at, min(AT_ONCE, end - at)))


class CardCollector:
    """Collects cards, document by document."""

    def __init__(self, folder: Path | None) -> None:
        """Take the folder where there is room for what is too much for memory."""
        self.pile = Pile(folder)
        self._units = array("I")

    def add(self, cards: Sequence[bytes]) -> None:
        """Add the cards of further documents."""
        pack = _HEAD.pack
        made: list[bytes] = []
        units: list[int] = []
        for card in cards:
            padding = -len(card) % _UNIT
            made += (pack(len(card), crc32(card)), card, bytes(padding))
            units.append((_HEAD.size + len(card) + padding) // _UNIT)
        self.pile.add(b"".join(made))
        self._units.fromlist(units)

    def begins(self) -> Ids:
        """Return where each card begins on the pile."""
        units = np.array(self._units, dtype=np.uint32)
        return np.cumsum(units, dtype=np.uint32) - units


def sections(pile: Pile, begins: Ids) -> Sections:
    """Return what is stored of cards, `begins` being in the order of the documents; raises OverflowError."""
    if pile.size >= _MOST:
        raise OverflowError("the contacts of one segment of the index take 32 GiB or more")
    return {"cards.begins": begins, "cards": pile}
