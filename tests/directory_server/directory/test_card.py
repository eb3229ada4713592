"""A card says what was put on it, or that it is none, and then nothing of what it holds."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.contact import Contact, Phone, PhoneKind
from directory_server.directory.card import Card, UnreadableError, from_bytes, sort_from_bytes, to_bytes
from directory_server.directory.listing import Number
from directory_server.store.contact_json import contact_to_json

TEXT = st.text(st.characters(codec="utf-8"), max_size=20)
NUMBER = st.builds(Number, st.sampled_from(PhoneKind), TEXT, TEXT, TEXT, TEXT, TEXT)
CONTACT = st.builds(
    lambda name, company, raw: Contact(display_name=name, company=company, phones=(Phone(PhoneKind.WORK, raw),)),
    TEXT,
    TEXT,
    TEXT,
)


@given(TEXT, TEXT, TEXT, CONTACT, st.lists(NUMBER, max_size=3).map(tuple))
def test_everything_comes_back(sort, key, changed, contact, numbers):
    data = to_bytes(sort, key, changed, contact_to_json(contact), numbers)
    assert from_bytes(data) == Card(sort, key, changed, contact, numbers)
    assert from_bytes(memoryview(data)) == from_bytes(data)
    assert sort_from_bytes(data) == sort


@pytest.mark.parametrize(
    "data", [b"", b"canary", b'["canary"', b'["a","b","c",{"company":7},[]]', b'{"canary":1}', b'[1,"b","c",{},[]]']
)
def test_what_is_no_card_is_told_of_and_nothing_of_it(data):
    with pytest.raises(UnreadableError) as told:
        from_bytes(data)
    assert "canary" not in str(told.value)
    assert told.value.__suppress_context__


@pytest.mark.parametrize("data", [b"", b"canary", b'["canary"', b'[1,"b","c",{},[]]'])
def test_no_name_is_read_from_what_is_no_card(data):
    with pytest.raises(UnreadableError) as told:
        sort_from_bytes(data)
    assert "canary" not in str(told.value)
    assert told.value.__suppress_context__
