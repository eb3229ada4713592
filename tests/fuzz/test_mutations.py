"""Mutated inputs over codec, filters, names, controls, whole sessions and the readers of look-ups; see README.md."""

import secrets

import pytest

from tests.fuzz.exploring import explore
from tests.fuzz.replay import JUDGES

SHORT_SECONDS = 20.0
"""For all judges together, with `make test`: always the same inputs, as many as there is time for."""
LONG_SECONDS = 600.0
"""For all judges together, with `make test-all`: others every time."""
SEED = 4511
SHARES = {
    "values": 0.03, "message": 0.14, "filters": 0.1, "controls": 0.08, "names": 0.08, "texts": 0.07, "lookups": 0.05,
    "session": 0.3, "remembered": 0.15,
}  # fmt: skip


def test_every_judge_has_its_share() -> None:
    assert SHARES.keys() == JUDGES.keys()
    assert round(sum(SHARES.values()), 6) == 1


@pytest.mark.parametrize("name", SHARES)
def test_a_short_while(name: str) -> None:
    report = explore(name, *JUDGES[name], SEED, SHORT_SECONDS * SHARES[name])
    assert report.kept


@pytest.mark.long
@pytest.mark.timeout(LONG_SECONDS)
@pytest.mark.parametrize("name", SHARES)
def test_a_long_while(name: str) -> None:
    explore(name, *JUDGES[name], secrets.randbits(32), LONG_SECONDS * SHARES[name])
