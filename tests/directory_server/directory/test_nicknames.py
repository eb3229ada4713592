"""Short and long forms of given names stand for each other."""

import pytest

from directory_server.directory import nicknames
from directory_server.directory.normal_form import words


@pytest.mark.parametrize(
    ("short", "long"),
    [("hans", "johannes"), ("bob", "robert"), ("sepp", "josef"), ("uli", "ulrike"), ("käthe", "katharina"),
     ("bill", "william"), ("gosia", "małgorzata"), ("honza", "jan"), ("paco", "francisco"), ("alex", "alexandra"),
     ("jörg", "georg"), ("Michi", "Michael"), ("günter", "günther")],
)  # fmt: skip
def test_both_ways(short, long):
    (one,), (other,) = words(short), words(long)
    assert other in nicknames.others(one)
    assert one in nicknames.others(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [("alexander", "alexandra"), ("ulrich", "ulrike"), ("bob", "rob"), ("andreas", "andrea"), ("hans", "hans"),
     ("christian", "christine")],
)  # fmt: skip
def test_names_with_a_short_form_in_common_are_not_one_name(one, other):
    assert other not in nicknames.others(one)


def test_spellings_of_one_name_stand_for_each_other():
    assert "joseph" in nicknames.others("josef")
    assert nicknames.others("xyz") == frozenset()


def test_every_name_is_one_word_in_normal_form_and_every_pair_holds_both_ways():
    every = nicknames._others()
    assert len(every) > 600
    for name, others in every.items():
        assert words(name) == (name,)
        assert name not in others
        assert all(name in every[other] for other in others)


@pytest.mark.parametrize(
    "names",
    ["Hannes Johannes", "Bobby Robert", "Rob Robert", "Will William", "Kathi Katarina", "Käthe Katharina",
     "Beppe Giuseppe", "Susi Susanne", "Sasha Aleksandr", "Jonny John", "Johnny John", "Ueli Ulrich",
     "Vreni Verena", "Peggy Margaret",
     "Pierrot Pierre", "Loulou Louise", "Mimmo Domenico", "Charo Rosario", "Zbyszek Zbigniew", "Vašek Václav",
     "Kees Cornelis", "Griet Margaretha", "Memo Mehmet", "İbo İbrahim", "Fatoş Fatma",
     "Mischa Michail", "Hajo Hansjoachim"],
)  # fmt: skip
def test_names_of_many_languages(names):
    short, long = words(names)
    assert long in nicknames.others(short)
    assert short in nicknames.others(long)


@pytest.mark.parametrize(
    "names",
    ["Josef Giuseppe", "Robert Rupert", "Samuel Samantha", "Johannes Johanna", "Lisa Betty", "Jörg Jürgen",
     "Fritz Alfred", "Jonny Jacqueline", "Ali Alexander", "Ahmet Mehmet", "Max Markus"],
)  # fmt: skip
def test_other_names_stay_other_names(names):
    one, other = words(names)
    assert other not in nicknames.others(one)


def test_no_name_stands_for_half_the_book():
    assert max(map(len, nicknames._others().values())) <= 50


@pytest.mark.parametrize("word", ["", "x", "Hans", "1234", "иван", "\ud800"])
def test_other_words_have_no_other_forms(word):
    assert nicknames.others(word) == frozenset()
