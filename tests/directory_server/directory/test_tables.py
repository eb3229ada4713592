from hypothesis import given
from hypothesis import strategies as st

from directory_server.directory.tables import contact_of, row_of, source_of


@given(st.integers(1, (1 << 43) - 1), st.integers(0, (1 << 20) - 1))
def test_a_row_tells_contact_and_source(contact, source):
    row = row_of(contact, source)
    assert (contact_of(row), source_of(row)) == (contact, source)
