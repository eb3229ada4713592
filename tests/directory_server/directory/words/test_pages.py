"""Keys are found as by trying them all, wherever a block ends."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from directory_server.directory.words import pages
from directory_server.directory.words.pages import Keys, Mapped, Pages, fence

KEY = st.integers(-5, 25)


def paged(values, kind=np.int64):
    data = np.array(values, dtype=kind).tobytes()
    return Pages(lambda at, size: memoryview(data)[at : at + size], 0, len(values), np.dtype(kind))


def mapped(values, kind=np.int64):
    return Mapped(np.array(values, dtype=kind))


def keys_of(values, form=paged):
    held = sorted(values)
    return held, Keys(form(held), fence(np.array(held, dtype=np.int64)))


@given(
    st.lists(KEY, max_size=40),
    st.integers(1, 6),
    st.lists(KEY, min_size=1, max_size=8),
    st.sampled_from([paged, mapped]),
)
def test_runs_are_those_of_the_whole(values, step, asked, form):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pages, "STEP", step)
        held, keys = keys_of(values, form)
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


@pytest.mark.parametrize("form", [paged, mapped])
@pytest.mark.parametrize("kind", [np.uint8, np.uint32, np.uint64, np.int64])
def test_pages_are_slices_of_the_whole(kind, form):
    values = [0, 1, 2, 250]
    held = form(values, kind)
    assert held[:].tolist() == values
    assert (held[1:3].tolist(), held[-1:].tolist(), held[3:1].tolist(), held[9:].tolist()) == ([1, 2], [250], [], [])
    assert len(held) == 4
    assert held.block(0).tolist() == values


@given(
    st.lists(st.tuples(st.integers(0, 5), st.integers(0, 4)), max_size=12),
    st.sampled_from([0, 2, 100]),
    st.sampled_from([0, 8, 4096]),
    st.sampled_from([1, 5, 4096]),
    st.sampled_from([np.uint8, np.uint32]),
)
def test_several_runs_stand_one_behind_the_other(gaps, few, near, many, kind):
    values, runs, at = np.arange(120, dtype=kind), [], 0
    for gap, count in gaps:
        runs.append((at + gap, count))
        at += gap + count
    starts, counts = np.array(runs, dtype=np.uint32).reshape(-1, 2).T
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pages, "_FEW", few)
        patch.setattr(pages, "_NEAR", near)
        patch.setattr(pages, "_MANY", many)
        found = paged(values, kind).runs(starts, counts)
    assert found.dtype == kind
    assert found.tolist() == [one for start, count in runs for one in range(start, start + count)]


def test_runs_that_are_near_are_read_at_once(monkeypatch):
    monkeypatch.setattr(pages, "_FEW", 1)
    calls = []

    def read(at, size):
        calls.append((at, size))
        return bytes(size)

    held = Pages(read, 64, 10_000, np.dtype(np.uint32))
    held.runs(np.array([0, 100, 9000]), np.array([10, 10, 10]))
    assert calls == [(64, 440), (64 + 36_000, 40)]
