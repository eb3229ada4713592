"""Runs that are held, dry, or made by a new mapping."""

import pytest

from connectors import mapping
from connectors.errors import AuthFailed
from directory_server.store import contacts, runs, states
from directory_server.store.rows import RunState
from directory_server.sync.run import mapping_fingerprint
from tests.fakes.memory_source import MAPPING, MemoryConnector, record
from tests.fakes.sync_bench import Bench


@pytest.fixture
def bench(tmp_path):
    made = Bench(tmp_path)
    yield made
    made.database.close()


def test_a_held_run_changes_nothing_and_is_applied_once(bench):
    bench.fill(20)
    bench.sync()
    before = bench.held()
    for number in range(15):
        bench.memory.remove(f"k{number}")
    for _ in range(2):
        outcome = bench.sync()
        assert (outcome.state, outcome.deleted) == (RunState.HELD, 0)
        assert outcome.as_json()["planned"] == {"created": 0, "updated": 0, "unchanged": 5, "deleted": 15}
        assert "15 of 20" in outcome.reason
        assert bench.held() == before
    assert bench.sync(apply_held=True).deleted == 15
    assert bench.held() == bench.told()
    assert bench.sync().deleted == 0
    states_of = [run.state for run in runs.of(bench.database, bench.source.id)]
    assert states_of == [RunState.DONE, RunState.DONE, RunState.HELD, RunState.HELD, RunState.DONE]


def test_an_emptied_source_is_held(bench):
    bench.fill(2)
    bench.sync()
    bench.memory.records.clear()
    assert bench.sync(MemoryConnector(bench.memory, deltas=False)).held
    assert len(bench.held()) == 2


@pytest.mark.parametrize("remove", [0, 1, 15])
def test_a_dry_run_tells_the_same_and_changes_nothing(bench, remove):
    bench.fill(20)
    bench.sync()
    for number in range(remove):
        bench.memory.remove(f"k{number}")
    bench.memory.put("new", record("New"))
    before, sequence = bench.held(), contacts.last_sequence(bench.database)
    state, history = states.of(bench.database, bench.source.id), runs.of(bench.database, bench.source.id)
    dry = bench.sync(dry_run=True).as_json()
    assert bench.held() == before
    assert contacts.last_sequence(bench.database) == sequence
    assert states.of(bench.database, bench.source.id) == state
    assert runs.of(bench.database, bench.source.id) == history
    assert dry == bench.sync().as_json() | {"dry_run": True}


def test_a_failing_dry_run_is_not_recorded(bench):
    assert bench.sync(MemoryConnector(bench.memory, fault=AuthFailed("no")), dry_run=True).failed
    assert runs.latest(bench.database) == {}


def test_a_new_mapping_is_applied_without_the_source_sending_anything_again(bench):
    bench.fill(4)
    bench.sync()
    bench.memory.put("k9", record("New"))
    other = mapping.parse({"company": "name"})
    connector = MemoryConnector(bench.memory, mapping=other)
    outcome = bench.sync(connector)
    assert connector.calls == [{"at": 4}]
    assert (outcome.updated, outcome.created) == (4, 1)
    assert {item.contact.company for item in contacts.changed_since(bench.database, 0, 99)} == {*bench.told().values()}
    assert bench.sync(MemoryConnector(bench.memory, mapping=other)).updated == 0


def test_a_mapping_accident_is_held(bench):
    bench.fill(20)
    bench.sync()
    nothing = mapping.parse({"company": "no_such_field"})
    assert bench.sync(MemoryConnector(bench.memory, mapping=nothing)).held
    assert bench.held() == bench.told()


def test_the_fingerprint_of_a_mapping_follows_what_it_does():
    same = mapping.parse({"family_name": "name", "phones": {"work": "phone"}})
    assert mapping_fingerprint(same) == mapping_fingerprint(MAPPING)
    assert mapping_fingerprint(mapping.parse({"family_name": "Name2"})) != mapping_fingerprint(MAPPING)
