import itertools
import threading
from datetime import UTC, datetime, timedelta

import pytest

from connectors import mapping
from connectors.errors import AuthFailed, ConfigInvalid, RateLimited, StateExpired
from directory_server.store import contacts, runs, sources, states
from directory_server.store.database import Database
from directory_server.store.errors import Busy
from directory_server.store.rows import RunState
from directory_server.sync.history import ages
from directory_server.sync.run import KEPT, failed, mapping_fingerprint, synchronise
from directory_server.vault.vault import Vault
from tests.fakes.memory_source import MAPPING, MemoryConnector, MemorySource, record

NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)


class Bench:
    """A store with one source, and that source."""

    def __init__(self, folder):
        self.database = Database.open(folder / "contactory.sqlite", Vault(bytes(32)))
        self.source = sources.add(self.database, "mem", "memory", {"path": "x"})
        self.memory = MemorySource()
        self.now = NOW

    def fill(self, count):
        for number in range(count):
            self.memory.put(f"k{number}", record(f"N{number}"))

    def sync(self, connector=None, **options):
        ticks = itertools.count(0.0, 0.5)
        connector = connector or MemoryConnector(self.memory)
        return synchronise(
            self.database, self.source, connector, clock=lambda: self.now, monotonic=lambda: next(ticks), **options
        )

    def held(self):
        """Return what the store shows: names by key."""
        found = contacts.changed_since(self.database, 0, 10_000)
        return {item.key: item.contact.family_name for item in found if item.deleted is None}

    def told(self):
        """Return what the source holds: names by key."""
        return {key: value["name"][0] for key, value in self.memory.records.items()}


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


def test_a_bad_record_keeps_its_contact(bench):
    bench.fill(3)
    bench.sync()
    outcome = bench.sync(MemoryConnector(bench.memory, unreadable=frozenset({"k1"})), full=True)
    assert (outcome.bad, outcome.deleted, outcome.unchanged) == (1, 0, 3)
    assert outcome.as_json()["faults"] == ["unreadable"]


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
