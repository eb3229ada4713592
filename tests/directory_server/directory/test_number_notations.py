"""Notations of numbers: what is written around them changes nothing, and no text is a fault."""

import unicodedata

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from directory_server.directory import dialling
from directory_server.directory.number import ask, notation, read
from directory_server.store.rows import Location

COUNTRIES = ("DE", "AT", "CH", "IT", "FR", "GB", "US", "NL", "PL", "CZ")
LOCATIONS = st.builds(
    Location,
    st.sampled_from((*COUNTRIES, "HU", "RU", "LU", "xx", "")),
    st.sampled_from(("", "89", "02", "212")),
    st.sampled_from(("", "840798", "12")),
    st.integers(0, 5),
    st.sampled_from(("", "0", "9", "00")),
)
SEPARATORS = st.sampled_from((" ", "", "-", "/", " / ", ".", ")", " (", " (0)", "  ", " - "))
GROUPS = st.lists(st.tuples(st.text("0123456789", min_size=1, max_size=6), SEPARATORS), min_size=1, max_size=6)
WRITTEN = st.builds(
    lambda start, groups: start + "".join(digits + after for digits, after in groups),
    st.sampled_from(("", "0", "00", "+", "+49 ", "(0", "0049", "+49 (0)", "+39 ", "+48 0", "011 ", "0 0")),
    GROUPS,
)
ODD = (
    "\u202a\u202b\u200f\u200e\u2066\u2069\u0660\u0669\u06f4\u0966\uff10\uff0b\u00b2\u2460\u0301\u0308\u20dd"
    "\ud800\udfff\x00\n\t\u2028\u2044\u00bd"
)
DIGITS = st.text("0123456789", min_size=1, max_size=20)


def _told(raw, location):
    return [(number.e164, number.extension, number.trunk) for number in read(raw, location)]


@given(WRITTEN, LOCATIONS)
def test_a_plain_number_means_the_same_behind_a_label(written, location):
    if "(0" not in written[:2] and not written.strip(" ").endswith(("(", "-")):
        assert _told(written, location) == _told("Tel. " + written.lstrip(), location)


@given(WRITTEN, LOCATIONS)
def test_a_plain_number_is_asked_as_it_is_stored(written, location):
    numbers, candidates = read(written, location), ask(written, location).candidates
    if len(numbers) == 1 and numbers[0].e164 and candidates and "-" not in written and not location.outside_line:
        assert numbers[0].e164[1:] == candidates[0]


@given(st.text(st.one_of(st.sampled_from("0123456789+-()/ .,;x*#" + ODD), st.characters()), max_size=80), LOCATIONS)
def test_odd_characters_are_no_fault_and_are_kept(raw, location):
    numbers = read(raw, location)
    assert bool(numbers) == bool(raw.strip())
    if len(numbers) == 1:
        assert numbers[0].raw == raw.strip()
    for number in numbers:
        assert number.e164 == "" or (number.e164.isascii() and number.e164[1:].isdecimal())
        assert number.e164.startswith(number.trunk)
    asked = ask(raw, location)
    assert all(digits.isascii() and digits.isdecimal() and len(digits) <= 17 for digits in asked.candidates)
    notation(raw, "+498984079812", location)


@pytest.mark.parametrize("length", [18, 20, 21, 40, 256])
@pytest.mark.parametrize("start", ["", "+", "00", "0", "+49", "089", "1"])
@pytest.mark.parametrize("country", COUNTRIES)
def test_a_number_of_forty_digits_is_no_number_but_stays(length, start, country):
    raw = (start + "8" * length)[:256]
    assert [(number.raw, number.e164) for number in read(raw, Location(country))] == [(raw, "")]
    assert ask(raw, Location(country)).candidates == ()


@given(st.sampled_from("\u202a\u202c\u200f\u200e\u2066\u2069\ufeff"), st.integers(0, 16))
def test_marks_of_direction_change_no_number(mark, place):
    raw = "+49 89 840798-12"
    assert _told(raw[:place] + mark + raw[place:], Location("DE")) == _told(raw, Location("DE"))


@pytest.mark.parametrize("zero", [0x0660, 0x06F0, 0x0966, 0xFF10, 0x1D7CE])
def test_digits_of_other_scripts_are_digits(zero):
    raw = "".join(chr(zero + int(char)) if char.isdigit() else char for char in "089 840798-12")
    assert all(unicodedata.decimal(char, -1) >= 0 for char in raw if char not in " -")
    assert _told(raw, Location("DE")) == [("+498984079812", "12", "+4989840798")]
    assert ask(raw, Location("DE")).candidates == ("498984079812",)


@given(
    st.builds(str.__add__, st.sampled_from(("", "0", "00", "011", "1", "06", "8", "48", "39", "49", "420")), DIGITS),
    st.sampled_from((*COUNTRIES, "CA", "LU", "RU", "HU", "BR", "xx")),
)
def test_a_whole_number_is_what_libphonenumber_says(digits, country):
    try:
        parsed = phonenumbers.parse(digits, country.upper())
    except phonenumbers.NumberParseException:
        expected = False
    else:
        verdict = phonenumbers.is_possible_number_with_reason(parsed)
        expected = (
            phonenumbers.national_significant_number(parsed) == digits
            and verdict == phonenumbers.ValidationResult.IS_POSSIBLE
        )
    assert dialling.is_whole(digits, country) == expected


@given(st.builds(str.__add__, st.sampled_from(("", "49", "39", "1", "44", "420", "800", "36", "7")), DIGITS))
def test_a_possible_number_is_what_libphonenumber_says(digits):
    try:
        expected = phonenumbers.is_possible_number(phonenumbers.parse("+" + digits, "ZZ"))
    except phonenumbers.NumberParseException:
        expected = False
    assert dialling.is_possible(digits) == expected
