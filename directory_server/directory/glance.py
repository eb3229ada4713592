# cython: language_level=3, boundscheck=False, wraparound=False, initializedcheck=False, annotation_typing=False
"""Glance: what a view shows of one contact, as places in the bytes of its card, for look-ups that take microseconds.

Nothing is decoded and nothing is made: a glance is filled again and again. What the view may not read has no place in
it. Compiled where there is a compiler (see `glance.pxd`); as Python it gives the same and is slower than `card`.
"""

from array import array
from typing import Final

from connectors.contact import PhoneKind, PlaceKind
from directory_server.directory.columns import GROUPS
from directory_server.store.rows import FieldGroup

TEXTS: Final = ("given_name", "family_name", "display_name", "company", "department", "job_title")
"""The texts of a contact that a glance has, all in the field group `name`."""
KINDS: Final = tuple(PhoneKind)
"""The kinds of numbers, each of which a glance calls by its place in here."""
MOST_NUMBERS: Final = 16
MOST_EMAILS: Final = 8

_NAME: Final = 1 << GROUPS.index(FieldGroup.NAME)
_BUSINESS: Final = 1 << GROUPS.index(FieldGroup.BUSINESS)
_PRIVATE: Final = 1 << GROUPS.index(FieldGroup.PRIVATE)
_HOME: Final = tuple(PhoneKind).index(PhoneKind.HOME)
_FIELDS: Final = tuple(name.encode() for name in (*TEXTS, "emails"))
_EMAILS: Final = len(TEXTS)
_KINDS: Final = tuple(kind.value.encode() for kind in KINDS)
_KIND_COUNT: Final = len(_KINDS)
_ROOM: Final = MOST_NUMBERS
_EMAIL_ROOM: Final = MOST_EMAILS
_HOME_EMAIL: Final = PlaceKind.HOME.value.encode()
_QUOTE: Final = ord('"')
_ESCAPE: Final = ord("\\")
_COMMA: Final = ord(",")
_COLON: Final = ord(":")
_OPEN: Final = ord("[")
_CLOSE: Final = ord("]")
_BEGIN: Final = ord("{")
_END: Final = ord("}")
_BLANK: Final = ord(" ")


