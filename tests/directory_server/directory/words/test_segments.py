"""Segments come, lose documents and merge; every snapshot sees its own, and no answer depends on how they are cut."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from directory_server.directory import tables
from directory_server.directory.card import sort_from_bytes
from directory_server.directory.columns import NAME
from directory_server.directory.words import segments as module
from directory_server.directory.words.batch import Collector
from directory_server.directory.words.pile import Pile
from directory_server.directory.words.segments import Segments
from tests.fakes.words import document

NAMES = ("anna", "hans müller", "Müller-Hansen", "berta", "annabert")


class Store:
    """An index database in a folder, and its segments."""

    def __init__(self, folder):
        folder.mkdir()
        tables.create(folder / tables.FILE)
        self.connection = tables.connect(folder / tables.FILE, writable=True)
        self.folder = folder
        self.segments = Segments(folder)

    def add(self, names):
        collected = Collector(self.folder)
        collected.add([document(number, {"n": name}, sort=name) for number, name in names.items()])
        self.segments.add(self.connection, collected, {})

    def remove(self, numbers):
        self.segments.remove(self.connection, numbers)

    def tidy(self):
        self.segments.delete(self.segments.tidy(self.connection, {}))

    def found(self, word):
        """Return the contacts whose name has a word that begins so, and all living contacts in order."""
        hits, living = set(), []
        for segment, alive, _scratch in self.segments.of(self.connection):
            docs = segment.postings.run(NAME, *segment.beginning(word))
            every = np.arange(segment.size)
            keep = np.ones(segment.size, dtype=bool) if alive is None else alive
            hits |= {tables.contact_of(row) for row in segment.rows[docs[keep[docs]]].tolist()}
            living += [tables.contact_of(row) for row in segment.rows[every[keep]].tolist()]
        return hits, living

    def shown(self):
        """Return the names on the cards of all living contacts."""
        return {
            tables.contact_of(int(segment.rows[doc])): sort_from_bytes(segment.cards.of(doc))
            for segment, alive, _scratch in self.segments.of(self.connection)
            for doc in range(segment.size)
            if alive is None or alive[doc]
        }

    def sizes(self):
        return [size for (size,) in self.connection.execute("SELECT living FROM segment ORDER BY id")]


@pytest.fixture
def store(tmp_path):
    made = Store(tmp_path / "index-1")
    yield made
    made.connection.close()


CHANGES = st.lists(
    st.one_of(
        st.dictionaries(st.integers(1, 9), st.sampled_from(NAMES), min_size=1, max_size=4),
        st.sets(st.integers(1, 9), min_size=1, max_size=3),
        st.none(),
    ),
    max_size=12,
)


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(CHANGES, st.sampled_from([0, 3, 1000]))
def test_what_is_found_is_what_is_there(tmp_path_factory, changes, inside):
    patched = pytest.MonkeyPatch()
    patched.setattr(module, "_INSIDE", inside)
    store, truth = Store(tmp_path_factory.mktemp("store") / "index-1"), {}
    for change in changes:
        if change is None:
            store.tidy()
        elif isinstance(change, dict):
            store.remove(change)
            store.add(change)
            truth |= change
        else:
            store.remove(change)
            truth = {number: name for number, name in truth.items() if number not in change}
        hits, living = store.found("ann")
        assert hits == {number for number, name in truth.items() if name.startswith("ann")}
        assert sorted(living) == sorted(truth)
        assert store.shown() == truth
        assert store.segments.are_sound(store.connection)
    store.connection.close()
    patched.undo()


def test_many_small_segments_become_one(store):
    for number in range(1, 40):
        store.add({number: "anna"})
        store.tidy()
        assert len(store.sizes()) <= module._MOST_SMALL * 2
    assert store.found("anna")[0] == set(range(1, 40))


def test_a_merged_segment_has_the_order_of_names(store, monkeypatch):
    monkeypatch.setattr(module, "_MOST_SMALL", 1)
    store.add({1: "carla", 2: "anna", 5: "aaron"})
    store.add({3: "berta", 4: "anna"})
    store.remove([5])
    store.tidy()
    assert store.found("x")[1] == [2, 4, 3, 1]


def test_a_large_segment_is_left_alone_until_much_has_changed(store, monkeypatch):
    monkeypatch.setattr(module, "_MOST_SMALL", 1)
    store.add(dict.fromkeys(range(1, 101), "anna"))
    store.add({200: "anna"})
    store.add({201: "anna"})
    store.tidy()
    assert store.sizes() == [100, 2]
    store.add(dict.fromkeys(range(300, 312), "anna"))
    store.tidy()
    assert store.sizes() == [114]


def test_a_segment_with_many_holes_is_written_anew(store):
    store.add(dict.fromkeys(range(1, 101), "anna"))
    store.remove(range(1, 30))
    store.tidy()
    assert store.connection.execute("SELECT documents, living FROM segment").fetchall() == [(71, 71)]


def test_no_segment_grows_beyond_the_limit(store, monkeypatch):
    monkeypatch.setattr(module, "MOST_DOCUMENTS", 10)
    monkeypatch.setattr(module, "_MOST_SMALL", 1)
    for number in range(1, 31):
        store.add({number: "anna"})
        store.tidy()
    assert max(store.sizes()) <= 10
    assert sum(store.sizes()) == 30


@pytest.mark.parametrize(("place", "name"), [(module.segment_file.os, "fsync"), (Pile, "add")])
def test_without_room_for_a_merged_file_the_old_segments_go_on(store, monkeypatch, place, name):
    """The disk is full: the merge fails, nothing is lost, and the next one with room succeeds."""
    monkeypatch.setattr(module, "_INSIDE", 0)
    monkeypatch.setattr(module, "_MOST_SMALL", 1)
    store.add({1: "anna"})
    store.add({2: "anna"})
    store.add({3: "anna"})

    def full(*_):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(place, name, full)
        store.connection.execute("BEGIN IMMEDIATE")
        with pytest.raises(OSError, match="No space"):
            store.tidy()
        store.connection.execute("ROLLBACK")
    assert store.found("anna") == ({1, 2, 3}, [1, 2, 3])
    assert len(list(store.folder.glob("words-*"))) == 3
    store.tidy()
    assert (store.found("anna")[0], len(store.sizes())) == ({1, 2, 3}, 1)
    store.tidy()
    assert len(list(store.folder.glob("words-*"))) == 1


def test_a_file_left_by_a_killed_writer_is_in_nobodys_way(store, monkeypatch):
    monkeypatch.setattr(module, "_INSIDE", 0)
    (store.folder / "words-1").write_bytes(b"half a segment")
    (store.folder / "words-7").write_bytes(b"half a segment")
    store.add({1: "anna"})
    assert store.found("anna")[0] == {1}
    store.tidy()
    assert [path.name for path in store.folder.glob("words-*")] == ["words-1"]


def test_a_reader_sees_the_segments_of_its_snapshot(store):
    store.add({1: "anna"})
    reader = tables.connect(store.folder / tables.FILE, writable=False)
    reader.execute("BEGIN")
    segments = Segments(store.folder)
    assert [opened.segment.size for opened in segments.of(reader)] == [1]
    store.remove([1])
    store.add({2: "anna"})
    assert [opened.segment.rows.tolist() for opened in segments.of(reader)] == [[tables.row_of(1, 1)]]
    reader.execute("COMMIT")
    assert [opened.segment.rows.tolist() for opened in segments.of(reader)] == [[tables.row_of(2, 1)]]
    reader.close()


@pytest.mark.parametrize("damage", [b"", b"short", None])
def test_a_damaged_file_is_noticed(store, monkeypatch, damage):
    monkeypatch.setattr(module, "_INSIDE", 0)
    store.add({1: "anna"})
    path = store.folder / "words-1"
    if damage is None:
        content = bytearray(path.read_bytes())
        content[-3 - 64] ^= 1
        content[700] ^= 1
        path.write_bytes(content)
    else:
        path.write_bytes(damage)
    assert not store.segments.are_sound(store.connection)
    path.unlink()
    assert not store.segments.are_sound(store.connection)


def test_the_database_alone_decides(store):
    store.connection.execute("BEGIN IMMEDIATE")
    store.add({1: "anna"})
    assert store.found("anna")[0] == {1}
    store.connection.execute("ROLLBACK")
    assert store.found("anna") == (set(), [])
    store.add({2: "anna"})  # under the number that was rolled back
    assert store.found("anna")[0] == {2}


def test_documents_of_a_removal_that_was_rolled_back_are_there_again(store):
    store.add({1: "anna", 2: "anna"})
    for number in (1, 2):
        store.connection.execute("BEGIN IMMEDIATE")
        store.remove([number])
        assert store.found("anna")[0] == {3 - number}
        store.connection.execute("ROLLBACK")
    assert store.found("anna")[0] == {1, 2}
