"""Recall@10 of the labelled set, alone and among 20,000 generated contacts; a million: `benchmarks/recall.py`."""

from collections import Counter

import pytest

from benchmarks import labels
from benchmarks.address_book import AddressBook
from benchmarks.labels import NOTHING, Labels, Query
from directory_server.store.rows import Location
from tests.fakes.world import World

BAR = 0.97
AMONG = 20_000
WORST_CLASS = 0.85
CLASSES = 10
FEWEST = 12


@pytest.fixture(scope="module")
def small() -> Labels:
    return labels.load()


@pytest.fixture(scope="module")
def world(small, tmp_path_factory):
    with World(tmp_path_factory.mktemp("recall")) as made:
        made.put(made.source(labels.SOURCE, Location("DE")), small.contacts)
        yield made


def test_the_set_is_what_it_claims_to_be(small):
    kinds = {query.kind for query in small.queries}
    assert len(small.contacts) >= 400
    assert len(small.queries) >= 150
    assert len(kinds - {NOTHING}) == CLASSES
    assert min(Counter(query.kind for query in small.queries).values()) >= FEWEST
    assert len({query.text for query in small.queries}) == len(small.queries)
    for query in small.queries:
        assert query.expected | query.never <= small.contacts.keys(), query.text
        assert bool(query.expected) != (query.kind == NOTHING), query.text


def test_the_small_book_alone(world, small):
    found = labels.measure(small.queries, labels.shown(world.view()))
    assert found.overall >= BAR, found.missed
    assert found.classes[NOTHING] == 1, found.missed
    assert min(found.classes.values()) >= WORST_CLASS, found.missed


def test_nobody_answers_the_queries_of_nothing(world, small):
    view = world.view()
    texts = [query.text for query in small.queries if query.kind == NOTHING]
    assert texts
    assert [text for text in texts if view.search(text, labels.PAGE).persons] == []


@pytest.mark.timeout(180)
def test_among_twenty_thousand_others(world, small):
    others = {str(at): contact for at, contact in enumerate(AddressBook(AMONG).contacts())}
    world.put(world.source("others", Location("DE")), others)
    found = labels.measure(small.queries, labels.shown(world.view()))
    assert found.overall >= BAR, found.missed
    assert found.classes[NOTHING] == 1, found.missed
    assert min(found.classes.values()) >= WORST_CLASS, found.missed


def test_a_forbidden_contact_spoils_the_answer():
    query = Query("any", "huber -bauamt", frozenset({"one", "two"}), frozenset({"three"}))
    assert labels.recall(query, {"one", "four"}) == 0.5
    assert labels.recall(query, {"one", "two", "three"}) == 0
    assert labels.recall(Query(NOTHING, "x", frozenset(), frozenset({"one"})), set()) == 1
