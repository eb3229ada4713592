"""Records that come many at once are stored and counted like any others."""

import pytest

from connectors.events import BulkPass, Checkpoint, Snapshot, Upserts
from connectors.mapping import parse
from directory_server.store.contact_json import fingerprint
from tests.fakes.memory_source import MemoryConnector, record
from tests.fakes.sync_bench import Bench


@pytest.fixture
def bench(tmp_path):
    made = Bench(tmp_path)
    yield made
    made.database.close()


class Together(MemoryConnector):
    """Tells of 400 records at once, and remembers which were looked at."""

    def read(self, state):
        self.looked_at = []
        return BulkPass(self.pieces())

    def pieces(self):
        found = list(self.source.records.items())
        for start in range(0, len(found), 400):
            keys, records = zip(*found[start : start + 400], strict=True)
            yield Upserts(
                list(keys), [fingerprint(repr(one)) for one in records], lambda at, of=start: self.looked(of + at)
            )
        yield Snapshot(complete=True)
        yield Checkpoint({})

    def looked(self, place):
        key, value = list(self.source.records.items())[place]
        self.looked_at.append(key)
        return value


def test_only_what_changed_is_looked_at(bench):
    bench.fill(900)
    connector = Together(bench.memory)
    assert bench.sync(connector).created == 900
    assert bench.held() == bench.told()
    assert len(connector.looked_at) == 900
    bench.memory.put("k7", record("Changed"))
    bench.memory.put("new", record("New"))
    bench.memory.remove("k8")
    outcome = bench.sync(connector)
    assert (outcome.created, outcome.updated, outcome.unchanged, outcome.deleted) == (1, 1, 898, 1)
    assert bench.held() == bench.told()
    assert connector.looked_at == ["k7", "new"]


def test_progress_is_told_about_every_thousand_records(bench):
    bench.fill(2500)
    told = []
    bench.sync(Together(bench.memory), progress=told.append)
    assert told == [1200, 2000]


def test_a_new_mapping_changes_contacts_whose_records_are_as_they_were(bench):
    bench.fill(5)
    bench.sync(Together(bench.memory))
    outcome = bench.sync(Together(bench.memory, parse({"family_name": "{name} {phone}"})), apply_held=True)
    assert (outcome.updated, outcome.unchanged) == (5, 0)
    assert bench.held()["k4"] == "N4 1"


def test_contacts_in_another_order_are_unchanged(bench):
    bench.fill(900)
    bench.sync(Together(bench.memory))
    bench.memory.records = dict(reversed(bench.memory.records.items()))
    connector = Together(bench.memory)
    assert bench.sync(connector).unchanged == 900
    assert connector.looked_at == []
