import pytest
from hypothesis import given
from hypothesis import strategies as st

from directory_server.sync.guard import reason_to_hold
from directory_server.sync.totals import Totals


def totals(live, *, created=0, updated=0, deleted=0, emptied=False):
    return Totals(live=live, created=created, updated=updated, deleted=deleted, bad=0, emptied=emptied)


@pytest.mark.parametrize(
    ("plan", "held"),
    [
        (totals(0, created=1000), False),
        (totals(4, deleted=4), False),
        (totals(5, deleted=5), True),
        (totals(49, deleted=5), True),
        (totals(50, deleted=5), False),
        (totals(51, deleted=6), True),
        (totals(1000, deleted=100), False),
        (totals(1000, deleted=101), True),
        (totals(1, deleted=1, emptied=True), True),
        (totals(4, updated=4), False),
        (totals(10, updated=5), False),
        (totals(10, updated=6), True),
        (totals(1000, updated=500), False),
        (totals(1000, updated=501), True),
        (totals(10, created=10_000), False),
    ],
)
def test_the_limits(plan, held):
    assert bool(reason_to_hold(plan)) is held


def test_the_reason_names_the_numbers():
    assert reason_to_hold(totals(20, deleted=15)) == "15 of 20 contacts would be deleted, more than 10%"
    assert "all 3 contacts" in reason_to_hold(totals(3, deleted=3, emptied=True))
    assert reason_to_hold(totals(10, updated=9)) == "9 of 10 contacts would change at once, more than 50%"


@given(live=st.integers(0, 5000), deleted=st.integers(0, 5000), more=st.integers(0, 100))
def test_more_deletions_are_never_safer(live, deleted, more):
    if reason_to_hold(totals(live, deleted=min(deleted, live))):
        assert reason_to_hold(totals(live, deleted=min(deleted + more, live)))
