"""What is counted, and how often it is said."""

import logging

from directory_server.fronts.telephony.counts import Counts
from directory_server.fronts.telephony.doorkeeper import Doorkeeper
from directory_server.fronts.telephony.limits import Limits


def test_what_an_admin_can_change_is_said_ever_more_rarely(caplog):
    caplog.set_level(logging.INFO)
    counts = Counts()
    for _ in range(100):
        for kind, outcome in (("anynode", "unknown"), ("text", "found"), ("text", "nobody"), ("landis", "bad")):
            counts.add(kind, outcome)
    assert set(counts.of.values()) == {100}
    assert len(counts.of) == 4
    assert [record.count for record in caplog.records] == [1, 2, 4, 8, 16, 32, 64]
    assert {(record.outcome, record.front) for record in caplog.records} == {("unknown", "telephony")}
    counts.add("text", "failed", "RuntimeError")
    assert caplog.records[-1].error == "RuntimeError"


def test_sums_tell_what_never_happened_too():
    counts = Counts()
    counts.add("json", "found")
    counts.add("json", "found")
    sums = {(one.kind, one.outcome): one.count for one in counts.sums()}
    assert sums.pop(("json", "found")) == 2
    assert set(sums.values()) == {0}
    assert len(sums) == 6 * 7 - 1


def test_addresses_that_wait_are_counted_while_they_do():
    keeper = Doorkeeper(Limits())
    assert keeper.waiting(0) == 0
    keeper.failed("a", b"x", 0)
    keeper.failed("b", b"x", 0)
    keeper.failed("b", b"y", 0)
    assert [keeper.waiting(at) for at in (0, 0.9, 1, 1.9, 2, 700)] == [2, 2, 1, 1, 0, 0]
