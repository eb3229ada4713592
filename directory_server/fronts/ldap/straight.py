# cython: language_level=3, boundscheck=False, wraparound=False, initializedcheck=False, annotation_typing=False
"""Straight: the answer to a look-up written from a glance at its one holder, without anything in between.

For the numbers, filters and attributes that telephones ask all day; whatever else there is takes the way of `caller`,
which gives the same. Compiled where there is a compiler (see `straight.pxd`); as Python it is slower than `caller`.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from directory_server.directory.glance import MOST_NUMBERS, TEXTS, Glance
from directory_server.directory.template import Template
from directory_server.fronts.ldap.asked import equal, has_digits, is_number
from directory_server.fronts.ldap.room import Room

COMPILED: Final = not __file__.endswith(".py")
LONGEST: Final = 4096
"""Bytes of the longest entry that is written so."""

CONSTANT: Final = -1
UID: Final = -2
NAME: Final = -3
CN: Final = -4
SN: Final = -5
MAIL: Final = -6
PHONE: Final = -7
"""What an attribute is made of, beside the places of `glance.TEXTS`."""

_CONSTANT: Final = CONSTANT
_NAME: Final = NAME
_CN: Final = CN
_SN: Final = SN
_MAIL: Final = MAIL
_PHONE: Final = PHONE
_GIVEN: Final = 2 * TEXTS.index("given_name")
_FAMILY: Final = 2 * TEXTS.index("family_name")
_DISPLAY: Final = 2 * TEXTS.index("display_name")
_COMPANY: Final = 2 * TEXTS.index("company")
_OCTET_STRING: Final = 0x04
_SEQUENCE: Final = 0x30
_SET: Final = 0x31
_ENTRY: Final = 0x64
_PLUS: Final = ord("+")


class Part:
    """One attribute of an entry: its name as encoded, and what it is made of.

    `kinds` (bits by `glance.KINDS`) are those of a number attribute, `echoes` says whether a number that was asked for
    comes back as it was asked. `whole` is a constant attribute as encoded. `template` is filled from `places`, what its
    placeholders are made of; where nothing fills it, the attribute is what it is without.
    """

    def __init__(
        self,
        name: bytes,
        source: int,
        *,
        kinds: int = 0,
        echoes: bool = False,
        whole: bytes = b"",
        template: Template | None = None,
        places: Mapping[str, int] | None = None,
    ) -> None:
        self.name, self.source, self.kinds, self.echoes, self.whole = name, source, kinds, echoes, whole
        self.template, self.places = template, dict(places or {})


class Straight:
    """Writes the entries of one shape. For one thread.

    `kinds` are those of the numbers that the filter asks about. `tails` are what stands behind the id in the names of
    a source's entries. `formats` says that numbers nobody asked for are not written as E.164.
    """

    def __init__(self, parts: Sequence[Part], kinds: int, tails: Mapping[int, bytes], *, formats: bool) -> None:
        self._parts = tuple(reversed(parts))
        self._kinds, self._tails, self._formats = kinds, dict(tails), formats
        self._glance = Glance()
        self._room = Room(LONGEST)
        self._hits = bytearray(MOST_NUMBERS)

    def answer(self, number: bytes, packed: int, take: Callable[[int, Glance], bool]) -> bytes | None:
        """Return the SearchResultEntry of who holds a number alone, b"" if the filter does not match it.

        `packed` is what `plain` gave for the number; `take` takes its one contact into a glance, and says whether it
        could. None if this is not the way to answer.
        """
        glance = self._glance
        return self._entry(glance, number) if take(packed, glance) else None

    def _entry(self, glance: Glance, number: bytes) -> bytes | None:
        found = self._find_hits(glance, number, len(number))
        if found < 0:
            return None
        if not found:
            return b""
        tail = self._tails.get(glance.source)
        if tail is None:
            return None
        room = self._room
        room.clear()
        end = room.at
        for part in self._parts:
            if not self._attribute(room, part, glance, number):
                return None
        room.head(_SEQUENCE, end)
        behind = room.at
        room.copy(tail, 0, len(tail))
        room.decimal(glance.id)
        room.copy(b"uid=", 0, 4)
        room.head(_OCTET_STRING, behind)
        room.head(_ENTRY, end)
        return None if room.is_full else room.written()

    def _find_hits(self, glance: Glance, number: bytes, size: int) -> int:
        """Note which numbers are the asked one; return whether one is of the filter's kinds, -1 if it is uncertain."""
        card, numbers, hits, found = glance.card, glance.numbers, self._hits, 0
        for each in range(glance.count):
            place = 5 * each
            begin, end = numbers[place + 3], numbers[place + 4]
            if begin < end:
                hit = is_number(card, begin, end, number, size)
            elif card[numbers[place + 1]] == _PLUS:  # could not be read, and may be the text of another
                return -1
            else:
                hit = has_digits(card, numbers[place + 1], numbers[place + 2], number, size)
            hits[each] = hit
            if hit and self._kinds >> numbers[place] & 1:
                found = 1
        return found

    def _attribute(self, room: Room, part: Part, glance: Glance, number: bytes) -> bool:
        """Write an attribute if it has a value; return whether it can be written so."""
        end = room.at
        if part.source == _CONSTANT:
            room.copy(part.whole, 0, len(part.whole))
            return True
        if part.source == _PHONE:
            if not self._numbers(room, part, glance, number):
                return False
        else:
            if part.template is not None:
                self._filled(room, part, glance)
            if room.at == end:
                self._values(room, part.source, glance)
        if room.at < end:
            room.head(_SET, end)
            room.copy(part.name, 0, len(part.name))
            room.head(_SEQUENCE, end)
        return True

    def _filled(self, room: Room, part: Part, glance: Glance) -> None:
        """Write what the part's template makes of the contact, if anything."""

        def value(place: str) -> str:
            """Return the first value of what a placeholder is made of; it is written and taken back."""
            end = room.at
            self._values(room, part.places[place], glance)
            first: bytes = room.first(end)
            room.at = end
            return first.decode()

        text = part.template.fill(value).encode() if part.template else b""
        room.text(text, 0, len(text))

    def _values(self, room: Room, source: int, glance: Glance) -> None:
        """Write the values that are made of this."""
        if source >= 0:
            room.text(glance.card, glance.texts[2 * source], glance.texts[2 * source + 1])
        elif source == _NAME:
            self._name(room, glance)
        elif source == _CN:
            self._cn(room, glance)
        elif source == _SN:
            self._sn(room, glance)
        elif source == _MAIL:
            self._mail(room, glance)
        else:
            self._uid(room, glance)

    def _numbers(self, room: Room, part: Part, glance: Glance, number: bytes) -> bool:
        """Write the numbers of a part's kinds, each once, the last one first; the asked one where it stands first."""
        card, numbers, hits, first = glance.card, glance.numbers, self._hits, -1
        for each in range(glance.count):
            if part.echoes and hits[each] and part.kinds >> numbers[5 * each] & 1:
                first = each
                break
        for back in range(glance.count):
            each = glance.count - 1 - back
            place = 5 * each
            if not part.kinds >> numbers[place] & 1:
                continue
            if part.echoes and hits[each]:
                if each == first:
                    room.text(number, 0, len(number))
                continue
            if self._formats:
                return False
            begin, end = numbers[place + 3], numbers[place + 4]
            if begin == end:
                begin, end = numbers[place + 1], numbers[place + 2]
            if not _is_repeated(glance, each, part.kinds, begin, end):
                room.text(card, begin, end)
        return True

    def _name(self, room: Room, glance: Glance) -> None:
        """Write what to call the contact, as `Contact.name` does."""
        card, texts, end = glance.card, glance.texts, room.at
        room.text(card, texts[_DISPLAY], texts[_DISPLAY + 1])
        if room.at == end:
            room.pair(card, texts[_GIVEN], texts[_GIVEN + 1], texts[_FAMILY], texts[_FAMILY + 1])
        if room.at == end:
            room.text(card, texts[_COMPANY], texts[_COMPANY + 1])
        if room.at == end and glance.addresses:
            room.text(card, glance.emails[0], glance.emails[1])

    def _cn(self, room: Room, glance: Glance) -> None:
        """Write both orders of a name, or what is there instead of one."""
        card, texts, end = glance.card, glance.texts, room.at
        room.pair(card, texts[_FAMILY], texts[_FAMILY + 1], texts[_GIVEN], texts[_GIVEN + 1])
        if room.at == end:
            self._name_or_uid(room, glance)
        elif texts[_GIVEN] < texts[_GIVEN + 1] and texts[_FAMILY] < texts[_FAMILY + 1]:
            second = room.at
            room.pair(card, texts[_GIVEN], texts[_GIVEN + 1], texts[_FAMILY], texts[_FAMILY + 1])
            if room.repeats(second, end):
                room.at = second

    def _sn(self, room: Room, glance: Glance) -> None:
        card, texts, end = glance.card, glance.texts, room.at
        room.text(card, texts[_FAMILY], texts[_FAMILY + 1])
        if room.at == end:
            room.text(card, texts[_COMPANY], texts[_COMPANY + 1])
        if room.at == end:
            self._name_or_uid(room, glance)

    def _name_or_uid(self, room: Room, glance: Glance) -> None:
        end = room.at
        self._name(room, glance)
        if room.at == end:
            self._uid(room, glance)

    def _mail(self, room: Room, glance: Glance) -> None:
        """Write the e-mail addresses, each once, the last one first."""
        card, emails = glance.card, glance.emails
        for back in range(glance.addresses):
            each = glance.addresses - 1 - back
            begin, end, is_repeated = emails[2 * each], emails[2 * each + 1], False
            for other in range(each):
                if equal(card, begin, end, card, emails[2 * other], emails[2 * other + 1]):
                    is_repeated = True
            if not is_repeated:
                room.text(card, begin, end)

    def _uid(self, room: Room, glance: Glance) -> None:
        end = room.at
        room.decimal(glance.id)
        room.head(_OCTET_STRING, end)


def _is_repeated(glance: Glance, until: int, kinds: int, begin: int, end: int) -> bool:
    """Tell whether a number before this one, of one of these kinds, is written the same."""
    card, numbers = glance.card, glance.numbers
    for each in range(until):
        place = 5 * each
        if kinds >> numbers[place] & 1:
            first, last = numbers[place + 3], numbers[place + 4]
            if first == last:
                first, last = numbers[place + 1], numbers[place + 2]
            if equal(card, begin, end, card, first, last):
                return True
    return False
