"""Whatever is searched, however little may be seen: the index finds what the oracle finds, in the same order."""

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from directory_server.directory.query import parse
from directory_server.store.rows import Location
from tests.fakes import search_oracle
from tests.fakes.books import CONTACTS, GROUPS, KEYS, QUERIES, fill
from tests.fakes.world import World

HERE = Location("DE")
PLACES = (Location("DE", "89", "840798", 2), Location("DE"), Location("AT"))
SOURCES = ("one", "two", "three")


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    with World(tmp_path_factory.mktemp("search")) as made:
        made.sources = [
            made.source(name, place, priority=5 * (at % 2))
            for at, (name, place) in enumerate(zip(SOURCES, PLACES, strict=True))
        ]
        yield made


def book_of(world, rows_by_source):
    ids = {(one.source, one.key): one.id for one in world.view().all()}
    return search_oracle.Book(
        tuple(
            (ids[source.name, key], source.id, source.priority, contact, source.location)
            for source, rows in zip(world.sources, rows_by_source, strict=True)
            for key, contact in zip(KEYS, rows, strict=True)
        ),
        {source.id: source.name for source in world.sources},
    )


def asked(view, text, limit, familiar):
    found = [(one.id, one.match) for one in view.listings(text, limit, familiar)]
    return found, view.search(text, limit, familiar)


@settings(
    max_examples=60,
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
    phases=(Phase.explicit, Phase.generate),
)
@given(
    st.lists(st.lists(CONTACTS, min_size=len(KEYS), max_size=len(KEYS)), min_size=3, max_size=3),
    st.lists(GROUPS, min_size=3, max_size=3),
    st.lists(st.tuples(QUERIES, st.integers(1, 30)), min_size=30, max_size=30),
    st.lists(st.integers(1, 12), max_size=3),
)
def test_the_index_finds_what_is_meant(world, book, granted, questions, familiar):
    fill(world, book)
    expected = book_of(world, book)
    view = world.view({source.id: groups for source, groups in zip(world.sources, granted, strict=True)})
    for text, limit in questions:
        meant = search_oracle.search(expected, view.scope, text, limit, HERE, frozenset(familiar))
        with world.index.reading():
            found = [(one.id, one.match) for one in view.listings(text, limit, familiar)]
            priorities = {source.id: source.priority for source in world.sources}
            raw = world.index.search(parse(text, HERE), view.scope, priorities, limit, frozenset(familiar))
        assert found == list(meant.hits), (text, limit)
        if "source:" not in text:
            assert raw.more == meant.more, (text, limit)
