import threading
from dataclasses import replace
from datetime import timedelta

import pytest

from connectors.errors import AuthFailed, ConfigInvalid, RateLimited, StateExpired
from connectors.events import Delete, Upsert
from directory_server.store import contacts, runs, sources, states
from directory_server.store.errors import Busy
from directory_server.store.rows import RunState
from directory_server.sync.history import ages
from directory_server.sync.run import KEPT, failed
from tests.fakes.memory_source import MemoryConnector, record
from tests.fakes.sync_bench import NOW, Bench


@pytest.fixture
def bench(tmp_path):
    made = Bench(tmp_path)
    yield made
    made.database.close()


def test_a_first_run_stores_everything_and_is_recorded(bench):
    bench.fill(30)
    outcome = bench.sync()
    assert bench.held() == bench.told()
    assert (outcome.created, outcome.state, outcome.seconds) == (30, RunState.DONE, 0.5)
    assert outcome.as_json() == {
        "source": "mem",
        "created": 30,
        "updated": 0,
        "unchanged": 0,
        "deleted": 0,
        "bad": 0,
        "held": False,
        "seconds": 0.5,
        "contacts_per_second": 60,
        "reason": "",
        "faults": [],
        "state": "done",
        "dry_run": False,
        "resync": False,
    }
    run = runs.latest(bench.database)[bench.source.id]
    assert (run.started, run.seconds, run.state, run.created) == (NOW, 0.5, RunState.DONE, 30)


def test_a_source_removed_or_changed_since_it_was_chosen_is_left_alone(bench):
    bench.fill(3)
    sources.change(bench.database, replace(bench.source, mapping={"company": "x"}))
    with pytest.raises(Busy, match="source 'mem' was changed or removed meanwhile"):
        bench.sync()
    bench.source = sources.by_name(bench.database, "mem")
    bench.sync()
    sources.remove(bench.database, bench.source, NOW)
    with pytest.raises(Busy, match="source 'mem' was changed or removed meanwhile"):
        bench.sync()
    assert bench.held() == {}


def test_contacts_carry_their_times_and_growing_numbers(bench):
    bench.fill(3)
    bench.sync()
    bench.now += timedelta(hours=1)
    bench.memory.put("k1", record("Changed"))
    bench.sync()
    first, last, changed = contacts.changed_since(bench.database, 0, 10)
    assert (first.key, last.key, changed.key) == ("k0", "k2", "k1")
    assert first.sequence < last.sequence < changed.sequence <= contacts.last_sequence(bench.database)
    assert (changed.first_seen, changed.changed, first.changed) == (NOW, bench.now, NOW)


def test_a_contact_that_comes_back_keeps_its_id(bench):
    bench.fill(10)
    bench.sync()
    (before,) = [item for item in contacts.changed_since(bench.database, 0, 99) if item.key == "k3"]
    gone = bench.memory.records["k3"]
    bench.memory.remove("k3")
    assert bench.sync().deleted == 1
    bench.memory.put("k3", gone)
    assert bench.sync().created == 1
    assert bench.held() == bench.told()
    after = contacts.by_key(bench.database, bench.source.id, "k3")
    assert (after.id, after.deleted, after.first_seen) == (before.id, None, NOW)


def test_the_next_run_continues_with_the_state(bench):
    bench.fill(10)
    bench.sync()
    connector = MemoryConnector(bench.memory)
    bench.memory.put("k1", record("Changed"))
    bench.memory.remove("k2")
    outcome = bench.sync(connector)
    assert connector.calls == [{"at": 10}]
    assert (outcome.updated, outcome.deleted, outcome.unchanged) == (1, 1, 8)
    assert bench.held() == bench.told()


def test_full_reads_everything(bench):
    bench.fill(2)
    bench.sync()
    connector = MemoryConnector(bench.memory)
    bench.sync(connector, full=True)
    assert connector.calls == [None]


def test_an_expired_state_is_answered_by_a_full_read(bench):
    bench.fill(10)
    bench.sync()
    bench.memory.put("k1", record("Changed"))
    connector = MemoryConnector(bench.memory, expired=True)
    outcome = bench.sync(connector)
    assert connector.calls == [{"at": 10}, None]
    assert (outcome.updated, outcome.resync) == (1, True)
    assert bench.held() == bench.told()


def test_a_source_that_calls_its_own_full_read_expired_fails(bench):
    outcome = bench.sync(MemoryConnector(bench.memory, fault=StateExpired("again"), stop_after=0))
    assert (outcome.state, outcome.reason) == (RunState.FAILED, "StateExpired: again")


def test_other_settings_mean_a_full_read(bench):
    bench.fill(2)
    bench.sync()
    again = sources.remove(bench.database, bench.source, NOW)
    assert again == 2
    bench.source = sources.add(bench.database, "mem", "memory", {"path": "y"})
    with bench.database.write() as connection:
        states.put(connection, bench.source.id, states.SavedState("of other settings", "m", {"at": 2}))
    connector = MemoryConnector(bench.memory)
    bench.sync(connector)
    assert connector.calls == [None]


