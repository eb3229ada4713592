"""Card piles: cards as they are collected, document by document, and stored in a segment's file (see `cards`)."""

from array import array
from collections.abc import Sequence
from pathlib import Path
from typing import Final
from zlib import crc32

import numpy as np

from directory_server.directory.words.arrays import Ids
from directory_server.directory.words.cards import HEAD, UNIT
from directory_server.directory.words.pile import Pile
from directory_server.directory.words.segment_file import Sections

_MOST: Final = (1 << 32) * UNIT
"""Bytes that the cards of one segment stay below: 32 GiB, which is 32 KiB for each of a million."""


class CardCollector:
    """Collects cards, document by document."""

    def __init__(self, folder: Path | None) -> None:
        """Take the folder where there is room for what is too much for memory."""
        self.pile = Pile(folder)
        self._units = array("I")

    def add(self, cards: Sequence[bytes]) -> None:
        """Add the cards of further documents."""
        pack = HEAD.pack
        made: list[bytes] = []
        units: list[int] = []
        for card in cards:
            padding = -len(card) % UNIT
            made += (pack(len(card), crc32(card)), card, bytes(padding))
            units.append((HEAD.size + len(card) + padding) // UNIT)
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
