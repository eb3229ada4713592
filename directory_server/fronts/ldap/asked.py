# cython: language_level=3, boundscheck=False, wraparound=False, initializedcheck=False, annotation_typing=False
"""Asked: numbers as telephones ask for them, a plus and digits, and whether a contact's number is the one.

Compiled where there is a compiler (see `asked.pxd`).
"""

from typing import Final

from directory_server.directory import dialling

_SHORTEST: Final = 7
_LONGEST: Final = 15
_DIGITS: Final = 16
_PLUS: Final = ord("+")
_ZERO: Final = ord("0")
_KEEPS_ZERO: Final = 8
_CODES: Final = bytes(
    len(code) | (_KEEPS_ZERO if code in dialling.KEEPS_ZERO else 0)
    for code in (dialling.country_code(f"{first:03}") for first in range(1000))
)
"""How many digits of a number are its country code, by its first three; and whether a zero behind it stays."""


def plain(number: bytes, size: int) -> int:
    """Return a number of a plus and E.164 digits as `words.numbers.packed` does, 0 for any other.

    0, too, for one that is not read as these digits and no others wherever it is asked (see `dialling.without_trunk`).
    """
    if size <= _SHORTEST or size > _LONGEST + 1 or number[0] != _PLUS:
        return 0
    packed = 0
    for at in range(1, size):
        if number[at] < _ZERO or number[at] > _ZERO + 9:
            return 0
        packed = packed << 4 | number[at] - _ZERO
    for _rest in range(size, _DIGITS + 1):
        packed = packed << 4 | 15
    code = _CODES[(number[1] - _ZERO) * 100 + (number[2] - _ZERO) * 10 + number[3] - _ZERO]
    if not code or (code < _KEEPS_ZERO and number[code + 1] == _ZERO):
        return 0
    return 0 if code == 1 and number[1] == _ZERO + 7 and number[2] == _ZERO + 8 else packed


def is_number(card: bytes, begin: int, end: int, number: bytes, size: int) -> bool:
    """Tell whether this is the asked number, or the same switchboard with or without its zero."""
    held = end - begin
    if held == size:
        return equal(card, begin, end, number, 0, size)
    if held + 1 == size:
        return number[size - 1] == _ZERO and equal(card, begin, end, number, 0, held)
    return held == size + 1 and card[end - 1] == _ZERO and equal(card, begin, end - 1, number, 0, size)


def has_digits(card: bytes, begin: int, end: int, number: bytes, size: int) -> bool:
    """Tell whether the digits of a text are those behind the plus."""
    at = 1
    for place in range(begin, end):
        if card[place] < _ZERO or card[place] > _ZERO + 9:
            continue
        if at == size or card[place] != number[at]:
            return False
        at += 1
    return at == size


def equal(one: bytes, begin: int, end: int, other: bytes, first: int, last: int) -> bool:  # noqa: PLR0917 - two places
    """Tell whether the same stands in one place and in another."""
    if end - begin != last - first:
        return False
    for at in range(end - begin):  # noqa: SIM110 - a loop that can be compiled
        if one[begin + at] != other[first + at]:
            return False
    return True
