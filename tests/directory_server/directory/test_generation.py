"""A generation takes over what changed in the store, step by step, while the store goes on changing."""

import gc
import sqlite3

import pytest

from directory_server.directory import generation
from directory_server.directory.index import Index
from directory_server.store import contacts
from tests.fakes.world import World, named


@pytest.mark.parametrize("before", [True, False])
def test_a_change_that_comes_while_following_is_not_lost(world, monkeypatch, before):
    """Whether it comes before or after the last changes are read, it is found, and once."""
    real, late = contacts.rows_since, [{"3": named("Carla"), "2": named("Berta Carla")}]

    def and_another(*asked):
        found = real(*asked)
        if late:
            world.put(world.crm, late.pop(), follow=False)
        return real(*asked) if before else found

    monkeypatch.setattr(contacts, "rows_since", and_another)
    world.put(world.crm, {"2": named("Bertha")})
    world.index.follow()
    assert not late
    assert [listing.key for listing in world.view().listings("carla", 9)] == ["2", "3"]
    assert world.index.count() == 3


@pytest.mark.parametrize("how", ["follow", "rebuild"])
def test_a_contact_that_changes_after_it_was_read_is_not_there_twice(world, monkeypatch, how):
    monkeypatch.setattr(generation, "BATCH", 1)
    world.put(world.crm, {"1": named("Berta"), "2": named("Berta")}, follow=False)
    real, late = contacts.rows_since, [{}, {"1": named("Carla")}]

    def one_changes(database, number, limit):
        if late and (change := late.pop(0)):
            world.put(world.crm, change, follow=False)
        return real(database, number, limit)

    monkeypatch.setattr(contacts, "rows_since", one_changes)
    getattr(world.index, how)()
    assert not late
    assert (world.keys("berta"), world.keys("carla"), world.index.count()) == ({"2"}, {"1"}, 2)


@pytest.mark.parametrize("how", ["follow", "rebuild"])
@pytest.mark.parametrize("enabled", [True, False])
def test_the_collector_of_the_process_is_left_as_it_was(world, monkeypatch, how, enabled):
    def fail(*_):
        assert not gc.isenabled()
        raise sqlite3.OperationalError

    world.put(world.crm, {"1": named("Berta")}, follow=False)
    before = gc.isenabled()
    try:
        gc.enable() if enabled else gc.disable()
        with monkeypatch.context() as patch:
            patch.setattr(contacts, "rows_since", fail)
            with pytest.raises(sqlite3.OperationalError):
                getattr(world.index, how)()
        assert gc.isenabled() == enabled
        getattr(world.index, how)()
        assert gc.isenabled() == enabled
    finally:
        gc.enable() if before else gc.disable()


def test_a_server_answers_while_a_lost_index_grows(tmp_path, monkeypatch):
    """Nobody who asks waits for a rebuild; what is there is found, in steps as large as what was there before."""
    monkeypatch.setattr(generation, "STEP", 2)
    monkeypatch.setattr(generation, "_LARGEST_STEP", 3)
    with World(tmp_path) as first:
        first.put(first.source("crm"), {str(at): named(f"Anna{at}", f"0171 234567{at}") for at in range(10)})
        first.index.close()
        (tmp_path / "index" / "current").unlink()
        first.index = Index.serving(tmp_path / "index", first.database)
        assert first.index.is_growing
        assert first.keys("anna") == set()
        seen = []
        real = contacts.rows_since

        def watched(*arguments):
            seen.append((len(first.keys("anna")), len(first.view().lookup("01712345670").listings)))
            return real(*arguments)

        monkeypatch.setattr(contacts, "rows_since", watched)
        assert first.index.follow() == 10
        assert seen == [(0, 0), (2, 1), (4, 1), (7, 1)]
        assert len(first.keys("anna")) == 10
        assert not first.index.is_growing
        monkeypatch.setattr(contacts, "rows_since", real)
        again = Index.serving(tmp_path / "index", first.database)
        assert not again.is_growing
        again.close()


def test_an_index_that_stopped_growing_goes_on(tmp_path, monkeypatch):
    monkeypatch.setattr(generation, "STEP", 1)
    with World(tmp_path) as first:
        first.put(first.source("crm"), {str(at): named("Anna") for at in range(4)})
        first.index.close()
        (tmp_path / "index" / "current").unlink()
        first.index = Index.serving(tmp_path / "index", first.database)
        with monkeypatch.context() as patch:
            real = contacts.rows_since
            patch.setattr(
                contacts, "rows_since", lambda database, at, limit: real(database, at, limit) if at < 2 else 1 / 0
            )
            with pytest.raises(ZeroDivisionError):
                first.index.follow()
        assert (first.index.is_growing, len(first.keys("anna"))) == (True, 2)
        first.index.close()
        first.index = Index.open(tmp_path / "index", first.database)
        assert (first.index.is_growing, len(first.keys("anna"))) == (False, 4)
