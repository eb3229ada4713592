"""A number in a usual way is read as the long way reads it, everywhere."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.contact import Phone, PhoneKind
from directory_server.directory import number
from directory_server.directory.dialling import country_code
from directory_server.directory.number import read_all
from directory_server.directory.reader import reader
from directory_server.directory.usual_number import usual
from directory_server.store.rows import Location

COUNTRIES = ("DE", "AT", "CH", "IT", "FR", "GB", "US", "NL", "PL", "CZ", "HU", "RU", "LU", "JP", "AU", "SM", "xx", "")
LOCATIONS = st.builds(
    Location,
    st.sampled_from(COUNTRIES),
    st.sampled_from(("", "89")),
    st.sampled_from(("", "", "", "840798")),
    st.just(0),
    st.sampled_from(("", "", "", "0", "9")),
)
DIGITS = "0123456789"
CODES = [str(code) for code in range(1, 1000) if country_code(str(code)) == str(code)]
USUAL = st.builds(
    lambda start, area, gap, parts, tail: start + area + gap + " ".join(parts) + tail,
    st.one_of(
        st.just("0"),
        st.builds(
            "+{}{}".format,
            st.one_of(st.sampled_from(("49", "43", "39", "36", "7")), st.sampled_from(CODES)),
            st.sampled_from((" ", " (0)")),
        ),
        st.builds("+{} ".format, st.text(DIGITS, min_size=1, max_size=3)),
    ),
    st.one_of(st.sampled_from(("171", "660", "89", "221", "6")), st.text(DIGITS, min_size=1, max_size=7)),
    st.sampled_from((" ", "/")),
    st.lists(st.text(DIGITS, min_size=2, max_size=9), min_size=1, max_size=3),
    st.one_of(st.just(""), st.builds("-{}".format, st.text(DIGITS, min_size=1, max_size=6))),
)


@settings(max_examples=1000)
@given(USUAL, LOCATIONS)
def test_the_usual_way_and_the_long_way_agree(written, location):
    at, phones = reader(location), (Phone(PhoneKind.WORK, written),)
    short = usual(written, at)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(number, "usual", lambda _text, _at: None)
        long = read_all(phones, at)
    assert short is None or [short] == [(one.e164, one.extension, one.trunk) for one in long]
    assert read_all(phones, at) == long


@pytest.mark.parametrize(
    ("written", "parts"),
    [
        ("0221/208358-39", ("+4922120835839", "39", "+49221208358")),
        ("+49 (0)221 20 83 58", ("+49221208358", "", "")),
        ("+49 221 208358-0", ("+492212083580", "0", "+49221208358")),
        ("+43 (0)1 514321-12", None),
        ("+43 (0)512 5143-12", ("+43512514312", "12", "+435125143")),
        ("0171 208358-12", ("+4917120835812", "", "")),
        ("+49 89 12-34", ("+49891234", "", "")),
        ("030/1234", None),
        ("+7 89 123456789", None),
        ("+36 (0)6 1234567", None),
        ("+36 (0)20 1234567", ("+36201234567", "", "")),
        ("+39 (0)2 1234567", None),
        ("+39 (0)471 1234567", None),
        ("0171 20835812", ("+4917120835812", "", "")),
        ("+41 44 123 45 67", ("+41441234567", "", "")),
        ("+41 44 1234567-68", None),
        ("+39 02 1234567", None),
        ("+371 (0)60 1234567", ("+371601234567", "", "")),
        ("0221/2083583900000-1", None),
        ("020 1", None),
        ("089", None),
    ],
)
def test_what_is_usual_at_home_in_germany(written, parts):
    assert usual(written, reader(Location("DE"))) == parts
    assert usual(written, reader(Location("DE", outside_line="0"))) is None
    assert usual(written, reader(Location("DE", "89", "840798"))) is None
