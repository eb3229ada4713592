"""Whatever is searched, however little may be seen: the index finds what the oracle finds, in the same order."""

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from directory_server.directory.query import parse
from directory_server.directory.words import best
from directory_server.store import sources
from directory_server.store.rows import Location
from tests.fakes import search_oracle
from tests.fakes.books import BOOKS, FAMILIAR, KEYS, QUERIES, SCOPES, fill, view_of
from tests.fakes.world import World

HERE = Location("DE")


def book_of(world, book):
    ids = {(one.source, one.key): one.id for one in world.view().all()}
    known = sources.all(world.database)
    return search_oracle.Book(
        tuple(
            (ids[source.name, key], source.id, source.priority, contact, source.location)
            for source, rows in zip(known, book, strict=True)
            for key, contact in zip(KEYS, rows, strict=True)
        ),
        {source.id: source.name for source in known},
    )


@settings(
    max_examples=60,
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
    phases=(Phase.explicit, Phase.generate),
)
@given(
    book=BOOKS,
    scope=SCOPES,
    questions=st.lists(st.tuples(QUERIES, st.integers(1, 30)), min_size=30, max_size=30),
    familiar=FAMILIAR,
    many=st.booleans(),
)
def test_the_index_finds_what_is_meant(world: World, *, book, scope, questions, familiar, many):
    with pytest.MonkeyPatch.context() as patch:
        if many:  # what a large segment does: texts are read, and grades looked at, wherever they can be
            patch.setattr(best, "_READ", 0)
            patch.setattr(best, "_MANY", 1)
        check(world, book, scope, questions, familiar)


def check(world, book, scope, questions, familiar):
    fill(world, book)
    expected = book_of(world, book)
    view = view_of(world, scope)
    priorities = {source.id: source.priority for source in sources.all(world.database)}
    for text, limit in questions:
        meant = search_oracle.search(expected, view.scope, text, limit, HERE, frozenset(familiar))
        found = [(one.id, one.match) for one in view.listings(text, limit, familiar)]
        assert found == list(meant.hits), (text, limit)
        if not parse(text, HERE).sources:
            query = parse(text, HERE)
            assert world.index.search(query, view.scope, priorities, limit, frozenset(familiar)).more == meant.more, (
                text
            )
