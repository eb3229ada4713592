"""Numbers by their beginning, and by any digits inside their national part: the same as trying them all."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from directory_server.directory.words import numbers as module
from directory_server.directory.words import pages
from directory_server.directory.words.numbers import (
    EXTENSION,
    INTERNAL,
    NumberParts,
    Numbers,
    code_length,
    packed,
    sections,
    unpacked,
)
from directory_server.directory.words.segment_file import SegmentFile, to_bytes

DIGITS = st.text(alphabet="0123", max_size=12)
NUMBER = st.builds(
    lambda code, rest: code + rest, st.sampled_from(["49", "43", "1", "420", EXTENSION, INTERNAL]), DIGITS
)


def parts_of(numbers):
    collected = Numbers()
    for at, number in enumerate(numbers):
        collected.add(at, (number,))
    made = sections("z", *collected.arrays())
    return NumberParts.stored(SegmentFile(b"".join(to_bytes(made, {}))), "z")


def told(docs):
    return sorted(set(docs.tolist()))


@settings(deadline=None)
@given(st.lists(NUMBER, max_size=60), st.text(alphabet="0123", min_size=2, max_size=8), st.integers(2, 9))
def test_every_number_is_found_by_what_it_contains(numbers, digits, step):
    patched = pytest.MonkeyPatch()
    patched.setattr(module, "STEP", step)
    patched.setattr(pages, "STEP", step)
    found = parts_of(numbers)
    assert told(found.containing(digits)) == [
        at for at, number in enumerate(numbers) if digits in number[code_length(number[:3]) :]
    ]
    patched.undo()


@settings(deadline=None)
@given(st.lists(NUMBER, max_size=40), NUMBER)
def test_every_number_is_found_whole_and_by_its_beginning(numbers, asked):
    found = parts_of(numbers)
    assert told(found.equal(asked)) == [at for at, number in enumerate(numbers) if number == asked]
    if asked[0] not in {EXTENSION, INTERNAL}:
        assert told(found.beginning(asked)) == [at for at, number in enumerate(numbers) if number.startswith(asked)]


@given(st.from_regex(r"[0-9ab]?[0-9]{0,15}", fullmatch=True))
def test_packed_digits_come_back(digits):
    assert unpacked(packed(digits)) == digits
    assert 0 <= packed(digits) < 1 << 64


@pytest.mark.parametrize("digits", ["", "1", "1" * 17, "1" * 40])
def test_too_few_or_too_many_digits_find_nothing(digits):
    assert len(parts_of(["49111111111111111"]).containing(digits)) == 0