@pytest.mark.parametrize("fault", [AuthFailed("user or password"), ConfigInvalid("no"), RateLimited("slow", 3)])
def test_a_fault_of_the_source_is_a_failed_run_that_changes_nothing(bench, fault):
    bench.fill(20)
    bench.sync()
    before, state = bench.held(), states.of(bench.database, bench.source.id)
    bench.memory.remove("k1")
    bench.memory.put("k2", record("Changed"))
    outcome = bench.sync(MemoryConnector(bench.memory, fault=fault))
    assert outcome.as_json()["error"] == f"{type(fault).__name__}: {fault}"
    assert outcome.failed
    assert bench.held() == before
    assert states.of(bench.database, bench.source.id) == state
    run = runs.latest(bench.database)[bench.source.id]
    assert (run.state, run.reason, run.unchanged) == (RunState.FAILED, outcome.reason, 20)


def test_an_unexpected_error_is_recorded_without_its_text_and_raised(bench):
    bench.fill(3)
    with pytest.raises(KeyError):
        bench.sync(MemoryConnector(bench.memory, fault=KeyError("personal data")))
    assert bench.held() == {}
    assert runs.latest(bench.database)[bench.source.id].reason == "unexpected KeyError while reading"


@pytest.mark.parametrize("events", range(12))
def test_a_stream_cut_anywhere_changes_nothing_and_the_next_run_heals(bench, events):
    bench.fill(10)
    bench.sync()
    before = bench.held()
    for key in ("k1", "k5"):
        bench.memory.remove(key)
    bench.memory.put("new", record("New"))
    connector = MemoryConnector(bench.memory, deltas=False, stop_after=events)
    cut = bench.sync(connector)
    if events < 10:  # nine records and a Snapshot, then the Checkpoint
        assert cut.reason.startswith("PartialRead")
        assert bench.held() == before
    bench.sync()
    assert bench.held() == bench.told()


class Verbose(MemoryConnector):
    """Sends every change since the last time, the outdated ones too."""

    def _delta(self, state):
        for key, value in self.source.log[state["at"] :]:
            yield Delete(key) if value is None else Upsert(key, value)


NAMES = (("Other", "N1"), ("Other", "Third"), ("Other", None), (None, "N1"), (None, "Other"), ("Other", None, "N1"))


@pytest.mark.parametrize("names", NAMES)
@pytest.mark.parametrize("key", ["k1", "new"])
def test_of_several_changes_of_one_key_the_last_one_counts(bench, key, names):
    bench.fill(20)
    bench.sync()
    for name in names:
        if name is None:
            bench.memory.remove(key)
        else:
            bench.memory.put(key, record(name))
    outcome = bench.sync(Verbose(bench.memory))
    assert not outcome.reason
    assert bench.held() == bench.told()
    known = contacts.by_key(bench.database, bench.source.id, key)
    assert (known is None) == (key == "new" and names[-1] is None)  # what came and went was never there


def test_a_bad_record_keeps_its_contact(bench):
    bench.fill(3)
    bench.sync()
    outcome = bench.sync(MemoryConnector(bench.memory, unreadable=frozenset({"k1"})), full=True)
    assert (outcome.bad, outcome.deleted, outcome.unchanged) == (1, 0, 3)
    assert outcome.as_json()["faults"] == ["unreadable"]


def test_two_runs_of_one_source_never_overlap(bench):
    bench.fill(1500)
    reading, go_on, outcomes = threading.Event(), threading.Event(), []

    def wait(_):
        reading.set()
        assert go_on.wait(20)

    thread = threading.Thread(target=lambda: outcomes.append(bench.sync(progress=wait)))
    thread.start()
    assert reading.wait(20)
    with pytest.raises(Busy, match="another run of source 'mem'"):
        bench.sync()
    go_on.set()
    thread.join()
    assert outcomes[0].created == 1500
    assert bench.sync().unchanged == 1500


def test_others_may_write_while_a_source_is_slow(bench):
    bench.fill(1500)
    other = []
    bench.sync(progress=lambda _: other.append(sources.add(bench.database, "other", "memory", {})))
    assert len(other) == 1


def test_deleted_contacts_are_erased_after_thirty_days(bench):
    bench.fill(3)
    bench.sync()
    bench.memory.remove("k0")
    bench.sync()
    assert len(contacts.changed_since(bench.database, 0, 10)) == 3
    bench.now += KEPT
    bench.sync()
    assert len(contacts.changed_since(bench.database, 0, 10)) == 3
    bench.now += timedelta(seconds=1)
    bench.sync()
    assert len(contacts.changed_since(bench.database, 0, 10)) == 2


def test_a_connector_that_cannot_be_made_is_a_failed_run(bench):
    outcome = failed(bench.database, bench.source, ConfigInvalid("setting 'path' is missing"), clock=lambda: NOW)
    assert outcome.as_json()["error"] == "ConfigInvalid: setting 'path' is missing"
    assert runs.latest(bench.database)[bench.source.id].state is RunState.FAILED


def test_the_age_of_a_source_counts_from_the_start_of_its_last_applied_run(bench):
    assert ages(bench.database, NOW) == {}
    bench.sync()
    bench.now += timedelta(seconds=90)
    bench.sync(MemoryConnector(bench.memory, fault=AuthFailed("no")))
    assert ages(bench.database, NOW + timedelta(seconds=100)) == {bench.source.id: 100}
    assert ages(bench.database, NOW - timedelta(seconds=5)) == {bench.source.id: 0}


def test_after_an_incomplete_snapshot_the_next_pass_reads_everything(bench):
    """Else a deletion that happened before it would never be heard of."""
    bench.fill(6)
    bench.sync()
    bench.memory.remove("k0")
    bench.sync(MemoryConnector(bench.memory, incomplete=True), full=True)
    assert "k0" in bench.held()
    assert bench.sync().deleted == 1
    assert bench.held() == bench.told()
