"""Entries keep how a word was written, and stand together with all words that begin alike."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from directory_server.directory.normal_form import words
from directory_server.directory.words.spelling import (
    BEHIND_PREFIX,
    BEHIND_WORD,
    entries,
    entry,
    initial,
    spelling,
    tag,
)

TEXT = st.text(alphabet=st.sampled_from("aeouüößmnrq'-. 12ÉłД\u0301\u2019&/"), max_size=24)
WORD = st.text(alphabet="abmü", min_size=1, max_size=6)


@pytest.mark.parametrize(
    ("piece", "found"),
    [
        ("Müller", [("muller", "müller", False)]),
        ("MUELLER,", [("muller", "mueller", False)]),
        ("muller", [("muller", "muller", False)]),
        ("Müller-Lüdenscheidt", [("muller", "müller", False), ("ludenscheidt", "lüdenscheidt", True)]),
        ("O'Connell", [("oconnell", "oconnell", False), ("connell", "connell", True)]),
        ("a.b", [("a", "a", False), ("b", "b", False)]),
        ("Straße", [("strasse", "strasse", False)]),
        ("Mu\u0308ller", [("muller", "müller", False)]),
        ("Mueller", [("muller", "mueller", False)]),
        ("A380", [("a380", "a380", False)]),
        ("1234567A", [("1234567a", "1234567a", False)]),
        ("123456", [("123456", "123456", False)]),
        ("12345678", []),
        ("oe" * 20, [("o" * 20, "oe" * 20, False)]),
        ("oe" * 30, [("o" * 20, "oe" * 20, False)]),
        ("&", []),
    ],
)
def test_entries_of_a_piece(piece, found):
    assert [tuple(spelling(text)) for text in entries(piece)] == found


@given(TEXT)
def test_the_entries_of_all_pieces_are_the_words_of_the_text(text):
    normals = [spelling(one).normal for piece in text.split() for one in entries(piece)]
    assert normals == list(words(text))


@given(WORD, WORD, st.booleans())
def test_an_entry_says_what_it_was_made_of(normal, raw, part):
    assert tuple(spelling(entry(normal, raw, part=part))) == (normal, raw, part)


@given(st.lists(st.tuples(WORD, WORD, st.booleans()), min_size=1, max_size=20), WORD)
def test_spellings_of_a_word_and_words_that_begin_alike_stand_together(made, word):
    every = sorted({entry(normal, raw, part=part) for normal, raw, part in made})
    same = [text for text in every if word <= text < word + BEHIND_WORD]
    assert same == [text for text in every if spelling(text).normal == word]
    begun = [text for text in every if word <= text < word + BEHIND_PREFIX]
    assert begun == [text for text in every if spelling(text).normal.startswith(word)]


def test_tags_and_initials_are_no_words():
    assert tag("Kunden-Nr. 2", "4711") == ":kundennr:4711"
    assert initial("h") == ":h"
    assert words(initial("h")) != (initial("h"),)
