"""The index follows the store, and can always be built anew."""

import threading
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from connectors.contact import Address, Contact, Email, Phone, PhoneKind
from directory_server.directory import catalogue, generation, tables
from directory_server.directory.holders import links
from directory_server.directory.index import Index
from directory_server.directory.words.keyed import GROUP_BITS, GROUP_MASK
from directory_server.directory.words.numbers import unpacked
from directory_server.store import contacts, sources
from directory_server.store.rows import Location
from tests.fakes.world import MOMENT, World, named

KEYS = ("a", "b", "c")
WORDS = ("hans", "müller", "mueller", "steinacher", "acme", "")
NUMBERS = ("089 840798-12", "089 840798-0", "-12", "0171 2345678", "840798")
QUERIES = ("hans", "mul", "acher", "stenacher", "acme", "hans acme", "8407", "-acme hans", "ort:acme", "mail:hans")
ASKED = ("+498984079812", "12", "+4989840798", "+498984079877", "01712345678", "840798")
HERE = Location("DE", "89", "840798", 2)

WORD = st.sampled_from(WORDS)
CONTACT = st.builds(
    lambda given_name, family, company, mail, city, numbers: Contact(
        given_name=given_name,
        family_name=family,
        company=company,
        emails=(Email(f"{mail}@acme.example"),) if mail else (),
        addresses=(Address(city=city),) if city else (),
        phones=tuple(Phone(PhoneKind.WORK, number) for number in numbers),
    ),
    WORD,
    WORD,
    WORD,
    WORD,
    WORD,
    st.lists(st.sampled_from(NUMBERS), max_size=2),
)
CHANGE = st.one_of(
    st.tuples(st.integers(0, 1), st.dictionaries(st.sampled_from(KEYS), CONTACT, min_size=1)),
    st.tuples(st.integers(0, 1), st.lists(st.sampled_from(KEYS), unique=True)),
)


def content(index: Index):
    """Return everything an index holds, however it is cut into segments, but for the words."""
    with index.snapshot() as (_connection, opened):
        cards = [one for batch in catalogue.cards(opened, 2) for one in batch]
        return cards, numbers(opened), sorted(links(opened)), sorted(trunks(opened))


def numbers(opened):
    """Return numbers, extensions too, with their column and holder."""
    return sorted(
        (name, unpacked(number), row)
        for segment, alive, _scratch in opened
        for name, parts in segment.numbers.items()
        for number, doc, row in zip(
            parts.packed.numbers[:].tolist(), parts.docs.tolist(), segment.rows[parts.docs].tolist(), strict=True
        )
        if alive is None or alive[doc]
    )


def trunks(opened):
    """Yield trunks with holder, field group and company."""
    for segment, alive, _scratch in opened:
        held = segment.trunks
        keys, holders, companies = held.keys.numbers[:], held.holders[:], held.companies[:]
        for key, holder, company in zip(keys.tolist(), holders.tolist(), companies.tolist(), strict=True):
            doc, group = holder >> GROUP_BITS, holder & GROUP_MASK
            if alive is None or alive[doc]:
                yield unpacked(key), int(segment.rows[doc]), group, held.company(company)


def told(world):
    view = world.view()
    return (
        [view.listings(text, 50) for text in QUERIES],
        [view.lookup(number) for number in ASKED],
        list(view.all()),
    )


def current(world):
    return (world.folder / "index" / "current").read_text(encoding="ascii")


@pytest.fixture(scope="module")
def changing(tmp_path_factory):
    with World(tmp_path_factory.mktemp("changing")) as made:
        made.sources = (made.source("one"), made.source("two", HERE))
        yield made


@settings(
    max_examples=60, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck),
    phases=(Phase.explicit, Phase.generate),
)  # fmt: skip
@given(st.lists(CHANGE, min_size=1, max_size=5))
def test_following_equals_a_rebuild(changing, changes):
    for source, change in changes:
        if isinstance(change, dict):
            changing.put(changing.sources[source], change)
        else:
            changing.delete(changing.sources[source], change)
    followed, answers = content(changing.index), told(changing)
    assert changing.index.follow() == 0
    changing.index.rebuild()
    assert content(changing.index) == followed
    assert told(changing) == answers


