"""Whatever is near a word by the rules is among the candidates, and the verified ones are exactly those."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from rapidfuzz.distance import OSA

from directory_server.directory import phonetic
from directory_server.directory.ranking import Rank
from directory_server.directory.words.approximate import SHORTEST_INFIX, Approximate, edits
from directory_server.directory.words.near import begins_misspelt, keeps_first_letter, near, sounding
from tests.fakes.words import segment_of

LETTERS = st.text(alphabet="abcd", min_size=1, max_size=10)
ALIKE = st.tuples(st.integers(0, 10), st.sampled_from(("", "a", "b")), st.integers(0, 1),
                  st.sampled_from(("", "c", "cd", "1", "d1")))  # fmt: skip
"""Where a word is changed: so many letters stay, what is put there, what is left out, and what follows the word."""
WORDS = st.lists(st.one_of(LETTERS, st.sampled_from(["a1b2", "x:y", "steinach", "steinacher"])), max_size=40)


def tables(words):
    return Approximate.of(words, np.ones(len(words), dtype=np.bool_))


@settings(deadline=None)
@given(WORDS, LETTERS)
def test_no_candidate_is_missing(words, asked):
    known = sorted(set(words))
    found = tables(known)
    plain = [word for word in known if word.isalpha()]
    if edits(asked):
        typos = {known[at] for at in found.misspelt(asked).tolist()}
        assert {word for word in plain if len(word) > 2 and OSA.distance(asked, word) <= edits(asked)} <= typos
    if len(asked) >= SHORTEST_INFIX:
        inner = {known[at] for at in found.containing(asked).tolist()}
        assert {word for word in plain if asked in word} <= inner
    codes = set(phonetic.codes(asked))
    assert {known[at] for at in found.sounding(asked).tolist()} == {
        word for word in plain if codes & set(phonetic.codes(word))
    }


@settings(deadline=None)
@given(st.lists(LETTERS, min_size=1, max_size=30), LETTERS, st.lists(ALIKE, max_size=8), st.booleans())
def test_near_words_are_those_of_the_rules(words, asked, changes, unfinished):
    alike = [asked[:at] + put + asked[at + left_out :] + tail for at, put, left_out, tail in changes]
    segment = segment_of([{"n": " ".join((*words, *alike))}])
    stored = set(segment.words(slice(None)))
    found = {}
    for (rank, _far), numbers in near(segment, asked, unfinished=unfinished).items():
        if numbers:
            found.setdefault(rank, set()).update(segment.words(np.array(numbers, dtype=np.uint32)))
    others = {word for word in stored if word.isalpha() and not word.startswith(asked)}
    wanted = {}
    if len(asked) >= SHORTEST_INFIX:
        wanted[Rank.INFIX] = {word for word in others if asked in word}
        for word in others:
            kind = sounding(asked, word) if set(phonetic.codes(asked)) & set(phonetic.codes(word)) else None
            if kind:
                wanted.setdefault(kind[0], set()).add(word)
    typos = {
        word: OSA.distance(asked, word) for word in others if len(word) > 2 and keeps_first_letter(asked, word)
    }  # fmt: skip
    if edits(asked):
        wanted[Rank.EDIT1] = {word for word, distance in typos.items() if distance == 1}
        wanted[Rank.EDIT2] = {word for word, distance in typos.items() if distance == 2 <= edits(asked)}
        if unfinished:
            wanted[Rank.EDIT1] |= {
                word for word in others if keeps_first_letter(asked, word) and begins_misspelt(asked, word)
            }  # fmt: skip
    assert found == {rank: those for rank, those in wanted.items() if those}
