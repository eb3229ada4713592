import pytest
from hypothesis import given
from hypothesis import strategies as st

from directory_server.protocol import padding


@given(st.binary(max_size=5000), st.sampled_from([b"", b"t" * 64]))
def test_round_trip_in_powers_of_two(content: bytes, tail: bytes) -> None:
    padded = padding.pad(content, tail)
    assert padding.unpad(padded, len(tail)) == (content, tail)
    size = len(padded)
    assert size & (size - 1) == 0
    assert size == padding.SMALLEST or size < 2 * (len(content) + len(tail) + padding.LENGTH_SIZE)


def test_the_largest_size_holds_and_no_more() -> None:
    largest = bytes(padding.LARGEST - padding.LENGTH_SIZE)
    assert len(padding.pad(largest)) == padding.LARGEST
    with pytest.raises(padding.TooLarge):
        padding.pad(largest + b"\0")


@pytest.mark.parametrize(("padded", "tail"), [(b"", 0), (b"\0\0\0", 0), (b"\0\0\0\1", 0), (b"\0\0\0\1a", 1)])
def test_lengths_that_point_outside_are_refused(padded: bytes, tail: int) -> None:
    with pytest.raises(ValueError, match=r"short|outside"):
        padding.unpad(padded, tail)
