"""Formats of numbers: by examples, and for any numbers and locations: what is written is read as the same number."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.contact import PhoneKind
from directory_server.directory.listing import Number
from directory_server.directory.number import ask, read
from directory_server.directory.number_format import formatted
from directory_server.store.rows import Location, NumberFormat

MUNICH = Location("DE", "89", "840798", extension_length=2, outside_line="0")
HAMBURG = Location("DE", "40", outside_line="0")
PORTLAND = Location("US", "503")
HOME = Location("DE")


def one(raw: str, location: Location = HOME) -> Number:
    (number,) = read(raw, location)
    return number


@pytest.mark.parametrize(
    ("raw", "location", "form", "text"),
    [
        ("089 840798-12", HOME, "echo", "+498984079812"),
        ("089 840798-12", HOME, "e164", "+498984079812"),
        ("089 840798-12", HOME, "e164-no-plus", "498984079812"),
        ("089 840798-12", HOME, "national", "08984079812"),
        ("+43 1 2345678", HOME, "national", "+4312345678"),
        ("+1 503 823 4567", PORTLAND, "national", "5038234567"),
        ("+39 02 45123", Location("IT"), "national", "0245123"),
        ("089 840798-12", HOME, "readable", "+49 89 840798-12"),
        ("089 84079812", HOME, "readable", "+49 89 84079812"),
        ("089 84079812", MUNICH, "readable", "+49 89 840798-12"),
        ("+1 503 823 4567", HOME, "readable", "+1 503-823-4567"),
        ("089 840798-12", MUNICH, "dialable", "12"),
        ("089 840798-123", MUNICH, "dialable", "0089840798123"),  # longer than an extension here
        ("089 840799-12", MUNICH, "dialable", "008984079912"),  # of another company in the same area
        ("089 840798-0", MUNICH, "dialable", "00898407980"),  # "0" alone is the outside line
        ("089 840798-0", Location("DE", "89", "840798"), "dialable", "0898407980"),
        ("089 840798-91", Location("DE", "89", "840798", 2, "9"), "dialable", "908984079891"),
        ("089 840798-81", Location("DE", "89", "840798", 2, "9"), "dialable", "81"),
        ("+43 1 2345678", MUNICH, "dialable", "0004312345678"),
        ("+43 1 2345678", HOME, "dialable", "004312345678"),
        ("+49 40 211234567", HAMBURG, "dialable", "0040211234567"),  # and nothing but this, though Romania is +40
        ("+49 89 84079812", PORTLAND, "dialable", "011498984079812"),
        ("+1 503 823 4567", PORTLAND, "dialable", "15038234567"),
        ("089 840798-12", MUNICH, "extension", "12"),
        ("089 840798-0", MUNICH, "extension", "+49898407980"),
        ("089 840798-123", MUNICH, "extension", "+4989840798123"),
        ("089 840799-12", MUNICH, "extension", "+498984079912"),
        ("089 840798-12", HOME, "extension", "+498984079812"),
    ],
)
def test_examples(raw: str, location: Location, form: str, text: str) -> None:
    at = HOME if location.country == "US" else location
    assert formatted(one(raw, at), location, NumberFormat(form)) == text


@pytest.mark.parametrize("form", NumberFormat)
@pytest.mark.parametrize("raw", ["call me", "-12", "112", "*21#"])
def test_what_is_no_number_stays_as_it_was_written(raw: str, form: NumberFormat) -> None:
    assert formatted(one(raw), MUNICH, form) == raw


countries = st.sampled_from(("DE", "AT", "CH", "IT", "FR", "US", "GB", "PL", "HU", "ZZ"))
digits = st.text("0123456789", min_size=1, max_size=6)
locations = st.builds(
    Location,
    countries,
    st.sampled_from(("", "89", "40", "1", "503")),
    st.one_of(st.just(""), st.from_regex(r"[1-9]\d{2,5}", fullmatch=True)),
    st.integers(0, 5),
    st.sampled_from(("", "0", "9")),
)
written = st.one_of(
    st.from_regex(r"\+(49|43|41|39|33|1|44|48|36|40|420)[1-9]\d{5,11}", fullmatch=True),
    st.from_regex(r"0[1-9]\d{1,3} ?[1-9]\d{2,6}-\d{1,4}", fullmatch=True),
    st.from_regex(r"00(49|40|1)[1-9]\d{5,10}", fullmatch=True),
)
FIRST = [NumberFormat.ECHO, NumberFormat.E164, NumberFormat.NATIONAL, NumberFormat.READABLE]


@settings(max_examples=1500, deadline=None, derandomize=True)
@given(written, locations, locations, st.booleans())
def test_a_formatted_number_is_read_as_the_same_number(
    raw: str,
    theirs: Location,
    ours: Location,
    own: bool,
) -> None:
    if own:
        theirs = ours
    for number in read(raw, theirs, PhoneKind.WORK):
        if ask(number.e164, ours).candidates[:1] != (number.e164[1:],):
            continue  # nothing, or an impossible number such as +48 0…, which no notation can express
        for form in FIRST:
            text = formatted(number, ours, form)
            assert ask(text, ours).candidates[:1] == (number.e164[1:],), (form, text)
        text = formatted(number, ours, NumberFormat.DIALABLE)
        assert number.e164[1:] in ask(text, ours).candidates, text
        assert "".join(filter(str.isdigit, formatted(number, ours, NumberFormat.READABLE))) == number.e164[1:]
        assert number.e164.endswith(formatted(number, ours, NumberFormat.EXTENSION))
        assert formatted(number, ours, NumberFormat.E164_NO_PLUS) == number.e164[1:]


@settings(max_examples=500, deadline=None, derandomize=True)
@given(st.from_regex(r"\+49[1-9]\d{7,10}", fullmatch=True), locations)
def test_what_is_dialled_has_no_plus_at_home(e164: str, ours: Location) -> None:
    """A German number from a German telephone is always dialled, never left as +49."""
    (number,) = read(e164, HOME)
    at = Location("DE", ours.area, ours.trunk, ours.extension_length, "0")
    assert formatted(number, at, NumberFormat.DIALABLE).isdigit()
