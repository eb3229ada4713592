"""The index between processes: who asks never waits for who writes, and survives a file that is being replaced."""

import time

import pytest

from connectors.contact import Contact
from directory_server.directory import index as module
from directory_server.directory import tables
from directory_server.directory.index import Index
from directory_server.directory.snapshots import Snapshots
from directory_server.store import sources
from directory_server.store.errors import Busy
from directory_server.store.file_lock import file_lock
from tests.fakes.world import World

ANNA, BERTA = Contact(display_name="Anna"), Contact(display_name="Berta")


@pytest.fixture
def world(tmp_path):
    with World(tmp_path) as made:
        made.put(made.source("s"), {"1": ANNA})
        yield made


def held(world):
    return file_lock(world.database.lock_file("index"), "x")


def test_an_index_that_another_process_writes_is_opened_as_it_is(world) -> None:
    world.put(sources.by_name(world.database, "s"), {"2": BERTA}, follow=False)
    before = time.monotonic()
    with held(world):
        index = Index.open(world.folder / "index", world.database)
    assert time.monotonic() - before < 5
    assert index.count() == 1
    index.close()
    index = Index.open(world.folder / "index", world.database)
    assert index.count() == 2
    index.close()


def test_an_index_of_another_version_is_waited_for(world, monkeypatch) -> None:
    monkeypatch.setattr(tables, "VERSION", "another")
    monkeypatch.setattr(module, "WAIT_S", 0.1)
    with held(world), pytest.raises(Busy):
        Index.open(world.folder / "index", world.database)


def test_a_file_that_a_rebuild_has_just_removed_is_not_asked(world, monkeypatch) -> None:
    stale = world.folder / "index" / "index-999"
    right = Snapshots.current
    answers = [stale]
    monkeypatch.setattr(Snapshots, "current", lambda index: answers.pop() if answers else right(index))
    index = Index(world.folder / "index", world.database)
    assert index.count() == 1
    answers.append(stale)
    assert index.follow() == 0
    index.close()


def test_an_index_that_grows_is_waited_for(world, monkeypatch) -> None:
    """It would leave out contacts that are there, and nobody would know."""
    (world.folder / "index" / "current").unlink()
    growing = Index.serving(world.folder / "index", world.database)
    assert growing.is_growing
    growing.close()
    monkeypatch.setattr(module, "WAIT_S", 0.1)
    with held(world), pytest.raises(Busy):
        Index.open(world.folder / "index", world.database)
    index = Index.open(world.folder / "index", world.database)
    assert (index.is_growing, index.count()) == (False, 1)
    index.close()
