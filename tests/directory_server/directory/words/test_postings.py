"""Postings are the documents that have a word, column by column, as going through all texts finds them."""

from itertools import chain, compress

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from directory_server.directory.columns import NAME, TEXT
from tests.fakes.words import segment_of

WORDS = ("anna", "annabert", "berta", "müller", "Müller", "carla")
DOCUMENTS = st.lists(
    st.dictionaries(
        st.sampled_from([column.name for column in TEXT]),
        st.lists(st.sampled_from(WORDS), max_size=3).map(" ".join),
        max_size=3,
    ),
    max_size=8,
)


def held(segment, documents, column, entry):
    """Return the documents with an entry in a column; no two entries of these words differ in nothing but case."""
    text = segment.entries[entry].split("\0")[-2 if "\0" in segment.entries[entry] else 0]
    return [at for at, one in enumerate(documents) if text in one.get(column.name, "").lower().split(" ")]


@settings(deadline=None)
@given(DOCUMENTS, st.data())
def test_documents_of_entries_are_those_with_the_words(documents, data):
    segment = segment_of(documents)
    count = len(segment.entries)
    truth = {column.at: [held(segment, documents, column, entry) for entry in range(count)] for column in TEXT}
    start = data.draw(st.integers(0, count))
    end = data.draw(st.integers(start, count))
    keep = np.array(data.draw(st.lists(st.booleans(), min_size=end - start, max_size=end - start)), dtype=np.bool_)
    some = np.array(sorted(data.draw(st.sets(st.integers(0, count - 1)) if count else st.just(()))), dtype=np.uint32)
    counts = {column.at: size for column, size in segment.postings.counts(start, end)}
    scattered = {column.at: (size, docs()) for column, size, docs in segment.postings.scattered(some)}
    for column in TEXT:
        each = truth[column.at]
        whole = list(chain(*each[start:end]))
        assert segment.postings.run(column, start, end).tolist() == whole
        assert counts.get(column.at, 0) == len(whole)
        kept = list(chain(*compress(each[start:end], keep.tolist())))
        assert segment.postings.run(column, start, end, keep).tolist() == kept
        size, docs = scattered.get(column.at, (0, np.empty(0)))
        assert docs.tolist() == list(chain(*(each[entry] for entry in some.tolist())))
        assert size == len(docs)


def test_a_segment_without_words_has_no_postings():
    postings = segment_of([{}]).postings
    assert list(postings.counts(0, 0)) == [(NAME, 0)]
    assert postings.run(NAME, 0, 0).tolist() == []
    assert postings.scattered(np.empty(0, dtype=np.uint32)) == []
