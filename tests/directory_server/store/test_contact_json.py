from typing import get_type_hints

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.contact import Address, Contact, Email, Phone, PhoneKind, PlaceKind
from directory_server.store.contact_json import (
    contact_from_json,
    contact_to_json,
    contact_to_json_and_fingerprint,
    fingerprint,
    record_from_json,
    record_to_json,
)

TEXTS = [name for name, kind in get_type_hints(Contact).items() if kind is str]

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
phones = st.builds(Phone, st.sampled_from(PhoneKind), texts, texts)
emails = st.builds(Email, texts, st.sampled_from(PlaceKind))
addresses = st.builds(Address, st.sampled_from(PlaceKind), texts, texts, texts, texts, texts)
contacts = st.builds(
    Contact,
    **dict.fromkeys(TEXTS, texts),
    phones=st.lists(phones, max_size=3).map(tuple),
    emails=st.lists(emails, max_size=3).map(tuple),
    addresses=st.lists(addresses, max_size=2).map(tuple),
    urls=st.lists(texts, max_size=2).map(tuple),
    categories=st.lists(texts, max_size=2).map(tuple),
    custom=st.lists(st.tuples(texts, texts), max_size=2).map(tuple),
)
records = st.dictionaries(texts, st.lists(texts, min_size=1, max_size=3).map(tuple), max_size=5)


@given(contacts)
def test_a_contact_comes_back_exactly(contact):
    assert contact_from_json(contact_to_json(contact)) == contact


@given(contacts, contacts)
def test_texts_are_equal_when_contacts_are(one, other):
    assert (contact_to_json(one) == contact_to_json(other)) == (one == other)


@given(records)
def test_a_record_comes_back_exactly(record):
    again = record_from_json(record_to_json(record))
    assert again == record
    assert list(again) == list(record)


@given(contacts)
def test_text_and_hash_are_the_same_made_together(contact):
    text = contact_to_json(contact)
    assert contact_to_json_and_fingerprint(contact) == (text, fingerprint(text))


def test_an_empty_contact_is_short():
    assert contact_to_json(Contact()) == "{}"


def test_a_fingerprint_has_128_bits():
    assert len(fingerprint("a")) == 16


@pytest.mark.parametrize("refused", [
    lambda: fingerprint("\ud800"),
    lambda: contact_to_json(Contact(company="\ud800")),
    lambda: contact_to_json_and_fingerprint(Contact(company="\ud800")),
    lambda: record_to_json({"\ud800": ("a",)}),
])  # fmt: skip
def test_half_a_character_is_refused(refused):
    with pytest.raises(UnicodeEncodeError):
        refused()


def test_the_text_never_changes_because_its_hash_is_kept():
    contact = Contact(
        given_name="Jörg",
        phones=(Phone(PhoneKind.WORK, "1"), Phone(PhoneKind.HOME, "2", "Fax")),
        emails=(Email("a@x"),),
        addresses=(Address(PlaceKind.HOME, city="Ulm"),),
        notes='a\n"b"\\',
        urls=("u",),
        categories=("A", "B"),
        custom=(("nr", "9"),),
    )
    assert contact_to_json(contact) == (
        '{"given_name":"Jörg","phones":[["work","1",""],["home","2","Fax"]],"emails":[["a@x","work"]],'
        '"addresses":[["home","","","Ulm","",""]],"notes":"a\\n\\"b\\"\\\\","urls":["u"],"categories":["A","B"],'
        '"custom":[["nr","9"]]}'
    )
    assert record_to_json({"a": ("1",), 'b"': ("2", "3"), "c": ()}) == '{"a":["1"],"b\\"":["2","3"],"c":[]}'
    assert fingerprint("a").hex() == "27c35e6e9373877f29e562464e46497e"
