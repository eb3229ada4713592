"""Which words may stand for another, and how well they do."""

import pytest

from directory_server.directory.ranking import Rank
from directory_server.directory.words.near import joined, near, sounding
from tests.fakes.words import segment_of


@pytest.mark.parametrize(
    ("word", "text", "kind"),
    [
        ("meier", "maier", (Rank.PHONETIC, 0)),
        ("schmitt", "schmidt", (Rank.PHONETIC, 1)),
        ("meier", "mayr", (Rank.PHONETIC, 2)),
        ("beantier", "bender", (Rank.DISTANT, 3)),
        ("filip", "philipp", (Rank.DISTANT, 3)),
        ("zzzzqq", "zak", None),
        ("jaja", "y", None),
    ],
)
def test_a_sound_alike_is_as_good_as_it_is_spelt_alike(word, text, kind):
    assert sounding(word, text) == sounding(text, word) == kind


def test_a_typo_comes_before_a_word_that_only_sounds_alike():
    segment = segment_of([{"n": "Bender"}, {"n": "Beautier"}, {"n": "Beantir"}])
    words = segment.words(slice(None))
    kinds = near(segment, "beantier", unfinished=False)
    found = {words[number]: kind for kind, numbers in kinds.items() for number in numbers}
    assert sorted(found, key=lambda word: found[word]) == ["beantir", "beautier", "bender"]


@pytest.mark.parametrize(
    ("word", "halves"), [("annek", []), ("annema", [("ann", "ema")]), ("annemar", [("ann", "emar"), ("anne", "mar")])]
)
def test_a_double_name_has_two_halves_of_three_letters_at_least(word, halves):
    assert joined(word) == halves
