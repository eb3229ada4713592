"""Responses are well-formed whatever lengths they have."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from directory_server.fronts.ldap import ber, response
from tests.fakes import ldap_oracle as oracle

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


@pytest.mark.parametrize("length", [0, *range(60, 140), 250, 300, 70_000])
@pytest.mark.parametrize("dn", ["uid=1,ou=s,dc=contacts", "uid=1,ou=büro,dc=contacts", "uid=1,ou=" + "s" * 120])
def test_an_entry_has_its_name_and_attributes_at_every_length(dn: str, length: int) -> None:
    value = "v" * length
    attribute = response.partial(ber.encode_text("cn"), [value])
    operation = response.entry(dn, [attribute])
    start, stop = ber.expect(operation, 0, len(operation), response.Tag.SEARCH_ENTRY)
    assert stop == len(operation)
    assert operation[start:] == ber.encode_text(dn) + ber.encode(ber.SEQUENCE, attribute)
    name, body = oracle.decode(response.envelope(1, operation))["protocolOp"]
    assert name == "searchResEntry"
    assert body["objectName"].decode() == dn
    assert [(one["type"], one["vals"]) for one in body["attributes"]] == [(b"cn", [value.encode()])]


@given(st.integers(1, 2**31 - 1), st.lists(st.binary(max_size=4), max_size=3))
def test_operations_come_each_in_its_envelope(number, operations):
    for size in range(118, 132):
        sent = [*operations, bytes(size), b"done"], [bytes(size), b"done"], [b"entry", bytes(size)], operations
        for each in sent:
            whole = b"".join(response.envelope(number, operation) for operation in each)
            assert response.messages(number, each) == whole
            assert response.enveloped(ber.encode_integer(number), each) == whole
