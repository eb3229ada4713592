"""Responses are well-formed whatever lengths they have."""

from hypothesis import given
from hypothesis import strategies as st

from directory_server.fronts.ldap import ber, response

TEXT = st.one_of(st.text(max_size=30), st.integers(40, 300).map(lambda size: "ü" * size))


@given(st.one_of(st.text(min_size=1, max_size=20), st.just("n" * 100)), st.lists(TEXT, max_size=3))
def test_a_partial_attribute_has_its_name_and_values(name, values):
    data = response.partial(ber.encode_text(name), values)
    assert data == response.attribute(name, values)
    start, stop = ber.expect(data, 0, len(data), ber.SEQUENCE)
    assert stop == len(data)
    at, end = ber.expect(data, start, stop, ber.OCTET_STRING)
    assert ber.text(data, at, end) == name
    at, stop = ber.expect(data, end, stop, ber.SET)
    found = []
    while at < stop:
        at, end = ber.expect(data, at, stop, ber.OCTET_STRING)
        found.append(ber.text(data, at, end))
        at = end
    assert found == values
