"""Kölner Phonetik, by the published examples."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from directory_server.directory.normal_form import words
from directory_server.directory.phonetic import code


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
