"""Numbers and entries that are written straight, at their limits; what is written otherwise is in tests/properties."""

from types import ModuleType

import pytest

from connectors.contact import Contact, Phone, PhoneKind
from directory_server.directory import card
from directory_server.directory.glance import KINDS, Glance
from directory_server.directory.number import read
from directory_server.fronts.ldap import asked, straight
from directory_server.store.contact_json import contact_to_json
from directory_server.store.rows import Location
from tests.fakes import as_python

MODULES = [straight, as_python.load("directory_server.fronts.ldap.straight")]


def written(module: ModuleType, contact: Contact, parts: list[tuple[bytes, int]], source: int = 7) -> bytes | None:
    """Return the entry of a contact that is asked for by its first number."""
    numbers = tuple(one for phone in contact.phones for one in read(phone.raw, Location("DE"), phone.kind))
    content = card.to_bytes("", "key", "", contact_to_json(contact), numbers)

    def take(_number: int, glance: Glance) -> bool:
        glance.id, glance.source = 123, source
        return glance.read(content, 31)

    made = module.Straight(
        [module.Part(name, made_of) for name, made_of in parts], (1 << len(KINDS)) - 1, {7: b",ou=x"}, formats=False
    )
    number = numbers[0].e164.encode()
    answer: bytes | None = made.answer(number, asked.plain(number, len(number)), take)
    return answer


def held(name: str = "Anna", number: str = "+491712345678") -> Contact:
    return Contact(display_name=name, phones=(Phone(PhoneKind.MOBILE, number),))


@pytest.mark.parametrize("module", MODULES)
def test_an_entry_ends_where_the_room_does(module: ModuleType) -> None:
    parts = [(b"\x04\x01n", straight.NAME)]
    name = "x" * (straight.LONGEST - 40)
    whole = written(module, held(name), parts)
    assert whole
    assert len(whole) <= straight.LONGEST
    assert name.encode() in whole
    assert written(module, held("x" * straight.LONGEST), parts) is None
    assert written(module, held("ä" * (straight.LONGEST // 2)), parts * 2) is None


@pytest.mark.parametrize("module", MODULES)
def test_who_is_of_an_unknown_source_is_not_answered_so(module: ModuleType) -> None:
    assert written(module, held(), [(b"\x04\x03uid", straight.UID)]) == (
        b"\x64\x1e\x04\x0cuid=123,ou=x\x30\x0e\x30\x0c\x04\x03uid\x31\x05\x04\x03123"
    )
    assert written(module, held(), [(b"\x04\x03uid", straight.UID)], source=8) is None


@pytest.mark.parametrize("module", MODULES)
def test_an_unread_number_with_a_plus_is_uncertain(module: ModuleType) -> None:
    contact = held()
    other = Contact(display_name="Anna", phones=(*contact.phones, Phone(PhoneKind.WORK, "+999 12345678")))
    numbers = read(other.phones[1].raw, Location("DE"), PhoneKind.WORK)
    assert [number.e164 for number in numbers] == [""]
    assert written(module, other, [(b"\x04\x01n", straight.NAME)]) is None
