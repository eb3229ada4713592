"""Numbers as sources write them and as telephone systems ask for them."""

import json
from pathlib import Path

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.contact import PhoneKind
from directory_server.directory.number import ask, notation, read
from directory_server.store.rows import FieldGroup, Location

VECTORS = json.loads((Path(__file__).parents[2] / "vectors" / "numbers.json").read_text(encoding="utf-8"))
COUNTRIES = ("DE", "AT", "CH", "IT", "FR", "GB", "US", "NL", "PL", "CZ", "ES", "BE", "SE", "DK", "LU", "HU")
LOCATIONS = (
    Location("DE"),
    Location("DE", "89"),
    Location("DE", "89", "840798", 3, "0"),
    Location("DE", "89", "840798", 2),
    Location("US", "503"),
    Location("IT"),
    Location("CZ"),
    Location("HU"),
)
E164 = st.builds(
    lambda start, rest: start + rest,
    st.sampled_from(("4989840798", "498984", "491712", "4930", "1503", "390471", "420222", "361", "43664")),
    st.text("0123456789", min_size=5, max_size=7),
)


@pytest.mark.parametrize("vector", VECTORS["read"], ids=lambda v: f"{v['location']['country']} {v['raw']}")
def test_read(vector):
    numbers = read(vector["raw"], Location(**vector["location"]), PhoneKind(vector["kind"]))
    assert [{"e164": n.e164, "extension": n.extension, "trunk": n.trunk} for n in numbers] == vector["numbers"]
    assert all(number.raw and number.kind == vector["kind"] for number in numbers)
    if len(numbers) == 1:
        assert numbers[0].raw == vector["raw"].strip()


@pytest.mark.parametrize("vector", VECTORS["ask"], ids=lambda v: f"{v['location']['country']} {v['text']}")
def test_ask(vector):
    asked = ask(vector["text"], Location(**vector["location"]))
    assert (list(asked.candidates), asked.extension) == (vector["candidates"], vector["extension"])


@pytest.mark.parametrize("country", COUNTRIES)
@pytest.mark.parametrize("kind", ["FIXED_LINE", "MOBILE"])
def test_read_what_libphonenumber_writes(country, kind):
    example = phonenumbers.example_number_for_type(country, getattr(phonenumbers.PhoneNumberType, kind))
    formats = phonenumbers.PhoneNumberFormat
    e164 = phonenumbers.format_number(example, formats.E164)
    for form in (formats.E164, formats.INTERNATIONAL, formats.NATIONAL, formats.RFC3966):
        written = phonenumbers.format_number(example, form)
        (number,) = read(written, Location(country))
        assert (written, number.e164, number.raw) == (written, e164, written)
        assert ask(written, Location(country)).candidates[0] == e164[1:]


@given(E164, E164, st.sampled_from(LOCATIONS), st.sampled_from(("+", "00", "", "0", "local", "short", "outside")))
def test_notation_is_read_as_the_same_number(asked_number, number, location, form):
    written = {
        "+": "+" + asked_number,
        "00": "00" + asked_number,
        "": asked_number,
        "0": "0" + asked_number[2:],
        "local": asked_number[4:],
        "short": asked_number[-3:],
        "outside": location.outside_line + "0" + asked_number[2:],
    }[form]
    answer = notation(written, number, location)
    known = ask("+" + number, location).candidates
    if known:  # a number that can be dialled at all
        assert number in ask(answer, location).candidates or known[0] != number


@given(E164, st.sampled_from(("+{}", "00{}", "+{} ", "00 {}", "tel:+{}")))
def test_the_asked_text_itself_comes_back(number, form):
    text = form.format(number)
    candidates = ask(text, Location("DE")).candidates
    assert all(notation(text, digits, Location("DE")) == text for digits in candidates)
    assert notation(text, "+" + candidates[0], Location("DE")) == text


