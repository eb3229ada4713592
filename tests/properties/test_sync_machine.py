"""Whatever a connector does wrong, the store holds the old or the new state, and a healthy run heals it."""

import itertools
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from connectors.errors import Unreachable
from directory_server.store import contacts, sources
from directory_server.store.database import Database
from directory_server.store.rows import RunState
from directory_server.sync.run import synchronise
from directory_server.vault.vault import Vault
from tests.fakes.memory_source import MemoryConnector, MemorySource, record

KEYS = [f"k{number}" for number in range(12)]
NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)
keys = st.sampled_from(KEYS)


class SyncMachine(RuleBasedStateMachine):
    """A source that changes at will, read by connectors that misbehave in every way we know."""

    def __init__(self):
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.database = Database.open(Path(self.folder.name) / "contactory.sqlite", Vault(bytes(32)))
        self.source = sources.add(self.database, "mem", "memory", {})
        self.memory = MemorySource()
        self.sequence = 0

    def teardown(self):
        self.database.close()
        self.folder.cleanup()

    @initialize(count=st.integers(0, len(KEYS)))
    def fill(self, count):
        for key in KEYS[:count]:
            self.memory.put(key, record("A"))

    @rule(key=keys, name=st.sampled_from("ABC"), phone=st.sampled_from("12"))
    def put(self, key, name, phone):
        self.memory.put(key, record(name, phone))

    @rule(key=keys)
    def remove(self, key):
        self.memory.remove(key)

    @rule(key=keys)
    def come_back(self, key):
        """Let a key go and come back as it was, each seen by a run."""
        value = self.memory.records.get(key, record("A"))
        self.memory.remove(key)
        self.run(MemoryConnector(self.memory), apply_held=True)
        self.memory.put(key, value)
        self.run(MemoryConnector(self.memory), apply_held=True)
        assert self.held() == self.told()

    @rule()
    def empty(self):
        for key in list(self.memory.records):
            self.memory.remove(key)

    @rule(deltas=st.booleans(), full=st.booleans(), twice=st.booleans(), expired=st.booleans())
    def healthy_run(self, deltas, full, twice, expired):
        connector = MemoryConnector(self.memory, deltas=deltas, twice=twice, expired=expired)
        before, planned = self.held(), self.run(connector, full=full, dry_run=True)
        assert self.held() == before
        outcome = self.run(connector, full=full)
        assert outcome.counts() == planned.counts()
        if outcome.held:
            assert self.held() == before
            wanted = outcome.planned
            outcome = self.run(connector, full=full, apply_held=True)
            assert (outcome.deleted, outcome.updated) == (wanted.deleted, wanted.updated)
        assert outcome.state is RunState.DONE
        assert self.held() == self.told()
        again = self.run(connector, full=full)
        assert (again.created, again.updated, again.deleted, again.held) == (0, 0, 0, False)

    @rule(stop_after=st.integers(0, 15), broken=st.booleans(), deltas=st.booleans(), full=st.booleans())
    def cut_run(self, stop_after, broken, deltas, full):
        before = self.held()
        fault = Unreachable("the line broke") if broken else None
        connector = MemoryConnector(self.memory, stop_after=stop_after, fault=fault, deltas=deltas)
        outcome = self.run(connector, full=full, apply_held=True)
        if broken or outcome.state is not RunState.DONE:
            assert outcome.failed
            assert self.held() == before
        else:  # the cut came after the Checkpoint
            assert self.held() == self.told()

    @rule(unreadable=st.frozensets(keys), incomplete=st.booleans(), deltas=st.booleans(), apply_held=st.booleans())
    def doubtful_run(self, unreadable, incomplete, deltas, apply_held):
        """Bad records and incomplete snapshots: nothing that cannot be trusted is changed or deleted."""
        before, told = self.held(), self.told()
        connector = MemoryConnector(self.memory, unreadable=unreadable, incomplete=incomplete, deltas=deltas)
        outcome = self.run(connector, apply_held=apply_held, full=True)
        after = self.held()
        if not outcome.held:
            readable = {key: value for key, value in told.items() if key not in unreadable}
            kept = {key: before[key] for key in unreadable if key in before and key in told}
            missed = {key: value for key, value in before.items() if key not in told} if incomplete else {}
            assert after == {**readable, **kept, **missed}
        else:
            assert not apply_held
            assert after == before

    @invariant()
    def every_change_has_a_number_of_its_own(self):
        numbers = [item.sequence for item in contacts.changed_since(self.database, 0, 1000)]
        assert numbers == sorted(set(numbers))
        last = contacts.last_sequence(self.database)
        assert last >= max([self.sequence, *numbers])
        self.sequence = last

    def run(self, connector, **options):
        ticks = itertools.count()
        return synchronise(
            self.database,
            self.source,
            connector,
            clock=lambda: NOW,
            monotonic=lambda: float(next(ticks)),
            **options,
        )

    def held(self):
        return {
            item.key: (item.contact.family_name, item.contact.phones[0].raw)
            for item in contacts.changed_since(self.database, 0, 1000)
            if item.deleted is None
        }

    def told(self):
        return {key: (value["name"][0], value["phone"][0]) for key, value in self.memory.records.items()}


TestSyncMachine = SyncMachine.TestCase
TestSyncMachine.settings = settings(
    max_examples=40,
    stateful_step_count=20,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
)
