import pytest
from hypothesis import given
from hypothesis import strategies as st

from directory_server.fronts.ldap import ber


@given(st.integers(-(2**63), 2**63 - 1))
def test_integers_come_back(number: int) -> None:
    encoded = ber.encode_integer(number)
    start, stop = ber.expect(encoded, 0, len(encoded), ber.INTEGER)
    assert ber.integer(encoded, start, stop) == number
    if -(2**31) <= number < 2**31:
        assert stop - start <= 4


@given(st.sampled_from([0x04, 0x30, 0xA3]), st.binary(max_size=300), st.binary(max_size=5))
def test_values_come_back(tag: int, value: bytes, behind: bytes) -> None:
    data = ber.encode(tag, value) + behind
    found, start, stop = ber.read(data, 0, len(data))
    assert (found, data[start:stop], data[stop:]) == (tag, value, behind)


@given(st.binary(max_size=40))
def test_undecodable_text_comes_back(value: bytes) -> None:
    assert ber.encode_text(ber.text(value, 0, len(value))) == ber.encode(ber.OCTET_STRING, value)


def test_the_four_byte_form_of_a_short_length_is_read() -> None:
    assert ber.read(b"\x04\x84\x00\x00\x00\x02ab", 0, 8) == (4, 6, 8)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x04",
        b"\x04\x80ab\x00\x00",  # indefinite
        b"\x04\x85\x00\x00\x00\x00\x01a",  # five bytes of length
        b"\x04\x82\x01",  # length cut off
        b"\x04\x05ab",  # value cut off
        b"\x1f\x81\x01\x00",  # tag of two bytes
        b"\x04\xff",
    ],
)
def test_what_ldap_does_not_allow_is_refused(data: bytes) -> None:
    with pytest.raises(ber.BerError):
        ber.read(data, 0, len(data))


def test_a_header_is_judged_before_its_body_arrives() -> None:
    assert ber.header(b"\x30\x84\x00", 0, 3) is None
    assert ber.header(b"\x30\x83\xa0\x00\x00", 0, 5) == (0x30, 5, 5 + 0xA00000)
    with pytest.raises(ber.BerError):
        ber.header(b"\x3f", 0, 1)


@pytest.mark.parametrize("value", [b"", bytes(9)])
def test_integers_of_no_or_too_many_bytes_are_refused(value: bytes) -> None:
    with pytest.raises(ber.BerError):
        ber.integer(value, 0, len(value))


def test_a_boolean_is_one_byte() -> None:
    assert ber.boolean(b"\x01", 0, 1)
    assert not ber.boolean(b"\x00", 0, 1)
    assert ber.encode_boolean(True) == b"\x01\x01\xff"
    with pytest.raises(ber.BerError):
        ber.boolean(b"\x00\x00", 0, 2)
