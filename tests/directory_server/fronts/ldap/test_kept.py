"""What is kept comes back as long as nothing has changed, and takes no more room than it may."""

from types import ModuleType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from directory_server.fronts.ldap import kept
from tests.fakes import as_python

MODULES = [kept, as_python.load("directory_server.fronts.ldap.kept")]
NUMBERS = st.one_of(st.integers(1, 30), st.integers(1, (1 << 64) - 1))
ENTRIES = st.one_of(st.binary(max_size=20), st.integers(0, 1100).map(bytes))
FIRST = 1024


@pytest.mark.parametrize("module", MODULES)
@settings(deadline=None)
@given(st.lists(st.tuples(NUMBERS, ENTRIES, st.sampled_from([1, 1, 1, 2, None])), max_size=60))
def test_it_is_what_was_put_in_the_same_state(module: ModuleType, steps: list[tuple[int, bytes, int | None]]) -> None:
    held, expected, last = module.Kept(1 << 20), dict[int, bytes](), object()
    for number, entry, state in steps:
        if state != last:
            expected.clear()
            last = state
        assert held.get(number, state) == expected.get(number)
        held.put(number, state, entry)
        if state is not None and len(entry) <= module.LONGEST:
            expected[number] = entry
    for number, entry in expected.items():
        assert held.get(number, last) == entry


@pytest.mark.parametrize("module", MODULES)
def test_another_state_than_was_asked_with_puts_nothing(module: ModuleType) -> None:
    held = module.Kept(1 << 20)
    assert held.get(7, 1) is None
    held.put(7, 2, b"later")
    assert held.get(7, 1) is None
    assert held.get(7, 2) is None


@pytest.mark.parametrize("module", MODULES)
@pytest.mark.parametrize("size", [10, 100, 400])
@pytest.mark.parametrize("most", [1 << 20, 3_000_000])
def test_no_more_is_kept_than_may_be(module: ModuleType, size: int, most: int) -> None:
    held = module.Kept(most)
    often = 1 << 60
    held.get(often, 1)
    held.put(often, 1, b"often")
    for at in range(1, 50_000):
        assert held.get(often, 1) == b"often"  # what is asked for again and again stays
        if held.get(at, 1) is None:
            held.put(at, 1, at.to_bytes(size, "big"))
    found = [at for at in range(49_999, 0, -1) if held.get(at, 1) is not None]
    assert 0.05 * most < len(found) * (size + 26) < most
    assert all(held.get(at, 1) == at.to_bytes(size, "big") for at in found[:1000])


@pytest.mark.parametrize("module", MODULES)
def test_numbers_that_fall_on_one_place(module: ModuleType) -> None:
    """Whatever is spread alike is found one behind the other, around the end of the table, too."""
    spread = 0x9E3779B97F4A7C15
    places: dict[int, list[int]] = {}
    for number in range(1, 200_000):
        places.setdefault(((number * spread) >> 32) & (FIRST - 1), []).append(number)
    held = module.Kept(1 << 20)
    crowd = [*places[FIRST - 1][:100], *places[0][:100], *places[5][:100]]
    held.get(1, 1)
    for number in crowd:
        held.put(number, 1, str(number).encode())
    assert [held.get(number, 1) for number in crowd] == [str(number).encode() for number in crowd]


@pytest.mark.parametrize("module", MODULES)
def test_who_must_keep_less_forgets(module: ModuleType) -> None:
    held = module.Kept(80 * 1024 * 1024)
    for at in range(1, 20_000):
        held.get(at, 1)
        held.put(at, 1, b"entry")
    held.limit(40 * 1024 * 1024)
    assert held.get(19_999, 1) == b"entry"
    held.limit(1 << 20)
    assert held.get(19_999, 1) is None
    held.put(7, 1, b"new")
    assert held.get(7, 1) == b"new"


@pytest.mark.parametrize("module", MODULES)
def test_the_longest_entry(module: ModuleType) -> None:
    held = module.Kept(1 << 20)
    held.get(1, 1)
    held.put(1, 1, bytes(module.LONGEST))
    held.put(2, 1, bytes(module.LONGEST + 1))
    assert (held.get(1, 1), held.get(2, 1)) == (bytes(module.LONGEST), None)
