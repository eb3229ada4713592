"""Keys are found as by trying them all, wherever a block ends."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from directory_server.directory.words import pages
from directory_server.directory.words.pages import Keys, Pages, fence

KEY = st.integers(-5, 25)


def paged(values, kind=np.int64):
    data = np.array(values, dtype=kind).tobytes()
    return Pages(lambda at, size: memoryview(data)[at : at + size], 0, len(values), np.dtype(kind))


def keys_of(values):
    held = sorted(values)
    return held, Keys(paged(held), fence(np.array(held, dtype=np.int64)))


@given(st.lists(KEY, max_size=40), st.integers(1, 6), st.lists(KEY, min_size=1, max_size=8))
def test_runs_are_those_of_the_whole(values, step, asked):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pages, "STEP", step)
        held, keys = keys_of(values)
        for found in ([keys.run(key) for key in asked], keys.each(asked)):
            assert [held[start:end] for start, end in found] == [[one for one in held if one == key] for key in asked]
        for low in asked:
            for high in asked:
                start, end = keys.between(low, high)
                assert held[start:end] == [one for one in held if low <= one <= high]
                assert low > high or start == sum(one < low for one in held)


@pytest.mark.parametrize("count", [0, 1, pages.STEP - 1, pages.STEP, pages.STEP + 1, 5 * pages.STEP])
def test_every_key_of_many_is_found(count):
    held, keys = keys_of(range(0, 2 * count, 2))
    assert [keys.run(key) for key in held] == [(at, at + 1) for at in range(count)]
    assert {keys.run(key) for key in range(-1, 2 * count + 1, 2)} <= {(0, 0)}


def test_a_key_that_fills_blocks_is_one_run():
    held, keys = keys_of([1, *[7] * (3 * pages.STEP), 9])
    assert keys.run(7) == (1, len(held) - 1)
    assert keys.run(9) == (len(held) - 1, len(held))


@pytest.mark.parametrize("kind", [np.uint8, np.uint32, np.uint64, np.int64])
def test_pages_are_slices_of_the_whole(kind):
    values = [0, 1, 2, 250]
    held = paged(values, kind)
    assert held[:].tolist() == values
    assert (held[1:3].tolist(), held[-1:].tolist(), held[3:1].tolist(), held[9:].tolist()) == ([1, 2], [250], [], [])
    assert len(held) == 4
    assert held.block(0).tolist() == values
