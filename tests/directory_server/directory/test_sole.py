"""Whoever a glance is taken at is the one whom the look-up finds; where there is no such one, none is taken."""

from dataclasses import replace
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connectors.contact import Contact, Phone, PhoneKind
from directory_server.directory import sole
from directory_server.directory.glance import Glance
from directory_server.directory.view import View
from directory_server.directory.words.arrays import EMPTY
from directory_server.directory.words.numbers import packed
from directory_server.directory.words.segment_file import Damaged
from directory_server.store import sources
from directory_server.store.rows import FieldGroup
from tests.fakes import as_python
from tests.fakes.world import EVERYTHING, World, named

MODULES = [sole, as_python.load("directory_server.directory.sole")]
DIGITS = ("491712345678", "498912345", "43123456789", "4989123450")
PHONES = st.lists(
    st.builds(Phone, st.sampled_from([PhoneKind.WORK, PhoneKind.HOME]), st.sampled_from([f"+{one}" for one in DIGITS])),
    max_size=3,
).map(tuple)
BOOK = st.dictionaries(
    st.sampled_from("abcdef"), st.builds(Contact, family_name=st.sampled_from(["Meier", 'M "X"']), phones=PHONES)
)
GROUPS = st.frozensets(st.sampled_from([FieldGroup.NAME, FieldGroup.BUSINESS, FieldGroup.PRIVATE]))


def taken(module: ModuleType, view: View, digits: str) -> int | None:
    """Return the id of who is taken a glance at."""
    glance = Glance()
    glances = module.Glances(view._index.changes, view._index.at_once, view.scope)
    return glance.id if glances.take(packed(digits), glance) else None


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    made = World(tmp_path_factory.mktemp("sole"))
    made.source("one")
    made.source("two")
    return made


@pytest.mark.parametrize("module", MODULES)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.tuples(st.sampled_from([1, 2]), BOOK, st.sets(st.sampled_from("abcdef"))), max_size=4), GROUPS, GROUPS
)
def test_it_is_the_one_that_the_look_up_finds(
    world: World,
    module: ModuleType,
    changes: list[tuple[int, dict[str, Contact], set[str]]],
    one: frozenset[FieldGroup],
    two: frozenset[FieldGroup],
) -> None:
    view = world.view({1: one, 2: two})
    known = {source.id: source for source in sources.all(world.database)}
    for source, book, gone in changes:
        world.put(known[source], book)
        world.delete(known[source], gone)
        for digits in DIGITS:
            found = view.lookup(f"+{digits}")
            alone = [each for each in found.listings if f"+{digits}" in {number.e164 for number in each.numbers}]
            expected = (
                alone[0].id if len(alone) == found.total == 1 and '"' not in alone[0].contact.family_name else None
            )
            assert taken(module, view, digits) == expected


@pytest.mark.parametrize("module", MODULES)
def test_what_changes_is_seen_at_once(module: ModuleType, tmp_path: Path) -> None:
    with World(tmp_path) as world:
        source = world.source("one")
        view = world.view({source.id: EVERYTHING})
        glance = Glance()
        glances = module.Glances(world.index.changes, world.index.at_once, view.scope)
        number = packed("491712345678")
        assert not glances.take(number, glance)
        for name in ("Anna", "Berta"):
            world.put(source, {"a": named(name, "+491712345678")})
            assert glances.take(number, glance)
            assert name.encode() in glance.card
            assert (glance.id, glance.source) == (1, source.id)
        world.index.rebuild()
        assert glances.take(number, glance)
        world.put(source, {"b": named("Berta", "+491712345678")})
        assert not glances.take(number, glance)
        world.delete(source, ["a"])
        assert glances.take(number, glance)
        assert glance.id != 1
        with world.index.changes.changing():  # nobody can tell: every time anew
            assert glances.take(number, glance)


