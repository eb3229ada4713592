"""Links: the keys by which the contacts of one person find each other in the index, as whole numbers.

A number of a person links by its digits, a mail address and a name with its company by hashes made of CRC-32. Two with
the same one only make candidates that are compared in vain: of ten million addresses, one in 400 meets such another.
"""

from collections.abc import Callable
from typing import Final
from zlib import crc32

from connectors.contact import Contact, PhoneKind, PlaceKind
from directory_server.directory.columns import GROUPS
from directory_server.directory.listing import Number
from directory_server.directory.names import company_words, is_company, name_company_key
from directory_server.directory.normal_form import words
from directory_server.directory.person import personal_mail, personal_numbers
from directory_server.store.rows import FieldGroup

NAMES: Final = 1 << 62
"""Links by name are no smaller, those by mail address are negative, those by number between."""

_HOME, _HOME_PHONE = PlaceKind.HOME, PhoneKind.HOME  # attributes of an Enum are slow to look up
_NAME, _BUSINESS, _PRIVATE = map(GROUPS.index, (FieldGroup.NAME, FieldGroup.BUSINESS, FieldGroup.PRIVATE))
_APART: Final = 0x9E3779B97F4A7C15
"""A large odd number: names times it and companies hardly make the same sum."""
_MOST_ASKED: Final = 8192
_LONGEST: Final = 128


class _Remembered(dict[str, int]):
    """What `make` makes of texts, by text; it is forgotten when it has become too much, and made again."""

    def __init__(self, make: Callable[[str], int], most: int) -> None:
        super().__init__()
        self._make, self._most = make, most

    def __missing__(self, text: str) -> int:
        made = self._make(text)
        if len(text) <= _LONGEST:
            if len(self) >= self._most:
                self.clear()
            self[text] = made
        return made


class Hashes:
    """Hashes of names and of companies by text, 0 for none; made once as long as no more than `most` different come.

    The hash of two names is the sum of theirs, whatever their order. Safe to use from several threads.
    """

    __slots__ = ("companies", "names")

    def __init__(self, most: int = _MOST_ASKED) -> None:
        self.names = _Remembered(_of_name, most)
        self.companies = _Remembered(_of_company, most)


def _of_name(name: str) -> int:
    return sum([crc32(word.encode()) + 1 for word in words(name)])


def _of_company(company: str) -> int:
    first = " ".join(company_words(company))
    return crc32(first.encode()) + 1 if first else 0


ASKED: Final = Hashes()
"""For what is asked; a build of the index, which sees every name, brings its own."""


def links(contact: Contact, numbers: tuple[Number, ...], hashes: Hashes = ASKED) -> tuple[tuple[int, int], ...]:
    """Return the keys under which other contacts of the same person may be found.

    With each comes the number of its field group (see `columns.GROUPS`).
    """
    found: list[tuple[int, int]] = []
    for email in contact.emails:
        mail = personal_mail(email.address)
        if mail:
            found.append((-1 - crc32(mail.encode()), _PRIVATE if email.kind is _HOME else _BUSINESS))
    found += [
        (int(number.e164[1:]), _PRIVATE if number.kind is _HOME_PHONE else _BUSINESS)
        for number in personal_numbers(numbers)
    ]
    if (company := hashes.companies[contact.company]) and (named := _named(contact, company, hashes)):
        found.append((NAMES | named & (NAMES - 1), _NAME))
    # Hardly any comes twice.
    return tuple(found) if len(dict(found)) == len(found) else tuple(dict.fromkeys(found))


def _named(contact: Contact, company: int, hashes: Hashes) -> int:
    """Return a hash that is the same where `name_company_key` is, 0 for half a name; `company` is the company's."""
    given, family = hashes.names[contact.given_name], hashes.names[contact.family_name]
    if not (given and family):
        key = name_company_key(contact)
        if not key or is_company(contact):
            return crc32(key.encode())
    return (given + family or hashes.names[contact.display_name]) * _APART + company