class Glance:
    """Texts, numbers and e-mail addresses of one contact that may be read: each from a place in `card` up to another.

    `texts` has two places for each of the texts, `emails` for each address; `numbers` has for each number its kind,
    then the places of what was written and of E.164 with its plus. `id` and `source` are the contact's.
    """

    def __init__(self) -> None:
        self.card = b""
        self.id = 0
        self.source = 0
        self.count = 0
        self.addresses = 0
        self._at = 0
        self._begin = 0
        self._end = 0
        self.texts = array("i", [0] * (2 * len(TEXTS)))
        self.numbers = array("i", [0] * (5 * MOST_NUMBERS))
        self.emails = array("i", [0] * (2 * MOST_EMAILS))

    def read(self, card: bytes, groups: int) -> bool:
        """Take up a card as far as these field groups (bits by `columns.GROUPS`) show it.

        Return False for one that must be decoded: with an escaped character, or with more than there is room for.
        """
        self.card = card
        self.count = self.addresses = self._at = 0
        for place in range(2 * _EMAILS):
            self.texts[place] = 0
        try:
            return self._read(card, groups)
        except IndexError:  # as Python only: compiled, the zero behind the bytes ends every run
            return False

    def _read(self, data: bytes, groups: int) -> bool:
        if not self._mark(data, _OPEN):
            return False
        for _part in range(3):  # sort, key, changed
            if not (self._skip(data) and self._mark(data, _COMMA)):
                return False
        return (
            self._contact(data, groups)
            and self._mark(data, _COMMA)
            and self._numbers(data, groups)
            and self._mark(data, _CLOSE)
        )

    def _contact(self, data: bytes, groups: int) -> bool:
        if not self._mark(data, _BEGIN):
            return False
        while not self._mark(data, _END):
            if not (self._text(data) and self._mark(data, _COLON)):
                return False
            if not self._field(data, _which(data, self._begin, self._end, _FIELDS, _EMAILS + 1), groups):
                return False
            self._mark(data, _COMMA)
        return True

    def _field(self, data: bytes, field: int, groups: int) -> bool:
        """Read the value of a field."""
        if field == _EMAILS:
            return self._addresses(data, groups)
        if field < 0 or not groups & _NAME:
            return self._skip(data)
        if not self._text(data):
            return False
        self.texts[2 * field] = self._begin
        self.texts[2 * field + 1] = self._end
        return True

    def _addresses(self, data: bytes, groups: int) -> bool:
        """Read `[[address, kind], …]`."""
        if not self._mark(data, _OPEN):
            return False
        while not self._mark(data, _CLOSE):
            if not (self._mark(data, _OPEN) and self._text(data) and self._mark(data, _COMMA)):
                return False
            begin, end = self._begin, self._end
            if not (self._text(data) and self._mark(data, _CLOSE)):
                return False
            if groups & (_PRIVATE if _is(data, self._begin, self._end, _HOME_EMAIL, len(_HOME_EMAIL)) else _BUSINESS):
                if self.addresses == _EMAIL_ROOM:
                    return False
                self.emails[2 * self.addresses] = begin
                self.emails[2 * self.addresses + 1] = end
                self.addresses += 1
            self._mark(data, _COMMA)
        return True

    def _numbers(self, data: bytes, groups: int) -> bool:
        """Read `[[kind, raw, e164, …], …]`."""
        if not self._mark(data, _OPEN):
            return False
        while not self._mark(data, _CLOSE):
            if not (self._mark(data, _OPEN) and self._number(data, groups)):
                return False
            while not self._mark(data, _CLOSE):
                if not (self._mark(data, _COMMA) and self._skip(data)):
                    return False
            self._mark(data, _COMMA)
        return True

    def _number(self, data: bytes, groups: int) -> bool:
        """Read kind, raw and e164 of a number."""
        if not (self._text(data) and self._mark(data, _COMMA)):
            return False
        kind = _which(data, self._begin, self._end, _KINDS, _KIND_COUNT)
        if kind < 0 or not (self._text(data) and self._mark(data, _COMMA)):
            return False
        begin, end = self._begin, self._end
        if not self._text(data):
            return False
        if groups & (_PRIVATE if kind == _HOME else _BUSINESS):
            if self.count == _ROOM:
                return False
            place = 5 * self.count
            self.numbers[place] = kind
            self.numbers[place + 1] = begin
            self.numbers[place + 2] = end
            self.numbers[place + 3] = self._begin
            self.numbers[place + 4] = self._end
            self.count += 1
        return True

    def _mark(self, data: bytes, mark: int) -> bool:
        """Go behind this mark if it is what comes next; tell whether it was."""
        if data[self._at] != mark:
            return False
        self._at += 1
        return True

    def _text(self, data: bytes) -> bool:
        """Go behind the text that comes next and note its place; False if there is none, or one with an escape."""
        at = self._at
        if data[at] != _QUOTE:
            return False
        at += 1
        self._begin = at
        while data[at] != _QUOTE:
            if data[at] == _ESCAPE or data[at] < _BLANK:
                return False
            at += 1
        self._end = at
        self._at = at + 1
        return True

    def _skip(self, data: bytes) -> bool:
        """Go behind the value that comes next, to a comma or bracket; False if there is none."""
        at, depth = self._at, 0
        while data[at] >= _BLANK:
            char = data[at]
            if char == _QUOTE:
                at = _closed(data, at + 1)
            elif char in (_OPEN, _BEGIN):
                depth += 1
            elif depth == 0 and char in (_COMMA, _CLOSE, _END):
                self._at = at
                return True
            elif char in (_CLOSE, _END):
                depth -= 1
            at += 1
        return False


def _closed(data: bytes, at: int) -> int:
    """Return where the text that goes on here is closed, or where the bytes end."""
    while data[at] != _QUOTE and data[at] >= _BLANK:
        if data[at] == _ESCAPE and data[at + 1] >= _BLANK:
            at += 1
        at += 1
    return at if data[at] == _QUOTE else at - 1


def _is(data: bytes, begin: int, end: int, word: bytes, size: int) -> bool:
    """Tell whether this word stands there."""
    if end - begin != size:
        return False
    for at in range(size):  # noqa: SIM110 - a loop that can be compiled
        if data[begin + at] != word[at]:
            return False
    return True


def _which(data: bytes, begin: int, end: int, words: tuple[bytes, ...], count: int) -> int:
    """Return the place of the word that stands there among these, -1 if it is none of them."""
    for place in range(count):
        word = words[place]
        if _is(data, begin, end, word, len(word)):
            return place
    return -1