@pytest.mark.parametrize(
    ("asked", "e164", "location", "answer"),
    [
        ("08984079812", "+491712345678", Location("DE"), "01712345678"),
        ("004989", "+491712345678", Location("DE"), "00491712345678"),
        ("+4989", "+491712345678", Location("DE"), "+491712345678"),
        ("498984079812", "+491712345678", Location("DE"), "491712345678"),
        ("084079812", "+39471123456", Location("DE"), "+39471123456"),
        ("812", "+4989840798813", Location("DE", "89", "840798", 3), "813"),
        ("84079812", "+4989840799", Location("DE", "89"), "840799"),
        ("0089123456", "+4989840799", Location("DE", "89", "", 0, "0"), "0089840799"),
        ("5038234567", "+15038230000", Location("US"), "5038230000"),
        ("", "+491712345678", Location("DE"), "+491712345678"),
    ],
)
def test_notation(asked, e164, location, answer):
    assert notation(asked, e164, location) == answer


@given(st.text(max_size=300), st.sampled_from(LOCATIONS))
def test_any_text_is_read_without_fault_and_nothing_is_lost(raw, location):
    numbers = read(raw, location)
    assert bool(numbers) == bool(raw.strip())
    if len(numbers) == 1:
        assert numbers[0].raw == raw.strip()
    asked = ask(raw, location)
    assert all(digits.isdecimal() and len(digits) <= 17 for digits in asked.candidates)
    for number in numbers:
        assert number.e164 == "" or (number.e164[0] == "+" and number.e164[1:].isdecimal())


@given(st.text("0123456789+-()/ .,;xApbisoder#*", max_size=60), st.sampled_from(LOCATIONS))
def test_number_like_text_is_read_without_fault(raw, location):
    for number in read(raw, location):
        assert not number.trunk or number.e164.startswith(number.trunk)
    notation(raw, "+498984079812", location)


@given(
    st.lists(st.text("0123456789", min_size=1, max_size=14), min_size=2, max_size=14),
    st.sampled_from(("; ", " oder ", "\n", " | ")),
)
def test_no_digit_of_several_numbers_is_lost(written, between):
    pieces = [number.raw for number in read(between.join(written), Location("DE", "89"))]
    assert "".join("".join(filter(str.isdigit, piece)) for piece in pieces) == "".join(written)


@given(
    st.sampled_from(
        (("089", "840798", "DE"), ("0171", "2345678", "DE"), ("01", "5321234", "AT"), ("0471", "123456", "IT"))
    ),
    st.text("0123456789", min_size=0, max_size=2),
    st.data(),
)
def test_separators_change_no_number(parts, tail, data):
    area, number, country = parts
    digits = number + tail
    loose = st.sampled_from(("", " ", ".", "  ", "'", "\u00a0"))
    between = data.draw(st.sampled_from((" / ", "/", "-", " - ", ") ", " ", ".", "")))
    grouped = "".join(digit + data.draw(loose) for digit in digits).rstrip()
    (found,) = read(("(" if ")" in between else "") + area + between + grouped, Location(country))
    assert found.e164 == read(area + digits, Location(country))[0].e164


@pytest.mark.parametrize("text", ["9" * 257, "089 840798" + " " * 300, "(" * 100_000, "+49 89 840798 " * 10_000])
def test_a_text_of_more_than_256_characters_is_no_number(text):
    (number,) = read(text, Location("DE"))
    assert (number.raw, number.e164) == (text.strip(), "")
    assert ask(text, Location("DE")).candidates == ()
    assert notation(text, "+4989840798", Location("DE")) == "+4989840798"


def test_home_numbers_are_private():
    (number,) = read("089 840798", Location("DE"), PhoneKind.HOME, "abends")
    assert (number.group, number.label) == (FieldGroup.PRIVATE, "abends")
    assert read("089 840798", Location("DE"), PhoneKind.FAX)[0].group is FieldGroup.BUSINESS
