"""A source in memory with its connector, and the ways in which connectors misbehave."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from connectors.errors import ConnectorError, StateExpired
from connectors.events import BadRecord, Checkpoint, Delete, Event, Present, Record, Snapshot, State, Upsert
from connectors.mapping import FieldMapping, parse

MAPPING = parse({"family_name": "name", "phones": {"work": "phone"}})


def record(name: str, phone: str = "1") -> Record:
    return {"name": (name,), "phone": (phone,)}


@dataclass
class MemorySource:
    """What the source holds: records by key, and every change since it was made."""

    records: dict[str, Record] = field(default_factory=dict)
    log: list[tuple[str, Record | None]] = field(default_factory=list)

    def put(self, key: str, value: Record) -> None:
        self.records[key] = value
        self.log.append((key, value))

    def remove(self, key: str) -> None:
        if self.records.pop(key, None) is not None:
            self.log.append((key, None))


@dataclass
class MemoryConnector:
    """Reads a MemorySource; every field but the first makes it misbehave."""

    source: MemorySource
    mapping: FieldMapping = MAPPING
    deltas: bool = True
    stop_after: int | None = None  # events, then the stream ends without a word
    fault: ConnectorError | Exception | None = None  # raised after `stop_after` events, or at the end
    incomplete: bool = False  # Snapshot(complete=False)
    unreadable: frozenset[str] = frozenset()  # keys that come as BadRecord
    twice: bool = False  # every event is sent again
    expired: bool = False
    calls: list[State | None] = field(default_factory=list)

    type_name = "memory"
    settings_type = None

    def read(self, state: State | None) -> Iterator[Event]:
        self.calls.append(state)
        if state is not None and (self.expired or not isinstance(state.get("at"), int)):
            raise StateExpired("the token is too old")
        events = list(self._events(state))
        for number, event in enumerate(events):
            if self.stop_after is not None and number >= self.stop_after:
                break
            yield event
        if self.fault is not None:
            raise self.fault

    def _events(self, state: State | None) -> Iterator[Event]:
        end = len(self.source.log)
        found = self._full() if state is None or not self.deltas else self._delta(state)
        for event in found:
            yield event
            if self.twice:
                yield event
        if state is None or not self.deltas:
            yield Snapshot(complete=not self.incomplete)
        yield Checkpoint({"at": end})

    def _full(self) -> Iterator[Event]:
        for key, value in self.source.records.items():
            yield BadRecord(key, "unreadable") if key in self.unreadable else Upsert(key, value)

    def _delta(self, state: State) -> Iterator[Event]:
        start = state["at"]
        assert isinstance(start, int)
        changed = dict(self.source.log[start:])
        for key in self.source.records:
            if key not in changed:
                yield Present(key)
        for key, value in changed.items():
            if key in self.unreadable:
                yield BadRecord(key, "unreadable")
            else:
                yield Delete(key) if value is None else Upsert(key, value)

    def check(self) -> None:
        raise NotImplementedError

    def discover(self) -> None:
        raise NotImplementedError

    def close(self) -> None:
        pass