def test_follow_says_how_much_was_new(world):
    assert world.index.follow() == 0
    world.put(world.crm, {"3": named("Carla"), "1": named("Zoltan")}, follow=False)
    assert world.keys("carla") == set()
    assert world.index.follow() == 2
    assert (world.keys("carla"), world.keys("zoltan"), world.keys("anna")) == ({"3"}, {"1"}, set())
    assert world.index.sequence == contacts.last_sequence(world.database)
    assert world.index.count() == 3
    world.delete(world.crm, ["3"])
    assert (world.keys("carla"), world.index.count()) == (set(), 2)


def test_following_in_batches(world, monkeypatch):
    monkeypatch.setattr(generation, "BATCH", 3)
    world.put(world.crm, {str(at): named("Dora") for at in range(10)})
    assert len(world.keys("dora")) == 10
    world.index.rebuild()
    assert len(world.keys("dora")) == 10


def test_a_changed_location_reads_every_number_anew(world):
    world.put(world.crm, {"1": named("Anna", "840798")})
    assert world.view().lookup("+4989840798").listings == ()
    before = current(world)
    sources.change(world.database, replace(world.crm, location=Location("DE", "89")))
    assert world.index.follow() > 0
    assert current(world) != before
    assert [one.key for one in world.view().lookup("+4989840798").listings] == ["1"]
    assert world.index.follow() == 0


@pytest.mark.parametrize("damage", ["overwritten", "cut", "emptied", "removed", "pointer lost", "pointer wrong"])
def test_a_damaged_file_is_built_anew(tmp_path, damage):
    with World(tmp_path) as first:
        first.put(first.source("crm"), {"1": named("Anna")})
        first.index.close()
        folder = tmp_path / "index"
        path = folder / current(first) / tables.FILE
        for beside in path.parent.glob("*-wal"):
            beside.unlink()
        if damage == "overwritten":
            path.write_bytes(b"\xff" * path.stat().st_size)
        elif damage == "cut":
            path.write_bytes(path.read_bytes()[:1000])
        elif damage == "emptied":
            path.write_bytes(b"")
        elif damage == "removed":
            path.unlink()
        elif damage == "pointer lost":
            (folder / "current").unlink()
        else:
            (folder / "current").write_text("index-77", encoding="ascii")
        first.index = Index.open(folder, first.database)
        assert first.keys("anna") == {"1"}
        assert len(list(folder.glob("index-*"))) == 1


def test_another_version_is_built_anew(world, monkeypatch):
    before = current(world)
    monkeypatch.setattr(tables, "VERSION", "999.1")
    world.index.follow()
    assert current(world) != before
    assert world.keys("anna") == {"1"}
    assert world.index.follow() == 0


def test_a_store_older_than_the_index_is_read_anew(world):
    with world.database.write() as connection:
        connection.exec_driver_sql("UPDATE sequence SET last = 1")
        connection.exec_driver_sql("DELETE FROM contacts WHERE sequence > 1")
    world.index.follow()
    assert [listing.key for listing in world.view().all()] == ["1"]


def test_purged_changes_are_noticed(world):
    with world.database.write() as connection:
        connection.exec_driver_sql("UPDATE contacts SET deleted = '2020-01-01T00:00:00+00:00', sequence = 99"
                                   " WHERE key = '1'")  # fmt: skip
        connection.exec_driver_sql("UPDATE sequence SET last = 99")
        contacts.purge(connection, MOMENT)
    world.index.follow()
    assert [listing.key for listing in world.view().all()] == ["2"]


def test_a_reader_keeps_its_generation_until_it_is_done(world):
    with world.index.snapshot() as (_connection, opened):
        assert world.keys("anna") == {"1"}
        before = current(world)
        done = threading.Thread(target=lambda: (world.put(world.crm, {"3": named("Carla")}), world.index.rebuild()))
        done.start()
        done.join(20)
        assert current(world) != before
        assert world.keys("carla") == set()
        assert [card.key for batch in catalogue.cards(opened, 9) for _row, card in batch] == ["1", "2"]
    assert world.keys("carla") == {"3"}
    assert [path.name for path in (world.folder / "index").glob("index-*")] == [current(world)]