def test_nothing_is_kept_of_a_state_that_is_gone(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        source = world.source("one")
        world.put(source, {"a": named("Anna", "+491712345678")})
        view = world.view()
        with world.index.snapshot() as snapshot:
            assert view.glances.take(packed("491712345678"), Glance())
            assert list(snapshot.opened.kept) == [view.glances]
        world.put(source, {"b": named("Berta")})
        with world.index.snapshot() as snapshot:
            assert not list(snapshot.opened.kept)


def test_a_narrower_view_has_glances_of_its_own(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        one, two = world.source("one"), world.source("two")
        world.put(one, {"a": named("Anna", "+491712345678")})
        world.put(two, {"b": named("Berta", "+491712345679")})
        view = world.view()
        from directory_server.directory.query import parse

        narrow = view._narrowed(parse("source:two berta", view.location))
        assert narrow is not view
        assert narrow.glances.take(packed("491712345679"), Glance())
        assert not narrow.glances.take(packed("491712345678"), Glance())
        assert view.glances.take(packed("491712345678"), Glance())


@pytest.mark.parametrize("module", MODULES)
@pytest.mark.parametrize("count", [1, 255, 256, 257, 600])
def test_numbers_are_found_in_every_block(module: ModuleType, tmp_path: Path, count: int) -> None:
    with World(tmp_path) as world:
        source = world.source("one")
        digits = [f"4917{1000000 + 3 * at}" for at in range(count)]
        world.put(source, {str(at): named("Anna", f"+{one}") for at, one in enumerate(digits)})
        view = world.view()
        assert [taken(module, view, one) for one in digits] == list(range(1, count + 1))
        assert not any(taken(module, view, str(int(one) + 1)) for one in (*digits, "491", "1", "999999999999999"))


@pytest.mark.parametrize("module", MODULES)
@pytest.mark.parametrize("damaged", ["rows", "docs", "alive"])
def test_a_number_of_nobody_is_damage(
    module: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, damaged: str
) -> None:
    with World(tmp_path) as world:
        source = world.source("one")
        world.put(source, {"a": named("Anna", "+491712345678")})
        view = world.view()
        with world.index.snapshot() as snapshot:
            (opened,) = snapshot.opened
            (numbers, group), *_ = opened.segment.holding
            if damaged == "rows":
                monkeypatch.setattr(opened.segment, "rows", np.empty(0, dtype=np.int64))
            elif damaged == "docs":
                monkeypatch.setattr(opened.segment, "holding", ((replace(numbers, docs=EMPTY), group),))
            else:
                opened = opened._replace(alive=np.ones(7, dtype=np.bool_))
            with pytest.raises(Damaged):
                module.Sole([opened], view.scope).find(packed("491712345678"), Glance())


@pytest.mark.parametrize("module", MODULES)
def test_who_is_gone_is_not_found(module: ModuleType, tmp_path: Path) -> None:
    with World(tmp_path) as world:
        source = world.source("one")
        world.put(source, {"a": named("Anna", "+491712345678"), "b": named("Berta", "+491712345678")})
        view, glance, number = world.view(), Glance(), packed("491712345678")
        with world.index.snapshot() as snapshot:
            (opened,) = snapshot.opened
            for alive, expected in (([True, True], False), ([True, False], True), ([False, False], False)):
                one = opened._replace(alive=np.array(alive))
                assert module.Sole([one], view.scope).find(number, glance) is expected


@pytest.mark.parametrize("module", MODULES)
def test_one_who_holds_a_number_twice_is_one(module: ModuleType, tmp_path: Path) -> None:
    with World(tmp_path) as world:
        source = world.source("one")
        kinds = (PhoneKind.WORK, PhoneKind.HOME, PhoneKind.MOBILE)
        phones = tuple(Phone(kind, "+491712345678") for kind in kinds)
        world.put(source, {"a": Contact(family_name="Meier", phones=phones)})
        assert taken(module, world.view(), "491712345678") == 1


class Moving:
    """Changes that come while one looks."""

    def __init__(self, *still: bool) -> None:
        self.still = list(still)

    def is_still(self, _number: int) -> bool:
        return self.still.pop(0)

    def look(self) -> int:
        return 7


def test_what_was_found_while_the_index_changed_is_looked_for_again(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        source = world.source("one")
        world.put(source, {"a": named("Anna", "+491712345678")})
        view, glance, number = world.view(), Glance(), packed("491712345678")
        glances = MODULES[1].Glances(Moving(False, True, False, True, True), world.index.at_once, view.scope)
        assert glances.take(number, glance)
        world.put(source, {"b": named("Berta", "+491712345678")})
        assert not glances.take(number, glance)
