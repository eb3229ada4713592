"""Numbering: numbers for the entries of a vocabulary, given in the order in which texts bring them."""

from array import array
from collections.abc import Iterable
from typing import Final

import numpy as np

from directory_server.directory.words.arrays import Ids, ranges
from directory_server.directory.words.spelling import entries

# Bytes that no UTF-8 holds, as characters that no text holds which was stored.
_END: Final = "\udcff"
_ENTRY: Final = "\udcfe"
_BYTES: Final = "surrogateescape"
_MOST_REMEMBERED: Final = 400_000


def as_piece(entry: str) -> str:
    """Return what stands in a text for an entry that no word of it gives."""
    return _ENTRY + entry


class _Pieces(dict[bytes, int]):
    """Pieces of texts by number, each with the entries it gives: those of piece n begin at `starts[n]`."""

    def __init__(self, numbers: dict[str, int]) -> None:
        super().__init__({_END.encode(errors=_BYTES): 0})
        self._numbers = numbers
        self.starts = array("I", (1, 1))
        self.entries = array("I", (0,))  # never without any, so that it can be looked at in place

    def __missing__(self, piece: bytes) -> int:
        text = piece.decode(errors=_BYTES)
        # Bytes are only cut at the blanks of ASCII.
        found = [text[1:]] if text[0] == _ENTRY else [one for part in text.split() for one in entries(part)]
        numbers = self._numbers
        self.entries.extend([numbers.setdefault(entry, len(numbers)) for entry in found])
        self.starts.append(len(self.entries))
        self[piece] = number = len(self)
        return number


class Numbering:
    """Numbers entries. Many texts are taken at once: cut at blanks, a known piece costs no more than one look-up."""

    def __init__(self) -> None:
        self.numbers: dict[str, int] = {}
        self._pieces = _Pieces(self.numbers)

    def of_entry(self, text: str) -> int:
        """Return the number of one entry."""
        return self.numbers.setdefault(text, len(self.numbers))

    def of_texts(self, texts: Iterable[str]) -> tuple[Ids, Ids]:
        """Return the numbers of the entries of all texts, one text after the other, and how many each has."""
        if len(self._pieces) > _MOST_REMEMBERED:
            self._pieces = _Pieces(self.numbers)
        pieces = self._pieces
        cut = f" {_END} ".join([*texts, ""]).encode(errors=_BYTES).split()  # bytes are cut in half the time
        numbers = np.array(list(map(pieces.__getitem__, cut)), dtype=np.intp)
        starts = np.frombuffer(pieces.starts, dtype=np.uint32)
        counts = starts[numbers + 1] - starts[numbers]
        found = np.frombuffer(pieces.entries, dtype=np.uint32)[ranges(starts[numbers], counts)]
        ends = np.cumsum(counts, dtype=np.uint32)[numbers == 0]
        return found, np.diff(ends, prepend=np.uint32(0))
