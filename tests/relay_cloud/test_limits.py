from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from relay_cloud import limits
from relay_cloud.limits import FAILURE_WINDOW_S, FAILURES, Failures, TokenBuckets

ONE, OTHER = UUID(int=1), UUID(int=2)


def test_a_burst_then_the_rate() -> None:
    buckets = TokenBuckets(rate=10, burst=3)
    assert [buckets.take(ONE, 0) for _ in range(4)] == [True, True, True, False]
    assert buckets.take(OTHER, 0), "another tenant is not slowed"
    assert buckets.take(ONE, 0.1)
    assert not buckets.take(ONE, 0.1)


def test_a_clock_that_is_set_back_starves_nobody() -> None:
    buckets, failures = TokenBuckets(rate=1, burst=2), Failures()
    assert buckets.take(ONE, 10_000)
    assert buckets.take(ONE, 0)
    assert buckets.take(ONE, 2)
    for _ in range(FAILURES):
        failures.note("192.0.2.1", 10_000)
    assert not failures.blocked("192.0.2.1", 0)


@given(st.lists(st.floats(0, 1), max_size=200), st.integers(1, 20), st.integers(1, 20))
def test_never_more_than_burst_and_rate_allow(pauses: list[float], rate: int, burst: int) -> None:
    buckets, now, taken = TokenBuckets(rate, burst), 0.0, 0
    for pause in pauses:
        now += pause
        taken += buckets.take(ONE, now)
    assert taken <= burst + rate * now + 1e-6


def test_failures_block_an_address_for_a_while() -> None:
    failures = Failures()
    for moment in range(FAILURES):
        assert not failures.blocked("192.0.2.1", moment)
        failures.note("192.0.2.1", moment)
    assert failures.blocked("192.0.2.1", FAILURES)
    assert not failures.blocked("192.0.2.2", FAILURES)
    assert not failures.blocked("192.0.2.1", FAILURE_WINDOW_S)


def test_ipv6_counts_by_network() -> None:
    failures = Failures()
    for number in range(FAILURES):
        failures.note(f"2001:db8::{number}", 0)
    assert failures.blocked("2001:db8::ffff", 0)
    assert not failures.blocked("2001:db8:0:1::1", 0)
    assert not failures.blocked("unknown", 0)


def test_memory_is_bounded() -> None:
    buckets, failures = TokenBuckets(1, 1), Failures()
    for number in range(limits.MAX_ENTRIES + 10):
        buckets.take(UUID(int=number), 0)
        failures.note(f"host-{number}", 0)
    assert len(buckets._buckets) == limits.MAX_ENTRIES
    assert len(failures._failed) == limits.MAX_ENTRIES
