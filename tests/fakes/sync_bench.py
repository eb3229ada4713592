"""A store with one source in memory, and a hand to sync it with a clock of its own."""

import itertools
from datetime import UTC, datetime

from directory_server.store import contacts, sources
from directory_server.store.database import Database
from directory_server.sync.run import synchronise
from directory_server.vault.vault import Vault
from tests.fakes.memory_source import MemoryConnector, MemorySource, record

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
