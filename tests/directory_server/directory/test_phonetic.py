"""Kölner Phonetik, by the published examples, and which names share a code."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from directory_server.directory.normal_form import words
from directory_server.directory.phonetic import code, codes


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Müller-Lüdenscheidt", "65752682"),
        ("Wikipedia", "3412"),
        ("Breschnew", "17863"),
        ("Meier", "67"),
        ("Mayer", "67"),
        ("Maier", "67"),
        ("Meyer", "67"),
        ("Schmidt", "862"),
        ("Schmitt", "862"),
        ("Schmid", "862"),
        ("Müller", "657"),
        ("Philipp", "351"),
        ("Filip", "351"),
        ("Xaver", "4837"),
        ("Max", "648"),
        ("Axt", "0482"),
        ("Chemie", "46"),
        ("Cäsar", "487"),
        ("Celle", "85"),
        ("Ascher", "087"),
        ("Tazca", "28"),
        ("Acker", "047"),
        ("Fuchs", "348"),
        ("Platz", "158"),
        ("Ludwig", "5234"),
        ("Hans", "068"),
        ("Jan", "06"),
        ("Anna", "06"),
        ("h", ""),
        ("", ""),
        ("123", ""),
        ("иван", ""),
    ],
)
def test_code(name, expected):
    assert code("".join(words(name))) == expected


@given(st.text())
def test_a_code_is_digits_with_zero_only_in_front_and_none_twice(text):
    made = code(text)
    assert set(made) <= set("012345678")
    assert "0" not in made[1:]
    assert code(text + "1 -") == made


@given(st.text(st.sampled_from("abcdefghijklmnopqrstuvwxyz"), max_size=12))
def test_a_doubled_letter_sounds_like_one(word):
    for letter in "bflmnr":
        assert code(word + letter * 2) == code(word + letter)


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("muller", ("k657", "mMLR")),
        ("smith", ("k862", "mSM0", "mXMT")),
        ("ann", ("k06", "mAN")),
        ("an", ()),
        ("", ()),
        ("r2d2", ()),
        ("1234", ()),
        ("иван", ()),
        ("Müller", ()),
        ("hhh", ()),
    ],
)
def test_codes(word, expected):
    assert codes(word) == expected


@pytest.mark.parametrize(
    "names",
    ["Meier Mayer Meyr", "Schmidt Smith", "Catherine Kathryn", "Philip Filip", "Knight Night", "Stephen Steven",
     "Müller Mueller Miller", "Wagner Vagner", "Gough Goff", "Maurice Moritz", "Thomson Tomson"],
)  # fmt: skip
def test_names_that_sound_alike_share_a_code(names):
    first, *others = words(names)
    assert all(set(codes(first)) & set(codes(other)) for other in others)


@pytest.mark.parametrize("names", ["Meier Huber", "Anna Hans", "Smith Snow", "Philip Felix"])
def test_names_that_sound_different_share_none(names):
    one, other = words(names)
    assert not set(codes(one)) & set(codes(other))


@given(st.text(max_size=40))
def test_codes_never_fail_and_name_their_algorithm(text):
    for made in codes(text):
        assert made[0] in "km"
        assert made[1:]
