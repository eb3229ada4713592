"""The best reading is the first of all readings."""

from hypothesis import given
from hypothesis import strategies as st

from directory_server.directory.reader import Reader
from directory_server.store.rows import Location

COUNTRIES = ("DE", "AT", "CH", "FR", "GB", "NL", "JP", "AU", "IT", "US", "RU", "HU", "PL", "BE", "SE", "TR")
DIGITS = st.builds(
    lambda zeros, rest: "0" * zeros + rest, st.integers(0, 3), st.text(alphabet="0123456789", max_size=20)
)


@given(st.sampled_from(COUNTRIES), st.sampled_from(["", "12345"]), DIGITS, st.booleans())
def test_the_best_reading_comes_first(country, trunk, digits, plus):
    at = Reader(Location(country, "89" if trunk else "", trunk))
    readings = at.readings(digits, plus=plus)
    assert at.best(digits, plus=plus) == (readings[0][1] if readings else "")
