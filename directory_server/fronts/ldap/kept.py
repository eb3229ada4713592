# cython: language_level=3, boundscheck=False, wraparound=False, initializedcheck=False, annotation_typing=False
"""Kept: entries as they were written for numbers, packed so that hundreds of thousands of callers are remembered.

A table of places by number lies beside the entries, one behind the other. Nothing is ever moved: when there is no more
room for what is new, a table of twice as many places begins, and what was asked for lately is taken over from the one
before as it is asked for again. Compiled where there is a compiler (see `kept.pxd`).
"""

from typing import Final

import numpy as np

MOST_BYTES: Final = 80 * 1024 * 1024
"""Bytes of all entries that a front keeps, some 500,000; its clients share them."""
LONGEST: Final = 1024
"""Bytes of an entry that is kept."""

_LONGEST: Final = LONGEST
_FIRST: Final = 1024  # places of the first table, a power of two
_SHARE: Final = 64  # bytes of entries for each place of a table, half of whose places are used
_PLACE: Final = 16  # bytes of a place
_GROWTH: Final = 65_536  # bytes by which the entries' room grows, more than the longest
_LAST_EPOCH: Final = 0xFFFFFFFF
_SPREAD: Final = 0x9E3779B97F4A7C15  # Knuth's multiplicative hashing: 2**64 by the golden ratio
_HEAD: Final = 2


class _Table:
    """Entries by number: `used` of `places` are taken, those with the present `epoch`; entries take `filled` bytes."""

    def __init__(self, places: int) -> None:
        self.places = places
        self.used = 0
        self.filled = 0
        self.epoch = 1
        self.epochs = np.zeros(places, dtype=np.uint32)
        self.numbers = np.zeros(places, dtype=np.uint64)
        self.begins = np.zeros(places, dtype=np.uint32)
        self.entries = bytearray()

    def clear(self) -> None:
        """Forget all entries, at once; the memory stays for the next ones."""
        self.used = self.filled = 0
        self.epoch += 1

    def find(self, number: int) -> int:
        """Return the place of this number, or the free one for it."""
        last = self.places - 1
        at = ((number * _SPREAD) >> 32) & last
        while self.epochs[at] == self.epoch and self.numbers[at] != number:
            at = (at + 1) & last
        return at

    def get(self, number: int) -> bytes | None:
        """Return the entry of this number, None if there is none."""
        at = self.find(number)
        if self.epochs[at] != self.epoch:
            return None
        begin, text = self.begins[at], self.entries
        size = text[begin] | text[begin + 1] << 8
        return bytes(text[begin + _HEAD : begin + _HEAD + size])

    def put(self, number: int, entry: bytes) -> None:
        """Keep an entry; there must be a free place besides."""
        at, begin, size = self.find(number), self.filled, len(entry)
        if self.epochs[at] != self.epoch:
            self.used += 1
        self.epochs[at], self.numbers[at], self.begins[at] = self.epoch, number, begin
        if begin + _HEAD + size > len(self.entries):
            self.entries.extend(bytes(_GROWTH))
        text, held = self.entries, entry
        text[begin] = size & 0xFF
        text[begin + 1] = size >> 8
        begin += _HEAD
        for place in range(size):
            text[begin + place] = held[place]
        self.filled = begin + size


class Kept:
    """Entries by number (not 0), as long as the directory is in one state; so many bytes at most."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._state: object = None
        self._table = _Table(_FIRST)
        self._older = self._table

    def limit(self, most: int) -> None:
        """Keep no more than so many bytes from now on; if it may be too much already, keep nothing of it."""
        self._most = most
        if self._bytes(self._table.places) + self._bytes(self._older.places) > most:
            self._table = self._older = _Table(_FIRST)

    def get(self, number: int, state: object) -> bytes | None:
        """Return the entry that was kept for this number in this state."""
        if state != self._state:
            self._forget()
            self._state = state
            return None
        table = self._table
        entry = table.get(number)
        if entry is None and self._older is not table:
            entry = self._older.get(number)
            if entry is not None:
                self._put(number, entry)
        return entry

    def put(self, number: int, state: object, entry: bytes) -> None:
        """Keep an entry for as long as the state is this one, which `get` was asked with before."""
        if state is not None and state == self._state and len(entry) <= _LONGEST:
            self._put(number, entry)

    def _put(self, number: int, entry: bytes) -> None:
        table = self._table
        if 2 * table.used >= table.places or table.filled + len(entry) > _SHARE * table.places - _HEAD:
            places = 2 * table.places
            while places > _FIRST and self._bytes(places) + self._bytes(table.places) > self._most:
                places >>= 1
            self._older, self._table = table, _Table(places)
            table = self._table
        table.put(number, entry)

    def _forget(self) -> None:
        table = self._table
        table.clear()
        self._older = self._table = table if table.epoch < _LAST_EPOCH else _Table(table.places)

    def _bytes(self, places: int) -> int:
        return (_SHARE + _PLACE) * places
