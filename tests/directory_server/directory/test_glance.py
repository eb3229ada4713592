"""A glance shows what decoding the card shows, or says that the card must be decoded."""

from types import ModuleType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from connectors.contact import Contact, Email, Phone, PhoneKind, PlaceKind
from directory_server.directory import card, glance
from directory_server.directory.columns import GROUPS
from directory_server.directory.listing import Number
from directory_server.directory.scope import visible, visible_numbers
from directory_server.store.contact_json import contact_to_json
from directory_server.store.rows import FieldGroup
from tests.fakes import as_python
from tests.fakes.books import CONTACTS
from tests.fakes.books import GROUPS as SOME_GROUPS

MODULES = [glance, as_python.load("directory_server.directory.glance")]
PLAIN = st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters='"\\'), max_size=8)
ANY = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
KINDS = st.sampled_from(PhoneKind)


def numbers_of(text: st.SearchStrategy[str], most: int) -> st.SearchStrategy[tuple[Number, ...]]:
    return st.lists(st.builds(Number, KINDS, text, text, text, text, ANY), max_size=most).map(tuple)


def contacts_of(text: st.SearchStrategy[str], most: int) -> st.SearchStrategy[Contact]:
    emails = st.lists(st.builds(Email, text, st.sampled_from(PlaceKind)), max_size=most).map(tuple)
    phones = st.lists(st.builds(Phone, KINDS, ANY, ANY), max_size=2).map(tuple)
    texts = dict.fromkeys(glance.TEXTS, text)
    return st.builds(
        Contact, emails=emails, phones=phones, notes=ANY, nickname=ANY, prefix=ANY, office=ANY,
        custom=st.lists(st.tuples(ANY, ANY), max_size=2).map(tuple), **texts,
    )  # fmt: skip


def stored(contact: Contact, numbers: tuple[Number, ...], sort: str = "sort") -> bytes:
    return card.to_bytes(sort, 'key "1"', "2026-01-02T03:04:05", contact_to_json(contact), numbers)


def bits(groups: frozenset[FieldGroup]) -> int:
    return sum(1 << GROUPS.index(group) for group in groups)


def shown(found: Any) -> tuple[Any, ...]:
    """Return all that a glance tells: texts by name, e-mail addresses, and numbers as kind, raw and E.164."""

    def cut(places: Any, at: int) -> str:
        return bytes(found.card[places[at] : places[at + 1]]).decode()

    texts = {name: cut(found.texts, 2 * at) for at, name in enumerate(glance.TEXTS)}
    emails = [cut(found.emails, 2 * at) for at in range(found.addresses)]
    places = [5 * at for at in range(found.count)]
    numbers = [
        (glance.KINDS[found.numbers[at]], cut(found.numbers, at + 1), cut(found.numbers, at + 3)) for at in places
    ]
    return texts, emails, numbers


def decoded(contact: Contact, numbers: tuple[Number, ...], groups: frozenset[FieldGroup]) -> tuple[Any, ...]:
    seen = visible(contact, groups)
    return (
        {name: getattr(seen, name) for name in glance.TEXTS},
        [email.address for email in seen.emails],
        [(number.kind, number.raw, number.e164) for number in visible_numbers(numbers, groups)],
    )


@pytest.mark.parametrize("module", MODULES)
@given(st.one_of(contacts_of(PLAIN, 8), CONTACTS), numbers_of(PLAIN, 16), SOME_GROUPS, ANY)
def test_plain_contacts_are_shown_as_they_are_decoded(
    module: ModuleType, contact: Contact, numbers: tuple[Number, ...], groups: frozenset[FieldGroup], sort: str
) -> None:
    found = module.Glance()
    assert found.read(stored(contact, numbers, sort), bits(groups)) is True
    assert shown(found) == decoded(contact, numbers, groups)
    assert found.read(stored(structs.replace(contact, given_name=""), ()), bits(groups))
    assert shown(found) == decoded(structs.replace(contact, given_name=""), (), groups)


@pytest.mark.parametrize("module", MODULES)
@given(contacts_of(ANY, 9), numbers_of(ANY, 17), SOME_GROUPS)
def test_any_other_is_shown_so_or_not_at_all(
    module: ModuleType, contact: Contact, numbers: tuple[Number, ...], groups: frozenset[FieldGroup]
) -> None:
    found = module.Glance()
    if found.read(stored(contact, numbers), bits(groups)):
        assert shown(found) == decoded(contact, numbers, groups)


@pytest.mark.parametrize("module", MODULES)
@pytest.mark.parametrize(
    ("contact", "numbers"),
    [
        (Contact(given_name='"Bob"'), ()),
        (Contact(company="a\\b"), ()),
        (Contact(family_name="two\nlines"), ()),
        (Contact(emails=(Email('"a b"@example.com'),)), ()),
        (Contact(emails=(Email("a@example.com"),) * 9), ()),
        (Contact(), (Number(PhoneKind.WORK, '089"', "+4989"),)),
        (Contact(), (Number(PhoneKind.WORK, "089", "+4989"),) * 17),
    ],
)
def test_what_has_no_room_or_is_escaped_must_be_decoded(
    module: ModuleType, contact: Contact, numbers: tuple[Number, ...]
) -> None:
    found = module.Glance()
    assert found.read(stored(contact, numbers), bits(frozenset(FieldGroup))) is False


@given(CONTACTS, st.data())
def test_damaged_cards_end_nothing(contact: Contact, data: st.DataObject) -> None:
    """Cut, changed or made up: Python and what was compiled from it agree."""
    whole = bytearray(stored(contact, (Number(PhoneKind.WORK, "089 1", "+49891", "", "", 'the "first"'),)))
    for _ in range(data.draw(st.integers(0, 3))):
        at = data.draw(st.integers(0, len(whole) - 1))
        whole[at] = data.draw(st.one_of(st.sampled_from(b'"\\[]{},:\0'), st.integers(0, 255)))
    damaged = bytes(whole[: data.draw(st.integers(0, len(whole)))])
    for content in (damaged, data.draw(st.binary(max_size=40))):
        one, other = (module.Glance() for module in MODULES)
        assert one.read(content, 31) == other.read(content, 31)
        assert (list(one.texts), list(one.numbers), one.count) == (list(other.texts), list(other.numbers), other.count)


def test_every_beginning_of_a_card_is_no_card() -> None:
    whole = stored(Contact(given_name="Erika", emails=(Email("e@example.com"),)), (Number(PhoneKind.WORK, "1", "+1"),))
    for module in MODULES:
        found = module.Glance()
        assert found.read(whole, 31)
        assert not any(found.read(whole[:size], 31) for size in range(len(whole)))
