"""Short work sees one state of the index, as in a transaction."""

import sqlite3

import pytest

from connectors.contact import Contact
from directory_server.directory import catalogue
from directory_server.directory.generation import Generation
from tests.fakes.world import World


@pytest.fixture
def world(tmp_path):
    with World(tmp_path) as made:
        made.crm = made.source("crm")
        made.put(made.crm, {"1": Contact(display_name="Anna")})
        yield made


def names(snapshot):
    living = sum(one.segment.size if one.alive is None else int(one.alive.sum()) for one in snapshot.opened)
    stored = sorted(card.sort for batch in catalogue.cards(snapshot.opened, 9) for _row, card in batch)
    assert len(stored) == living
    return stored


@pytest.mark.parametrize("rebuilt", [False, True])
def test_work_is_done_again_where_the_index_changes_under_it(world, rebuilt):
    assert world.index.at_once(names) == ["anna"]
    calls = []

    def disturbed(snapshot):
        found = names(snapshot)
        calls.append(found)
        if len(calls) == 1:
            world.put(world.crm, {"2": Contact(display_name="Berta")})
            if rebuilt:
                world.index.rebuild()
        return found

    assert world.index.at_once(disturbed) == ["anna", "berta"]
    assert calls == [["anna"], ["anna", "berta"]]
    assert world.index.at_once(names) == ["anna", "berta"]


def test_quiet_work_is_done_once_and_without_a_transaction(world):
    world.index.at_once(names)
    calls = []
    world.index.at_once(lambda snapshot: calls.append(snapshot.connection.in_transaction))
    assert calls == [False]


def test_work_within_a_snapshot_sees_that_snapshot(world):
    world.index.at_once(names)
    with world.index.snapshot() as outer:
        before = names(outer)
        world.put(world.crm, {"2": Contact(display_name="Berta")})
        assert world.index.at_once(names) == before == ["anna"]
    assert world.index.at_once(names) == ["anna", "berta"]


def test_a_fault_is_raised(world):
    world.index.at_once(names)
    with pytest.raises(sqlite3.OperationalError, match="no such table"):
        world.index.at_once(lambda snapshot: snapshot.connection.execute("SELECT * FROM absent"))
    assert world.index.at_once(names) == ["anna"]


def test_the_state_is_another_one_after_every_change(world):
    states = [world.index.changes.look()]
    for change in (
        lambda: world.put(world.crm, {"2": Contact(display_name="Berta")}),
        lambda: world.delete(world.crm, ["2"]),
        world.index.rebuild,
    ):
        change()
        states.append(world.index.changes.look())
    assert None not in states
    assert len(set(states)) == len(states)
    assert world.index.changes.look() == states[-1]


def test_a_step_of_following_is_a_change_of_its_own(world, monkeypatch):
    monkeypatch.setattr(Generation, "_tidy", lambda *_: None)
    before = world.index.changes.look()
    world.put(world.crm, {"2": Contact(display_name="Berta")})
    assert world.index.changes.look() not in {None, before}
