"""What is counted, and how often it is said."""

import logging

from directory_server.fronts.telephony.counts import Counts


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
