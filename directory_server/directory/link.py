"""Links: the keys by which the contacts of one person find each other in the index, as whole numbers.

A number of a person links by its digits, a mail address and a name with its company by their CRC-32. Two with the same
one only make candidates that are compared in vain: of ten million, one in 400 meets such another.
"""

from typing import Final
from zlib import crc32

from connectors.contact import Contact, PhoneKind, PlaceKind
from directory_server.directory.columns import GROUPS
from directory_server.directory.listing import Number
from directory_server.directory.names import ASKED, Names, name_company_key
from directory_server.directory.person import personal_mail, personal_numbers
from directory_server.store.rows import FieldGroup

NAMES: Final = 1 << 62
"""Links by name are no smaller, those by mail address are negative, those by number between."""

_HOME, _HOME_PHONE = PlaceKind.HOME, PhoneKind.HOME  # attributes of an Enum are slow to look up
_NAME, _BUSINESS, _PRIVATE = map(GROUPS.index, (FieldGroup.NAME, FieldGroup.BUSINESS, FieldGroup.PRIVATE))


def links(contact: Contact, numbers: tuple[Number, ...], names: Names = ASKED) -> tuple[tuple[int, int], ...]:
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
    key = name_company_key(contact, names)
    if key:
        found.append((NAMES | crc32(key.encode()), _NAME))
    # Hardly any comes twice.
    return tuple(found) if len(dict(found)) == len(found) else tuple(dict.fromkeys(found))
