"""One spelling for all ways to write a word."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from directory_server.directory import normal_form
from directory_server.directory.normal_form import LONGEST, contract, fold, words

LATIN = "abcdeghilmnoqrstuvwxyzäöüßéèñçøł\u0131'- ÄÖÜẞŁİŒæ\u01fd\u0301\u0308"
OTHERS = "\u0430\u0431\u0432\u0418\u0419\u0391\u03c3\u03c2\u3042"
NAMES = st.text(st.sampled_from(LATIN + OTHERS + "1234567"), max_size=30)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Müller", ("muller",)),
        ("MÜLLER", ("muller",)),
        ("Mu\u0308ller", ("muller",)),
        ("Mueller", ("muller",)),
        ("Muller", ("muller",)),
        ("Größe", ("grosse",)),
        ("GROẞE STRASSE", ("grosse", "strasse")),
        ("Straße", ("strasse",)),
        ("Łódź", ("lodz",)),
        ("I\u015f\u0131k", ("isik",)),
        ("IŞIK", ("isik",)),
        ("Sørensen", ("sorensen",)),
        ("Đorđe", ("dorde",)),
        ("\u01fd\u01ff", ("ao",)),
        ("Þór Guðmundsson", ("thor", "gudmundsson")),
        ("Æsir", ("asir",)),
        ("Cœur", ("cour",)),
        ("François Čapek", ("francois", "capek")),
        ("Nguyễn", ("nguyen",)),
        ("\ufb01", ("fi",)),
        ("A\u0308\u0301x q\u0308x", ("ax", "qx")),
        ("Иван ИВАНОВА", ("иван", "иванова")),
        ("ΣΙΣΥΦΟΣ Σίσυφος", ("σισυφοσ", "σίσυφοσ")),
        ("O'Connell", ("oconnell", "connell")),
        ("O\u2019Connell", ("oconnell", "connell")),
        ("O\u00b4Connell", ("oconnell", "connell")),
        ("O`Connell", ("oconnell", "connell")),
        ("'t Hooft", ("t", "hooft")),
        ("Müller-Lüdenscheidt", ("muller", "ludenscheidt")),
        ("Quelle", ("quelle",)),
        ("Quäl", ("qual",)),
        ("Bauer Michael", ("baur", "michal")),
        ("Goethe Haendel", ("gothe", "handel")),
        ("Aue", ("au",)),
        ("hans.mueller@acme.example", ("hans", "muller", "acme", "example")),
        ("snake_case", ("snake", "case")),
        ("80331 München", ("80331", "munchen")),
        ("1234567 R2D2", ("r2d2",)),
        ("123456", ("123456",)),
        ("日本語 テスト", ("日本語", "テスト")),
        ("", ()),
        (" -.,;()\u200b ", ()),
    ],
)
def test_words(text, expected):
    assert words(text) == expected


def test_words_are_cut_at_forty_letters():
    assert words("b" * 100) == ("b" * LONGEST,)
    assert words("ж" * 100) == ("ж" * LONGEST,)


@given(NAMES)
def test_normal_form_of_a_normal_form_is_itself(text):
    once = words(text)
    assert tuple(word for one in once for word in words(one)) == once or any(contract(one) != one for one in once)


@given(st.text())
def test_any_text_has_words_without_case_marks_or_blanks(text):
    for word in words(text):
        assert 0 < len(word) <= LONGEST
        assert not any(char.isspace() or char == "'" for char in word)
        assert word == word.casefold()


@given(NAMES)
def test_folding_twice_changes_nothing(text):
    assert fold(fold(text)) == fold(text)


@given(st.text(st.sampled_from("abeoquxäöüßł"), min_size=1, max_size=12), st.integers(1, 12))
def test_the_beginning_of_a_word_begins_its_normal_form(text, length):
    """What somebody has typed so far must find what they mean to type."""
    (whole,) = words(text)
    (begun,) = words(text[:length])
    assert whole.startswith(begun)


@given(st.text(st.sampled_from("bcdfglmnrstzäöü"), min_size=1, max_size=20))
def test_all_three_ways_to_write_an_umlaut_are_one(text):
    pairs = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue"})
    bare = str.maketrans("äöü", "aou")
    assert words(text) == words(text.translate(pairs)) == words(text.translate(bare)) == words(text.upper())


@given(NAMES)
def test_composed_and_decomposed_text_is_the_same(text):
    composed, decomposed = (unicodedata.normalize(form, text) for form in ("NFC", "NFD"))
    assert words(composed) == words(decomposed)


def test_a_long_text_is_not_kept_in_memory():
    """Anybody may search for one."""
    normal_form._kept.cache_clear()
    assert words("Anna " * 1000) == ("anna",) * 1000
    assert normal_form._kept.cache_info().currsize == 0
    assert words("Anna Berta") == ("anna", "berta")
    assert normal_form._kept.cache_info().currsize == 1
