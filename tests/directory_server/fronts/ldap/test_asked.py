"""Plain numbers are read as they are written, and compared as the whole way compares them."""

from types import ModuleType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.contact import Contact, PhoneKind
from directory_server.directory.asked import ask
from directory_server.directory.listing import Listing, Number
from directory_server.directory.lookup import Lookup
from directory_server.directory.words.numbers import packed
from directory_server.fronts.ldap import asked as module_compiled
from directory_server.fronts.ldap import phone
from directory_server.store.rows import Location
from tests.fakes import as_python

MODULES = [module_compiled, as_python.load("directory_server.fronts.ldap.asked")]
PLACES = (Location("DE"), Location("DE", "89", "840798", 2, "0"), Location("IT"), Location("US"), Location(""))
CODES = ("49", "43", "39", "7", "36", "1", "44", "352", "999", "0", "")
DIGITS = st.builds(
    lambda code, start, rest: code + start + rest,
    st.sampled_from(CODES),
    st.sampled_from(("", "0", "06", "8", "89")),
    st.text("0123456789", max_size=15),
)


@pytest.mark.parametrize("module", MODULES)
@given(
    st.one_of(DIGITS.map(lambda digits: f"+{digits}"), st.text("+0123456789 -x", max_size=18)), st.sampled_from(PLACES)
)
def test_a_plain_number_is_read_as_it_is_written_wherever_it_is_asked(
    module: ModuleType, text: str, place: Location
) -> None:
    found = module.plain(text.encode(), len(text))
    if found:
        asked = ask(text, place)
        assert (asked.candidates, asked.extension, asked.digits) == ((text[1:],), "", text[1:])
        assert found == packed(text[1:])


@pytest.mark.parametrize("module", MODULES)
@pytest.mark.parametrize("text", ["+4989123", "+498984079812", "+390212345678", "+12025550123", "+499999999999999"])
def test_most_numbers_are_plain(module: ModuleType, text: str) -> None:
    assert module.plain(text.encode(), len(text)) == packed(text[1:])


@pytest.mark.parametrize("module", MODULES)
@pytest.mark.parametrize(
    "text",
    ["", "+", "+498912", "+4989840798123456", "0049898407981", "498984079812", "+49898407981 ", "+49089840798",
     "+78001234567", "+36061234567", "+9991234567", "+49898407981\u0662", "+0049898407981"],
)  # fmt: skip
def test_others_are_not(module: ModuleType, text: str) -> None:
    data = text.encode()
    assert module.plain(data, len(data)) == 0


ASKED = st.text("0123", min_size=7, max_size=9)
HELD = st.builds(
    lambda digits, cut, more, between: (digits[: len(digits) - cut] + more, between),
    ASKED, st.integers(0, 1), st.sampled_from(["", "0", "00", "1"]), st.sampled_from(["", " ", "-", "ü"]),
)  # fmt: skip


@pytest.mark.parametrize("module", MODULES)
@given(ASKED, HELD, st.booleans())
def test_a_number_is_hit_as_the_whole_way_hits_it(
    module: ModuleType, digits: str, held: tuple[str, str], is_read: bool
) -> None:
    number, between = held
    raw = number[:3] + between + number[3:]
    stored = Number(PhoneKind.WORK, raw, f"+{number}" if is_read else "")
    listing = Listing(1, "one", "key", Contact(family_name="Meier"), (stored,), None)
    found = Lookup((listing,), approximate=False, e164=f"+{digits}", total=1)
    expected = phone.Whole(f"+{digits}", digits, frozenset({digits}), "", found).hits(stored, listing)
    asked, text = f"+{digits}".encode(), f"x+{number}" if is_read else f"x{raw}"
    compare = module.is_number if is_read else module.has_digits
    assert compare(text.encode(), 1, len(text.encode()), asked, len(asked)) is expected
