from hypothesis import given
from hypothesis import strategies as st

from directory_server.directory.tables import contact_of, digits_key, digits_of, row_of, source_of

KEYS = st.from_regex(r"x?[0-9]{0,17}", fullmatch=True)


@given(KEYS)
def test_digits_come_back_with_every_zero(key):
    assert digits_of(digits_key(key)) == key
    assert -(1 << 63) <= digits_key(key) < 1 << 63


@given(st.lists(KEYS, unique=True, max_size=20))
def test_no_two_keys_have_one_number(keys):
    assert len(set(map(digits_key, keys))) == len(keys)


@given(st.integers(1, (1 << 43) - 1), st.integers(0, (1 << 20) - 1))
def test_a_row_tells_contact_and_source(contact, source):
    row = row_of(contact, source)
    assert (contact_of(row), source_of(row)) == (contact, source)
