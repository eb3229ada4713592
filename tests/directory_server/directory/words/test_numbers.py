"""Numbers by their beginning, and by any digits inside their national part: the same as trying them all."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from directory_server.directory.words import numbers as module
from directory_server.directory.words.numbers import EXTENSION, NumberParts, Numbers, code_length

DIGITS = st.text(alphabet="0123", max_size=12)
NUMBER = st.builds(lambda code, rest: code + rest, st.sampled_from(["49", "43", "1", "420", EXTENSION]), DIGITS)


def parts_of(numbers):
    collected = Numbers()
    for at, number in enumerate(numbers):
        collected.add(at, number)
    return NumberParts.of(*collected.arrays())


def told(docs):
    return sorted(set(docs.tolist()))


@settings(deadline=None)
@given(st.lists(NUMBER, max_size=60), st.text(alphabet="0123", min_size=2, max_size=8), st.integers(2, 9))
def test_every_number_is_found_by_what_it_contains(numbers, digits, step):
    patched = pytest.MonkeyPatch()
    patched.setattr(module, "_STEP", step)
    found = parts_of(numbers)
    assert told(found.containing(digits)) == [
        at for at, number in enumerate(numbers) if digits in number[code_length(number[:3]) :]
    ]
    patched.undo()


@given(st.lists(NUMBER, max_size=40), NUMBER)
def test_every_number_is_found_whole_and_by_its_beginning(numbers, asked):
    found = parts_of(numbers)
    assert told(found.equal(asked)) == [at for at, number in enumerate(numbers) if number == asked]
    if not asked.startswith(EXTENSION):
        assert told(found.beginning(asked)) == [at for at, number in enumerate(numbers) if number.startswith(asked)]


def test_stored_parts_are_the_same():
    found = parts_of(["49891234", "43123"])
    again = NumberParts.stored(found.sections("z"), "z")
    assert all(np.array_equal(getattr(found, name), getattr(again, name)) for name in found.__slots__)


@pytest.mark.parametrize("digits", ["", "1", "1" * 17, "1" * 40])
def test_too_few_or_too_many_digits_find_nothing(digits):
    assert len(parts_of(["49111111111111111"]).containing(digits)) == 0
