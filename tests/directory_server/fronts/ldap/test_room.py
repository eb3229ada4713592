"""What is written from its end is what is written from its beginning."""

from types import ModuleType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from directory_server.fronts.ldap import ber, room
from tests.fakes import as_python

MODULES = [room, as_python.load("directory_server.fronts.ldap.room")]
TEXTS = st.one_of(
    st.binary(max_size=8), st.sampled_from([0, 1, 126, 127, 128, 129, 254, 255, 256, 257, 1000]).map(lambda n: b"x" * n)
)


def octets(*texts: bytes) -> bytes:
    return b"".join(ber.encode(ber.OCTET_STRING, text) for text in texts if text)


@pytest.mark.parametrize("module", MODULES)
@given(st.lists(TEXTS, max_size=6), st.integers(0, (1 << 63) - 1))
def test_values_in_sequences(module: ModuleType, texts: list[bytes], number: int) -> None:
    made = module.Room(20_000)
    end = made.at
    for text in reversed(texts):
        assert made.text(b"<" + text + b">", 1, 1 + len(text))
    assert made.head(0x31, end)
    assert made.copy(b"no name no", 3, 7)
    assert made.head(0x30, end)
    assert made.decimal(number)
    assert made.written() == str(number).encode() + ber.encode(0x30, b"name" + ber.encode(0x31, octets(*texts)))
    assert not made.is_full
    made.clear()
    assert made.written() == b""


@pytest.mark.parametrize("module", MODULES)
@given(TEXTS, TEXTS)
def test_the_first_value_is_told(module: ModuleType, first: bytes, second: bytes) -> None:
    made = module.Room(20_000)
    end = made.at
    assert made.first(end) == b""
    made.text(second, 0, len(second))
    made.text(first, 0, len(first))
    assert made.first(end) == (first or second)
    made.copy(bytes(30_000), 0, 30_000)
    assert made.first(end) == b""


@pytest.mark.parametrize("module", MODULES)
@given(TEXTS, TEXTS)
def test_two_parts_of_a_name(module: ModuleType, first: bytes, second: bytes) -> None:
    made = module.Room(20_000)
    text = first + second
    assert made.pair(text, 0, len(first), len(first), len(text))
    assert made.written() == octets(b" ".join(part for part in (first, second) if part))


@pytest.mark.parametrize("module", MODULES)
@given(st.binary(max_size=4), st.binary(max_size=4), st.binary(max_size=4))
def test_repetitions(module: ModuleType, first: bytes, second: bytes, behind: bytes) -> None:
    made = module.Room(100)
    made.copy(behind, 0, len(behind))
    end = made.at
    made.copy(second, 0, len(second))
    at = made.at
    made.copy(first, 0, len(first))
    assert made.repeats(at, end) == (first == second)


def write(made: Any, way: int, size: int) -> bool:
    ways = (
        lambda: made.copy(bytes(size), 0, size),
        lambda: made.text(bytes(size), 0, size),
        lambda: made.pair(bytes(size), 0, size // 2, size // 2, size),
        lambda: made.decimal(10**size),
        lambda: made.head(0x30, made.at + size),
    )
    return bool(ways[way]())


@pytest.mark.parametrize("module", MODULES)
@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 18)), max_size=20), st.integers(0, 60))
def test_where_there_is_no_room_nothing_else_is_written(
    module: ModuleType, steps: list[tuple[int, int]], size: int
) -> None:
    made = module.Room(size)
    wrote = [write(made, way, length) for way, length in steps]
    assert made.is_full is (False in wrote)
    assert 0 <= made.at <= size
    assert len(made.written()) == size - made.at


@pytest.mark.parametrize("module", MODULES)
def test_there_is_never_more_than_two_bytes_can_count(module: ModuleType) -> None:
    made = module.Room(100_000)
    assert made.at == 65_535
    assert made.copy(bytes(60_000), 0, 60_000)
    assert made.head(0x30, 65_535)
    assert made.written()[:4] == b"\x30\x82\xea\x60"
