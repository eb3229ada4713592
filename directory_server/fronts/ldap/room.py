# cython: language_level=3, boundscheck=False, wraparound=False, initializedcheck=False, annotation_typing=False
"""Room: BER (X.690) written from its end to its beginning, so that every length is known when it is due.

Compiled where there is a compiler (see `room.pxd`).
"""

from typing import Final

_OCTET_STRING: Final = 0x04
_LONG_FORM: Final = 0x80
_ONE_BYTE: Final = 0x81
_TWO_BYTES: Final = 0x82
_MOST: Final = 0xFFFF
_LONGEST_HEAD: Final = 4
_ZERO: Final = ord("0")
_BLANK: Final = b" "


class Room:
    """Room for so many bytes, 65,535 at most; `at` is the place of the first that was written.

    What writes returns whether there was room; when there was none, `is_full` is set and what was written is worth
    nothing.
    """

    def __init__(self, size: int) -> None:
        self._bytes = bytearray(min(size, _MOST))
        self._size = len(self._bytes)
        self.at = self._size
        self.is_full = False

    def clear(self) -> None:
        """Forget what was written."""
        self.at = self._size
        self.is_full = False

    def written(self) -> bytes:
        """Return what was written."""
        held = self._bytes
        return bytes(held[self.at : self._size])

    def first(self, end: int) -> bytes:
        """Return the first of the OCTET STRINGs that stand before `end`, empty if there is none or no room was left."""
        held, at = self._bytes, self.at
        if at == end or self.is_full:
            return b""
        size, at = held[at + 1], at + 2
        if size == _ONE_BYTE:
            size, at = held[at], at + 1
        elif size == _TWO_BYTES:
            size, at = held[at] << 8 | held[at + 1], at + 2
        return bytes(held[at : at + size])

    def copy(self, text: bytes, begin: int, end: int) -> bool:
        """Put a part of some bytes in front."""
        held, at = self._bytes, self.at - (end - begin)
        if at < 0:
            self.is_full = True
            return False
        self.at = at
        for place in range(begin, end):
            held[at] = text[place]
            at += 1
        return True

    def head(self, tag: int, end: int) -> bool:
        """Put tag and length (§8.1.3, the shortest form) in front of a value, which is all that stands before `end`."""
        held, at = self._bytes, self.at
        size = end - at
        if at < _LONGEST_HEAD:
            self.is_full = True
            return False
        at -= 1
        held[at] = size & 0xFF
        if size >= _LONG_FORM:
            if size > 0xFF:  # noqa: PLR2004 - one byte
                at -= 1
                held[at] = size >> 8
                at -= 1
                held[at] = _TWO_BYTES
            else:
                at -= 1
                held[at] = _ONE_BYTE
        at -= 1
        held[at] = tag
        self.at = at
        return True

    def text(self, text: bytes, begin: int, end: int) -> bool:
        """Put a part of some bytes in front as an OCTET STRING; nothing if it is empty."""
        if begin == end:
            return True
        behind = self.at
        return self.copy(text, begin, end) and self.head(_OCTET_STRING, behind)

    def pair(self, text: bytes, begin: int, end: int, second: int, second_end: int) -> bool:
        """Put two parts of some bytes in front, with a blank between them if neither is empty, as `text` does."""
        if begin == end:
            return self.text(text, second, second_end)
        if second == second_end:
            return self.text(text, begin, end)
        behind = self.at
        return (
            self.copy(text, second, second_end)
            and self.copy(_BLANK, 0, 1)
            and self.copy(text, begin, end)
            and self.head(_OCTET_STRING, behind)
        )

    def decimal(self, number: int) -> bool:
        """Put the digits of a number in front."""
        held, at = self._bytes, self.at
        while at > 0:
            at -= 1
            held[at] = _ZERO + number % 10
            number //= 10
            if number == 0:
                self.at = at
                return True
        self.is_full = True
        return False

    def repeats(self, second: int, end: int) -> bool:
        """Tell whether what stands in front of the place `second` is what stands from there to `end`."""
        held, at = self._bytes, self.at
        if second - at != end - second:
            return False
        for place in range(second, end):
            if held[at] != held[place]:
                return False
            at += 1
        return True
