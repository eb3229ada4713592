"""Where a line goes, and how long it waits before it tries again."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from directory_server.fronts.uplink.dial import MAX_BACK_OFF_S, MAX_SAME_S, back_off, line_url, same_back_off


@given(st.integers(0, 10_000), st.floats(0, 0.999))
def test_back_off_is_full_jitter_with_a_ceiling(attempt: int, random: float) -> None:
    assert 0 <= back_off(attempt, lambda: random) <= min(MAX_BACK_OFF_S, 0.5 * 2.0 ** min(attempt, 10))


@given(st.integers(0, 10_000), st.floats(0, 0.999))
def test_another_instance_is_looked_for_ever_more_rarely(attempt: int, random: float) -> None:
    most = min(MAX_SAME_S, 2.0 ** min(attempt, 10))
    assert most / 2 <= same_back_off(attempt, lambda: random) <= most


def test_url_and_host() -> None:
    assert line_url("https://relay.test/base/") == ("wss://relay.test/base/v1/line", "relay.test")
    assert line_url("http://127.0.0.1:8480") == ("ws://127.0.0.1:8480/v1/line", "127.0.0.1:8480")
    for wrong in ("relay.test", "ftp://relay.test", "", "https://"):
        with pytest.raises(ValueError, match="relay URL"):
            line_url(wrong)
