from datetime import UTC, datetime, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from directory_server.store import moment

moments = st.datetimes(timezones=st.just(UTC))


@given(moments, moments)
def test_moments_come_back_and_sort_as_text(one, other):
    assert moment.from_text(moment.to_text(one)) == one
    assert (moment.to_text(one) < moment.to_text(other)) == (one < other)


def test_other_zones_become_utc():
    berlin = timezone(datetime(2026, 1, 1, 1, tzinfo=UTC) - datetime(2026, 1, 1, tzinfo=UTC))
    assert moment.to_text(datetime(2026, 1, 1, 12, tzinfo=berlin)) == "2026-01-01T11:00:00.000000+00:00"


def test_a_naive_moment_is_refused():
    with pytest.raises(ValueError, match="time zone"):
        moment.to_text(datetime(2026, 1, 1))  # noqa: DTZ001 - the wrong case
