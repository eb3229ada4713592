"""Thousands of idle lines that are cut and come back at once: none is forgotten, nothing piles up."""

import pytest

from benchmarks.relay_lines import idle_lines

LINES = 2000
MORE = 1.05
"""Memory may be as much more after the last storm than in the middle: what is freed is not all given back."""


@pytest.mark.journey
@pytest.mark.server
@pytest.mark.timeout(180)
def test_lines_that_are_cut_and_come_back_leave_nothing_behind() -> None:
    """`idle_lines` waits after each storm until the relay holds all of them, and none after each cut."""
    lines = idle_lines(LINES, storms=7)
    assert lines.storms_mb[-1] < lines.storms_mb[3] * MORE, lines
    assert lines.kib_each < 40, lines
