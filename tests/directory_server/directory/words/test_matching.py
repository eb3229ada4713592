"""How well a term matches: words that are written as typed come before those that only mean the same."""

import numpy as np
import pytest

from directory_server.directory.columns import NAME
from directory_server.directory.query import parse
from directory_server.directory.ranking import Rank
from directory_server.directory.words.grade import grade
from directory_server.directory.words.matching import Reach, groups
from directory_server.directory.words.near import near
from directory_server.store.rows import Location
from tests.fakes.words import segment_of

WRITTEN = ("Vanmüller", "Vanmuller", "Vanmueller", "Meyer")


@pytest.mark.parametrize(("typed", "alike"), [("müll", 0), ("mull", 1), ("muell", 2)])
def test_an_inner_part_is_compared_with_what_is_written(typed, alike):
    segment = segment_of([{"n": name} for name in WRITTEN])
    (term,) = parse(typed, Location()).terms
    best = {}
    for group in groups(segment, term, Reach(frozenset({NAME.at}), near=True)):
        for doc in group.docs().tolist():
            best[doc] = min(group.grade, best.get(doc, group.grade))
    assert best == {doc: grade(Rank.INFIX, NAME.order, twin=doc != alike) for doc in range(3)}


def test_a_mistyped_beginning_is_never_as_typed():
    segment = segment_of([{"n": "Steinacher"}, {"n": "Steinac"}])
    (term,) = parse("stainac", Location()).terms
    found = groups(segment, term, Reach(frozenset({NAME.at}), near=True))
    as_typed = {doc: group.grade for group in found for doc in group.docs().tolist() if group.grade & 1 == 0}
    assert not as_typed
    assert {doc for group in found for doc in group.docs().tolist()} == {0, 1}


def test_a_mistyped_beginning_means_words_of_letters_only():
    words = segment_of([{"n": "Steinacher steinac4 steinac"}])
    known = words.words(slice(None))
    kinds = near(words, "stainac", unfinished=True)
    assert {known[number] for numbers in kinds.values() for number in numbers} == {"steinac", "steinacher"}


def test_every_word_has_its_spellings():
    segment = segment_of([{"n": " ".join(WRITTEN)}])
    count = len(segment.words(slice(None)))
    assert count == 2
    assert segment.spellings(np.arange(count, dtype=np.uint32)).tolist() == list(range(len(segment.entries)))
    assert segment.spellings(np.array([1], dtype=np.uint32)).tolist() == [1, 2, 3]
    assert segment.spellings(np.empty(0, dtype=np.uint32)).tolist() == []
